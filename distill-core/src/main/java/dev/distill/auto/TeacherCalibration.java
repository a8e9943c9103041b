package dev.distill.auto;

import dev.distill.loss.TemperatureScaling;
import java.util.Locale;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;

/**
 * Corrects a teacher's probabilities so that they mean what they say about the labels: of two
 * classes by beta calibration (Kull, Silva Filho and Flach, 2017), which is logistic regression of
 * the label on ln p and −ln(1 − p); of more by one temperature (Guo et al., 2017).
 */
final class TeacherCalibration {
  private static final double FLOOR = 1e-12;
  private static final double RIDGE = 1e-3;
  private static final int ITERATIONS = 100;

  private final int classes;
  private final double temperature;
  // Of two classes: logit = beta[0] ln p − beta[1] ln(1 − p) + beta[2].
  private final double[] beta;

  private TeacherCalibration(int classes, double temperature, double[] beta) {
    this.classes = classes;
    this.temperature = temperature;
    this.beta = beta;
  }

  /**
   * Learns from rows.
   *
   * @param probabilities rows × classes, row-major
   * @param labels class index a row
   */
  static TeacherCalibration fit(double[] probabilities, int[] labels, int classes) {
    if (classes == 2) {
      return new TeacherCalibration(classes, 1, beta(probabilities, labels));
    }
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(Math.max(FLOOR, probabilities[i]));
    }
    double temperature = new Objective(probabilities, labels, classes, 0).calibrate(logits);
    return new TeacherCalibration(classes, temperature, new double[0]);
  }

  /** The corrected probabilities, rows × classes. */
  double[] apply(double[] probabilities) {
    double[] corrected = new double[probabilities.length];
    if (classes > 2) {
      TemperatureScaling.soften(
          temperature, probabilities, probabilities.length / classes, classes, corrected);
      return corrected;
    }
    for (int i = 0; i < probabilities.length; i += 2) {
      double p = probabilities[i + 1];
      double logit = beta[0] * first(p) + beta[1] * second(p) + beta[2];
      corrected[i + 1] = 1 / (1 + Math.exp(-logit));
      corrected[i] = 1 / (1 + Math.exp(logit));
    }
    return corrected;
  }

  private static double first(double p) {
    return Math.log(Math.max(FLOOR, p));
  }

  private static double second(double p) {
    return -Math.log(Math.max(FLOOR, 1 - p));
  }

  /** Both slopes must not fall, or more of the teacher's belief would mean less of ours. */
  private static double[] beta(double[] probabilities, int[] labels) {
    double[] both = regression(probabilities, labels, 1, 1);
    if (both[0] < 0) {
      both = regression(probabilities, labels, 0, 1);
    } else if (both[1] < 0) {
      both = regression(probabilities, labels, 1, 0);
    }
    // A teacher that knows less than nothing is left as it is.
    return both[0] < 0 || both[1] < 0 ? new double[] {1, 1, 0} : both;
  }

  /**
   * Logistic regression by Newton's method, drawn a little towards the teacher as it is, so that
   * the weights are finite where it is never wrong.
   *
   * @param a the first weight to begin with; one of 0 stays 0
   * @param b the second weight to begin with, likewise
   */
  private static double[] regression(double[] probabilities, int[] labels, int a, int b) {
    double[] prior = {a, b, 0};
    double[] at = prior.clone();
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double[] gradient = new double[3];
      double[][] curvature = new double[3][3];
      for (int i = 0; i < labels.length; i++) {
        double p = probabilities[2 * i + 1];
        double[] x = {a * first(p), b * second(p), 1};
        double q = 1 / (1 + Math.exp(-(at[0] * x[0] + at[1] * x[1] + at[2])));
        for (int j = 0; j < 3; j++) {
          gradient[j] += (q - labels[i]) * x[j];
          for (int l = 0; l < 3; l++) {
            curvature[j][l] += x[j] * x[l] * (q * (1 - q));
          }
        }
      }
      for (int j = 0; j < 3; j++) {
        gradient[j] += RIDGE * (at[j] - prior[j]);
        curvature[j][j] += RIDGE;
      }
      double[] step =
          new CholeskyDecomposition(new Array2DRowRealMatrix(curvature))
              .getSolver()
              .solve(new ArrayRealVector(gradient))
              .toArray();
      double longest = 0;
      for (int j = 0; j < 3; j++) {
        double bounded = Math.max(-1, Math.min(1, step[j]));
        at[j] -= bounded;
        longest = Math.max(longest, Math.abs(bounded));
      }
      if (longest < 1e-8) {
        break;
      }
    }
    return at;
  }

  /** What was done, in words. */
  @Override
  public String toString() {
    return classes == 2
        ? String.format(Locale.ROOT, "beta a %.3f, b %.3f, c %.3f", beta[0], beta[1], beta[2])
        : String.format(Locale.ROOT, "temperature %.3f", temperature);
  }
}
