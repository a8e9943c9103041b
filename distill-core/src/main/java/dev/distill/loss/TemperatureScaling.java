package dev.distill.loss;

/**
 * Softens a distribution by a temperature T: T &gt; 1 flattens it towards uniform, T &lt; 1
 * sharpens it.
 *
 * <p>Probabilities are softened as exactly as logits, because a softmax does not see a constant
 * added to a row: softmax(ln p / T) with ln 0 = −∞, so that p = 0 stays 0 at every temperature and
 * nothing is clipped. Arrays are row-major, rows × classes, and owned by the caller; the output may
 * be the input's array.
 *
 * <p>Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
 */
public final class TemperatureScaling {
  private TemperatureScaling() {}

  /**
   * Softens logits: softmax(z / T), which is {@link Softmax#softmax}.
   *
   * @param temperature T &gt; 0
   * @param logits rows × classes, row-major
   * @param out takes rows × classes probabilities
   */
  public static void softenLogits(
      double temperature, double[] logits, int rows, int classes, double[] out) {
    Softmax.softmax(temperature, logits, rows, classes, out);
  }

  /** As {@link #softenLogits(double, double[], int, int, double[])}, in float32. */
  public static void softenLogits(
      double temperature, float[] logits, int rows, int classes, float[] out) {
    Softmax.softmax(temperature, logits, rows, classes, out);
  }

  /**
   * Softens probabilities: softmax(ln p / T), that is p_k^(1/T) / Σ_j p_j^(1/T).
   *
   * @param temperature T &gt; 0
   * @param probabilities rows × classes, row-major, ≥ 0; a row need not sum to 1
   * @param out takes rows × classes probabilities
   * @throws IllegalArgumentException if a row has no positive value
   */
  public static void soften(
      double temperature, double[] probabilities, int rows, int classes, double[] out) {
    check(temperature, probabilities.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      int o = i * classes;
      double logMax = logMax(Softmax.max(probabilities, o, classes), i);
      double sum = 0;
      for (int k = o; k < o + classes; k++) {
        out[k] = Math.exp((Math.log(probabilities[k]) - logMax) / temperature);
        sum += out[k];
      }
      for (int k = o; k < o + classes; k++) {
        out[k] /= sum;
      }
    }
  }

  /** As {@link #soften(double, double[], int, int, double[])}, in float32. */
  public static void soften(
      double temperature, float[] probabilities, int rows, int classes, float[] out) {
    check(temperature, probabilities.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      int o = i * classes;
      double logMax = logMax(Softmax.max(probabilities, o, classes), i);
      double sum = 0;
      for (int k = o; k < o + classes; k++) {
        out[k] = (float) Math.exp((Math.log(probabilities[k]) - logMax) / temperature);
        sum += out[k];
      }
      for (int k = o; k < o + classes; k++) {
        out[k] = (float) (out[k] / sum);
      }
    }
  }

  private static double logMax(double max, int row) {
    if (!(max > 0)) {
      throw new IllegalArgumentException(
          "row %d of the probabilities must have a positive value, got at most %s"
              .formatted(row, max));
    }
    return Math.log(max);
  }

  private static void check(double t, int probabilities, int rows, int classes, int out) {
    Shape.temperature(t);
    Shape.matrix("probabilities", probabilities, rows, classes);
    Shape.matrix("out", out, rows, classes);
  }
}
