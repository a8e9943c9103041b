package dev.distill.loss;

/**
 * Softmax and log-softmax of logits divided by a temperature T: q_k = exp(z_k/T) / Σ_j exp(z_j/T).
 *
 * <p>Every row is shifted by its largest logit, so that nothing overflows. Arrays are row-major,
 * rows × classes, and owned by the caller; the output may be the input's array. A logit of −∞ is a
 * probability of 0. The float32 softmax has a relative error of a few float32 ulp.
 *
 * <p>Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
 */
public final class Softmax {
  private Softmax() {}

  /**
   * Probabilities of logits / T, row by row.
   *
   * @param temperature T &gt; 0
   * @param logits rows × classes, row-major
   * @param classes K ≥ 2
   * @param out takes rows × classes probabilities
   */
  public static void softmax(
      double temperature, double[] logits, int rows, int classes, double[] out) {
    check(temperature, logits.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      row(temperature, logits, i * classes, classes, out, i * classes);
    }
  }

  /** As {@link #softmax(double, double[], int, int, double[])}, in float32. */
  public static void softmax(
      double temperature, float[] logits, int rows, int classes, float[] out) {
    check(temperature, logits.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      row(temperature, logits, i * classes, classes, out, i * classes);
    }
  }

  /**
   * Probabilities of one row of logits / T.
   *
   * @param temperature T &gt; 0
   * @param logits holds the row's {@code classes} logits from {@code logitsOffset} on
   * @param out takes the row's probabilities from {@code outOffset} on
   */
  public static void softmaxRow(
      double temperature,
      double[] logits,
      int logitsOffset,
      int classes,
      double[] out,
      int outOffset) {
    checkRow(temperature, logits.length, logitsOffset, classes, out.length, outOffset);
    row(temperature, logits, logitsOffset, classes, out, outOffset);
  }

  /** As {@link #softmaxRow(double, double[], int, int, double[], int)}, in float32. */
  public static void softmaxRow(
      double temperature,
      float[] logits,
      int logitsOffset,
      int classes,
      float[] out,
      int outOffset) {
    checkRow(temperature, logits.length, logitsOffset, classes, out.length, outOffset);
    row(temperature, logits, logitsOffset, classes, out, outOffset);
  }

  /**
   * Natural logarithms of the probabilities, row by row: z_k/T − ln Σ_j exp(z_j/T), in nats.
   *
   * @param temperature T &gt; 0
   * @param logits rows × classes, row-major
   * @param classes K ≥ 2
   * @param out takes rows × classes log-probabilities
   */
  public static void logSoftmax(
      double temperature, double[] logits, int rows, int classes, double[] out) {
    check(temperature, logits.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      logRow(temperature, logits, i * classes, classes, out, i * classes);
    }
  }

  /** As {@link #logSoftmax(double, double[], int, int, double[])}, in float32. */
  public static void logSoftmax(
      double temperature, float[] logits, int rows, int classes, float[] out) {
    check(temperature, logits.length, rows, classes, out.length);
    for (int i = 0; i < rows; i++) {
      logRow(temperature, logits, i * classes, classes, out, i * classes);
    }
  }

  /**
   * Natural logarithms of the probabilities of one row of logits / T, in nats.
   *
   * @param temperature T &gt; 0
   * @param logits holds the row's {@code classes} logits from {@code logitsOffset} on
   * @param out takes the row's log-probabilities from {@code outOffset} on
   */
  public static void logSoftmaxRow(
      double temperature,
      double[] logits,
      int logitsOffset,
      int classes,
      double[] out,
      int outOffset) {
    checkRow(temperature, logits.length, logitsOffset, classes, out.length, outOffset);
    logRow(temperature, logits, logitsOffset, classes, out, outOffset);
  }

