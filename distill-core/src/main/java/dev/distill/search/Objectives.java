package dev.distill.search;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Makes one number of several objectives, all minimised, whatever their scales. */
final class Objectives {
  /** What the sum counts beside the worst objective, so that a tie in that one is no tie. */
  private static final double SUM = 0.05;

  private static final double REFERENCE = 1.1;

  private Objectives() {}

  /**
   * The largest of the weighted objectives of each trial, for weights that are drawn evenly: an
   * augmented Chebyshev norm (Knowles, 2006).
   */
  static double[] weighed(double[][] values, RandomGenerator random) {
    int objectives = values[0].length;
    double[] weights = new double[objectives];
    double total = 0;
    for (int j = 0; j < objectives; j++) {
      weights[j] = -StrictMath.log(1 - random.nextDouble());
      total += weights[j];
    }
    double[][] scaled = scaled(values);
    double[] losses = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double largest = 0;
      double sum = 0;
      for (int j = 0; j < objectives; j++) {
        double weighted = weights[j] / total * scaled[i][j];
        largest = Math.max(largest, weighted);
        sum += weighted;
      }
      losses[i] = largest + SUM * sum;
    }
    return losses;
  }

  /**
   * The place of each trial: by fronts, and on a front those first that cover most hypervolume of
   * their own (Ozaki et al., 2022).
   */
  static double[] ordered(double[][] values) {
    double[][] ranks = ranks(values);
    int[] fronts = Fronts.ranks(ranks);
    double[] covered = new double[values.length];
    double[] reference = new double[values[0].length];
    Arrays.fill(reference, REFERENCE);
    for (int front = 0; front <= Arrays.stream(fronts).max().orElse(-1); front++) {
      int number = front;
      int[] on = IntStream.range(0, fronts.length).filter(i -> fronts[i] == number).toArray();
      double[][] points = Arrays.stream(on).mapToObj(i -> ranks[i]).toArray(double[][]::new);
      double[] shares = Fronts.contributions(points, reference);
      for (int i = 0; i < on.length; i++) {
        covered[on[i]] = shares[i];
      }
    }
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.comparingInt((Integer i) -> fronts[i]).thenComparingDouble(i -> -covered[i]));
    double[] places = new double[values.length];
    for (int place = 0; place < order.length; place++) {
      places[order[place]] = place;
    }
    return places;
  }

  /** Each objective's values, as a process is told one's, on a scale where the front is 1 wide. */
  private static double[][] scaled(double[][] values) {
    int[] fronts = Fronts.ranks(values);
    double[][] scaled = new double[values.length][values[0].length];
    for (int j = 0; j < values[0].length; j++) {
      int objective = j;
      double[] own =
          TpeSampler.scaled(Arrays.stream(values).mapToDouble(v -> v[objective]).toArray());
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < own.length; i++) {
        low = Math.min(low, own[i]);
        high = fronts[i] == 0 ? Math.max(high, own[i]) : high;
      }
      for (int i = 0; i < own.length; i++) {
        scaled[i][j] = (own[i] - low) / (high > low ? high - low : 1);
      }
    }
    return scaled;
  }

  /** Each objective's values as shares of the trials that are better, from 0 to 1. */
  private static double[][] ranks(double[][] values) {
    double[][] ranks = new double[values.length][values[0].length];
    for (int j = 0; j < values[0].length; j++) {
      int objective = j;
      double[] sorted = Arrays.stream(values).mapToDouble(v -> v[objective]).sorted().toArray();
      for (int i = 0; i < values.length; i++) {
        int better = Arrays.binarySearch(sorted, values[i][j]);
        while (better > 0 && sorted[better - 1] == values[i][j]) {
          better--;
        }
        ranks[i][j] = (double) better / Math.max(1, values.length - 1);
      }
    }
    return ranks;
  }
}
