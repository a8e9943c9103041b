package dev.distill.search;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How much each parameter matters: its share of the variance of the values over the whole space
 * under a random forest (functional ANOVA; Hutter et al., 2014).
 *
 * <p>A parameter that exists only under a choice counts where it exists, in proportion to how much
 * of the space that is. Where it does not, the trees see it drawn evenly, so that they can't tell
 * the choice by it. Effects of several parameters together are left out; the shares are scaled to
 * add up to 1.
 */
public final class Importance {
  private static final int TREES = 64;
  private static final int DEPTH = 64;

  private final SearchSpace space;
  private final Axes axes;
  // Where each option of a choice stands among the others by its mean value.
  private final int[][] places;

  private Importance(SearchSpace space, List<double[]> points, double[] values) {
    this.space = space;
    axes = new Axes(space);
    places = new int[axes.count()][];
    for (int d = 0; d < places.length; d++) {
      places[d] = places(d, points, values);
    }
  }

  /** The importance of each parameter for the first objective, the most important one first. */
  public static Map<String, Double> of(List<Trial> trials, SearchSpace space) {
    return of(trials, space, Trial::value);
  }

  /**
   * The importance of each parameter for what complete trials have as their value, the most
   * important one first.
   *
   * @param trials those that are complete and lie in the space count
   * @return shares that add up to 1; all 0 if the values do not differ
   */
  public static Map<String, Double> of(
      List<Trial> trials, SearchSpace space, ToDoubleFunction<Trial> value) {
    Axes axes = new Axes(space);
    List<double[]> points = new ArrayList<>();
    List<Double> told = new ArrayList<>();
    for (Trial trial : trials) {
      if (trial.state() == Trial.State.COMPLETE) {
        double v = value.applyAsDouble(trial);
        double[] point = axes.encode(trial.parameters());
        if (point != null && Double.isFinite(v)) {
          points.add(point);
          told.add(v);
        }
      }
    }
    double mean = told.stream().mapToDouble(v -> v).average().orElse(0);
    double[] values = told.stream().mapToDouble(v -> v - mean).toArray();
    return new Importance(space, points, values).ordered(points, values);
  }

