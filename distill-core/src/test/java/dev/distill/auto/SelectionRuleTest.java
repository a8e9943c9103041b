package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Hyperparameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelectionRuleTest {

  private static TrialOutcome outcome(double alpha, double kl, double logLoss) {
    TrialSpec spec =
        new TrialSpec(
            "s",
            TrialSpec.Kind.STUDENT,
            0,
            "f",
            1,
            alpha,
            LabelSource.GIVEN,
            0,
            new Hyperparameters(Map.of()),
            "t",
            1);
    return new TrialOutcome(
        spec, (kl + logLoss) / 2, 0, kl, logLoss, 0.9, 1, 0, 0, null, false, null);
  }

  private final TrialOutcome twin = outcome(0, 0.5, 0.30);

  private TrialOutcome select(TrialOutcome... finalists) {
    return SelectionRule.closestToTeacher(List.of(finalists), twin);
  }

  @Test
  void takes_the_closest_to_the_teacher() {
    TrialOutcome near = outcome(0.9, 0.1, 0.30);
    assertThat(select(outcome(0.3, 0.2, 0.30), near)).isSameAs(near);
  }

  @Test
  void what_is_lost_on_the_labels_counts_as_much() {
    TrialOutcome honest = outcome(0.5, 0.12, 0.29);
    assertThat(select(outcome(0.9, 0.1, 0.35), honest)).isSameAs(honest);
  }

  @Test
  void of_those_within_five_percent_takes_the_least_weight_of_the_teacher() {
    TrialOutcome light = outcome(0.3, 0.104, 0.30);
    assertThat(select(outcome(0.7, 0.1, 0.30), light, outcome(0.1, 0.106, 0.30))).isSameAs(light);
    TrialOutcome better = outcome(0.3, 0.1, 0.30);
    assertThat(select(outcome(0.3, 0.101, 0.30), better)).isSameAs(better);
    TrialOutcome surerOfLabels = outcome(0.3, 0.102, 0.28);
    assertThat(select(better, surerOfLabels)).isSameAs(surerOfLabels);
  }

  @Test
  void a_perfect_student_may_have_a_kl_a_hair_below_zero() {
    TrialOutcome perfect = outcome(0.5, -1e-9, 0.30);
    assertThat(select(perfect)).isSameAs(perfect);
    assertThat(select(outcome(0.7, 0.2, 0.3), perfect)).isSameAs(perfect);
  }

  @Test
  void an_outcome_that_did_not_fail_has_a_finite_loss() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new TrialOutcome(twin.spec(), Double.NaN, 0, 0, 0, 0, 1, 0, 0, null, false, null))
        .withMessage("loss must be finite, got NaN");
    assertThat(TrialOutcome.failed(twin.spec(), 1, new Exception("x")).loss()).isNaN();
  }

  @Test
  void the_rule_follows_what_the_student_is_for() {
    TrialOutcome near = outcome(0.9, 0.01, 0.35);
    TrialOutcome right = outcome(0.3, 0.20, 0.25);
    DistillConfig.Builder config = DistillConfig.builder();
    assertThat(SelectionRule.of(config.teacherWeight(1).build()).select(List.of(near, right), twin))
        .isSameAs(near);
    assertThat(SelectionRule.of(config.teacherWeight(0).build()).select(List.of(near, right), twin))
        .isSameAs(right);
    assertThat(
            SelectionRule.of(config.teacherWeight(0.5).build()).select(List.of(near, right), twin))
        .isSameAs(near);
  }
}
