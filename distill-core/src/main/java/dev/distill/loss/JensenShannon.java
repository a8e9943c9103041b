package dev.distill.loss;

/**
 * Jensen–Shannon divergence ½·KL(p‖m) + ½·KL(q‖m) with m = (p + q)/2, in nats.
 *
 * <p>Symmetric, finite, and at most ln 2. Arrays are row-major, rows × classes; rows are expected
 * to sum to 1, which is not checked.
 *
 * <p>Lin, "Divergence measures based on the Shannon entropy", 1991.
 */
public final class JensenShannon {
  private JensenShannon() {}

  /**
   * The divergence of one row.
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
   * The mean of the rows' divergences.
   *
   * @param p rows × classes, row-major
   * @param q likewise
   * @param rows at least 1
   */
  public static double mean(double[] p, double[] q, int rows, int classes) {
    check(p.length, q.length, rows, classes);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += sum(p, o, q, o, classes);
    }
    return sum / rows;
  }

  /** As {@link #mean(double[], double[], int, int)}, of float32 values. */
  public static double mean(float[] p, float[] q, int rows, int classes) {
    check(p.length, q.length, rows, classes);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += sum(p, o, q, o, classes);
    }
    return sum / rows;
  }

  private static double sum(double[] p, int pOffset, double[] q, int qOffset, int classes) {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += term(p[pOffset + k], q[qOffset + k]) + term(q[qOffset + k], p[pOffset + k]);
    }
    return sum / 2;
  }

  private static double sum(float[] p, int pOffset, float[] q, int qOffset, int classes) {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += term(p[pOffset + k], q[qOffset + k]) + term(q[qOffset + k], p[pOffset + k]);
    }
    return sum / 2;
  }

  private static double term(double a, double b) {
    return a == 0 ? 0 : a * Math.log(2 * a / (a + b));
  }

  private static void check(int p, int q, int rows, int classes) {
    Shape.matrix("p", p, rows, classes);
    Shape.matrix("q", q, rows, classes);
    Shape.rows(rows);
  }
}
