package dev.distill.metrics;

import java.util.Arrays;

/**
 * How well each class's probability ranks the rows of that class above the others: ROC AUC and
 * average precision (PR AUC), one class against the rest.
 *
 * <p>ROC AUC is the chance that a row of the class scores above a row of another, ties counted half
 * (Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic
 * curve", 1982). Average precision is Σ (recall_i − recall_{i−1})·precision_i over the distinct
 * scores, high to low, without interpolation. A class that cannot be ranked has NaN.
 */
public final class Ranking {
  private final double[] rocAuc;
  private final double[] averagePrecision;

  private Ranking(int classes) {
    rocAuc = new double[classes];
    averagePrecision = new double[classes];
  }

  /**
   * Ranks the rows once a class; O(K · n log n).
   *
   * @param probabilities rows × classes, row-major
   * @param labels one class index a row
   * @param rows at least 1
   */
  public static Ranking of(double[] probabilities, int[] labels, int rows, int classes) {
    Shape.probabilities("probabilities", probabilities, rows, classes);
    Shape.labels(labels, rows, classes);
    Ranking ranking = new Ranking(classes);
    double[] scores = new double[rows];
    for (int k = 0; k < classes; k++) {
      // Rows of the class from the front, the others from the back, each part sorted.
      int positives = 0;
      int negatives = 0;
      for (int i = 0; i < rows; i++) {
        int at = labels[i] == k ? positives++ : rows - ++negatives;
        scores[at] = probabilities[i * classes + k];
      }
      Arrays.sort(scores, 0, positives);
      Arrays.sort(scores, positives, rows);
      ranking.walk(k, scores, positives, rows);
    }
    return ranking;
  }

  /** Merges the two sorted parts from the highest score down, one distinct score a step. */
  private void walk(int k, double[] scores, int positives, int rows) {
    int negatives = rows - positives;
    int p = positives;
    int n = rows;
    long twiceWon = 0;
    double precisions = 0;
    while (p > 0 || n > positives) {
      double score =
          p == 0
              ? scores[n - 1]
              : n == positives ? scores[p - 1] : Math.max(scores[p - 1], scores[n - 1]);
      int tiedPositives = 0;
      while (p > 0 && scores[p - 1] == score) {
        p--;
        tiedPositives++;
      }
      int tiedNegatives = 0;
      while (n > positives && scores[n - 1] == score) {
        n--;
        tiedNegatives++;
      }
      twiceWon += (long) tiedPositives * (2L * (n - positives) + tiedNegatives);
      precisions += tiedPositives * ((positives - p) / (double) (positives - p + rows - n));
    }
    rocAuc[k] =
        positives == 0 || negatives == 0 ? Double.NaN : twiceWon / (2.0 * positives * negatives);
    averagePrecision[k] = positives == 0 ? Double.NaN : precisions / positives;
  }

  /** ROC AUC of class {@code k} against the rest; NaN if all rows or none are of it. */
  public double rocAuc(int k) {
    return rocAuc[k];
  }

  /** Average precision of class {@code k} against the rest; NaN if no row is of it. */
  public double averagePrecision(int k) {
    return averagePrecision[k];
  }

  /** ROC AUC of class 1 of two, or the mean over the classes that occur; NaN if only one does. */
  public double rocAuc() {
    return overall(rocAuc);
  }

  /** Average precision of class 1 of two, or the mean over the classes that occur. */
  public double averagePrecision() {
    return overall(averagePrecision);
  }

  private static double overall(double[] perClass) {
    return perClass.length == 2
        ? perClass[1]
        : Arrays.stream(perClass).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }
}
