package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GridSamplerTest {
  private static final Hyperparameter.Choice KIND =
      new Hyperparameter.Choice("kind", List.of("a", "b"), "b", "");
  private static final Hyperparameter.Int DEPTH =
      new Hyperparameter.Int("depth", 2, 8, false, 3, "");
  private static final Hyperparameter.Real RATE =
      new Hyperparameter.Real("rate", 0.01, 1, true, 0.3, "");

  private static List<Map<String, Object>> all(Study study) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Optional<Trial> trial = study.ask(); trial.isPresent(); trial = study.ask()) {
      all.add(trial.get().parameters().values());
      assertThat(all).hasSizeLessThan(1000);
    }
    return all;
  }

  @Test
  void tries_every_combination_once_and_then_has_nothing_left() {
    SearchSpace space = SearchSpace.builder().add(KIND).add(DEPTH).add(RATE).build();
    Study study = Study.builder(space).sampler(new GridSampler(3)).seed(1).create();
    List<Map<String, Object>> all = all(study);
    assertThat(all).hasSize(2 * 3 * 3).doesNotHaveDuplicates();
    assertThat(all.stream().map(v -> v.get("depth")).distinct()).containsExactly(2, 5, 8);
    assertThat(all.stream().map(v -> v.get("kind")).distinct()).containsExactly("a", "b");
    List<Double> rates = all.stream().map(v -> (Double) v.get("rate")).distinct().toList();
    assertThat(rates).hasSize(3).contains(0.01, 1.0);
    assertThat(rates.get(1)).isBetween(0.1 - 1e-12, 0.1 + 1e-12);
    all.forEach(values -> assertThat(space.complete(values).values()).isEqualTo(values));
    assertThat(study.ask()).isEmpty();
  }

  @Test
  void a_conditional_dimension_multiplies_only_where_it_exists() {
    SearchSpace space = SearchSpace.builder().add(KIND).addUnder("kind", "a", DEPTH).build();
    assertThat(all(Study.builder(space).sampler(new GridSampler(3)).seed(1).create()))
        .containsExactly(
            Map.of("kind", "a", "depth", 2),
            Map.of("kind", "a", "depth", 5),
            Map.of("kind", "a", "depth", 8),
            Map.of("kind", "b"));
  }

  @Test
  void a_configuration_that_was_enqueued_takes_no_other_ones_turn() {
    SearchSpace space = SearchSpace.builder().add(KIND).add(DEPTH).build();
    Study inside = Study.builder(space).sampler(new GridSampler(3)).seed(1).create();
    inside.enqueue(new Hyperparameters(Map.of("kind", "b", "depth", 5)));
    assertThat(all(inside)).hasSize(6).doesNotHaveDuplicates();
    Study outside = Study.builder(space).sampler(new GridSampler(3)).seed(1).create();
    outside.enqueue(space.defaults());
    assertThat(all(outside)).hasSize(7).doesNotHaveDuplicates();
  }

  @Test
  void one_point_is_the_default_and_equal_points_count_once() {
    SearchSpace space =
        SearchSpace.builder()
            .add(DEPTH)
            .add(RATE)
            .add(new Hyperparameter.Int("few", 1, 2, false, 1, ""))
            .build();
    assertThat(all(Study.builder(space).sampler(new GridSampler(1)).seed(1).create()))
        .containsExactly(Map.of("depth", 3, "rate", 0.3, "few", 1));
    assertThat(all(Study.builder(space).sampler(new GridSampler(5)).seed(1).create()))
        .hasSize(5 * 5 * 2);
  }

  @Test
  void an_empty_space_has_one_combination() {
    assertThat(
            all(
                Study.builder(SearchSpace.builder().build())
                    .sampler(new GridSampler(3))
                    .seed(1)
                    .create()))
        .hasSize(1);
  }

  @Test
  void rejects_a_grid_of_no_points() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GridSampler(0))
        .withMessage("points must be >= 1, got 0");
  }
}
