package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Hyperparameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToleranceTest {
  private final TrialOutcome best = outcome(0, 0.200, 0.010, 90_000);
  private final TrialOutcome near = outcome(1, 0.203, 0.020, 40_000);
  private final TrialOutcome edge = outcome(2, 0.209, 0.001, 5_000);
  private final TrialOutcome beyond = outcome(3, 0.211, 0.500, 100);

  private static TrialOutcome outcome(int number, double loss, double standardError, long bytes) {
    TrialSpec spec =
        new TrialSpec(
            "student",
            TrialSpec.Kind.STUDENT,
            number,
            "f",
            1,
            0.5,
            LabelSource.GIVEN,
            0,
            new Hyperparameters(Map.of()),
            "t",
            1);
    TrialOutcome.Cost cost = new TrialOutcome.Cost(1, bytes);
    return new TrialOutcome(spec, loss, standardError, 0, 0, 0.9, 1, 0, 0, cost, false, null);
  }

  private TrialOutcome smallest(Tolerance tolerance, TrialOutcome first) {
    DistillConfig config = DistillConfig.builder().tolerance(tolerance).build();
    return Finals.smallest(List.of(first, near, edge, beyond), config);
  }

  @Test
  void takes_the_smallest_within_one_standard_error_of_the_best() {
    assertThat(smallest(Tolerance.ONE_STANDARD_ERROR, best)).isSameAs(edge);
  }

  @Test
  void the_best_ones_standard_error_counts_not_the_others() {
    TrialOutcome sure = outcome(0, 0.200, 0.004, 90_000);
    assertThat(smallest(Tolerance.ONE_STANDARD_ERROR, sure)).isSameAs(near);
    TrialOutcome surest = outcome(0, 0.200, 0, 90_000);
    assertThat(smallest(Tolerance.ONE_STANDARD_ERROR, surest)).isSameAs(surest);
  }

  @Test
  void where_no_standard_error_is_known_the_best_is_taken() {
    TrialOutcome unknown = outcome(0, 0.200, Double.NaN, 90_000);
    assertThat(smallest(Tolerance.ONE_STANDARD_ERROR, unknown)).isSameAs(unknown);
  }

  @Test
  void takes_the_smallest_within_a_share_of_the_lowest_loss() {
    assertThat(smallest(Tolerance.within(0.02), best)).isSameAs(near);
    assertThat(smallest(Tolerance.within(0.06), best)).isSameAs(beyond);
    assertThat(smallest(new Tolerance(0.02, 1), best)).isSameAs(beyond);
  }

  @Test
  void what_is_above_the_limits_is_not_taken() {
    DistillConfig config =
        DistillConfig.builder()
            .tolerance(Tolerance.ONE_STANDARD_ERROR)
            .limits(new Limits(0, 50_000))
            .build();
    TrialOutcome first = outcome(4, 0.201, 0.010, 50_000);
    TrialOutcome above = outcome(5, 0.190, 0.010, 50_001);
    assertThat(Finals.smallest(List.of(first, near, edge, above), config)).isSameAs(edge);
    assertThat(Finals.smallest(List.of(first, above), config)).isSameAs(first);
  }

  @Test
  void rejects_what_is_no_tolerance() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tolerance.within(-0.1))
        .withMessage("tolerance: share must be >= 0 and finite, got -0.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tolerance(0, Double.NaN))
        .withMessage("tolerance: number of standard errors must be >= 0 and finite, got NaN");
  }
}
