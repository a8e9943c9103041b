package dev.distill.monitor;

import dev.distill.metrics.Comparison.Interval;
import java.util.List;

/**
 * How right the student was on rows whose labels are known.
 *
 * @param rows number of these rows
 * @param accuracy share of rows predicted right, with its 95 % interval (Wilson)
 * @param logLoss mean log loss, in nats, with its 95 % interval
 * @param calibrationError expected calibration error, in 15 bins of the predicted class's
 *     probability
 * @param calibrationPValue chance of such an error, or a larger one, if probabilities meant what
 *     they say
 * @param logLossIncrease how much log loss is above that on the run's test rows, with its interval
 *     at the report's level; not a number where the profile has no test rows
 * @param state what the rules say
 * @param reasons which rules are broken, in words
 */
public record Quality(
    long rows,
    Interval accuracy,
    Interval logLoss,
    double calibrationError,
    double calibrationPValue,
    Interval logLossIncrease,
    State state,
    List<String> reasons) {
  /** Copies the list. */
  public Quality {
    reasons = List.copyOf(reasons);
  }
}
