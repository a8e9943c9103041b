package dev.distill.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.BinomialTest;

/**
 * Sets two models side by side on the same rows: student and teacher, or a distilled student and
 * its hard-label twin. Arrays are row-major, rows × classes.
 */
public final class Comparison {
  private Comparison() {}

  /**
   * A confidence interval.
   *
   * @param estimate what was measured on the rows themselves
   * @param lower the interval's lower end
   * @param upper its upper end
   */
  public record Interval(double estimate, double lower, double upper) {}

  /** Part of the rows on which both predict the same class ({@link Argmax}). */
  public static double agreement(double[] first, double[] second, int rows, int classes) {
    Shape.matrix("first", first, rows, classes);
    Shape.matrix("second", second, rows, classes);
    int same = 0;
    for (int o = 0; o < rows * classes; o += classes) {
      if (Argmax.row(first, o, classes) == Argmax.row(second, o, classes)) {
        same++;
      }
    }
    return same / (double) rows;
  }

  /**
   * Part of the rows that the teacher gets right and the student wrong.
   *
   * <p>Yan et al., "Positive-congruent training: towards regression-free model updates", 2021.
   */
  public static double negativeFlips(
      int[] labels, double[] teacher, double[] student, int rows, int classes) {
    return onlyFirstRight(labels, teacher, student, rows, classes) / (double) rows;
  }

  /** What the student keeps of the teacher's score: student / teacher. */
  public static double retention(double student, double teacher) {
    return student / teacher;
  }

  /**
   * How much of the way from the hard-label twin to the teacher distillation went: (distilled −
   * twin) / (teacher − twin). It means nothing where the twin is as good as the teacher.
   */
  public static double gapClosed(double distilled, double twin, double teacher) {
    return (distilled - twin) / (teacher - twin);
  }

  /**
   * The same with a paired bootstrap interval over rows, of which all three are means. Where the
   * teacher is not ahead of the twin, nor behind it, for certain (the interval of their difference
   * holds 0) there is no gap that could be closed, and the interval's ends are not a number.
   *
   * @param distilled one value a row, say each row's cross-entropy under the student
   * @param twin the twin's, the same rows in the same order
   * @param teacher the teacher's, likewise
   * @param resamples at least 1000
   * @param confidence in (0, 1), say 0.95
   * @param seed the same seed gives the same interval
   */
  public static Interval gapClosed(
      double[] distilled,
      double[] twin,
      double[] teacher,
      int resamples,
      double confidence,
      long seed) {
    int n = distilled.length;
    Interval gap = bootstrap(teacher, twin, resamples, confidence, seed);
    if (n != twin.length) {
      throw new IllegalArgumentException(
          "distilled and twin must have one value a row each, got %d and %d"
              .formatted(n, twin.length));
    }
    double estimate = gapClosed(mean(distilled), mean(twin), mean(teacher));
    if (gap.lower() <= 0 && gap.upper() >= 0) {
      return new Interval(estimate, Double.NaN, Double.NaN);
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] closed = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      double gained = 0;
      double possible = 0;
      for (int i = 0; i < n; i++) {
        int row = random.nextInt(n);
        gained += distilled[row] - twin[row];
        possible += teacher[row] - twin[row];
      }
      closed[r] = gained / possible;
    }
    Arrays.sort(closed);
    int tail = (int) ((1 - confidence) / 2 * resamples);
    return new Interval(estimate, closed[tail], closed[resamples - 1 - tail]);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /**
   * McNemar's exact test of equal accuracy: the two-sided p-value of the rows that only one of the
   * two gets right falling as unevenly under a fair coin; 1 if there is no such row.
   *
   * <p>McNemar, "Note on the sampling error of the difference between correlated proportions or
   * percentages", 1947.
   */
  public static double mcNemar(
      int[] labels, double[] first, double[] second, int rows, int classes) {
    int b = onlyFirstRight(labels, first, second, rows, classes);
    int c = onlyFirstRight(labels, second, first, rows, classes);
    // A fair coin is symmetric, so the two-sided value is twice the one-sided. The library's own
    // two-sided test compares rounded probabilities for equality: of 3 rows, 2 against 1 gives
    // .625.
    BinomialTest fewer = BinomialTest.withDefaults().with(AlternativeHypothesis.LESS_THAN);
    return Math.min(1, 2 * fewer.test(b + c, Math.min(b, c), 0.5).getPValue());
  }

  /**
   * Paired bootstrap interval for the mean of first − second: rows are drawn with replacement, and
   * the interval holds the middle {@code confidence} of the resampled means.
   *
   * <p>Efron, "Bootstrap methods: another look at the jackknife", 1979.
   *
   * @param first one value a row, say each row's cross-entropy under one student
   * @param second one value a row under the other, the same rows in the same order
   * @param resamples at least 1000
   * @param confidence in (0, 1), say 0.95
   * @param seed the same seed gives the same interval
   */
  public static Interval bootstrap(
      double[] first, double[] second, int resamples, double confidence, long seed) {
    int n = first.length;
    if (n == 0 || second.length != n) {
      throw new IllegalArgumentException(
          "first and second must have one value a row each, got %d and %d"
              .formatted(n, second.length));
    }
    if (resamples < 1000) {
      throw new IllegalArgumentException("resamples must be >= 1000, got " + resamples);
    }
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence must be in (0, 1), got " + confidence);
    }
    double[] differences = new double[n];
    Arrays.setAll(differences, i -> first[i] - second[i]);
    SplittableRandom random = new SplittableRandom(seed);
    double[] means = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += differences[random.nextInt(n)];
      }
      means[r] = sum / n;
    }
    Arrays.sort(means);
    int tail = (int) ((1 - confidence) / 2 * resamples);
    return new Interval(
        Arrays.stream(differences).average().orElseThrow(),
        means[tail],
        means[resamples - 1 - tail]);
  }

  private static int onlyFirstRight(
      int[] labels, double[] first, double[] second, int rows, int classes) {
    Shape.matrix("first", first, rows, classes);
    Shape.matrix("second", second, rows, classes);
    Shape.labels(labels, rows, classes);
    int count = 0;
    for (int i = 0; i < rows; i++) {
      int o = i * classes;
      if (Argmax.row(first, o, classes) == labels[i]
          && Argmax.row(second, o, classes) != labels[i]) {
        count++;
      }
    }
    return count;
  }
}
