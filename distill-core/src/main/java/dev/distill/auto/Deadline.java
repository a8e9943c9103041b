package dev.distill.auto;

import java.time.Duration;
import java.util.Optional;

/** When a sweep is to end: when it is cancelled, or when its time is over. */
final class Deadline {
  /** One trial may take one part in so many of the time. */
  private static final int SHARE = 4;

  private final Duration timeout;
  private final Duration whole;
  private final Cancellation cancellation;
  private final long start;

  /**
   * The time begins now.
   *
   * @param timeout zero means no limit
   */
  Deadline(Duration timeout, Cancellation cancellation) {
    this(timeout, timeout, cancellation, System.nanoTime());
  }

  private Deadline(Duration timeout, Duration whole, Cancellation cancellation, long start) {
    this.timeout = timeout;
    this.whole = whole;
    this.cancellation = cancellation;
    this.start = start;
  }

  /** When the first part of the time is over, which goes from now to the end. */
  Deadline first(double share) {
    Duration now = passed();
    return new Deadline(
        timeout.isZero()
            ? timeout
            : now.plusMillis(Math.round(share * timeout.minus(now).toMillis())),
        whole,
        cancellation,
        start);
  }

  /** Whether to begin nothing more. */
  boolean isOver() {
    return cancellation.isCancelled() || left().filter(Duration::isNegative).isPresent();
  }

  /** The time left, negative when it is over; empty if there is no limit. */
  Optional<Duration> left() {
    return timeout.isZero()
        ? Optional.empty()
        : Optional.of(timeout.minusNanos(System.nanoTime() - start));
  }

  /** The time since it began. */
  Duration passed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Why something that took so long should end: nothing gets most of a time that is limited. */
  Optional<String> tooLong(Duration taken) {
    return !whole.isZero() && taken.multipliedBy(SHARE).compareTo(whole) > 0
        ? Optional.of("took longer than a quarter of --timeout, which others need too")
        : Optional.empty();
  }
}
