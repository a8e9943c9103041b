package dev.distill.runtime;

import java.util.Objects;

/**
 * What models share that score row by row: the checks, the batch as a loop, and the other methods
 * in terms of one. Buffers are kept a thread, so that scoring allocates nothing.
 */
abstract class RowScorer {
  private final int features;
  private final int classes;
  private final ThreadLocal<float[]> logits;
  private final ThreadLocal<float[]> scratch;

  /**
   * @param scratch how many values {@link #score} may use of its buffer
   */
  RowScorer(int features, int classes, int scratch) {
    if (features < 1) {
      throw new IllegalArgumentException("features must be > 0, got " + features);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be at least 2, got " + classes);
    }
    this.features = features;
    this.classes = classes;
    logits = ThreadLocal.withInitial(() -> new float[classes]);
    this.scratch = ThreadLocal.withInitial(() -> new float[scratch]);
  }

  /** Scores one row; the arrays are long enough. */
  abstract void score(float[] row, int at, float[] out, int o, float[] buffer);

  public int features() {
    return features;
  }

  public int classes() {
    return classes;
  }

  public void logits(float[] row, int rowOffset, float[] out, int outOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    Objects.checkFromIndexSize(outOffset, classes, out.length);
    score(row, rowOffset, out, outOffset, scratch.get());
  }

  public void logits(float[] row, int rowOffset, double[] out, int outOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    Objects.checkFromIndexSize(outOffset, classes, out.length);
    widen(row, rowOffset, out, outOffset, logits.get(), scratch.get());
  }

  public void logits(float[] rows, int count, float[] out) {
    checkBatch(rows, count, out.length);
    float[] buffer = scratch.get();
    for (int i = 0; i < count; i++) {
      score(rows, i * features, out, i * classes, buffer);
    }
  }

  public void logits(float[] rows, int count, double[] out) {
    checkBatch(rows, count, out.length);
    float[] narrow = logits.get();
    float[] buffer = scratch.get();
    for (int i = 0; i < count; i++) {
      widen(rows, i * features, out, i * classes, narrow, buffer);
    }
  }

  public int predict(float[] row, int rowOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    float[] narrow = logits.get();
    score(row, rowOffset, narrow, 0, scratch.get());
    int winner = 0;
    for (int k = 1; k < classes; k++) {
      if (narrow[k] > narrow[winner]) {
        winner = k;
      }
    }
    return winner;
  }

  private void widen(float[] row, int at, double[] out, int o, float[] narrow, float[] buffer) {
    score(row, at, narrow, 0, buffer);
    for (int k = 0; k < classes; k++) {
      out[o + k] = narrow[k];
    }
  }

  private void checkBatch(float[] rows, int count, int outLength) {
    Objects.checkFromIndexSize(0L, (long) count * features, (long) rows.length);
    Objects.checkFromIndexSize(0L, (long) count * classes, (long) outLength);
  }

  /**
   * Checks that all values are finite and how many there are.
   *
   * @return a copy
   */
  static float[] finite(String what, float[] values, long expected) {
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "%s: expected %d values, got %d".formatted(what, expected, values.length));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s: value %d must be finite, got %s".formatted(what, i, values[i]));
      }
    }
    return values.clone();
  }
}
