package dev.distill.data;

import java.util.Arrays;

/**
 * Rows in two parts.
 *
 * @param train row indices, ascending
 * @param heldOut the other row indices, ascending
 */
public record Split(int[] train, int[] heldOut) {

  /**
   * Holds out a share of the rows, of each class alike. Every class of at least two rows is on both
   * sides; a class of one row stays in {@code train}.
   *
   * @param labels the class index of each row
   * @param classes number of classes
   * @param share of the rows to hold out, between 0 and 1
   * @param seed the same seed gives the same split on every JDK
   * @throws IllegalArgumentException if no class has two rows
   */
  public static Split stratified(int[] labels, int classes, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share must be between 0 and 1, got " + share);
    }
    int[][] rows = Strata.shuffled(labels, classes, seed, "split");
    int[] taken = new int[classes];
    long missing = Math.round(share * labels.length);
    for (int k = 0; k < classes; k++) {
      int count = rows[k].length;
      if (count > 1) {
        taken[k] = Math.min(count - 1, Math.max(1, (int) (share * count)));
        missing -= taken[k];
      }
    }
    for (; missing > 0; missing--) {
      int next = -1;
      for (int k = 0; k < classes; k++) {
        if (taken[k] < rows[k].length - 1
            && (next < 0
                || share * rows[k].length - taken[k] > share * rows[next].length - taken[next])) {
          next = k;
        }
      }
      if (next < 0) {
        break;
      }
      taken[next]++;
    }
    int total = Arrays.stream(taken).sum();
    if (total == 0) {
      throw new IllegalArgumentException(
          "nothing to hold out of %s rows, expected a class of at least two rows"
              .formatted(labels.length));
    }
    int[] train = new int[labels.length - total];
    int[] heldOut = new int[total];
    int t = 0;
    int h = 0;
    for (int k = 0; k < classes; k++) {
      System.arraycopy(rows[k], 0, heldOut, h, taken[k]);
      System.arraycopy(rows[k], taken[k], train, t, rows[k].length - taken[k]);
      h += taken[k];
      t += rows[k].length - taken[k];
    }
    Arrays.sort(train);
    Arrays.sort(heldOut);
    return new Split(train, heldOut);
  }
}
