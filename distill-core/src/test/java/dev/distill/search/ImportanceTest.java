package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImportanceTest {

  @Test
  void an_additive_function_has_the_shares_of_its_variances() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("noise", 0, 1, false, 0.5, ""))
            .add(new Hyperparameter.Real("small", 0, 1, false, 0.5, ""))
            .add(new Hyperparameter.Real("big", 0, 1, false, 0.5, ""))
            .build();
    // Variances 1/12, 4/12 of 5/12.
    Study study =
        run(space, 400, t -> t.parameters().real("small") + 2 * t.parameters().real("big"));
    Map<String, Double> importance = study.importance();
    assertThat(importance.keySet()).containsExactly("big", "small", "noise");
    assertThat(importance.get("big")).isCloseTo(0.8, within(0.05));
    assertThat(importance.get("small")).isCloseTo(0.2, within(0.05));
    assertThat(importance.get("noise")).isLessThan(0.01);
    assertThat(importance.values().stream().mapToDouble(v -> v).sum()).isCloseTo(1, within(1e-12));
    assertThat(study.importance()).isEqualTo(importance);
  }

  @Test
  void choices_whole_numbers_and_logarithms_count_by_their_scale() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Choice("choice", List.of("a", "b", "c", "d"), "a", ""))
            .add(new Hyperparameter.Int("whole", 1, 3, false, 1, ""))
            .add(new Hyperparameter.Real("log", 1e-6, 1, true, 1e-3, ""))
            .build();
    // Variances: 3/16 of 0, 1, 0, 0; 2/3 / 4 of a half of 1, 2, 3; 1/12 of the logarithm's sixth.
    double all = 3.0 / 16 + 1.0 / 6 + 1.0 / 12;
    Study study =
        run(
            space,
            600,
            t ->
                (t.parameters().choice("choice").equals("b") ? 1 : 0)
                    + (double) t.parameters().integer("whole") / 2.0
                    + Math.log10(t.parameters().real("log")) / 6);
    Map<String, Double> importance = study.importance();
    assertThat(importance.get("choice")).isCloseTo(3.0 / 16 / all, within(0.06));
    assertThat(importance.get("whole")).isCloseTo(1.0 / 6 / all, within(0.06));
    assertThat(importance.get("log")).isCloseTo(1.0 / 12 / all, within(0.06));
  }

  @Test
  void a_parameter_counts_where_it_exists() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Choice("family", List.of("a", "b"), "a", ""))
            .addUnder("family", "a", new Hyperparameter.Real("a.x", 0, 1, false, 0.5, ""))
            .addUnder(
                "family", "b", new Hyperparameter.Choice("b.kind", List.of("p", "q"), "p", ""))
            .addUnder("b.kind", "q", new Hyperparameter.Real("q.x", 0, 1, false, 0.5, ""))
            .addUnder("b.kind", "q", new Hyperparameter.Real("q.nothing", 0, 1, false, 0.5, ""))
            .build();
    // The family by its means 0.5 and 0.75; a.x in a half, q.x in a quarter of the space.
    double family = 0.125 * 0.125;
    double ax = 1.0 / 12 / 2;
    double kind = 0.25 * 0.25 / 2;
    double qx = 4.0 / 12 / 4;
    double all = family + ax + kind + qx;
    Study study =
        run(
            space,
            800,
            t -> {
              Map<String, Object> values = t.parameters().values();
              return values.containsKey("a.x")
                  ? t.parameters().real("a.x")
                  : values.containsKey("q.x") ? 2 * t.parameters().real("q.x") : 0.5;
            });
    Map<String, Double> importance = study.importance();
    assertThat(importance.get("family")).isCloseTo(family / all, within(0.06));
    assertThat(importance.get("a.x")).isCloseTo(ax / all, within(0.06));
    assertThat(importance.get("b.kind")).isCloseTo(kind / all, within(0.06));
    assertThat(importance.get("q.x")).isCloseTo(qx / all, within(0.06));
    assertThat(importance.get("q.nothing")).isLessThan(0.02);
  }

  @Test
  void only_complete_trials_of_the_space_count_for_any_objective() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("x", 0, 1, false, 0.5, ""))
            .add(new Hyperparameter.Real("y", 0, 1, false, 0.5, ""))
            .build();
    Study study =
        Study.builder(space).directions(List.of(Direction.MINIMIZE, Direction.MAXIMIZE)).create();
    assertThat(study.importance()).isEqualTo(Map.of("x", 0.0, "y", 0.0));
    for (int i = 0; i < 100; i++) {
      Trial trial = study.ask().orElseThrow();
      study.tell(
          i,
          List.of(trial.parameters().real("x"), trial.parameters().real("y")),
          List.of(),
          Map.of());
    }
    study.ask();
    study.fail(100, "no luck", Map.of());
    assertThat(study.importance().get("x")).isGreaterThan(0.98);
    assertThat(Importance.of(study.trials(), space, t -> t.values().get(1)).get("y"))
        .isGreaterThan(0.98);
    assertThat(Importance.of(study.trials(), space, t -> 3)).isEqualTo(Map.of("x", 0.0, "y", 0.0));
    SearchSpace other =
        SearchSpace.builder().add(new Hyperparameter.Real("z", 0, 1, false, 0.5, "")).build();
    assertThat(Importance.of(study.trials(), other)).isEqualTo(Map.of("z", 0.0));
  }

  private static Study run(SearchSpace space, int trials, Objective objective) {
    Study study = Study.builder(space).create();
    study.optimize(objective, trials);
    return study;
  }
}
