package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final double[] TEACHER = {0.7, 0.3, 0.2, 0.8};
  private static final int[] LABELS = {0, 0};
  private static final float[] MIXED = {0.85f, 0.15f, 0.6f, 0.4f};

  private static DistillationLoss loss(double alpha) {
    return new DistillationLoss(SoftTargets.soften(TEACHER, 2, 1), LABELS, alpha);
  }

  private static Targets reduce(TargetLevel level, double alpha) {
    return Ladder.reduce(new FakeFamily("a.family", level), loss(alpha));
  }

  @Test
  void the_loss_itself_is_passed_on_as_it_is() {
    DistillationLoss loss = loss(0.5);
    FakeFamily family = new FakeFamily("a", TargetLevel.LOSS_GRADIENT);
    assertThat(Ladder.reduce(family, loss)).isEqualTo(new Targets.Gradient(loss));
  }

  @Test
  void soft_targets_and_weights_are_teacher_and_label_mixed() {
    assertThat(((Targets.Soft) reduce(TargetLevel.SOFT_TARGETS, 0.5)).distribution())
        .containsExactly(MIXED);
    assertThat(((Targets.WeightedLabels) reduce(TargetLevel.WEIGHTED_LABELS, 0.5)).weights())
        .containsExactly(MIXED);
    assertThat(((Targets.Soft) reduce(TargetLevel.SOFT_TARGETS, 0)).distribution())
        .containsExactly(1, 0, 1, 0);
  }

  @Test
  void labels_alone_are_for_a_twin_alone() {
    assertThat(((Targets.Hard) reduce(TargetLevel.HARD_LABELS, 0)).labels()).isEqualTo(LABELS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reduce(TargetLevel.HARD_LABELS, 0.25))
        .withMessage(
            "family 'a.family' learns from labels alone and can't be distilled into (alpha 0.25);"
                + " it can only be a hard-label twin");
  }

  @Test
  void knows_who_can_be_distilled_into_and_who_needs_calibration() {
    for (TargetLevel level : TargetLevel.values()) {
      FakeFamily family = new FakeFamily("a", level);
      assertThat(Ladder.distils(family)).isEqualTo(level != TargetLevel.HARD_LABELS);
      assertThat(Ladder.needsCalibration(family)).isEqualTo(level != TargetLevel.LOSS_GRADIENT);
    }
  }
}
