package dev.distill.auto;

/**
 * By how much a student's validation loss may be above the lowest one, for being smaller.
 *
 * @param share of the lowest loss
 * @param standardErrors so many standard errors of the lowest loss
 */
public record Tolerance(double share, double standardErrors) {
  /** The lowest loss, whatever the size. */
  public static final Tolerance NONE = new Tolerance(0, 0);

  /** The one-standard-error rule (Breiman et al., 1984). */
  public static final Tolerance ONE_STANDARD_ERROR = new Tolerance(0, 1);

  /** Checks the values. */
  public Tolerance {
    check("share", share);
    check("number of standard errors", standardErrors);
  }

  private static void check(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "tolerance: %s must be >= 0 and finite, got %s".formatted(what, value));
    }
  }

  /** Up to this share of the lowest loss above it. */
  public static Tolerance within(double share) {
    return new Tolerance(share, 0);
  }

  /** Whether anything but the lowest loss will do. */
  public boolean any() {
    return share > 0 || standardErrors > 0;
  }

  /** The highest loss that will do. */
  double most(TrialOutcome best) {
    double most = best.loss() + share * Math.abs(best.loss());
    // Trials that an earlier version or another program kept may come without a standard error.
    return standardErrors > 0 && best.standardError() > 0
        ? most + standardErrors * best.standardError()
        : most;
  }
}
