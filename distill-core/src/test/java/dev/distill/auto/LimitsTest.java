package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameters;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private final Limits both = new Limits(200, 1_000);

  private static TrialOutcome outcome(double nanos, long bytes) {
    TrialSpec spec =
        new TrialSpec(
            "student",
            TrialSpec.Kind.STUDENT,
            0,
            "fake",
            1,
            0.5,
            "given",
            0,
            new Hyperparameters(Map.of()),
            "p",
            1);
    TrialOutcome.Cost cost = nanos == 0 ? null : new TrialOutcome.Cost(nanos, bytes);
    return new TrialOutcome(spec, 0.5, 0, 0.1, 0.4, 0.9, 1, 0, 0, cost, false, null);
  }

  @Test
  void the_tighter_limit_says_what_share_is_taken() {
    assertThat(both.share(new TrialOutcome.Cost(50, 900))).isCloseTo(0.9, EXACT);
    assertThat(both.share(new TrialOutcome.Cost(300, 100))).isCloseTo(1.5, EXACT);
    assertThat(new Limits(200, 0).share(new TrialOutcome.Cost(50, 9_000))).isCloseTo(0.25, EXACT);
  }

  @Test
  void three_quarters_of_both_limits_leave_room() {
    assertThat(both.leaveRoom(outcome(150, 750))).isTrue();
    assertThat(both.leaveRoom(outcome(151, 750))).isFalse();
    assertThat(both.leaveRoom(outcome(150, 751))).isFalse();
    assertThat(both.leaveRoom(outcome(0, 0))).as("of unknown cost").isFalse();
  }
}
