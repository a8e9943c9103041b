package dev.distill.monitor;

/**
 * When something that is watched is worth a look, and when it is an alarm. Each rule has a size
 * that matters and, so that few rows raise no alarm, must be more than chance.
 *
 * @param psiWarn population stability index from which a column is worth a look
 * @param psiAlarm the same for an alarm
 * @param maxMissing share of rows by which more or fewer may be missing than in training
 * @param maxUnseen share of rows whose category was not seen in training
 * @param maxLogLossIncrease by so much, in nats, log loss may be above that on the run's test rows
 * @param minAgreement share of rows on which student and teacher must agree; 0 for no rule
 * @param significance chance of any alarm at all, of all tests of a report, if nothing has changed
 */
public record Rules(
    double psiWarn,
    double psiAlarm,
    double maxMissing,
    double maxUnseen,
    double maxLogLossIncrease,
    double minAgreement,
    double significance) {
  /** Siddiqi's limits of the index; the others are this project's own. */
  public static final Rules DEFAULTS = new Rules(0.1, 0.25, 0.05, 0.01, 0.05, 0, 0.01);

  /** Checks the values. */
  public Rules {
    if (!(psiWarn > 0 && psiAlarm >= psiWarn)) {
      throw new IllegalArgumentException(
          "psi limits must be > 0, the alarm's not below the other, got %s and %s"
              .formatted(psiWarn, psiAlarm));
    }
    share("max missing", maxMissing);
    share("max unseen", maxUnseen);
    share("min agreement", minAgreement);
    if (!(maxLogLossIncrease >= 0)) {
      throw new IllegalArgumentException(
          "max log loss increase must be >= 0, got " + maxLogLossIncrease);
    }
    if (!(significance > 0 && significance < 1)) {
      throw new IllegalArgumentException("significance must be > 0 and < 1, got " + significance);
    }
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, got " + value);
    }
  }
}
