package dev.distill.models.tribuo;

import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tribuo.ImmutableDataset;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.RealInfo;
import org.tribuo.VariableInfo;
import org.tribuo.provenance.DataSourceProvenance;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * Tribuo's form of a matrix, kept for a whole sweep: names and ids of the features, over the
 * matrix's own array. A trial adds its targets and copies no feature.
 */
final class Rows implements AutoCloseable {
  private static final RegressionFactory FACTORY = new RegressionFactory();

  private final Matrix matrix;
  private final String[] names;
  private final ImmutableFeatureMap features;

  Rows(Matrix matrix) {
    this.matrix = matrix;
    names = names(matrix.columns());
    List<VariableInfo> infos = new ArrayList<>(names.length);
    for (String name : names) {
      infos.add(new RealInfo(name));
    }
    features = new ImmutableFeatureMap(infos);
  }

  /** Names whose alphabetical order, by which Tribuo numbers them, is their own. */
  private static String[] names(int count) {
    int digits = String.valueOf(count - 1).length();
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = String.format(Locale.ROOT, "%0" + digits + "d", i);
    }
    return names;
  }

  int columns() {
    return names.length;
  }

  /**
   * The rows with a distribution each as outputs.
   *
   * @param distribution rows × classes, row-major
   * @throws FitException if one is not finite
   */
  Targeted targeted(float[] distribution, int classes) {
    String[] outputs = names(classes);
    MutableOutputInfo<Regressor> domain = FACTORY.generateInfo();
    domain.observe(new Regressor(outputs, new double[classes]));
    return new Targeted(this, distribution, outputs, domain.generateImmutableOutputInfo());
  }

  @Override
  public void close() {}

  /** The rows of a matrix with what they are to be. */
  static final class Targeted extends ImmutableDataset<Regressor> {
    private static final long serialVersionUID = 1;

    private final transient Matrix matrix;
    private final transient float[] distribution;

    private Targeted(
        Rows rows, float[] distribution, String[] outputs, ImmutableOutputInfo<Regressor> domain) {
      super(provenance(), FACTORY, rows.features, domain);
      matrix = rows.matrix;
      this.distribution = distribution;
      int classes = outputs.length;
      double[] values = new double[classes];
      for (int i = 0; i < matrix.rows(); i++) {
        for (int k = 0; k < classes; k++) {
          values[k] = distribution[i * classes + k];
          if (!Double.isFinite(values[k])) {
            throw new FitException("the target of training row " + i + " is not finite");
          }
        }
        data.add(new Row(new Regressor(outputs, values), rows.names, matrix, i));
      }
    }

    Matrix matrix() {
      return matrix;
    }

    /** Rows × classes, row-major. */
    float[] distribution() {
      return distribution;
    }

    private static DataSourceProvenance provenance() {
      return new SimpleDataSourceProvenance("training rows", FACTORY);
    }
  }
}
