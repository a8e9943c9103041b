package dev.distill.testkit;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Comparisons whose failures say where, what was expected and what came. */
final class Expect {
  private Expect() {}

  static void equal(String what, @Nullable Object expected, @Nullable Object got) {
    that(Objects.equals(expected, got), what, expected, got);
  }

  static void that(boolean holds, String what, @Nullable Object expected, @Nullable Object got) {
    if (!holds) {
      throw new AssertionError("%s: expected %s, got %s".formatted(what, expected, got));
    }
  }

  /** Bit for bit the same logits, except that 0 and −0 differ too. */
  static void same(String what, int classes, float[] expected, float[] got) {
    int at = Arrays.mismatch(expected, got);
    if (at >= 0) {
      throw new AssertionError(
          "%s: expected %s (bit for bit), got %s, at row %d class %d"
              .formatted(what, expected[at], got[at], at / classes, at % classes));
    }
  }

  static void near(String what, int classes, double tolerance, double[] expected, double[] got) {
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(expected[i] - got[i]) <= tolerance)) {
        throw new AssertionError(
            "%s: expected %.4f (within %s), got %.4f, for class %d of row %d"
                .formatted(what, expected[i], tolerance, got[i], i % classes, i / classes));
      }
    }
  }

  static void finite(String what, int classes, float[] row, float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        int columns = row.length / (logits.length / classes);
        int from = i / classes * columns;
        throw new AssertionError(
            "%s: expected a finite logit, got %s, for class %d of the row %s"
                .formatted(
                    what,
                    logits[i],
                    i % classes,
                    Arrays.toString(Arrays.copyOfRange(row, from, from + Math.min(columns, 10)))));
      }
    }
  }

  /** That a call is refused with an exception of a type. */
  static <T extends Throwable> T refused(String what, Class<T> type, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      if (type.isInstance(e)) {
        return type.cast(e);
      }
      throw new AssertionError(
          "%s: expected %s, got %s".formatted(what, type.getSimpleName(), e), e);
    }
    throw new AssertionError(
        "%s: expected %s, got no exception".formatted(what, type.getSimpleName()));
  }
}
