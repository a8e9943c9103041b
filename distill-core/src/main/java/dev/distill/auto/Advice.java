package dev.distill.auto;

import dev.distill.metrics.Comparison.Interval;
import java.util.Locale;

/**
 * What a person should do with the result, and the figures that say so.
 *
 * @param action what to do
 * @param sentence the same in one sentence
 */
public record Advice(Action action, String sentence) {

  /** What can be done. */
  public enum Action {
    /** The student keeps what the teacher knew. */
    SHIP,
    /** The student is like the teacher where it learned from it, but not elsewhere. */
    MORE_ROWS,
    /** The student is unlike the teacher even where it learned from it. */
    LARGER_STUDENT,
    /** There is nothing to learn from the teacher. */
    FIX_TEACHER,
    /** Distillation adds nothing to the same families on labels alone. */
    USE_TWIN
  }

  /** From this share of a gap on, it counts as closed. */
  private static final double CLOSED = 0.9;

  /** A student that is so many times farther from the teacher on test rows knows rows by heart. */
  private static final double BY_HEART = 2;

  static Advice of(DistillationResult result) {
    return of(
        result.verdict(),
        result.teacher().get("log_loss"),
        result.prior().get("log_loss"),
        result.student().trainKl(),
        result.student().test().get("kl"));
  }

  /**
   * What to do.
   *
   * @param teacher log loss on the test rows
   * @param prior that of the training rows' class shares
   * @param trainKl KL of the teacher from the student on training rows
   * @param testKl the same on test rows
   */
  static Advice of(Verdict verdict, double teacher, double prior, double trainKl, double testKl) {
    if (teacher >= prior) {
      return advice(
          Action.FIX_TEACHER,
          "Fix the teacher: its log loss of %.4f is no better than that of the class shares, %.4f.",
          teacher,
          prior);
    }
    Interval ahead = verdict.teacherLogLoss();
    if (ahead.upper() < 0) {
      return advice(
          Action.FIX_TEACHER,
          "Fix the teacher: its log loss is higher than that of the same families on labels alone,"
              + " by %.4f (95 %% interval %.4f to %.4f).",
          -ahead.estimate(),
          -ahead.upper(),
          -ahead.lower());
    }
    if (!verdict.helped()) {
      return advice(
          Action.USE_TWIN,
          "Use the twin: distillation adds nothing to it here that is beyond noise (the student's"
              + " log loss less the twin's is %.4f, 95 %% interval %.4f to %.4f)."
              + (ahead.lower() > 0
                  ? " The teacher's is lower by %.4f: a larger student may have room for some of it."
                  : ""),
          0 - verdict.logLoss().estimate(),
          0 - verdict.logLoss().upper(),
          0 - verdict.logLoss().lower(),
          ahead.estimate());
    }
    Interval accuracy = verdict.gapClosedAccuracy();
    Interval logLoss = verdict.gapClosedLogLoss();
    if (isClosed(accuracy) && isClosed(logLoss)) {
      return advice(
          Action.SHIP,
          "Ship it: of the teacher's lead over the twin it has %s in accuracy and %s in log loss.",
          share(accuracy),
          share(logLoss));
    }
    String open =
        "it has %s of the teacher's lead in accuracy and %s in log loss"
            .formatted(share(accuracy), share(logLoss));
    return testKl > BY_HEART * trainKl
        ? advice(
            Action.MORE_ROWS,
            "Get more rows, which the teacher can label: %s; its KL to the teacher is %.4f on"
                + " training rows and %.4f on test rows.",
            open,
            trainKl,
            testKl)
        : advice(
            Action.LARGER_STUDENT,
            "Allow a larger student: %s; its KL to the teacher is %.4f on training rows and %.4f on"
                + " test rows.",
            open,
            trainKl,
            testKl);
  }

  /** Also where there is no gap beyond noise to be closed. */
  private static boolean isClosed(Interval gap) {
    return isNoise(gap) || gap.estimate() >= CLOSED;
  }

  private static boolean isNoise(Interval gap) {
    return Double.isNaN(gap.estimate()) || Double.isNaN(gap.lower());
  }

  private static String share(Interval gap) {
    return isNoise(gap)
        ? "all there is beyond noise"
        : String.format(Locale.ROOT, "%.0f %%", 100 * gap.estimate());
  }

  private static Advice advice(Action action, String format, Object... values) {
    return new Advice(action, String.format(Locale.ROOT, format, values));
  }
}
