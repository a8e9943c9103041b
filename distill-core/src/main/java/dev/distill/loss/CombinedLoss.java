package dev.distill.loss;

/**
 * The distillation loss L = mean over rows of α·T²·KL(teacher_T ‖ student_T) + (1 − α)·CE(label,
 * student at T = 1), in nats, with its gradient and diagonal curvature by the student's logits z.
 *
 * <p>teacher_T is the teacher's distribution already softened at T, by {@link TemperatureScaling};
 * student_T is softmax(z/T), written q_T. T² keeps the two terms' gradients on one scale whatever T
 * is. A label of −1 marks an unlabelled row, for which α is 1.
 *
 * <pre>
 * dL/dz_k   = α·T·(q_T,k − teacher_k) + (1 − α)·(q_1,k − [k = label])
 * d²L/dz_k² = α·q_T,k·(1 − q_T,k)     + (1 − α)·q_1,k·(1 − q_1,k)
 * </pre>
 *
 * <p>Arrays are row-major, rows × classes, and owned by the caller. Nothing overflows whatever the
 * logits are. The float32 kernels are for boosting's inner loop: a few float32 ulp, and one
 * exponential an element and temperature (for two classes, a row and temperature).
 *
 * <p>Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
 */
public final class CombinedLoss {
  /** Marks a row without a label, which learns from the teacher alone. */
  public static final int UNLABELLED = -1;

  /** A shifted sum of exponentials below this is safe in float32. */
  private static final double SAFE_SUM = 1e30;

  /** exp of this and of its negative are finite and not 0. */
  private static final double SAFE_EXPONENT = 700;

  private CombinedLoss() {}

