package dev.distill.metrics;

/** The predicted class of a row: the one with the largest value, the first of equals. */
public final class Argmax {
  private Argmax() {}

  /**
   * The class of one row.
   *
   * @param values holds the row's {@code classes} probabilities or logits from {@code offset} on
   */
  public static int row(double[] values, int offset, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (values[offset + k] > values[offset + best]) {
        best = k;
      }
    }
    return best;
  }

  /** As {@link #row(double[], int, int)}, of float32 values. */
  public static int row(float[] values, int offset, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (values[offset + k] > values[offset + best]) {
        best = k;
      }
    }
    return best;
  }
}
