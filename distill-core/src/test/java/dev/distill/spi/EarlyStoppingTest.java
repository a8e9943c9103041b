package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EarlyStoppingTest {

  @Test
  void keeps_the_first_of_the_lowest_and_ends_when_it_is_long_past() {
    EarlyStopping stopping = new EarlyStopping(2);
    double[] losses = {3, 1, Double.NaN, 1};
    boolean[] better = {true, true, false, false};
    boolean[] over = {false, false, false, true};
    for (int i = 0; i < losses.length; i++) {
      assertThat(stopping.better(i + 1, losses[i])).isEqualTo(better[i]);
      assertThat(stopping.over(i + 1)).isEqualTo(over[i]);
    }
    assertThat(stopping.best()).isEqualTo(2);
  }

  @Test
  void losses_that_are_no_numbers_are_a_failure() {
    EarlyStopping stopping = new EarlyStopping(2);
    assertThat(stopping.better(1, Double.NaN)).isFalse();
    assertThat(stopping.better(2, Double.POSITIVE_INFINITY)).isFalse();
    assertThat(stopping.over(2)).isTrue();
    assertThatThrownBy(stopping::best)
        .isInstanceOf(FitException.class)
        .hasMessage("the validation loss was never a number");
  }
}
