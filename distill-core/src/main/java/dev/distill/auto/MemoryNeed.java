package dev.distill.auto;

/** How much memory a sweep over many rows takes at its peak, from what it holds at once. */
public final class MemoryNeed {
  /** The teacher's answers as they were given, corrected, and softened. */
  private static final int ANSWERS = 3;

  /** What is there beside the rows: the program, a search on few of them. */
  private static final long BESIDE = 200L << 20;

  /** Of a value in a native library's own form: what XGBoost was seen to take. */
  private static final int NATIVE_BYTES = 10;

  private MemoryNeed() {}

  /**
   * The most bytes beside the heap, where a library (XGBoost) copies the rows of a last fit.
   *
   * @param rows training rows
   * @param features float32 numbers a row
   * @param augment rows without labels for each of them
   */
  public static long besideHeap(long rows, int features, int augment) {
    int made = Math.min(augment, AutoDistiller.SEARCH_AUGMENT);
    return rows * (1 + made) * features * NATIVE_BYTES;
  }

  /**
   * The most bytes of the heap at once.
   *
   * @param rows training rows
   * @param columns of their file
   * @param features float32 numbers a row
   * @param classes K
   * @param augment rows without labels for each of them
   */
  public static long bytes(long rows, int columns, int features, int classes, int augment) {
    int made = Math.min(augment, AutoDistiller.SEARCH_AUGMENT);
    long row = (long) features * Float.BYTES;
    long answers = (long) classes * Double.BYTES;
    long kept = rows * (row + answers) + made * rows * classes * Float.BYTES;
    if (made > 0) {
      kept += rows * columns * Double.BYTES;
    }
    // The last fits: their rows, unless these are the training rows themselves, and what a family
    // makes of them.
    long fit = rows * (1 + made) * ((made > 0 ? 2 : 1) * row + ANSWERS * answers);
    return BESIDE + kept + fit;
  }
}
