package dev.distill.models.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import com.oracle.labs.mlrg.olcut.util.Pair;
import dev.distill.loss.DistillationLoss;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.util.ExpNormalizer;
import org.tribuo.regression.sgd.RegressionObjective;

/**
 * The distillation loss as Tribuo asks for it: the gradient of a row's loss by its scores, which
 * Tribuo follows upwards. That is (α·T·teacher_T + (1 − α)·label) − (α·T·softmax(scores ÷ T) + (1 −
 * α)·softmax(scores)), and what stands before the minus is what the trainer gets as a row's output.
 */
final class DistillationObjective implements RegressionObjective {
  private final ExpNormalizer softmax = new ExpNormalizer();
  private final DistillationLoss loss;
  private final double temperature;

  DistillationObjective(DistillationLoss loss) {
    this.loss = loss;
    temperature = loss.isCrossEntropy() ? 1 : loss.temperature();
  }

  /** The outputs of the training rows: rows × classes, row-major. */
  float[] outputs() {
    float[] outputs = loss.mixedTarget();
    if (temperature != 1) {
      int classes = loss.classes();
      for (int i = 0; i < outputs.length; i++) {
        double hard = loss.labels()[i / classes] == i % classes ? 1 - loss.alpha() : 0;
        outputs[i] = (float) (temperature * (outputs[i] - hard) + hard);
      }
    }
    return outputs;
  }

  @Override
  @SuppressWarnings("deprecation")
  public Pair<Double, SGDVector> loss(DenseVector output, SGDVector scores) {
    // The loss itself is only ever logged.
    return new Pair<>(Double.NaN, output.subtract(expected(output, scores)));
  }

  private SGDVector expected(DenseVector output, SGDVector scores) {
    SGDVector plain = scores.copy();
    plain.normalize(softmax);
    if (temperature == 1) {
      return plain;
    }
    // α·T + (1 − α), where α is 1 for a row without a label.
    double alpha = (output.sum() - 1) / (temperature - 1);
    scores.scaleInPlace(1 / temperature);
    scores.normalize(softmax);
    scores.scaleInPlace(alpha * temperature);
    plain.scaleInPlace(1 - alpha);
    scores.intersectAndAddInPlace(plain);
    return scores;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "RegressionObjective");
  }
}