  /**
   * The loss, a mean per row, in nats.
   *
   * @param temperature T &gt; 0
   * @param alpha weight of the teacher, in [0, 1]
   * @param soft the teacher's distribution softened at T, rows × classes; each row sums to 1
   * @param labels one class index a row, or {@link #UNLABELLED}
   * @param logits the student's z, rows × classes
   * @param rows at least 1
   */
  public static double value(
      double temperature,
      double alpha,
      double[] soft,
      int[] labels,
      double[] logits,
      int rows,
      int classes) {
    checkValue(temperature, alpha, soft.length, labels.length, logits.length, rows, classes);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      int label = label(labels, i, classes);
      double a = label < 0 ? 1 : alpha;
      if (a > 0) {
        sum += a * temperature * temperature * divergence(temperature, soft, logits, i, classes);
      }
      if (a < 1) {
        sum += (1 - a) * CrossEntropy.hardLogits(1, label, logits, i * classes, classes);
      }
    }
    return sum / rows;
  }

  /** As {@link #value(double, double, double[], int[], double[], int, int)}, of float32 values. */
  public static double value(
      double temperature,
      double alpha,
      float[] soft,
      int[] labels,
      float[] logits,
      int rows,
      int classes) {
    checkValue(temperature, alpha, soft.length, labels.length, logits.length, rows, classes);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      int label = label(labels, i, classes);
      double a = label < 0 ? 1 : alpha;
      if (a > 0) {
        sum += a * temperature * temperature * divergence(temperature, soft, logits, i, classes);
      }
      if (a < 1) {
        sum += (1 - a) * CrossEntropy.hardLogits(1, label, logits, i * classes, classes);
      }
    }
    return sum / rows;
  }

  /**
   * Gradient and diagonal curvature of the loss: of the mean over rows, so divided by their number.
   *
   * @param temperature T &gt; 0
   * @param alpha weight of the teacher, in [0, 1]
   * @param soft the teacher's distribution softened at T, rows × classes; each row sums to 1
   * @param labels one class index a row, or {@link #UNLABELLED}
   * @param logits the student's z, rows × classes
   * @param rows at least 1
   * @param gradient takes dL/dz, rows × classes
   * @param curvature takes d²L/dz², rows × classes
   */
  public static void meanGradient(
      double temperature,
      double alpha,
      double[] soft,
      int[] labels,
      double[] logits,
      int rows,
      int classes,
      double[] gradient,
      double[] curvature) {
    Shape.rows(rows);
    gradient(temperature, alpha, soft, labels, logits, 0, rows, classes, gradient, curvature);
    for (int j = 0; j < rows * classes; j++) {
      gradient[j] /= rows;
      curvature[j] /= rows;
    }
  }

  /**
   * Gradient and diagonal curvature of each row's own loss, not divided by the number of rows, for
   * the rows from {@code fromRow} up to but not including {@code toRow}. Only these rows of the
   * outputs are written, so threads can share the arrays.
   *
   * @param temperature T &gt; 0
   * @param alpha weight of the teacher, in [0, 1]
   * @param soft the teacher's distribution softened at T, rows × classes; each row sums to 1
   * @param labels one class index a row, or {@link #UNLABELLED}
   * @param logits the student's z, rows × classes
   * @param gradient takes dL/dz, rows × classes; not the array of an input
   * @param curvature takes d²L/dz², rows × classes; not the array of an input
   */
  public static void gradient(
      double temperature,
      double alpha,
      double[] soft,
      int[] labels,
      double[] logits,
      int fromRow,
      int toRow,
      int classes,
      double[] gradient,
      double[] curvature) {
    check(temperature, alpha, soft.length, labels.length, logits.length, toRow, classes);
    checkOutput(fromRow, toRow, classes, gradient.length, curvature.length);
    for (int i = fromRow; i < toRow; i++) {
      int label = label(labels, i, classes);
      double a = label < 0 ? 1 : alpha;
      int o = i * classes;
      if (classes == 2) {
        binaryRow(temperature, a, soft, label, logits, o, gradient, curvature);
      } else {
        row(temperature, a, soft, label, logits, o, classes, gradient, curvature);
      }
    }
  }

  /**
   * As {@link #gradient(double, double, double[], int[], double[], int, int, int, double[],
   * double[])}, of float32 values.
   */
  public static void gradient(
      double temperature,
      double alpha,
      float[] soft,
      int[] labels,
      float[] logits,
      int fromRow,
      int toRow,
      int classes,
      float[] gradient,
      float[] curvature) {
    check(temperature, alpha, soft.length, labels.length, logits.length, toRow, classes);
    checkOutput(fromRow, toRow, classes, gradient.length, curvature.length);
    for (int i = fromRow; i < toRow; i++) {
      int label = label(labels, i, classes);
      double a = label < 0 ? 1 : alpha;
      int o = i * classes;
      if (classes == 2) {
        binaryRow(temperature, a, soft, label, logits, o, gradient, curvature);
      } else {
        row(temperature, a, soft, label, logits, o, classes, gradient, curvature);
      }
    }
  }

  private static void row(
      double t,
      double a,
      double[] soft,
      int label,
      double[] z,
      int o,
      int k,
      double[] g,
      double[] h) {
    double b = 1 - a;
    if (oneSoftmax(t, a)) {
      double sum = Softmax.exponentials(a == 0 ? 1 : t, z, o, k, g, o);
      for (int j = o; j < o + k; j++) {
        double q = g[j] / sum;
        g[j] = (a * t + b) * q - a * t * soft[j];
        h[j] = q * (1 - q);
      }
    } else {
      double sumT = Softmax.exponentials(t, z, o, k, g, o);
      double sum1 = Softmax.exponentials(1, z, o, k, h, o);
      for (int j = o; j < o + k; j++) {
        double qT = g[j] / sumT;
        double q1 = h[j] / sum1;
        g[j] = a * t * (qT - soft[j]) + b * q1;
        h[j] = a * (qT * (1 - qT)) + b * (q1 * (1 - q1));
      }
    }
    if (label >= 0) {
      g[o + label] -= b;
    }
  }

  private static void row(
      double t, double a, float[] soft, int label, float[] z, int o, int k, float[] g, float[] h) {
    float teacher = (float) (a * t);
    float wT = (float) a;
    float w1 = (float) (1 - a);
    if (oneSoftmax(t, a)) {
      float total = (float) (a * t + (1 - a));
      float factor = exponentials(a == 0 ? 1 : t, z, o, k, g);
      for (int j = o; j < o + k; j++) {
        float q = g[j] * factor;
        g[j] = total * q - teacher * soft[j];
        h[j] = q * (1 - q);
      }
    } else {
      float factorT = exponentials(t, z, o, k, g);
      float factor1 = exponentials(1, z, o, k, h);
      for (int j = o; j < o + k; j++) {
        float qT = g[j] * factorT;
        float q1 = h[j] * factor1;
        g[j] = teacher * (qT - soft[j]) + w1 * q1;
        h[j] = wT * (qT * (1 - qT)) + w1 * (q1 * (1 - q1));
      }
    }
    if (label >= 0) {
      g[o + label] -= w1;
    }
  }

  /**
   * Writes exponentials that a factor, which is returned, makes the softmax of z/t.
   *
   * <p>Any shift near the largest logit will do, and finding the largest would add a third to the
   * kernel's time. So the first logit is tried, and the largest is looked for only if the sum shows
   * that it is far above.
   */
  private static float exponentials(double t, float[] z, int o, int classes, float[] out) {
    double scale = FastExp.STEPS_PER_NAT / t;
    double sum = Softmax.exponentials(scale, z, o, classes, z[o], out, o);
    if (!(sum < SAFE_SUM)) {
      sum = Softmax.exponentials(scale, z, o, classes, Softmax.max(z, o, classes), out, o);
    }
    return (float) (1 / sum);
  }

  /** Two classes need one exponential: q = 1/(1 + e) and e/(1 + e) with e = exp(z_1 − z_0). */
  private static void binaryRow(
      double t, double a, double[] soft, int label, double[] z, int o, double[] g, double[] h) {
    double difference = z[o + 1] - z[o];
    double b = 1 - a;
    double e = Math.exp(Math.min(difference / (a == 0 ? 1 : t), SAFE_EXPONENT));
    double q0 = 1 / (1 + e);
    double q1 = e * q0;
    if (oneSoftmax(t, a)) {
      g[o] = (a * t + b) * q0 - a * t * soft[o];
      g[o + 1] = (a * t + b) * q1 - a * t * soft[o + 1];
      h[o] = q0 * q1;
    } else {
      double e1 = Math.exp(Math.min(difference, SAFE_EXPONENT));
      double p0 = 1 / (1 + e1);
      double p1 = e1 * p0;
      g[o] = a * t * (q0 - soft[o]) + b * p0;
      g[o + 1] = a * t * (q1 - soft[o + 1]) + b * p1;
      h[o] = a * (q0 * q1) + b * (p0 * p1);
    }
    h[o + 1] = h[o];
    if (label >= 0) {
      g[o + label] -= b;
    }
  }

  private static void binaryRow(
      double t, double a, float[] soft, int label, float[] z, int o, float[] g, float[] h) {
    double difference = ((double) z[o + 1] - z[o]) * FastExp.STEPS_PER_NAT;
    double b = 1 - a;
    double e = FastExp.ofSteps(difference / (a == 0 ? 1 : t));
    double q0 = 1 / (1 + e);
    double q1 = e * q0;
    double g0;
    double g1;
    double curvature;
    if (oneSoftmax(t, a)) {
      g0 = (a * t + b) * q0 - a * t * soft[o];
      g1 = (a * t + b) * q1 - a * t * soft[o + 1];
      curvature = q0 * q1;
    } else {
      double e1 = FastExp.ofSteps(difference);
      double p0 = 1 / (1 + e1);
      double p1 = e1 * p0;
      g0 = a * t * (q0 - soft[o]) + b * p0;
      g1 = a * t * (q1 - soft[o + 1]) + b * p1;
      curvature = a * (q0 * q1) + b * (p0 * p1);
    }
    // b·label is what a row of class 1 takes off; an unlabelled row has b = 0. No branch to miss.
    g[o] = (float) (g0 - (b - b * label));
    g[o + 1] = (float) (g1 - b * label);
    h[o] = (float) curvature;
    h[o + 1] = (float) curvature;
  }

  private static boolean oneSoftmax(double t, double a) {
    return t == 1 || a == 1 || a == 0;
  }

  /** KL(soft ‖ softmax(z/t)) of a row. */
  private static double divergence(double t, double[] soft, double[] z, int row, int classes) {
    int o = row * classes;
    double max = Softmax.max(z, o, classes);
    double logSum = Softmax.logSum(t, z, o, classes, max);
    double sum = 0;
    for (int k = o; k < o + classes; k++) {
      double p = soft[k];
      sum += p == 0 ? 0 : p * (Math.log(p) - (z[k] - max) / t + logSum);
    }
    return sum;
  }

  private static double divergence(double t, float[] soft, float[] z, int row, int classes) {
    int o = row * classes;
    double max = Softmax.max(z, o, classes);
    double logSum = Softmax.logSum(t, z, o, classes, max);
    double sum = 0;
    for (int k = o; k < o + classes; k++) {
      double p = soft[k];
      sum += p == 0 ? 0 : p * (Math.log(p) - (z[k] - max) / t + logSum);
    }
    return sum;
  }

  private static int label(int[] labels, int row, int classes) {
    int label = labels[row];
    if (label < UNLABELLED || label >= classes) {
      throw new IllegalArgumentException(
          "label of row %d must be in [0, %d) or -1 for unlabelled, got %d"
              .formatted(row, classes, label));
    }
    return label;
  }

  private static void checkValue(
      double temperature, double alpha, int soft, int labels, int logits, int rows, int classes) {
    check(temperature, alpha, soft, labels, logits, rows, classes);
    Shape.rows(rows);
  }

  private static void check(
      double temperature, double alpha, int soft, int labels, int logits, int rows, int classes) {
    Shape.temperature(temperature);
    Shape.alpha(alpha);
    Shape.matrix("soft", soft, rows, classes);
    Shape.matrix("logits", logits, rows, classes);
    Shape.labels(labels, rows);
  }

  private static void checkOutput(
      int fromRow, int toRow, int classes, int gradient, int curvature) {
    if (fromRow < 0 || fromRow > toRow) {
      throw new IllegalArgumentException(
          "fromRow must be in [0, %d], got %d".formatted(toRow, fromRow));
    }
    Shape.matrix("gradient", gradient, toRow, classes);
    Shape.matrix("curvature", curvature, toRow, classes);
  }
}
