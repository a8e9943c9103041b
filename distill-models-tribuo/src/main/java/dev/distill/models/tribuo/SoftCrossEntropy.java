package dev.distill.models.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import com.oracle.labs.mlrg.olcut.util.Pair;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.util.ExpNormalizer;
import org.tribuo.regression.sgd.RegressionObjective;

/**
 * Cross-entropy of a row's distribution under the softmax of its scores. Tribuo follows the
 * gradient upwards, which is the distribution less the softmax.
 */
final class SoftCrossEntropy implements RegressionObjective {
  private final ExpNormalizer softmax = new ExpNormalizer();

  @Override
  @SuppressWarnings("deprecation")
  public Pair<Double, SGDVector> loss(DenseVector truth, SGDVector scores) {
    scores.normalize(softmax);
    // The loss itself is only ever logged.
    return new Pair<>(Double.NaN, truth.subtract(scores));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "RegressionObjective");
  }
}