  private Map<String, Double> ordered(List<double[]> points, double[] values) {
    double[] shares = new double[axes.count()];
    for (int t = 0; t < TREES && values.length > 1; t++) {
      RandomGenerator random = Seeds.random(0, "importance " + t);
      Tree tree = new Tree(filled(points, random), values, random);
      double variance = tree.variance();
      if (variance > 0) {
        for (int d = 0; d < shares.length; d++) {
          shares[d] += variance(tree, d) / variance;
        }
      }
    }
    double sum = Arrays.stream(shares).sum();
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < shares.length; d++) {
      shares[d] = sum > 0 ? shares[d] / sum : 0;
      order.add(d);
    }
    order.sort(Comparator.comparingDouble(d -> -shares[d]));
    Map<String, Double> named = new LinkedHashMap<>();
    order.forEach(d -> named.put(name(d), shares[d]));
    return named;
  }

  private String name(int d) {
    return space.dimensions().get(d).parameter().name();
  }

  /**
   * The variance that a dimension makes in the part of the space where it exists, times its size.
   */
  private double variance(Tree tree, int d) {
    double[] low = new double[axes.count()];
    double[] high = new double[axes.count()];
    Arrays.fill(high, 1);
    double size = 1;
    SearchSpace.Dimension dimension = space.dimensions().get(d);
    while (dimension.underChoice() != null) {
      int parent = 0;
      while (!name(parent).equals(dimension.underChoice())) {
        parent++;
      }
      dimension = under(parent, String.valueOf(dimension.underOption()), low, high);
      size *= high[parent] - low[parent];
    }
    return size * tree.variance(d, low, high);
  }

  private SearchSpace.Dimension under(int parent, String option, double[] low, double[] high) {
    SearchSpace.Dimension dimension = space.dimensions().get(parent);
    int index = ((Hyperparameter.Choice) dimension.parameter()).options().indexOf(option);
    low[parent] = (double) places[parent][index] / places[parent].length;
    high[parent] = (places[parent][index] + 1.0) / places[parent].length;
    return dimension;
  }

  private int[] places(int d, List<double[]> points, double[] values) {
    int options = axes.options(d);
    double[] sum = new double[options];
    int[] count = new int[options];
    for (int i = 0; i < values.length && options > 0; i++) {
      double option = points.get(i)[d];
      if (!Double.isNaN(option)) {
        sum[(int) option] += values[i];
        count[(int) option]++;
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int o = 0; o < options; o++) {
      order.add(o);
    }
    order.sort(Comparator.comparingDouble(o -> sum[o] / Math.max(1, count[o])));
    int[] places = new int[options];
    for (int p = 0; p < options; p++) {
      places[order.get(p)] = p;
    }
    return places;
  }

  /** The points with coordinates from 0 to 1 throughout. */
  private double[][] filled(List<double[]> points, RandomGenerator random) {
    double[][] filled = new double[points.size()][axes.count()];
    for (int i = 0; i < filled.length; i++) {
      for (int d = 0; d < axes.count(); d++) {
        double at = points.get(i)[d];
        if (Double.isNaN(at)) {
          at = axes.draw(d, random);
        }
        int options = axes.options(d);
        filled[i][d] = options > 0 ? (places[d][(int) at] + 0.5) / options : at;
      }
    }
    return filled;
  }

  /** Where a tree has one value. */
  private record Leaf(double[] low, double[] high, double value) {}

  /**
   * A regression tree over the unit cube, grown on a bootstrap sample until its leaves are pure.
   */
  private static final class Tree {
    private final double[][] points;
    private final double[] values;
    private final int[] times;
    private final boolean[] left;
    private final int dimensions;
    private final double pure;
    private final List<Leaf> leaves = new ArrayList<>();

    Tree(double[][] points, double[] values, RandomGenerator random) {
      this.points = points;
      this.values = values;
      dimensions = points[0].length;
      times = new int[values.length];
      left = new boolean[values.length];
      for (int i = 0; i < values.length; i++) {
        times[random.nextInt(values.length)]++;
      }
      List<Integer> drawn = new ArrayList<>();
      double squares = 0;
      for (int i = 0; i < values.length; i++) {
        squares += times[i] * values[i] * values[i];
        if (times[i] > 0) {
          drawn.add(i);
        }
      }
      pure = 1e-12 * squares;
      int[][] sorted = new int[dimensions][];
      for (int d = 0; d < dimensions; d++) {
        int at = d;
        drawn.sort(Comparator.comparingDouble(i -> points[i][at]));
        sorted[d] = drawn.stream().mapToInt(i -> i).toArray();
      }
      double[] high = new double[dimensions];
      Arrays.fill(high, 1);
      grow(sorted, new double[dimensions], high, DEPTH);
    }

    /** Grows on the points given in the order of each dimension. */
    private void grow(int[][] sorted, double[] low, double[] high, int depth) {
      double count = 0;
      double sum = 0;
      double squares = 0;
      for (int i : sorted[0]) {
        count += times[i];
        sum += times[i] * values[i];
        squares += times[i] * values[i] * values[i];
      }
      boolean leaf = depth == 0 || squares - sum * sum / count <= pure;
      Split split = leaf ? null : best(sorted, count, sum);
      if (split == null) {
        leaves.add(new Leaf(low, high, sum / count));
        return;
      }
      int d = split.dimension();
      int lefts = 0;
      for (int i : sorted[d]) {
        left[i] = points[i][d] < split.at();
        lefts += left[i] ? 1 : 0;
      }
      int[][] below = new int[dimensions][lefts];
      int[][] above = new int[dimensions][sorted[d].length - lefts];
      for (int e = 0; e < dimensions; e++) {
        int b = 0;
        int a = 0;
        for (int i : sorted[e]) {
          if (left[i]) {
            below[e][b++] = i;
          } else {
            above[e][a++] = i;
          }
        }
      }
      double[] until = high.clone();
      until[d] = split.at();
      grow(below, low, until, depth - 1);
      double[] from = low.clone();
      from[d] = split.at();
      grow(above, from, high, depth - 1);
    }

    private record Split(int dimension, double at) {}

    /** The split that leaves the least squared error; null if all points are at one place. */
    private @Nullable Split best(int[][] sorted, double count, double sum) {
      Split best = null;
      double most = Double.NEGATIVE_INFINITY;
      for (int d = 0; d < dimensions; d++) {
        double n = 0;
        double s = 0;
        for (int k = 0; k + 1 < sorted[d].length; k++) {
          int i = sorted[d][k];
          n += times[i];
          s += times[i] * values[i];
          double here = points[i][d];
          double next = points[sorted[d][k + 1]][d];
          double score = s * s / n + (sum - s) * (sum - s) / (count - n);
          double middle = (here + next) / 2;
          if (score > most && here < middle) {
            most = score;
            best = new Split(d, middle);
          }
        }
      }
      return best;
    }

    double variance() {
      double mean = 0;
      double square = 0;
      for (Leaf leaf : leaves) {
        double volume = 1;
        for (int d = 0; d < dimensions; d++) {
          volume *= leaf.high()[d] - leaf.low()[d];
        }
        mean += volume * leaf.value();
        square += volume * leaf.value() * leaf.value();
      }
      return square - mean * mean;
    }

    /** The variance along a dimension of the mean over all others, within a box. */
    double variance(int d, double[] low, double[] high) {
      double[] edges =
          leaves.stream().mapToDouble(leaf -> leaf.low()[d]).sorted().distinct().toArray();
      // By how much the mean rises at each edge.
      double[] rises = new double[edges.length + 1];
      for (Leaf leaf : leaves) {
        double weighed = leaf.value();
        for (int e = 0; e < dimensions; e++) {
          if (e != d) {
            double within = Math.min(high[e], leaf.high()[e]) - Math.max(low[e], leaf.low()[e]);
            weighed *= Math.max(0, within) / (high[e] - low[e]);
          }
        }
        rises[Arrays.binarySearch(edges, leaf.low()[d])] += weighed;
        int end = Arrays.binarySearch(edges, leaf.high()[d]);
        rises[end < 0 ? edges.length : end] -= weighed;
      }
      double at = 0;
      double mean = 0;
      double square = 0;
      for (int k = 0; k < edges.length; k++) {
        at += rises[k];
        double width = (k + 1 < edges.length ? edges[k + 1] : 1) - edges[k];
        mean += width * at;
        square += width * at * at;
      }
      return Math.max(0, square - mean * mean);
    }
  }
}