  /** As {@link #logSoftmaxRow(double, double[], int, int, double[], int)}, in float32. */
  public static void logSoftmaxRow(
      double temperature,
      float[] logits,
      int logitsOffset,
      int classes,
      float[] out,
      int outOffset) {
    checkRow(temperature, logits.length, logitsOffset, classes, out.length, outOffset);
    logRow(temperature, logits, logitsOffset, classes, out, outOffset);
  }

  private static void row(double t, double[] z, int zOffset, int classes, double[] out, int o) {
    double sum = exponentials(t, z, zOffset, classes, out, o);
    for (int k = 0; k < classes; k++) {
      out[o + k] /= sum;
    }
  }

  private static void row(double t, float[] z, int zOffset, int classes, float[] out, int o) {
    double scale = FastExp.STEPS_PER_NAT / t;
    float factor =
        (float) (1 / exponentials(scale, z, zOffset, classes, max(z, zOffset, classes), out, o));
    for (int k = 0; k < classes; k++) {
      out[o + k] *= factor;
    }
  }

  private static void logRow(double t, double[] z, int zOffset, int classes, double[] out, int o) {
    double max = max(z, zOffset, classes);
    double logSum = logSum(t, z, zOffset, classes, max);
    for (int k = 0; k < classes; k++) {
      out[o + k] = (z[zOffset + k] - max) / t - logSum;
    }
  }

  private static void logRow(double t, float[] z, int zOffset, int classes, float[] out, int o) {
    float max = max(z, zOffset, classes);
    double logSum = logSum(t, z, zOffset, classes, max);
    for (int k = 0; k < classes; k++) {
      out[o + k] = (float) (((double) z[zOffset + k] - max) / t - logSum);
    }
  }

  /** Writes exp((z_k − max z)/t) and returns their sum. */
  static double exponentials(
      double t, double[] z, int zOffset, int classes, double[] out, int outOffset) {
    double max = max(z, zOffset, classes);
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      double e = Math.exp((z[zOffset + k] - max) / t);
      out[outOffset + k] = e;
      sum += e;
    }
    return sum;
  }

  /** Writes exp(z_k − shift), in steps of {@code scale} a logit, and returns their sum. */
  static double exponentials(
      double scale, float[] z, int zOffset, int classes, float shift, float[] out, int outOffset) {
    double scaledShift = shift * scale;
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      double e = FastExp.ofSteps(z[zOffset + k] * scale - scaledShift);
      out[outOffset + k] = (float) e;
      sum += e;
    }
    return sum;
  }

  /** ln Σ exp((z_k − max)/t): add max/t for the log-sum-exp. */
  static double logSum(double t, double[] z, int offset, int classes, double max) {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp((z[offset + k] - max) / t);
    }
    return Math.log(sum);
  }

  static double logSum(double t, float[] z, int offset, int classes, double max) {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp((z[offset + k] - max) / t);
    }
    return Math.log(sum);
  }

  static double max(double[] z, int offset, int classes) {
    double max = z[offset];
    for (int k = 1; k < classes; k++) {
      max = Math.max(max, z[offset + k]);
    }
    return max;
  }

  /** Compares bits as integers, which has no branches to mispredict; NaN counts as the largest. */
  static float max(float[] z, int offset, int classes) {
    int max = ordered(Float.floatToIntBits(z[offset]));
    for (int k = 1; k < classes; k++) {
      max = Math.max(max, ordered(Float.floatToIntBits(z[offset + k])));
    }
    return Float.intBitsToFloat(ordered(max));
  }

  /** Bits of floats to integers of the same order, and back: negative numbers are flipped. */
  private static int ordered(int bits) {
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  private static void check(double t, int logits, int rows, int classes, int out) {
    Shape.temperature(t);
    Shape.matrix("logits", logits, rows, classes);
    Shape.matrix("out", out, rows, classes);
  }

  private static void checkRow(double t, int logits, int offset, int classes, int out, int o) {
    Shape.temperature(t);
    Shape.row("logits", logits, offset, classes);
    Shape.row("out", out, o, classes);
  }
}
