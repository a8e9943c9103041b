package dev.distill.loss;

/**
 * Total variation distance ½·Σ_k |p_k − q_k|, in [0, 1]: the largest difference between the two in
 * the probability of any set of classes. Arrays are row-major, rows × classes.
 */
public final class TotalVariation {
  private TotalVariation() {}

  /**
   * The distance of one row.
   *
   * @param p holds the row's {@code classes} probabilities from {@code pOffset} on
   * @param q likewise from {@code qOffset} on
   */
  public static double row(double[] p, int pOffset, double[] q, int qOffset, int classes) {
    Shape.row("p", p.length, pOffset, classes);
    Shape.row("q", q.length, qOffset, classes);
    return sum(p, pOffset, q, qOffset, classes);
  }

  /** As {@link #row(double[], int, double[], int, int)}, of float32 values. */
  public static double row(float[] p, int pOffset, float[] q, int qOffset, int classes) {
    Shape.row("p", p.length, pOffset, classes);
    Shape.row("q", q.length, qOffset, classes);
    return sum(p, pOffset, q, qOffset, classes);
  }

  /**
   * The mean of the rows' distances.
   *
   * @param p rows × classes, row-major
   * @param q likewise
   * @param rows at least 1
   */
  public static double mean(double[] p, double[] q, int rows, int classes) {
    check(p.length, q.length, rows, classes);
    return sum(p, 0, q, 0, rows * classes) / rows;
  }

  /** As {@link #mean(double[], double[], int, int)}, of float32 values. */
  public static double mean(float[] p, float[] q, int rows, int classes) {
    check(p.length, q.length, rows, classes);
    return sum(p, 0, q, 0, rows * classes) / rows;
  }

  private static double sum(double[] p, int pOffset, double[] q, int qOffset, int length) {
    double sum = 0;
    for (int k = 0; k < length; k++) {
      sum += Math.abs(p[pOffset + k] - q[qOffset + k]);
    }
    return sum / 2;
  }

  private static double sum(float[] p, int pOffset, float[] q, int qOffset, int length) {
    double sum = 0;
    for (int k = 0; k < length; k++) {
      sum += Math.abs((double) p[pOffset + k] - q[qOffset + k]);
    }
    return sum / 2;
  }

  private static void check(int p, int q, int rows, int classes) {
    Shape.matrix("p", p, rows, classes);
    Shape.matrix("q", q, rows, classes);
    Shape.rows(rows);
  }
}
