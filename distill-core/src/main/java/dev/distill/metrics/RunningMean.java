package dev.distill.metrics;

import dev.distill.metrics.Comparison.Interval;

/** A mean of values that come one by one, with its interval; keeps none of them. */
public final class RunningMean {
  private long count;
  private double mean;
  private double squares;

  /**
   * Adds a value.
   *
   * <p>Welford, "Note on a method for calculating corrected sums of squares and products", 1962.
   */
  public void add(double value) {
    count++;
    double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }

  /** How many values there were. */
  public long count() {
    return count;
  }

  /** Their mean; not a number if there is none. */
  public double mean() {
    return count == 0 ? Double.NaN : mean;
  }

  /** Their standard deviation; not a number if there are fewer than two. */
  public double deviation() {
    return count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1));
  }

  /** The normal interval of the mean; not a number for fewer than two values. */
  public Interval interval(double confidence) {
    return around(mean(), deviation() / Math.sqrt((double) count), confidence);
  }

  /** The normal interval of the difference from another mean of that deviation and count. */
  public Interval minus(double other, double otherDeviation, long otherCount, double confidence) {
    double error =
        Math.hypot(
            deviation() / Math.sqrt((double) count),
            otherDeviation / Math.sqrt((double) otherCount));
    return around(mean() - other, error, confidence);
  }

  private static Interval around(double estimate, double error, double confidence) {
    double half = Proportion.quantile(confidence) * error;
    return new Interval(estimate, estimate - half, estimate + half);
  }
}
