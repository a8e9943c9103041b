package dev.distill.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * How far rows of now are from rows of before, both counted in the same bins; what both have none
 * of is no bin.
 */
public final class Drift {
  private static final double FEWEST_EXPECTED = 5;

  private Drift() {}

  /**
   * The population stability index: Σ (q − p) · ln(q / p) over bins, the Jeffreys divergence, where
   * each p has half a row more and q half a row a bin more, spread like p: an empty bin adds
   * something, but not infinity.
   *
   * <p>Siddiqi, "Credit risk scorecards", 2006: below 0.1 no change, from 0.25 on a major one.
   *
   * @param before rows a bin
   * @param now rows a bin, likewise
   * @return ≥ 0; not a number if either has no rows
   */
  public static double psi(long[] before, long[] now) {
    check(before, now);
    double bins = IntStream.range(0, now.length).filter(i -> before[i] + now[i] > 0).count();
    double rowsBefore = Arrays.stream(before).sum();
    double rowsNow = Arrays.stream(now).sum();
    if (rowsBefore == 0 || rowsNow == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      if (before[i] + now[i] > 0) {
        double p = (before[i] + 0.5) / (rowsBefore + bins / 2);
        double q = (now[i] + p * bins / 2) / (rowsNow + bins / 2);
        sum += (q - p) * Math.log(q / p);
      }
    }
    return sum;
  }

  /**
   * The largest distance of the two distribution functions at the ends of the bins: the
   * Kolmogorov–Smirnov statistic of binned values, which is at most that of the values themselves.
   *
   * @return 0 to 1; not a number if either has no rows
   */
  public static double ks(long[] before, long[] now) {
    check(before, now);
    double rowsBefore = Arrays.stream(before).sum();
    double rowsNow = Arrays.stream(now).sum();
    double largest = rowsBefore == 0 || rowsNow == 0 ? Double.NaN : 0;
    long a = 0;
    long b = 0;
    for (int i = 0; i < before.length; i++) {
      a += before[i];
      b += now[i];
      largest = Math.max(largest, Math.abs(a / rowsBefore - b / rowsNow));
    }
    return largest;
  }

  /**
   * Chance of such a Kolmogorov–Smirnov statistic, or a larger one, if nothing had changed; on the
   * safe side for binned values.
   *
   * <p>Stephens, "Use of the Kolmogorov–Smirnov, Cramér–von Mises and related statistics without
   * extensive tables", 1970.
   */
  public static double ksPValue(double statistic, long rowsBefore, long rowsNow) {
    double root = Math.sqrt((double) rowsBefore * rowsNow / (rowsBefore + rowsNow));
    double x = (root + 0.12 + 0.11 / root) * statistic;
    if (x < 0.3) {
      return 1; // to six digits, and the series would be long
    }
    double sum = 0;
    for (int j = 1; j <= 20; j++) {
      sum += (j % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * j * j * x * x);
    }
    return Math.max(0, Math.min(1, sum));
  }

  /**
   * Chance of such a difference of the bins, or a larger one, if nothing had changed: Pearson's
   * chi-square of two samples, the bins that had the fewest rows before pooled until 5 are expected
   * in each (Cochran, 1954). What is pooled must not hang on the rows of now, or small p-values
   * would not be as rare as they say; but bins that were empty before are one bin if there are
   * enough rows in it.
   *
   * @return 1 where there is nothing to compare: fewer than two bins after pooling
   */
  public static double chiSquarePValue(long[] before, long[] now) {
    check(before, now);
    double rowsBefore = Arrays.stream(before).sum();
    double rowsNow = Arrays.stream(now).sum();
    double part = rowsNow / (rowsBefore + rowsNow);
    int[] order =
        IntStream.range(0, now.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> before[i]))
            .mapToInt(i -> i)
            .toArray();
    double statistic = 0;
    int bins = 0;
    double left = rowsBefore;
    double pooledBefore = 0;
    double pooledNow = 0;
    for (int o = 0; o < order.length; o++) {
      pooledBefore += before[order[o]];
      pooledNow += now[order[o]];
      left -= before[order[o]];
      boolean last = o == order.length - 1;
      boolean lastEmpty = pooledBefore == 0 && !last && before[order[o + 1]] > 0;
      double least = Math.min(1, rowsNow / rowsBefore);
      boolean enough =
          lastEmpty
              ? pooledNow * Math.min(part, 1 - part) >= FEWEST_EXPECTED
              // What would remain too small for a bin of its own goes into this one.
              : pooledBefore * least >= FEWEST_EXPECTED && left * least >= FEWEST_EXPECTED;
      if (last || enough) {
        double both = pooledBefore + pooledNow;
        double expected = both * part;
        statistic +=
            square(pooledNow - expected) / expected
                + square(pooledBefore - (both - expected)) / (both - expected);
        bins++;
        pooledBefore = 0;
        pooledNow = 0;
      }
    }
    return bins < 2 ? 1 : ChiSquaredDistribution.of(bins - 1).survivalProbability(statistic);
  }

  private static double square(double x) {
    return x * x;
  }

  private static void check(long[] before, long[] now) {
    if (before.length != now.length) {
      throw new IllegalArgumentException(
          "both must have the same bins, got %d and %d".formatted(before.length, now.length));
    }
  }
}
