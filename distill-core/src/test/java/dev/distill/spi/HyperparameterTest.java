package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class HyperparameterTest {
  private final Hyperparameter.Int depth = new Hyperparameter.Int("depth", 2, 10, false, 6, "d");
  private final Hyperparameter.Real rate =
      new Hyperparameter.Real("rate", 0.01, 0.3, true, 0.1, "r");
  private final Hyperparameter.Choice kind =
      new Hyperparameter.Choice("kind", List.of("a", "b"), "b", "k");

  @Test
  void a_whole_number_takes_both_bounds_and_says_which_they_are() {
    assertThat(depth.defaultValue()).isEqualTo(6);
    assertThatCode(() -> depth.check(2)).doesNotThrowAnyException();
    assertThatCode(() -> depth.check(10)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> depth.check(11))
        .withMessage("depth must be from 2 to 10, got 11");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> depth.check(3.0))
        .withMessage("depth must be an Integer, got 3.0 (Double)");
  }

  @Test
  void a_real_number_takes_both_bounds_and_says_which_they_are() {
    assertThat(rate.defaultValue()).isEqualTo(0.1);
    assertThatCode(() -> rate.check(0.01)).doesNotThrowAnyException();
    assertThatCode(() -> rate.check(0.3)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rate.check(0.5))
        .withMessage("rate must be from 0.01 to 0.3, got 0.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rate.check(Double.NaN))
        .withMessage("rate must be from 0.01 to 0.3, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rate.check(1))
        .withMessage("rate must be a Double, got 1 (Integer)");
  }

  @Test
  void a_choice_takes_its_options_alone() {
    assertThat(kind.defaultValue()).isEqualTo("b");
    assertThatCode(() -> kind.check("a")).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kind.check("c"))
        .withMessage("kind must be one of [a, b], got c");
    assertThatIllegalArgumentException().isThrownBy(() -> kind.check(1));
  }

  @Test
  void a_default_must_be_allowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Int("depth", 2, 10, false, 1, ""))
        .withMessage("depth must be from 2 to 10, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Real("rate", 0, 1, false, Double.NaN, ""))
        .withMessage("rate must be from 0.0 to 1.0, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Choice("kind", List.of(), "a", ""))
        .withMessage("kind: default a is not one of []");
  }

  @Test
  void bounds_must_make_sense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Int("n", 3, 2, false, 3, ""))
        .withMessage("n: bounds must be finite, low <= high, got 3 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Real("x", 0, 1, true, 1, ""))
        .withMessage(
            "x: bounds must be finite, low <= high and > 0 for a log scale, got 0.0 to 1.0");
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Hyperparameter.Real("x", 0, bad, false, 0, ""))
          .withMessageContaining("got 0.0 to " + bad);
    }
    assertThatCode(() -> new Hyperparameter.Int("n", 3, 3, true, 3, "")).doesNotThrowAnyException();
  }

  @Test
  void an_option_stands_once() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Hyperparameter.Choice("kind", List.of("a", "a"), "a", ""))
        .withMessage("kind: an option stands twice in [a, a]");
  }
}
