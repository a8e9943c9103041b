package dev.distill.serve;

import java.time.Duration;

/**
 * What one client may ask of the server.
 *
 * @param body the most bytes of a request's body; beyond it 413
 * @param rows the most rows of a request; beyond it 413
 * @param queue the most large requests (over 16 KiB or 32 rows) that are held at once; beyond it
 *     429
 * @param timeout how long a body may take to arrive (then 408), and an answer to be made (then 503)
 * @param grace how long a closing server waits for requests in flight
 */
public record Limits(int body, int rows, int queue, Duration timeout, Duration grace) {
  /** What is right if nothing is said: 8 MiB, 10 000 rows, 32 requests, 10 s, 10 s. */
  public static final Limits DEFAULT =
      new Limits(8 << 20, 10_000, 32, Duration.ofSeconds(10), Duration.ofSeconds(10));

  /** Checks that each is positive; the grace may be zero. */
  public Limits {
    positive("body", body);
    positive("rows", rows);
    positive("queue", queue);
    positive("timeout", timeout.toMillis());
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must be >= 0, got " + grace);
    }
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be > 0, got " + value);
    }
  }
}
