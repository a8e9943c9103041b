package dev.distill.runtime;

import java.util.Objects;

/**
 * What models share that score row by row: the checks, the batch as a loop, and the other methods
 * in terms of one.
 *
 * <p>Sums stand in arrays that are kept a thread, shared by all models and grown to the largest, so
 * that scoring allocates nothing and models leave nothing behind. Each model, and each within it,
 * has slots of its own.
 */
abstract class RowScorer {
  // No class of this package is a key or a value, so no thread keeps its class loader.
  private static final ThreadLocal<float[][]> SCRATCH = new ThreadLocal<>();

  private final int features;
  private final int classes;
  private final int[] sizes;
  private final boolean blocks;

  /** Rows that are scored side by side. */
  static final int BLOCK = 256;

  /** Models of more values a row than this score them one by one, to keep scratch small. */
  static final int MOST_IN_BLOCK = 1024;

  /**
   * A scorer.
   *
   * @param inner the slots of the model inside, if there is one
   * @param own the length of each slot that {@link #score} uses itself, before those
   */
  RowScorer(int features, int classes, int[] inner, int... own) {
    this(false, features, classes, inner, own);
  }

  /**
   * A scorer.
   *
   * @param blocks whether it overrides {@link #scoreBlock}
   */
  RowScorer(boolean blocks, int features, int classes, int[] inner, int... own) {
    if (features < 1) {
      throw new IllegalArgumentException("features must be > 0, got " + features);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be at least 2, got " + classes);
    }
    this.features = features;
    this.classes = classes;
    sizes = new int[1 + own.length + Math.max(0, inner.length - 1)];
    this.blocks = blocks;
    sizes[0] = blocks ? BLOCK * classes : classes;
    System.arraycopy(own, 0, sizes, 1, own.length);
    if (inner.length > 0) {
      System.arraycopy(inner, 1, sizes, 1 + own.length, inner.length - 1);
    }
  }

  /** The lengths of the slots of a model; the first one is for logits. */
  static int[] slots(PortableModel model) {
    return model instanceof RowScorer scorer ? scorer.sizes : new int[0];
  }

  /**
   * Scores one row; the arrays are long enough.
   *
   * @param scratch the slots of this model begin at {@code slot}
   */
  abstract void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot);

  /** Scores one row with any model, which may use the slots from {@code slot} on. */
  static void score(
      PortableModel model, float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    if (model instanceof RowScorer scorer) {
      scorer.score(row, at, out, o, scratch, slot);
    } else {
      model.logits(row, at, out, o);
    }
  }

  /** This thread's slot for logits, at least this long. */
  static float[] logits(int count) {
    float[][] scratch = SCRATCH.get();
    return scratch != null && scratch[0].length >= count
        ? scratch[0]
        : scratch(new int[] {count})[0];
  }

  /** This thread's slots, at least this long each. */
  private static float[][] scratch(int[] sizes) {
    float[][] scratch = SCRATCH.get();
    if (scratch == null || scratch.length < sizes.length) {
      return grown(scratch == null ? new float[0][] : scratch, sizes);
    }
    for (int i = 0; i < sizes.length; i++) {
      if (scratch[i].length < sizes[i]) {
        return grown(scratch, sizes);
      }
    }
    return scratch;
  }

  private static float[][] grown(float[][] scratch, int[] sizes) {
    float[][] grown = new float[Math.max(scratch.length, sizes.length)][];
    for (int i = 0; i < grown.length; i++) {
      int wanted = i < sizes.length ? sizes[i] : 0;
      boolean fits = i < scratch.length && scratch[i].length >= wanted;
      grown[i] = fits ? scratch[i] : new float[wanted];
    }
    SCRATCH.set(grown);
    return grown;
  }

  public int features() {
    return features;
  }

  public int classes() {
    return classes;
  }

  public void logits(float[] row, int rowOffset, float[] out, int outOffset) {
    check(row, rowOffset, out.length, outOffset);
    score(row, rowOffset, out, outOffset, scratch(sizes), 1);
  }

  public void logits(float[] row, int rowOffset, double[] out, int outOffset) {
    check(row, rowOffset, out.length, outOffset);
    widen(row, rowOffset, out, outOffset, scratch(sizes));
  }

  public void logits(float[] rows, int count, float[] out) {
    checkBatch(rows, count, out.length);
    float[][] scratch = scratch(sizes);
    for (int i = 0; i < count; i += BLOCK) {
      int block = Math.min(BLOCK, count - i);
      scoreBlock(rows, i * features, block, out, i * classes, scratch, 1);
    }
  }

  public void logits(float[] rows, int count, double[] out) {
    checkBatch(rows, count, out.length);
    float[][] scratch = scratch(sizes);
    if (!blocks) {
      for (int i = 0; i < count; i++) {
        widen(rows, i * features, out, i * classes, scratch);
      }
      return;
    }
    float[] narrow = scratch[0];
    for (int i = 0; i < count; i += BLOCK) {
      int block = Math.min(BLOCK, count - i);
      scoreBlock(rows, i * features, block, narrow, 0, scratch, 1);
      for (int j = 0; j < block * classes; j++) {
        out[i * classes + j] = narrow[j];
      }
    }
  }

  /** Scores up to {@link #BLOCK} rows; one by one, unless a model knows better. */
  void scoreBlock(
      float[] rows, int at, int count, float[] out, int o, float[][] scratch, int slot) {
    for (int i = 0; i < count; i++) {
      score(rows, at + i * features, out, o + i * classes, scratch, slot);
    }
  }

  /** Whether a model scores blocks of rows otherwise than one by one. */
  static boolean blocks(PortableModel model) {
    return model instanceof RowScorer scorer && scorer.blocks;
  }

  public int predict(float[] row, int rowOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    return predict(row, rowOffset, scratch(sizes));
  }

  /** The class with the largest logit; of equal ones the first. */
  int predict(float[] row, int at, float[][] scratch) {
    score(row, at, scratch[0], 0, scratch, 1);
    return largest(scratch[0], classes);
  }

  private void widen(float[] row, int at, double[] out, int o, float[][] scratch) {
    float[] narrow = scratch[0];
    score(row, at, narrow, 0, scratch, 1);
    for (int k = 0; k < classes; k++) {
      out[o + k] = narrow[k];
    }
  }

  private void check(float[] row, int rowOffset, int outLength, int outOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    Objects.checkFromIndexSize(outOffset, classes, outLength);
  }

  private void checkBatch(float[] rows, int count, int outLength) {
    Objects.checkFromIndexSize(0L, (long) count * features, (long) rows.length);
    Objects.checkFromIndexSize(0L, (long) count * classes, (long) outLength);
  }

  /** The first of the largest values; NaN counts as the smallest. */
  static int largest(float[] values, int count) {
    float best = Float.NEGATIVE_INFINITY;
    int winner = 0;
    for (int k = 0; k < count; k++) {
      if (values[k] > best) {
        best = values[k];
        winner = k;
      }
    }
    return winner;
  }

  /**
   * Checks that all values are finite and how many there are.
   *
   * @return a copy
   */
  static float[] finite(String what, float[] values, long expected) {
    checkFinite(what, values, expected);
    return values.clone();
  }

  static void checkFinite(String what, float[] values, long expected) {
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
  }
}
