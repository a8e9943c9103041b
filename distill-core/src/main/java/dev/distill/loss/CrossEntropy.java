package dev.distill.loss;

/**
 * Cross-entropy, in nats: −ln q_y against a hard label y, −Σ_k t_k · ln q_k against soft targets t.
 *
 * <p>0·ln 0 = 0, and the value is infinite where q is 0 and the target is not, unless q is clipped
 * below at a floor ({@link KullbackLeibler#EXACT} or {@link KullbackLeibler#FLOOR}). From logits
 * nothing needs a floor: ln q is z/T less a log-sum-exp and finite for finite logits. Arrays are
 * row-major, rows × classes; labels are class indices.
 *
 * <p>Against hard labels this is the log loss of Good, "Rational decisions", 1952.
 */
public final class CrossEntropy {
  private CrossEntropy() {}

  /**
   * −ln q_label of one row.
   *
   * @param q holds the row's {@code classes} probabilities from {@code offset} on
   * @param floor q counts as at least this
   */
  public static double hardRow(int label, double[] q, int offset, int classes, double floor) {
    checkRow(label, "q", q.length, offset, classes);
    Shape.floor(floor);
    return -Math.log(Math.max(q[offset + label], floor));
  }

  /** As {@link #hardRow(int, double[], int, int, double)}, of float32 values. */
  public static double hardRow(int label, float[] q, int offset, int classes, double floor) {
    checkRow(label, "q", q.length, offset, classes);
    Shape.floor(floor);
    return -Math.log(Math.max(q[offset + label], floor));
  }

