package dev.distill.data;

import java.util.Arrays;
import java.util.List;

/**
 * Rows in k parts, each of which is held out once.
 *
 * @param heldOut the row indices of each part, ascending; together they are all rows, each once
 */
public record Folds(List<int[]> heldOut) {
  /** Copies the list. */
  public Folds {
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Deals the rows of each class over the folds in turn: sizes differ by at most one, in all and
   * within a class. A class of fewer than k rows is absent from some folds; one of a single row is
   * absent from the training side of its fold.
   *
   * @param labels the class index of each row
   * @param classes number of classes
   * @param k number of folds, from 2 to the number of rows
   * @param seed the same seed gives the same folds on every JDK
   */
  public static Folds stratified(int[] labels, int classes, int k, long seed) {
    if (k < 2 || k > labels.length) {
      throw new IllegalArgumentException(
          "folds must be 2 to %s (the rows), got %s".formatted(labels.length, k));
    }
    int[][] folds = new int[k][];
    for (int f = 0; f < k; f++) {
      folds[f] = new int[(labels.length + k - 1 - f) / k];
    }
    int dealt = 0;
    for (int[] stratum : Strata.shuffled(labels, classes, seed, "folds")) {
      for (int row : stratum) {
        folds[dealt % k][dealt / k] = row;
        dealt++;
      }
    }
    for (int[] fold : folds) {
      Arrays.sort(fold);
    }
    return new Folds(List.of(folds));
  }

  /** The rows that are not in the given fold, ascending. */
  public int[] train(int fold) {
    int[] rest = new int[heldOut.stream().mapToInt(f -> f.length).sum() - heldOut.get(fold).length];
    int next = 0;
    for (int f = 0; f < heldOut.size(); f++) {
      if (f != fold) {
        int[] rows = heldOut.get(f);
        System.arraycopy(rows, 0, rest, next, rows.length);
        next += rows.length;
      }
    }
    Arrays.sort(rest);
    return rest;
  }
}
