package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code -Ddistill.seed=N} repeats a run or makes another; failures say the seed. */
class RandomSamplerTest {
  private static final int DRAWS = 20_000;

  private final long seed = Long.getLong("distill.seed", 20240701);

  private List<Hyperparameters> draws(SearchSpace space, int count) {
    List<Hyperparameters> draws = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      draws.add(
          new RandomSampler()
              .suggest(new Sampler.Question(space, List.of(), i, seed, "trial " + i))
              .orElseThrow());
    }
    return draws;
  }

  private List<Integer> integers(int low, int high, boolean log, int count) {
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Int("n", low, high, log, low, "")).build();
    return draws(space, count).stream().map(d -> d.integer("n")).toList();
  }

  private double[] reals(double low, double high, boolean log) {
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Real("x", low, high, log, low, "")).build();
    return draws(space, DRAWS).stream().mapToDouble(d -> d.real("x")).toArray();
  }

  private static Map<Integer, Integer> counts(List<Integer> values) {
    Map<Integer, Integer> counts = new HashMap<>();
    values.forEach(v -> counts.merge(v, 1, Integer::sum));
    return counts;
  }

  /** Five standard deviations of a binomial count. */
  private static double slack(double share) {
    return 5 * Math.sqrt(DRAWS * share * (1 - share));
  }

  @Test
  void whole_numbers_are_uniform_and_reach_both_ends() {
    Map<Integer, Integer> counts = counts(integers(-1, 4, false, DRAWS));
    assertThat(counts).as("seed %s", seed).containsOnlyKeys(-1, 0, 1, 2, 3, 4);
    counts.forEach(
        (value, count) ->
            assertThat((double) count)
                .as("seed %s, value %s", seed, value)
                .isCloseTo(DRAWS / 6.0, within(slack(1 / 6.0))));
  }

  @Test
  void logarithmic_whole_numbers_reach_both_ends_with_the_share_of_their_interval() {
    Map<Integer, Integer> counts = counts(integers(1, 8, true, DRAWS));
    assertThat(counts).as("seed %s", seed).containsOnlyKeys(1, 2, 3, 4, 5, 6, 7, 8);
    counts.forEach(
        (value, count) -> {
          double share = Math.log((value + 0.5) / (value - 0.5)) / Math.log(8.5 / 0.5);
          assertThat((double) count)
              .as("seed %s, value %s", seed, value)
              .isCloseTo(DRAWS * share, within(slack(share)));
        });
  }

  @Test
  void the_whole_range_of_an_int_is_uniform_too() {
    List<Integer> values = integers(Integer.MIN_VALUE, Integer.MAX_VALUE, false, DRAWS);
    assertThat((double) values.stream().filter(v -> v < 0).count())
        .as("seed %s", seed)
        .isCloseTo(DRAWS / 2.0, within(slack(0.5)));
    assertThat((double) values.stream().filter(v -> v > 1 << 30).count())
        .as("seed %s", seed)
        .isCloseTo(DRAWS / 4.0, within(slack(0.25)));
    assertThat(values).as("seed %s", seed).doesNotContain(Integer.MAX_VALUE);
    assertThat(integers(7, 7, true, 10)).containsOnly(7);
  }

  @Test
  void real_numbers_stay_within_bounds_and_are_uniform_on_their_scale() {
    double[] linear = reals(-2, 6, false);
    double[] log = reals(1e-4, 1, true);
    int linearLow = 0;
    int logLow = 0;
    for (int i = 0; i < DRAWS; i++) {
      assertThat(linear[i]).as("seed %s", seed).isBetween(-2.0, 6.0);
      assertThat(log[i]).as("seed %s", seed).isBetween(1e-4, 1.0);
      linearLow += linear[i] < 0 ? 1 : 0;
      logLow += log[i] < 1e-3 ? 1 : 0;
    }
    assertThat((double) linearLow).as("seed %s", seed).isCloseTo(DRAWS / 4.0, within(slack(0.25)));
    assertThat((double) logLow).as("seed %s", seed).isCloseTo(DRAWS / 4.0, within(slack(0.25)));
  }

  @Test
  void every_suggestion_is_a_configuration_of_the_space() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Choice("kind", List.of("tree", "net"), "tree", ""))
            .addUnder("kind", "tree", new Hyperparameter.Int("depth", 1, 9, false, 3, ""))
            .addUnder("kind", "net", new Hyperparameter.Real("rate", 1e-3, 1, true, 0.1, ""))
            .build();
    Map<String, Integer> kinds = new HashMap<>();
    for (Hyperparameters draw : draws(space, 2_000)) {
      assertThat(space.complete(draw.values())).as("seed %s", seed).isEqualTo(draw);
      kinds.merge(draw.choice("kind"), 1, Integer::sum);
      assertThat(draw.values())
          .containsOnlyKeys("kind", draw.choice("kind").equals("tree") ? "depth" : "rate");
    }
    assertThat(kinds.get("tree")).as("seed %s", seed).isBetween(850, 1150);
  }

  @Test
  void a_suggestion_depends_on_the_number_alone_whatever_ended_before() {
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0, "")).build();
    Study slow = Study.builder(space).sampler(new RandomSampler()).seed(seed).create();
    Study quick = Study.builder(space).sampler(new RandomSampler()).seed(seed).create();
    for (int i = 0; i < 20; i++) {
      Trial ofSlow = slow.ask().orElseThrow();
      Trial ofQuick = quick.ask().orElseThrow();
      assertThat(ofSlow.parameters()).as("seed %s", seed).isEqualTo(ofQuick.parameters());
      if (i % 3 == 0) {
        quick.fail(i, new IllegalStateException("no"));
      } else {
        quick.tell(i, -i);
      }
    }
  }
}
