package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {
  private static final Hyperparameter.Int ROUNDS =
      new Hyperparameter.Int("rounds", 1, 500, true, 100, "");
  private static final Hyperparameter.Choice BOOSTER =
      new Hyperparameter.Choice("booster", List.of("plain", "dart"), "plain", "");
  private static final Hyperparameter.Real DROP =
      new Hyperparameter.Real("drop", 0, 1, false, 0.1, "");

  private final SearchSpace space =
      SearchSpace.builder().addSteps(ROUNDS).add(BOOSTER).addUnder("booster", "dart", DROP).build();

  @Test
  void defaults_leave_out_what_does_not_exist_under_them() {
    assertThat(space.defaults().values())
        .containsExactly(entry("rounds", 100), entry("booster", "plain"));
    assertThat(space.steps()).contains("rounds");
    assertThat(SearchSpace.builder().build().steps()).isEmpty();
    assertThat(SearchSpace.builder().build().defaults().values()).isEmpty();
  }

  @Test
  void completes_what_is_given_in_the_order_of_the_space() {
    assertThat(space.complete(Map.of("booster", "dart")).values())
        .containsExactly(entry("rounds", 100), entry("booster", "dart"), entry("drop", 0.1));
    assertThat(space.complete(Map.of("drop", 0.5, "booster", "dart", "rounds", 7)).values())
        .containsExactly(entry("rounds", 7), entry("booster", "dart"), entry("drop", 0.5));
  }

  @Test
  void an_unknown_name_is_refused_with_the_known_ones() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.complete(Map.of("round", 7)))
        .withMessage("unknown hyperparameter 'round'; known are [rounds, booster]");
  }

  @Test
  void a_name_whose_condition_does_not_hold_is_refused_with_the_condition() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.complete(Map.of("drop", 0.5)))
        .withMessage("hyperparameter 'drop' exists only under booster=dart, got booster=plain");
  }

  @Test
  void a_value_out_of_bounds_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.complete(Map.of("rounds", 0)))
        .withMessage("rounds must be from 1 to 500, got 0");
  }

  @Test
  void a_name_stands_once() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SearchSpace.builder().add(DROP).add(DROP).build())
        .withMessage("hyperparameter 'drop' stands twice");
  }

  @Test
  void a_condition_names_an_earlier_choice_and_one_of_its_options() {
    String message = "drop depends on 'booster', which is no choice before it";
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SearchSpace.builder().addUnder("booster", "dart", DROP).add(BOOSTER).build())
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SearchSpace.builder().add(ROUNDS).addUnder("rounds", "1", DROP).build())
        .withMessage("drop depends on 'rounds', which is no choice before it");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SearchSpace.builder().add(BOOSTER).addUnder("booster", "drat", DROP).build())
        .withMessage("drop depends on booster=drat, allowed are [plain, dart]");
  }

  @Test
  void a_condition_on_a_choice_that_does_not_exist_itself_does_not_hold() {
    Hyperparameter.Choice inner = new Hyperparameter.Choice("inner", List.of("x", "y"), "x", "");
    SearchSpace nested =
        SearchSpace.builder()
            .add(BOOSTER)
            .addUnder("booster", "dart", inner)
            .addUnder("inner", "x", DROP)
            .build();
    assertThat(nested.defaults().values()).containsOnlyKeys("booster");
    assertThat(nested.complete(Map.of("booster", "dart")).values())
        .containsOnlyKeys("booster", "inner", "drop");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> nested.complete(Map.of("drop", 0.5)))
        .withMessage("hyperparameter 'drop' exists only under inner=x, got inner=none");
  }

  @Test
  void a_part_has_one_option_and_what_depends_on_it() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Choice("kind", List.of("a", "b"), "a", ""))
            .addUnder("kind", "a", new Hyperparameter.Choice("deep", List.of("y", "n"), "n", ""))
            .addUnder("deep", "y", new Hyperparameter.Int("levels", 1, 9, false, 2, ""))
            .addUnder("kind", "b", new Hyperparameter.Real("rate", 0, 1, false, 0.5, ""))
            .add(new Hyperparameter.Real("alpha", 0, 1, false, 0.7, ""))
            .build();
    assertThat(space.where("kind", "b").dimensions())
        .extracting(d -> d.parameter().name())
        .containsExactly("kind", "rate", "alpha");
    assertThat(space.where("kind", "a").dimensions())
        .extracting(d -> d.parameter().name())
        .containsExactly("kind", "deep", "levels", "alpha");
    assertThat(space.where("kind", "b").defaults().choice("kind")).isEqualTo("b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.where("kind", "c"))
        .withMessage("kind must be one of [a, b], got c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.where("other", "c"))
        .withMessage("there is no choice 'other'");
  }

  @Test
  void a_count_is_multiplied_and_a_depth_gets_levels() {
    SearchSpace leaves =
        SearchSpace.builder()
            .addCapacity(new Hyperparameter.Int("leaves", 4, 100, true, 10, ""))
            .build();
    assertThat(leaves.wider(leaves.defaults(), 4)).hasValue(leaves.complete(Map.of("leaves", 40)));
    assertThat(leaves.wider(leaves.complete(Map.of("leaves", 30)), 4))
        .hasValue(leaves.complete(Map.of("leaves", 100)));
    assertThat(leaves.wider(leaves.complete(Map.of("leaves", 100)), 4)).isEmpty();
    SearchSpace depth =
        SearchSpace.builder()
            .addCapacity(new Hyperparameter.Int("depth", 2, 8, false, 5, ""))
            .build();
    assertThat(depth.wider(depth.defaults(), 4)).hasValue(depth.complete(Map.of("depth", 7)));
    assertThat(depth.wider(depth.defaults(), 3)).hasValue(depth.complete(Map.of("depth", 7)));
    assertThat(depth.wider(depth.defaults(), 2)).hasValue(depth.complete(Map.of("depth", 6)));
    SearchSpace none = SearchSpace.builder().build();
    assertThat(none.wider(none.defaults(), 4)).isEmpty();
  }
}
