package dev.distill.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Points of several objectives, all minimised: which are better, and by how much. */
final class Fronts {
  private Fronts() {}

  /** Whether a point is nowhere worse than another and somewhere better. */
  static boolean dominates(double[] a, double[] b) {
    boolean better = false;
    for (int i = 0; i < a.length; i++) {
      if (a[i] > b[i]) {
        return false;
      }
      better |= a[i] < b[i];
    }
    return better;
  }

  /**
   * The front that each point lies on: 0 if nothing dominates it, 1 if nothing does once those are
   * gone, and so on (Deb et al., 2002).
   */
  static int[] ranks(double[][] points) {
    int n = points.length;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    // Nothing is dominated by what comes after it.
    Arrays.sort(order, (a, b) -> Arrays.compare(points[a], points[b]));
    int[] ranks = new int[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (ranks[order[j]] >= ranks[order[i]] && dominates(points[order[j]], points[order[i]])) {
          ranks[order[i]] = ranks[order[j]] + 1;
        }
      }
    }
    return ranks;
  }

  /**
   * The hypervolume between a point and the reference that no other point of the front covers, for
   * each point; 0 for one that is dominated, stands twice or is not below the reference. Exact for
   * any number of objectives: in O(n log n) for two, else as {@link #hypervolume}.
   */
  static double[] contributions(double[][] points, double[] reference) {
    double[] shares = new double[points.length];
    if (reference.length == 2) {
      contributions(points, reference, shares);
      return shares;
    }
    int[] ranks = ranks(points);
    for (int i = 0; i < points.length; i++) {
      List<double[]> others = new ArrayList<>();
      for (int j = 0; j < points.length; j++) {
        if (j != i && ranks[j] == 0) {
          others.add(points[j]);
        }
      }
      shares[i] = ranks[i] == 0 ? exclusive(points[i], others, reference) : 0;
    }
    return shares;
  }

  private static void contributions(double[][] points, double[] reference, double[] shares) {
    Integer[] order = new Integer[points.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Arrays.compare(points[a], points[b]));
    List<Integer> front = new ArrayList<>();
    double lowest = reference[1];
    for (int i : order) {
      if (points[i][0] < reference[0] && points[i][1] < lowest) {
        front.add(i);
        lowest = points[i][1];
      }
    }
    for (int k = 0; k < front.size(); k++) {
      double[] point = points[front.get(k)];
      double right = k + 1 < front.size() ? points[front.get(k + 1)][0] : reference[0];
      double up = k > 0 ? points[front.get(k - 1)][1] : reference[1];
      shares[front.get(k)] = (right - point[0]) * (up - point[1]);
    }
    // What stands twice is covered by its twin.
    for (int i = 1; i < order.length; i++) {
      if (Arrays.equals(points[order[i - 1]], points[order[i]])) {
        shares[order[i - 1]] = 0;
        shares[order[i]] = 0;
      }
    }
  }

  /**
   * The hypervolume that the points cover below the reference (WFG; While et al., 2012). Exact; the
   * time grows steeply with the objectives: meant for up to a hundred points in three or four.
   */
  static double hypervolume(List<double[]> points, double[] reference) {
    List<double[]> left = front(points);
    left.sort(Comparator.comparingDouble(p -> -p[0]));
    double sum = 0;
    while (!left.isEmpty()) {
      double[] point = left.remove(left.size() - 1);
      sum += exclusive(point, left, reference);
    }
    return sum;
  }

  private static double exclusive(double[] point, List<double[]> others, double[] reference) {
    double volume = 1;
    for (int i = 0; i < point.length; i++) {
      volume *= Math.max(0, reference[i] - point[i]);
    }
    if (volume == 0 || others.isEmpty()) {
      return volume;
    }
    List<double[]> limited = new ArrayList<>(others.size());
    for (double[] other : others) {
      double[] worse = new double[point.length];
      for (int i = 0; i < worse.length; i++) {
        worse[i] = Math.max(point[i], other[i]);
      }
      if (Arrays.equals(worse, point)) {
        return 0;
      }
      limited.add(worse);
    }
    return volume - hypervolume(limited, reference);
  }

  /** The points that nothing dominates, each once. */
  private static List<double[]> front(List<double[]> points) {
    List<double[]> front = new ArrayList<>();
    for (double[] point : points) {
      if (front.stream().noneMatch(p -> Arrays.equals(p, point) || dominates(p, point))) {
        front.removeIf(p -> dominates(point, p));
        front.add(point);
      }
    }
    return front;
  }
}
