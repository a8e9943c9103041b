package dev.distill.monitor;

import dev.distill.metrics.Comparison.Interval;
import java.util.List;

/**
 * How near the student is to a teacher that was asked about some of the rows, too.
 *
 * @param rows number of these rows
 * @param agreement share of rows on which both predict the same class, with its 95 % interval
 *     (Wilson)
 * @param kl mean KL of the teacher from the student, in nats, with its 95 % interval
 * @param state what the rules say
 * @param reasons which rules are broken, in words
 */
public record Agreement(
    long rows, Interval agreement, Interval kl, State state, List<String> reasons) {
  /** Copies the list. */
  public Agreement {
    reasons = List.copyOf(reasons);
  }
}
