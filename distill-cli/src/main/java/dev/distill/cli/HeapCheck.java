package dev.distill.cli;

import dev.distill.auto.MemoryNeed;
import dev.distill.cli.data.InputException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/** Refuses what the heap is too small for, and warns of what the machine is, before it is begun. */
final class HeapCheck {
  private static final double MB = 1 << 20;

  /** Of a heap; the serial collector keeps a survivor space free, a thirtieth at most. */
  private static final double USABLE = 29 / 30.0;

  /** Fewer rows are no way out. */
  private static final long FEW_ROWS = 1_000;

  /** The library of native students that copies rows; its families begin like this. */
  private static final String COPYING = "xgboost.";

  private final long heap;
  private final long machine;
  private final int augment;
  private final Consumer<String> notes;
  private boolean noted;

  /**
   * A check.
   *
   * @param heap bytes that there may be
   * @param machine bytes of memory that the process may take in all
   * @param augment rows without labels for each training row
   * @param notes told what may turn out too much
   */
  HeapCheck(long heap, long machine, int augment, Consumer<String> notes) {
    this.heap = heap;
    this.machine = machine;
    this.augment = augment;
    this.notes = notes;
  }

  /**
   * A check of this process.
   *
   * @param families that may be fitted; all if empty
   */
  static HeapCheck here(List<String> families, int augment, Consumer<String> notes) {
    boolean copies =
        families.isEmpty() || families.stream().anyMatch(family -> family.startsWith(COPYING));
    long machine =
        copies
                && ManagementFactory.getOperatingSystemMXBean()
                    instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Long.MAX_VALUE;
    return new HeapCheck(Runtime.getRuntime().maxMemory(), machine, augment, notes);
  }

  /**
   * Checks training rows.
   *
   * @param features float32 numbers a row
   * @throws InputException if they would not fit, with what is needed, what there is, and the
   *     options that help
   */
  void check(Path file, int rows, int columns, int features, int classes) {
    LongUnaryOperator needed =
        made -> MemoryNeed.bytes(rows, columns, features, classes, (int) made);
    long bytes = needed.applyAsLong(augment);
    if (bytes <= heap) {
      warn(needed, made -> MemoryNeed.besideHeap(rows, features, (int) made));
      return;
    }
    String fewer = "";
    long made = most(augment, n -> needed.applyAsLong(n) <= heap);
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
            allowed(bytes),
            fewer.isEmpty() ? "" : "," + fewer.substring(0, fewer.length() - 1)));
  }

  /**
   * Says once where heap and library together are more than the machine, and what would fit.
   *
   * @param needed bytes of the heap with so many rows without labels for each training row
   * @param beside bytes beside it
   */
  private void warn(LongUnaryOperator needed, LongUnaryOperator beside) {
    if (noted || beside.applyAsLong(augment) <= machine - heap) {
      return;
    }
    noted = true;
    long fits =
        most(augment, n -> allowed(needed.applyAsLong(n)) * MB + beside.applyAsLong(n) <= machine);
    String help =
        fits < 0
            ? ""
            : String.format(
                Locale.ROOT,
                "DISTILL_JAVA_OPTS=-Xmx%.0fm%s, ",
                allowed(needed.applyAsLong(fits)),
                fits < augment ? " with --augment " + fits : "");
    notes.accept(
        String.format(
            Locale.ROOT,
            "note: XGBoost may take %,.0f MB for the last fit beside the heap of %,.0f, there are"
                + " %,.0f in all; what helps: %sfewer --rows, or --families",
            beside.applyAsLong(augment) / MB,
            heap / MB,
            machine / MB,
            help));
  }

  /** What to allow, -Xmx in hundreds, so that the program may use so much of it. */
  private static double allowed(long bytes) {
    return Math.ceil(bytes / MB / USABLE / 100) * 100;
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
