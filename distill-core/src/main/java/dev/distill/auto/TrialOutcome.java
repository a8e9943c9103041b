package dev.distill.auto;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a trial, measured on validation rows with the calibrated student.
 *
 * @param loss what the search minimises, in nats a row; NaN if the trial failed
 * @param standardError of the loss as a mean over rows; NaN if the trial failed, or in the
 *     reference plan
 * @param kl KL(teacher ‖ student) at T = 1, in nats a row
 * @param logLoss cross-entropy against the labels, in nats a row
 * @param accuracy share of labels met
 * @param calibration the scalar temperature that the logits are divided by
 * @param steps training steps kept, the mean over folds; 0 if the family has none
 * @param seconds wall time
 * @param cost what the student costs to serve; null unless the search asks for it
 * @param pruned whether it was ended early because its curve promised nothing; then it has no
 *     figures
 * @param cause why it failed, null unless it did
 */
public record TrialOutcome(
    TrialSpec spec,
    double loss,
    double standardError,
    double kl,
    double logLoss,
    double accuracy,
    double calibration,
    int steps,
    double seconds,
    @Nullable Cost cost,
    boolean pruned,
    @Nullable Throwable cause) {

  /**
   * What a student costs to serve.
   *
   * @param nanos nanoseconds a row, counted as {@link Goal#LATENCY} is
   * @param bytes size of the student file
   */
  public record Cost(double nanos, long bytes) {}

  /** Checks that what succeeded has a loss to be compared by. */
  public TrialOutcome {
    if (cause == null && !pruned && !Double.isFinite(loss)) {
      throw new IllegalArgumentException("loss must be finite, got " + loss);
    }
  }

  /** The outcome of a trial that failed. */
  public static TrialOutcome failed(TrialSpec spec, double seconds, Throwable cause) {
    return without(spec, seconds, false, Causes.readable(cause));
  }

  /** The outcome of a trial that was ended early. */
  public static TrialOutcome pruned(TrialSpec spec, double seconds) {
    return without(spec, seconds, true, null);
  }

  private static TrialOutcome without(
      TrialSpec spec, double seconds, boolean pruned, @Nullable Throwable cause) {
    return new TrialOutcome(
        spec,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        1,
        0,
        seconds,
        null,
        pruned,
        cause);
  }

  /** The same of a trial that differs in what its outcome is not measured again for. */
  TrialOutcome as(TrialSpec other) {
    return new TrialOutcome(
        other,
        loss,
        standardError,
        kl,
        logLoss,
        accuracy,
        calibration,
        steps,
        seconds,
        cost,
        pruned,
        cause);
  }

  /** Whether it has figures: it neither failed nor was pruned. */
  public boolean succeeded() {
    return cause == null && !pruned;
  }

  /** Why it failed, if it did. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(cause);
  }
}
