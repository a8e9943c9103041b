package dev.distill.data;

import java.util.SplittableRandom;

/** The rows of each class in a random order: what stratified splits deal from. */
final class Strata {
  private Strata() {}

  /**
   * Rows by class, shuffled. The same seed and purpose give the same order on every JDK.
   *
   * @param purpose names the random stream, so that two uses of one seed are independent
   * @return classes × rows of that class
   */
  static int[][] shuffled(int[] labels, int classes, long seed, String purpose) {
    int[] counts = new int[classes];
    for (int label : labels) {
      counts[label]++;
    }
    int[][] rows = new int[classes][];
    for (int k = 0; k < classes; k++) {
      rows[k] = new int[counts[k]];
    }
    for (int i = labels.length - 1; i >= 0; i--) {
      rows[labels[i]][--counts[labels[i]]] = i;
    }
    SplittableRandom random = new SplittableRandom(seed ^ ((long) purpose.hashCode() << 32));
    for (int[] stratum : rows) {
      for (int i = stratum.length - 1; i > 0; i--) {
        // nextInt(bound) is not promised to stay the same; nextLong is SplitMix64.
        int j = (int) Long.remainderUnsigned(random.nextLong(), i + 1);
        int swapped = stratum[i];
        stratum[i] = stratum[j];
        stratum[j] = swapped;
      }
    }
    return rows;
  }
}
