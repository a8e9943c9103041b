package dev.distill.auto;

import dev.distill.metrics.Interval;

/**
 * Student, hard-label twin and teacher on the same test rows.
 *
 * @param gapClosedAccuracy (student − twin) / (teacher − twin) in accuracy; NaN without a gap
 * @param gapClosedLogLoss the same in log loss
 * @param retention student accuracy / teacher accuracy
 * @param negativeFlips share of rows where the teacher is right and the student wrong
 * @param mcnemar p-value of McNemar's exact test of student against twin
 * @param kl twin's KL to the teacher − student's, with a paired bootstrap interval: &gt; 0 means that
 *     the student is closer
 * @param logLoss twin's log loss − student's, likewise
 * @param accuracy student's accuracy − twin's, likewise
 */
public record Comparison(
    double gapClosedAccuracy,
    double gapClosedLogLoss,
    double retention,
    double negativeFlips,
    double mcnemar,
    Interval kl,
    Interval logLoss,
    Interval accuracy) {

  /** Whether distillation helped: nearer to the teacher for certain, and no worse on the labels. */
  public boolean helped() {
    return kl.low() > 0 && logLoss.high() >= 0 && accuracy.high() >= 0;
  }

  /** One sentence in plain words. */
  public String verdict() {
    String kept =
        "keeps %.1f %% of the teacher's accuracy".formatted(100 * retention);
    if (helped()) {
      boolean better = logLoss.low() > 0;
      return "Distillation helped: the student is closer to the teacher than its hard-label twin"
          + " (KL lower by %.4f, 95 %% interval %.4f to %.4f), its log loss is %s, and it %s."
              .formatted(
                  kl.estimate(),
                  kl.low(),
                  kl.high(),
                  better ? "lower too" : "no worse within noise",
                  kept);
    }
    if (kl.low() > 0) {
      return "Distillation did not help the predictions: the student is closer to the teacher than"
          + " its hard-label twin, but %s is worse than the twin's; if you want the best labels, use"
              .formatted(logLoss.high() < 0 ? "its log loss" : "its accuracy")
          + " the twin.";
    }
    return "Distillation did not help here: the student is no closer to the teacher than the same"
        + " family trained on labels alone (KL difference %.4f, 95 %% interval %.4f to %.4f); use the"
            .formatted(kl.estimate(), kl.low(), kl.high())
        + " twin, or find a better teacher.";
  }
}
