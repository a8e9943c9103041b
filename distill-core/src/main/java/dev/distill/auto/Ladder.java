package dev.distill.auto;

import dev.distill.loss.DistillationLoss;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;

/**
 * The ladder: the only place where the teacher's distribution is reduced to what a family can learn
 * from.
 */
public final class Ladder {
  private Ladder() {}

  /**
   * The loss in the form of the family's level.
   *
   * @throws IllegalArgumentException if the family knows labels alone and the loss has a teacher in
   *     it: it is never silently trained on something else
   */
  public static Targets reduce(StudentModel student, DistillationLoss loss) {
    return switch (student.capabilities().level()) {
      case LOSS_GRADIENT -> new Targets.Gradient(loss);
      case SOFT_TARGETS -> new Targets.Soft(loss.mixedTarget());
      case WEIGHTED_LABELS -> new Targets.WeightedLabels(loss.mixedTarget());
      case HARD_LABELS -> {
        if (loss.alpha() > 0) {
          throw new IllegalArgumentException(
              ("family '%s' learns from labels alone and can't be distilled into (alpha %s); it can"
                      + " only be a hard-label twin")
                  .formatted(student.id(), loss.alpha()));
        }
        yield new Targets.Hard(loss.labels());
      }
    };
  }

  /** Whether the family can learn anything of a teacher. */
  static boolean distils(StudentModel student) {
    return student.capabilities().level() != TargetLevel.HARD_LABELS;
  }

  /**
   * Whether a student of the family is calibrated by one scalar temperature: below the loss itself,
   * targets may have been softened, and leaves and networks that fit a distribution by another loss
   * are over- or underconfident. One that minimises the loss itself is not: there, fitting the
   * scalar on validation rows raised the KL on test rows (docs/adr/0004).
   */
  static boolean needsCalibration(StudentModel student) {
    return student.capabilities().level() != TargetLevel.LOSS_GRADIENT;
  }
}
