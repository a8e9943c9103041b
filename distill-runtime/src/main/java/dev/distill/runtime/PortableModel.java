package dev.distill.runtime;

/**
 * The library-free form of a fitted student: what a {@link StudentFile} holds and scores with.
 *
 * <p>Immutable and thread-safe; the scoring methods allocate nothing. Features are float32,
 * row-major, NaN = missing, in the order of the {@link Schema}. Logits are natural-log scores, one
 * a class, of which a softmax makes probabilities. They are float32 sums; the methods that take a
 * {@code double[]} write the same values, widened.
 */
public sealed interface PortableModel
    permits TreeEnsemble,
        DenseNetwork,
        FactorizationMachine,
        StandardizedModel,
        HingedModel,
        Logarithm {

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
   * Scores one row, as {@link #logits(float[], int, float[], int)} does, into doubles.
   *
   * @param row holds the row's {@link #features()} values from {@code rowOffset} on
   * @param out takes the {@link #classes()} logits from {@code outOffset} on; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  void logits(float[] row, int rowOffset, double[] out, int outOffset);

  /**
   * Scores the first {@code count} rows of a row-major array; bit for bit what {@link
   * #logits(float[], int, float[], int)} gives for each of them.
   *
   * @param rows count × features, row-major
   * @param out count × classes, row-major; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  void logits(float[] rows, int count, float[] out);

  /**
   * Scores the first {@code count} rows, as {@link #logits(float[], int, float[])} does, into
   * doubles.
   *
   * @param rows count × features, row-major
   * @param out count × classes, row-major; owned by the caller
   * @throws IndexOutOfBoundsException if either array is too short
   */
  void logits(float[] rows, int count, double[] out);

  /**
   * The class with the largest logit; of equal ones the first.
   *
   * @param row holds the row's {@link #features()} values from {@code rowOffset} on
   * @throws IndexOutOfBoundsException if the array is too short
   */
  int predict(float[] row, int rowOffset);
}
