package dev.distill.auto;

import dev.distill.spi.Encoding;
import dev.distill.spi.Matrix;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** The heap that trials share: what takes much of it waits until others have ended. */
final class TrialMemory {
  /** A trial takes so many times its rows, of which families make forms of their own. */
  private static final int FORMS = 3;

  /** Hinged rows are four times as wide, and families make doubles of them. */
  private static final int HINGED_FORMS = 16;

  /** What is known of a row beside its features. */
  private static final int ANSWER_BYTES = 24;

  private final int times;
  private final Semaphore free;

  /** The memory for trials on a cut, of a heap of so many bytes. */
  TrialMemory(Cut cut, long heap) {
    long bytes =
        cut.folds().stream()
            .mapToLong(
                fold -> {
                  Fold.More more = fold.more();
                  Matrix rows = more == null ? fold.train() : more.together();
                  return rows(rows.rows(), rows.columns());
                })
            .max()
            .orElseThrow();
    times = (int) Math.max(1, Math.min(Integer.MAX_VALUE, heap / bytes));
    free = new Semaphore(times, true);
  }

  /** The bytes to have for a trial on so many rows. */
  static long bytes(long rows, int columns) {
    return FORMS * rows(rows, columns);
  }

  private static long rows(long count, int columns) {
    return count * (columns * Float.BYTES + ANSWER_BYTES);
  }

  /** How many trials at once there is memory for, of families that take no hinged rows. */
  int atOnce() {
    return Math.max(1, times / FORMS);
  }

  /**
   * Runs a trial of a family that wants such rows, when there is memory for it or no other runs.
   */
  <T> T run(Encoding encoding, Supplier<T> trial) {
    int share = Math.min(times, encoding == Encoding.HINGED ? HINGED_FORMS : FORMS);
    free.acquireUninterruptibly(share);
    try {
      return trial.get();
    } finally {
      free.release(share);
    }
  }
}
