package dev.distill.metrics;

import dev.distill.metrics.Comparison.Interval;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Shares of rows, with what chance leaves open about them. */
public final class Proportion {
  private Proportion() {}

  /**
   * The score interval of a share; it is inside [0, 1] and means something for few rows, too.
   *
   * <p>Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
   *
   * @param count rows that have it, 0 to {@code rows}
   * @param rows all rows; for 0 the share is not a number and the interval [0, 1]
   * @param confidence in (0, 1), say 0.95
   */
  public static Interval wilson(long count, long rows, double confidence) {
    if (count < 0 || count > rows) {
      throw new IllegalArgumentException(
          "count must be from 0 to the %d rows, got %d".formatted(rows, count));
    }
    if (rows == 0) {
      return new Interval(Double.NaN, 0, 1);
    }
    double z = quantile(confidence);
    double share = count / (double) rows;
    double width = z * z / rows;
    double middle = share + width / 2;
    double half = z * Math.sqrt(share * (1 - share) / rows + width / (4 * rows));
    return new Interval(
        share,
        count == 0 ? 0 : (middle - half) / (1 + width),
        count == rows ? 1 : (middle + half) / (1 + width));
  }

  /**
   * The interval of the difference of two shares of different rows: first − second.
   *
   * <p>Newcombe, "Interval estimation for the difference between independent proportions", 1998
   * (method 10, of two score intervals).
   */
  public static Interval difference(
      long first, long firstRows, long second, long secondRows, double confidence) {
    Interval a = wilson(first, firstRows, confidence);
    Interval b = wilson(second, secondRows, confidence);
    double difference = a.estimate() - b.estimate();
    return new Interval(
        difference,
        difference - Math.hypot(a.estimate() - a.lower(), b.upper() - b.estimate()),
        difference + Math.hypot(a.upper() - a.estimate(), b.estimate() - b.lower()));
  }

  /** How many standard errors to each side hold the middle {@code confidence} of a normal. */
  static double quantile(double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence must be in (0, 1), got " + confidence);
    }
    return NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - confidence) / 2);
  }
}
