package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class TpeSamplerTest {
  private static final SearchSpace MIXED =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("family", List.of("tree", "linear"), "tree", ""))
          .add(new Hyperparameter.Real("t", 0.1, 10, true, 1, ""))
          .addUnder("family", "tree", new Hyperparameter.Int("depth", 1, 20, false, 5, ""))
          .addUnder("family", "linear", new Hyperparameter.Real("l2", 1e-6, 100, true, 1, ""))
          .build();

  private static double mixed(Hyperparameters h) {
    double t = Math.log10(h.real("t") / 2);
    return t * t
        + (h.choice("family").equals("tree")
            ? 0.01 * Math.pow(h.integer("depth") - 11, 2)
            : 0.5 + 0.1 * Math.pow(Math.log10(h.real("l2")), 2));
  }

  private static Study study(SearchSpace space, Sampler sampler, long seed) {
    return Study.builder(space).sampler(sampler).seed(seed).create();
  }

  private static double best(Study study, ToDoubleFunction<Hyperparameters> objective, int trials) {
    for (int i = 0; i < trials; i++) {
      Trial trial = study.ask().orElseThrow();
      study.tell(trial.number(), objective.applyAsDouble(trial.parameters()));
    }
    return study.best().orElseThrow().value();
  }

  @Test
  void finds_better_points_than_random_draws() {
    double[] tpe = new double[9];
    double[] random = new double[9];
    for (int seed = 0; seed < 9; seed++) {
      tpe[seed] = best(study(MIXED, new TpeSampler(), seed), TpeSamplerTest::mixed, 30);
      random[seed] = best(study(MIXED, new RandomSampler(), seed), TpeSamplerTest::mixed, 30);
    }
    Arrays.sort(tpe);
    Arrays.sort(random);
    assertThat(tpe[4]).isLessThan(random[4]);
  }

  @Test
  void finds_better_points_by_its_densities_alone_too() {
    TpeSampler densities = new TpeSampler(new TpeSampler.Settings(8, 32, 0));
    double[] tpe = new double[9];
    double[] random = new double[9];
    for (int seed = 0; seed < 9; seed++) {
      tpe[seed] = best(study(MIXED, densities, seed), TpeSamplerTest::mixed, 60);
      random[seed] = best(study(MIXED, new RandomSampler(), seed), TpeSamplerTest::mixed, 60);
    }
    Arrays.sort(tpe);
    Arrays.sort(random);
    assertThat(tpe[4]).isLessThan(random[4]);
  }

  @Test
  void the_same_seed_gives_the_same_trials_and_another_one_others() {
    Study one = study(MIXED, new TpeSampler(), 3);
    Study same = study(MIXED, new TpeSampler(), 3);
    Study other = study(MIXED, new TpeSampler(), 4);
    best(one, TpeSamplerTest::mixed, 20);
    best(same, TpeSamplerTest::mixed, 20);
    best(other, TpeSamplerTest::mixed, 20);
    assertThat(parameters(one)).isEqualTo(parameters(same)).isNotEqualTo(parameters(other));
  }

  private static List<Hyperparameters> parameters(Study study) {
    return study.trials().stream().map(Trial::parameters).toList();
  }

  @Test
  void every_suggestion_lies_in_the_space() {
    Study study = study(MIXED, new TpeSampler(), 1);
    best(study, TpeSamplerTest::mixed, 40);
    for (Hyperparameters each : parameters(study)) {
      assertThat(MIXED.complete(each.values())).isEqualTo(each);
    }
  }

  @Test
  void suggests_within_the_part_that_is_asked_for() {
    Study study = study(MIXED, new TpeSampler(), 1);
    best(study, TpeSamplerTest::mixed, 20);
    SearchSpace part = MIXED.where("family", "linear");
    for (int i = 0; i < 5; i++) {
      assertThat(study.ask(part).orElseThrow().parameters().choice("family")).isEqualTo("linear");
    }
  }

  @Test
  void keeps_away_from_trials_that_run() {
    Study study = study(MIXED, new TpeSampler(), 1);
    best(study, TpeSamplerTest::mixed, 20);
    Set<Hyperparameters> running = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      running.add(study.ask().orElseThrow().parameters());
    }
    assertThat(running).hasSize(6);
  }

  @Test
  void tries_no_point_of_a_small_grid_twice_and_ends_when_all_were_tried() {
    SearchSpace grid =
        SearchSpace.builder()
            .add(new Hyperparameter.Int("a", 1, 4, false, 1, ""))
            .add(new Hyperparameter.Choice("b", List.of("x", "y", "z"), "x", ""))
            .build();
    Study study = study(grid, new TpeSampler(), 1);
    List<Hyperparameters> tried = new ArrayList<>();
    for (Optional<Trial> t = study.ask(); t.isPresent() && tried.size() < 20; t = study.ask()) {
      tried.add(t.get().parameters());
      study.tell(t.get().number(), t.get().parameters().integer("a"));
    }
    assertThat(tried).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void failed_pruned_and_forbidden_trials_do_not_stop_it() {
    Study study = study(MIXED, new TpeSampler(), 1);
    for (int i = 0; i < 40; i++) {
      Trial trial = study.ask().orElseThrow();
      double value = mixed(trial.parameters());
      switch (i % 4) {
        case 0 -> study.fail(trial.number(), new IllegalStateException("no"));
        case 1 -> {
          study.report(trial.number(), 1, value);
          study.prune(trial.number(), Map.of());
        }
        default ->
            study.tell(trial.number(), List.of(value), List.of(value > 1 ? 1.0 : -1.0), Map.of());
      }
    }
    assertThat(study.best().orElseThrow().violation()).isZero();
  }

  @Test
  void equal_values_are_no_trouble() {
    best(study(MIXED, new TpeSampler(), 1), h -> 1, 30);
  }
}
