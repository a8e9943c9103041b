package dev.distill.metrics;

import java.util.Arrays;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.apache.commons.statistics.inference.PValueMethod;

/**
 * How alike the distributions of the teacher's and the student's scores are, whatever the rows they
 * belong to. Shuffling the student's rows changes nothing here: a student can be perfect by these
 * figures and useless, so they never stand alone.
 *
 * <p>Kolmogorov, "Sulla determinazione empirica di una legge di distribuzione", 1933; Smirnov,
 * "Table for estimating the goodness of fit of empirical distributions", 1948.
 *
 * @param ks the two-sample Kolmogorov–Smirnov statistic, the largest gap between the two cumulative
 *     distributions, in [0, 1]
 * @param pValue the chance of a gap as large from one common distribution; exact up to 10 000
 *     scores, asymptotic above
 * @param r2Sorted R² of the sorted student scores as predictions of the sorted teacher scores; NaN
 *     if there is but one score or the numbers of scores differ
 */
public record Marginals(double ks, double pValue, double r2Sorted) {

  /**
   * Compares two sets of scores; the arrays are left as they are.
   *
   * @param teacher at least two scores, in any order
   * @param student at least two scores; or one each
   */
  public static Marginals of(double[] teacher, double[] student) {
    return of(teacher, student, PValueMethod.AUTO);
  }

  static Marginals of(double[] teacher, double[] student, PValueMethod method) {
    double[] t = teacher.clone();
    double[] s = student.clone();
    Arrays.sort(t);
    Arrays.sort(s);
    return new Marginals(ks(t, s), pValue(t, s, method), r2(t, s));
  }

  /** The statistic of sorted scores. The library wants two a side, so one against one is ours. */
  static double ks(double[] teacher, double[] student) {
    return oneEach(teacher, student)
        ? teacher[0] == student[0] ? 0 : 1
        : KolmogorovSmirnovTest.withDefaults().statistic(teacher, student);
  }

  /** The p-value of sorted scores: for given numbers of scores it falls as the statistic grows. */
  static double pValue(double[] teacher, double[] student, PValueMethod method) {
    return oneEach(teacher, student)
        ? 1
        : KolmogorovSmirnovTest.withDefaults().with(method).test(teacher, student).getPValue();
  }

  private static boolean oneEach(double[] teacher, double[] student) {
    return teacher.length == 1 && student.length == 1;
  }

  /** R² of equally many sorted scores; of constant teacher scores 1 if met and 0 if not. */
  static double r2(double[] teacher, double[] student) {
    int n = teacher.length;
    if (n < 2 || student.length != n) {
      return Double.NaN;
    }
    double mean = Arrays.stream(teacher).average().orElseThrow();
    double residual = 0;
    double total = 0;
    for (int i = 0; i < n; i++) {
      residual += (teacher[i] - student[i]) * (teacher[i] - student[i]);
      total += (teacher[i] - mean) * (teacher[i] - mean);
    }
    if (teacher[0] == teacher[n - 1]) {
      return residual == 0 ? 1 : 0;
    }
    return 1 - residual / total;
  }
}
