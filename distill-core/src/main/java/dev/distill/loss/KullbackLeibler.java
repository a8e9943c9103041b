package dev.distill.loss;

/**
 * Kullback–Leibler divergence KL(p‖q) = Σ_k p_k · ln(p_k / q_k), in nats.
 *
 * <p>0·ln 0 = 0, and the divergence is infinite where q is 0 and p is not, unless q is clipped
 * below at a floor. The reverse divergence KL(q‖p) is the same with the arguments swapped; the
 * floor always holds for the second. Arrays are row-major, rows × classes; rows are expected to sum
 * to 1, which is not checked.
 *
 * <p>Kullback and Leibler, "On information and sufficiency", 1951.
 */
public final class KullbackLeibler {
  /** The floor under predicted probabilities in everything that is reported. */
  public static final double FLOOR = 1e-15;

  /** A floor of 0: nothing is clipped, and a divergence may be infinite. */
  public static final double EXACT = 0;

  private KullbackLeibler() {}

  /**
   * The divergence of one row.
   *
   * @param p holds the row's {@code classes} probabilities from {@code pOffset} on; usually the
   *     teacher's
   * @param q likewise from {@code qOffset} on; usually the student's
   * @param floor q counts as at least this: {@link #EXACT} or {@link #FLOOR}
   */
  public static double row(
      double[] p, int pOffset, double[] q, int qOffset, int classes, double floor) {
    checkRow(p.length, pOffset, q.length, qOffset, classes, floor);
    return sum(p, pOffset, q, qOffset, classes, floor);
  }

  /** As {@link #row(double[], int, double[], int, int, double)}, of float32 values. */
  public static double row(
      float[] p, int pOffset, float[] q, int qOffset, int classes, double floor) {
    checkRow(p.length, pOffset, q.length, qOffset, classes, floor);
    return sum(p, pOffset, q, qOffset, classes, floor);
  }

  /**
   * The mean of the rows' divergences.
   *
   * @param p rows × classes, row-major; usually the teacher's
   * @param q likewise; usually the student's
   * @param rows at least 1
   * @param floor q counts as at least this: {@link #EXACT} or {@link #FLOOR}
   */
  public static double mean(double[] p, double[] q, int rows, int classes, double floor) {
    check(p.length, q.length, rows, classes, floor);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += sum(p, o, q, o, classes, floor);
    }
    return sum / rows;
  }

  /** As {@link #mean(double[], double[], int, int, double)}, of float32 values. */
  public static double mean(float[] p, float[] q, int rows, int classes, double floor) {
    check(p.length, q.length, rows, classes, floor);
    double sum = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      sum += sum(p, o, q, o, classes, floor);
    }
    return sum / rows;
  }

  private static double sum(double[] p, int pOffset, double[] q, int qOffset, int k, double floor) {
    double sum = 0;
    for (int j = 0; j < k; j++) {
      sum += term(p[pOffset + j], Math.max(q[qOffset + j], floor));
    }
    return sum;
  }

  private static double sum(float[] p, int pOffset, float[] q, int qOffset, int k, double floor) {
    double sum = 0;
    for (int j = 0; j < k; j++) {
      sum += term(p[pOffset + j], Math.max(q[qOffset + j], floor));
    }
    return sum;
  }

  /** p · ln(p/q), where p/q could overflow only for a subnormal q. */
  private static double term(double p, double q) {
    if (p == 0) {
      return 0;
    }
    return p * (q >= Double.MIN_NORMAL ? Math.log(p / q) : Math.log(p) - Math.log(q));
  }

  private static void check(int p, int q, int rows, int classes, double floor) {
    Shape.matrix("p", p, rows, classes);
    Shape.matrix("q", q, rows, classes);
    Shape.rows(rows);
    Shape.floor(floor);
  }

  private static void checkRow(int p, int pOffset, int q, int qOffset, int k, double floor) {
    Shape.row("p", p, pOffset, k);
    Shape.row("q", q, qOffset, k);
    Shape.floor(floor);
  }
}
