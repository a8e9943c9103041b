package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HyperparametersTest {
  private static Hyperparameters some() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("depth", 6);
    values.put("rate", 0.5);
    values.put("kind", "a");
    return new Hyperparameters(values);
  }

  @Test
  void gives_values_by_name_and_type() {
    assertThat(some().integer("depth")).isEqualTo(6);
    assertThat(some().real("rate")).isEqualTo(0.5);
    assertThat(some().choice("kind")).isEqualTo("a");
  }

  @Test
  void says_what_it_has_instead_of_what_was_asked_for() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> some().integer("deep"))
        .withMessage(
            "hyperparameter 'deep' must be a Integer, got null; known are [depth, rate, kind]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> some().real("depth"))
        .withMessageStartingWith("hyperparameter 'depth' must be a Double, got 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> some().choice("rate"))
        .withMessageStartingWith("hyperparameter 'rate' must be a String, got 0.5");
  }

  @Test
  void replaces_a_value_in_its_place_and_leaves_the_original() {
    Hyperparameters before = some();
    assertThat(before.with("rate", 0.1).values())
        .containsExactly(Map.entry("depth", 6), Map.entry("rate", 0.1), Map.entry("kind", "a"));
    assertThat(before.real("rate")).isEqualTo(0.5);
  }

  @Test
  void is_a_copy_that_nobody_can_change() {
    Map<String, Object> values = new LinkedHashMap<>(Map.of("depth", 6));
    Hyperparameters copy = new Hyperparameters(values);
    values.put("depth", 7);
    assertThat(copy.integer("depth")).isEqualTo(6);
    assertThatThrownBy(() -> copy.values().put("depth", 8))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
