package dev.distill.runtime;

import java.util.stream.LongStream;

/** The seeds of a random test: fixed ones, or the one of {@code -Ddistill.seed}. */
final class Seeds {
  private Seeds() {}

  static LongStream of(int count) {
    Long given = Long.getLong("distill.seed");
    return given == null ? LongStream.rangeClosed(1, count) : LongStream.of(given);
  }

  /** Says how to repeat a failure. */
  static String repeat(Class<?> test, long seed) {
    return "seed %d: mvn -pl distill-runtime test -Dtest=%s -Ddistill.seed=%d"
        .formatted(seed, test.getSimpleName(), seed);
  }
}
