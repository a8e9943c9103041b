package dev.distill.cli;

import dev.distill.auto.MemoryNeed;
import dev.distill.cli.data.InputException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongPredicate;

/** Refuses what the heap is too small for, before anything is begun. */
final class HeapCheck {
  private static final double MB = 1 << 20;

  /** Fewer rows are no way out. */
  private static final long FEW_ROWS = 1_000;

  private final long heap;
  private final int augment;

  /**
   * A check.
   *
   * @param heap bytes that there may be
   * @param augment rows without labels for each training row
   */
  HeapCheck(long heap, int augment) {
    this.heap = heap;
    this.augment = augment;
  }

  /**
   * Checks training rows.
   *
   * @param features float32 numbers a row
   * @throws InputException if they would not fit, with what is needed, what there is, and the
   *     options that help
   */
  void check(Path file, int rows, int columns, int features, int classes) {
    long bytes = MemoryNeed.bytes(rows, columns, features, classes, augment);
    if (bytes <= heap) {
      return;
    }
    String fewer = "";
    long made =
        most(augment, n -> MemoryNeed.bytes(rows, columns, features, classes, (int) n) <= heap);
    if (made >= 0) {
      fewer = " or make fewer rows of them (--augment %s),".formatted(made);
    }
    long some = most(rows, n -> MemoryNeed.bytes(n, columns, features, classes, augment) <= heap);
    if (some >= FEW_ROWS) {
      fewer += String.format(Locale.ROOT, " or learn from fewer (--rows %d),", some);
    }
    throw new InputException(
        String.format(
            Locale.ROOT,
            "%s: %,d rows of %d columns, %d features and %d classes%s need a heap of about %,.0f MB,"
                + " there are %,.0f; allow more (DISTILL_JAVA_OPTS=-Xmx%.0fm)%s",
            file,
            rows,
            columns,
            features,
            classes,
            augment > 0 ? " with more rows that the teacher labels" : "",
            bytes / MB,
            heap / MB,
            Math.ceil(bytes / MB / 100) * 100,
            fewer.isEmpty() ? "" : "," + fewer.substring(0, fewer.length() - 1)));
  }

  /** The largest number up to a limit that passes; −1 if 0 doesn't. */
  private static long most(long limit, LongPredicate passes) {
    long low = -1;
    long high = limit;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (passes.test(middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
