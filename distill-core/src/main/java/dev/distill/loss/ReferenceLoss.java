package dev.distill.loss;

/**
 * The formulas of the reference method this project starts from, kept as they are so that its
 * figures can be reproduced. Only the {@code reference} plan uses this class.
 *
 * <p>It is not a sound loss. It <b>mixes a sum with a mean</b>: KL is summed over rows while
 * cross-entropy is averaged, so that alpha means something else for every number of rows. It
 * <b>clips</b> teacher and student, so that confident rows are changed. And it never softens the
 * student. {@link CombinedLoss} and {@link TemperatureScaling} are what everything else uses.
 *
 * <p>Arrays are row-major, rows × classes, and owned by the caller; values are in nats.
 */
public final class ReferenceLoss {
  private static final double TEACHER_CLIP = 1e-7;
  private static final double STUDENT_CLIP = 1e-10;

  private ReferenceLoss() {}

  /**
   * Softens the teacher's probabilities: softmax(ln(p clipped to [1e-7, 1 − 1e-7]) / T).
   *
   * @param temperature T &gt; 0
   * @param probabilities rows × classes, row-major
   * @param out takes rows × classes probabilities; may be the input's array
   */
  public static void soften(
      double temperature, double[] probabilities, int rows, int classes, double[] out) {
    Shape.temperature(temperature);
    Shape.matrix("probabilities", probabilities.length, rows, classes);
    Shape.matrix("out", out.length, rows, classes);
    for (int j = 0; j < rows * classes; j++) {
      out[j] = Math.log(clip(probabilities[j], TEACHER_CLIP));
    }
    Softmax.softmax(temperature, out, rows, classes, out);
  }

  /**
   * KL <b>summed</b> over rows: Σ p·ln(p/q) with q clipped to [1e-10, 1 − 1e-10]. NaN where p = 0,
   * which {@link #soften} never gives.
   *
   * @param p the teacher's distribution, rows × classes
   * @param q the student's, rows × classes
   */
  public static double klSum(double[] p, double[] q, int rows, int classes) {
    Shape.matrix("p", p.length, rows, classes);
    Shape.matrix("q", q.length, rows, classes);
    double sum = 0;
    for (int j = 0; j < rows * classes; j++) {
      sum += p[j] * Math.log(p[j] / clip(q[j], STUDENT_CLIP));
    }
    return sum;
  }

  /**
   * Cross-entropy averaged over rows: the mean of −ln(q_label clipped to [1e-10, 1 − 1e-10]).
   *
   * @param labels one class index a row
   * @param q the student's distribution, rows × classes
   * @param rows at least 1
   */
  public static double ceMean(int[] labels, double[] q, int rows, int classes) {
    Shape.matrix("q", q.length, rows, classes);
    Shape.rows(rows);
    Shape.labels(labels.length, rows);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum -= Math.log(clip(q[i * classes + Shape.label(labels, i, classes)], STUDENT_CLIP));
    }
    return sum / rows;
  }

  /**
   * alpha · {@link #klSum} + (1 − alpha) · {@link #ceMean}.
   *
   * @param alpha weight of the teacher, in [0, 1]
   * @param soft the teacher's distribution, rows × classes
   * @param labels one class index a row
   * @param q the student's distribution, rows × classes
   * @param rows at least 1
   */
  public static double combined(
      double alpha, double[] soft, int[] labels, double[] q, int rows, int classes) {
    Shape.alpha(alpha);
    return alpha * klSum(soft, q, rows, classes) + (1 - alpha) * ceMean(labels, q, rows, classes);
  }

  private static double clip(double p, double margin) {
    return Math.min(Math.max(p, margin), 1 - margin);
  }
}
