package dev.distill.runtime;

/**
 * The library-free form of a fitted student: what a {@link StudentFile} holds and scores with.
 *
 * <p>Immutable and thread-safe; the scoring methods allocate nothing. Features are float32,
 * row-major, NaN = missing, in the order of the {@link Schema}. Logits are natural-log scores, one
 * a class, of which a softmax makes probabilities.
 */
public sealed interface PortableModel permits TreeEnsemble {

  /** Number of features a row has. */
  int features();

  /** Number of classes K, at least 2. */
  int classes();

  /**
   * Scores one row.
   *
   * @param row holds the row's {@link #features()} values from {@code rowOffset} on
   * @param out takes the {@link #classes()} logits from {@code outOffset} on; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  void logits(float[] row, int rowOffset, float[] out, int outOffset);

  /**
   * Scores the first {@code count} rows of a row-major array; bit for bit what {@link
   * #logits(float[], int, float[], int)} gives for each of them.
   *
   * @param rows count × features, row-major
   * @param out count × classes, row-major; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  void logits(float[] rows, int count, float[] out);
}
