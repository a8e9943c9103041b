package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DistillConfigTest {

  private static void rejects(String message, Consumer<DistillConfig.Builder> set) {
    DistillConfig.Builder builder = DistillConfig.builder();
    set.accept(builder);
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
  }

  private static void accepts(Consumer<DistillConfig.Builder> set) {
    DistillConfig.Builder builder = DistillConfig.builder();
    set.accept(builder);
    assertThatCode(builder::build).doesNotThrowAnyException();
  }

  @Test
  void says_what_is_allowed() {
    rejects("trials must be >= 1, got 0", b -> b.trials(0));
    rejects("threads must be >= 1, got 0", b -> b.threads(0));
    rejects("folds must be >= 2, got 1", b -> b.folds(1));
    rejects("foldRows must be >= 0, got -1", b -> b.foldRows(-1));
    rejects("searchRows must be >= 1, got 0", b -> b.searchRows(0));
    rejects("finalRows must be >= 1, got 0", b -> b.finalRows(0));
    rejects("timeout must be >= 0, got PT-1S", b -> b.timeout(Duration.ofSeconds(-1)));
    rejects("trialTimeout must be >= 0, got PT-1S", b -> b.trialTimeout(Duration.ofSeconds(-1)));
    rejects("temperature must be > 0 and finite, got 0.0", b -> b.temperatures(List.of(1.0, 0.0)));
    rejects(
        "temperature must be > 0 and finite, got NaN", b -> b.temperatures(List.of(Double.NaN)));
    rejects("alpha must be from 0 to 1, got 1.5", b -> b.alphas(List.of(1.5)));
    rejects("teacherWeight must be from 0 to 1, got NaN", b -> b.teacherWeight(Double.NaN));
    rejects("testShare must be > 0 and < 1, got 1.0", b -> b.testShare(1));
    rejects("validationShare must be > 0 and < 1, got 0.0", b -> b.validationShare(0));
  }

  @Test
  void takes_the_ends_of_what_is_allowed() {
    accepts(b -> b.trials(1).threads(1).folds(2).foldRows(0).searchRows(1).finalRows(1));
    accepts(b -> b.alphas(List.of(0.0, 1.0)).teacherWeight(1).timeout(Duration.ZERO));
    accepts(b -> b.trialTimeout(Duration.ZERO));
    accepts(b -> b.teacherWeight(0));
  }

  @Test
  void what_stands_twice_counts_once() {
    DistillConfig config =
        DistillConfig.builder()
            .temperatures(List.of(2.0, 1.0, 2.0))
            .alphas(List.of(0.5, 0.5))
            .build();
    assertThat(config.temperatures()).containsExactly(2.0, 1.0);
    assertThat(config.alphas()).containsExactly(0.5);
  }

  @Test
  void defaults_stand_here() {
    DistillConfig config = DistillConfig.builder().build();
    assertThat(config.plan()).isEqualTo(SweepPlan.JOINT);
    assertThat(config.trials()).isEqualTo(40);
    assertThat(config.families()).isEmpty();
    assertThat(config.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.timeout()).isZero();
    assertThat(config.trialTimeout()).isEqualTo(Duration.ofHours(1));
  }
}