  /**
   * The mean of −ln q_label over rows: the log loss.
   *
   * @param labels one class index a row
   * @param q rows × classes probabilities, row-major
   * @param rows at least 1
   * @param floor q counts as at least this
   */
  public static double hard(int[] labels, double[] q, int rows, int classes, double floor) {
    check(labels.length, "q", q.length, rows, classes);
    Shape.floor(floor);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum -= Math.log(Math.max(q[i * classes + Shape.label(labels, i, classes)], floor));
    }
    return sum / rows;
  }

  /** As {@link #hard(int[], double[], int, int, double)}, of float32 values. */
  public static double hard(int[] labels, float[] q, int rows, int classes, double floor) {
    check(labels.length, "q", q.length, rows, classes);
    Shape.floor(floor);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum -= Math.log(Math.max(q[i * classes + Shape.label(labels, i, classes)], floor));
    }
    return sum / rows;
  }

  /**
   * −Σ t_k · ln q_k of one row.
   *
   * @param targets holds the row's {@code classes} target probabilities from {@code tOffset} on
   * @param q holds the row's {@code classes} probabilities from {@code qOffset} on
   * @param floor q counts as at least this
   */
  public static double softRow(
      double[] targets, int tOffset, double[] q, int qOffset, int classes, double floor) {
    checkRow(targets.length, tOffset, "q", q.length, qOffset, classes);
    Shape.floor(floor);
    return sum(targets, tOffset, q, qOffset, classes, floor);
  }

  /** As {@link #softRow(double[], int, double[], int, int, double)}, of float32 values. */
  public static double softRow(
      float[] targets, int tOffset, float[] q, int qOffset, int classes, double floor) {
    checkRow(targets.length, tOffset, "q", q.length, qOffset, classes);
    Shape.floor(floor);
    return sum(targets, tOffset, q, qOffset, classes, floor);
  }

  /**
   * The mean of −Σ t_k · ln q_k over rows.
   *
   * @param targets rows × classes target probabilities, row-major
   * @param q rows × classes probabilities, row-major
   * @param rows at least 1
   * @param floor q counts as at least this
   */
  public static double soft(double[] targets, double[] q, int rows, int classes, double floor) {
    check(targets.length, q.length, "q", rows, classes);
    Shape.floor(floor);
    return sum(targets, 0, q, 0, rows * classes, floor) / rows;
  }

  /** As {@link #soft(double[], double[], int, int, double)}, of float32 values. */
  public static double soft(float[] targets, float[] q, int rows, int classes, double floor) {
    check(targets.length, q.length, "q", rows, classes);
    Shape.floor(floor);
    return sum(targets, 0, q, 0, rows * classes, floor) / rows;
  }

  /**
   * −ln softmax(z/T)_label of one row.
   *
   * @param temperature T &gt; 0
   * @param logits holds the row's {@code classes} logits z from {@code offset} on
   */
  public static double hardFromLogitsRow(
      double temperature, int label, double[] logits, int offset, int classes) {
    Shape.temperature(temperature);
    checkRow(label, "logits", logits.length, offset, classes);
    return hardLogits(temperature, label, logits, offset, classes);
  }

  /** As {@link #hardFromLogitsRow(double, int, double[], int, int)}, of float32 values. */
  public static double hardFromLogitsRow(
      double temperature, int label, float[] logits, int offset, int classes) {
    Shape.temperature(temperature);
    checkRow(label, "logits", logits.length, offset, classes);
    return hardLogits(temperature, label, logits, offset, classes);
  }

  /**
   * The mean of −ln softmax(z/T)_label over rows.
   *
   * @param temperature T &gt; 0
   * @param labels one class index a row
   * @param logits rows × classes logits z, row-major
   * @param rows at least 1
   */
  public static double hardFromLogits(
      double temperature, int[] labels, double[] logits, int rows, int classes) {
    Shape.temperature(temperature);
    check(labels.length, "logits", logits.length, rows, classes);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      int label = Shape.label(labels, i, classes);
      sum += hardLogits(temperature, label, logits, i * classes, classes);
    }
    return sum / rows;
  }

  /** As {@link #hardFromLogits(double, int[], double[], int, int)}, of float32 values. */
  public static double hardFromLogits(
      double temperature, int[] labels, float[] logits, int rows, int classes) {
    Shape.temperature(temperature);
    check(labels.length, "logits", logits.length, rows, classes);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      int label = Shape.label(labels, i, classes);
      sum += hardLogits(temperature, label, logits, i * classes, classes);
    }
    return sum / rows;
  }

  /**
   * −Σ t_k · ln softmax(z/T)_k of one row.
   *
   * @param temperature T &gt; 0
   * @param targets holds the row's {@code classes} target probabilities from {@code tOffset} on
   * @param logits holds the row's {@code classes} logits z from {@code zOffset} on
   */
  public static double softFromLogitsRow(
      double temperature,
      double[] targets,
      int tOffset,
      double[] logits,
      int zOffset,
      int classes) {
    Shape.temperature(temperature);
    checkRow(targets.length, tOffset, "logits", logits.length, zOffset, classes);
    return softLogits(temperature, targets, tOffset, logits, zOffset, classes);
  }

  /**
   * As {@link #softFromLogitsRow(double, double[], int, double[], int, int)}, of float32 values.
   */
  public static double softFromLogitsRow(
      double temperature, float[] targets, int tOffset, float[] logits, int zOffset, int classes) {
    Shape.temperature(temperature);
    checkRow(targets.length, tOffset, "logits", logits.length, zOffset, classes);
    return softLogits(temperature, targets, tOffset, logits, zOffset, classes);
  }

  /**
   * The mean of −Σ t_k · ln softmax(z/T)_k over rows.
   *
   * @param temperature T &gt; 0
   * @param targets rows × classes target probabilities, row-major
   * @param logits rows × classes logits z, row-major
   * @param rows at least 1
   */
  public static double softFromLogits(
      double temperature, double[] targets, double[] logits, int rows, int classes) {
    Shape.temperature(temperature);
    check(targets.length, logits.length, "logits", rows, classes);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += softLogits(temperature, targets, o, logits, o, classes);
    }
    return sum / rows;
  }

  /** As {@link #softFromLogits(double, double[], double[], int, int)}, of float32 values. */
  public static double softFromLogits(
      double temperature, float[] targets, float[] logits, int rows, int classes) {
    Shape.temperature(temperature);
    check(targets.length, logits.length, "logits", rows, classes);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += softLogits(temperature, targets, o, logits, o, classes);
    }
    return sum / rows;
  }

  private static double sum(double[] t, int tOffset, double[] q, int qOffset, int k, double floor) {
    double sum = 0;
    for (int j = 0; j < k; j++) {
      sum += term(t[tOffset + j], -Math.log(Math.max(q[qOffset + j], floor)));
    }
    return sum;
  }

  private static double sum(float[] t, int tOffset, float[] q, int qOffset, int k, double floor) {
    double sum = 0;
    for (int j = 0; j < k; j++) {
      sum += term(t[tOffset + j], -Math.log(Math.max(q[qOffset + j], floor)));
    }
    return sum;
  }

  static double hardLogits(double temp, int label, double[] z, int offset, int classes) {
    double max = Softmax.max(z, offset, classes);
    return Softmax.logSum(temp, z, offset, classes, max) + (max - z[offset + label]) / temp;
  }

  static double hardLogits(double temp, int label, float[] z, int offset, int classes) {
    double max = Softmax.max(z, offset, classes);
    return Softmax.logSum(temp, z, offset, classes, max) + (max - z[offset + label]) / temp;
  }

  private static double softLogits(
      double temp, double[] t, int tOffset, double[] z, int zOffset, int classes) {
    double max = Softmax.max(z, zOffset, classes);
    double logSum = Softmax.logSum(temp, z, zOffset, classes, max);
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += term(t[tOffset + k], logSum + (max - z[zOffset + k]) / temp);
    }
    return sum;
  }

  private static double softLogits(
      double temp, float[] t, int tOffset, float[] z, int zOffset, int classes) {
    double max = Softmax.max(z, zOffset, classes);
    double logSum = Softmax.logSum(temp, z, zOffset, classes, max);
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += term(t[tOffset + k], logSum + (max - z[zOffset + k]) / temp);
    }
    return sum;
  }

  private static double term(double target, double surprise) {
    return target == 0 ? 0 : target * surprise;
  }

  private static void check(int labels, String name, int length, int rows, int classes) {
    Shape.matrix(name, length, rows, classes);
    Shape.rows(rows);
    Shape.labels(labels, rows);
  }

  private static void check(int targets, int length, String name, int rows, int classes) {
    Shape.matrix("targets", targets, rows, classes);
    Shape.matrix(name, length, rows, classes);
    Shape.rows(rows);
  }

  private static void checkRow(int label, String name, int length, int offset, int classes) {
    Shape.row(name, length, offset, classes);
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "label must be in [0, %d), got %d".formatted(classes, label));
    }
  }

  private static void checkRow(int t, int tOffset, String name, int length, int o, int classes) {
    Shape.row("targets", t, tOffset, classes);
    Shape.row(name, length, o, classes);
  }
}
