package dev.distill.auto;

import dev.distill.search.Pruner;
import dev.distill.spi.Matrix;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a trial is fitted and judged on.
 *
 * @param shares what it is fitted and judged on first, so that it may be ended early, by step
 * @param folds what its outcome is measured on
 */
record Cut(SortedMap<Integer, Fold> shares, List<Fold> folds) {

  /** Rows take one part in so many of the heap. */
  private static final int FORMS = 3;

  /** What is known of a row beside its features. */
  private static final int ANSWER_BYTES = 24;

  /** Without shares. */
  static Cut of(List<Fold> folds) {
    return new Cut(new TreeMap<>(), folds);
  }

  /** How many trials at once there is memory for; one may always be tried. */
  int atOnce() {
    long bytes =
        folds.stream()
            .mapToLong(
                fold -> {
                  Fold.More more = fold.more();
                  Matrix rows = more == null ? fold.train() : more.together();
                  return bytes(rows.rows(), rows.columns());
                })
            .max()
            .orElseThrow();
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / bytes));
  }

  /** The memory to have for a trial on so many rows, of which families make forms of their own. */
  static long bytes(long rows, int columns) {
    return FORMS * rows * (columns * Float.BYTES + ANSWER_BYTES);
  }

  /** A pruner that knows which trials may be compared. */
  Pruner pruner(Pruner pruner) {
    if (bySteps()) {
      return pruner;
    }
    return pruner.withCommonSteps(shares.isEmpty() ? folds.size() - 1 : Rows.PARTS);
  }

  /** Whether a trial's curve goes by the steps of its family. */
  boolean bySteps() {
    return shares.isEmpty() && folds.size() == 1;
  }
}
