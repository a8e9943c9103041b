package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObjectivesTest {
  private static final double[][] TWO_FRONTS = {{3, 3}, {1, 2e6}, {2, 1e6}, {4, 4e6}};

  @Test
  void trials_are_ordered_by_fronts_whatever_the_scales() {
    double[] places = Objectives.ordered(TWO_FRONTS);
    assertThat(places[3]).as("behind all others").isEqualTo(3);
    assertThat(new double[] {places[0], places[1], places[2]}).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void what_is_worse_in_everything_is_worse_by_any_weights() {
    for (int seed = 0; seed < 50; seed++) {
      double[] losses = Objectives.weighed(TWO_FRONTS, new SplittableRandom(seed));
      assertThat(losses[3]).isGreaterThan(Math.max(losses[0], Math.max(losses[1], losses[2])));
    }
  }

  @Test
  void different_weights_prefer_different_ends_of_a_front() {
    int[] preferred = new int[2];
    for (int seed = 0; seed < 50; seed++) {
      double[] losses =
          Objectives.weighed(new double[][] {{0, 9}, {9, 0}}, new SplittableRandom(seed));
      preferred[losses[0] < losses[1] ? 0 : 1]++;
    }
    assertThat(preferred[0]).isBetween(10, 40);
  }

  /** Small models are cheap and bad; the two kinds differ in where they pay. */
  private static final SearchSpace SPACE =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("family", List.of("tree", "net"), "tree", ""))
          .addUnder("family", "tree", new Hyperparameter.Int("leaves", 2, 1024, true, 32, ""))
          .addUnder("family", "net", new Hyperparameter.Real("width", 4, 512, true, 32, ""))
          .add(new Hyperparameter.Real("a", -1, 1, false, 0, ""))
          .add(new Hyperparameter.Real("b", -1, 1, false, 0, ""))
          .build();

  private static List<Double> lossAndBytes(Hyperparameters h) {
    double off = Math.pow(h.real("a") - 0.4, 2) + Math.pow(h.real("b") + 0.2, 2);
    return h.choice("family").equals("tree")
        ? List.of(0.3 + 0.5 / Math.sqrt(h.integer("leaves")) + off, 40.0 * h.integer("leaves"))
        : List.of(0.2 + 2 / h.real("width") + off, 200 * h.real("width"));
  }

  private static double hypervolume(Sampler sampler, long seed, int trials) {
    Study study =
        Study.builder(SPACE)
            .sampler(sampler)
            .seed(seed)
            .directions(List.of(Direction.MINIMIZE, Direction.MINIMIZE))
            .create();
    for (int i = 0; i < trials; i++) {
      Trial trial = study.ask().orElseThrow();
      study.tell(trial.number(), lossAndBytes(trial.parameters()), List.of(), Map.of());
    }
    return Fronts.hypervolume(
        study.front().stream()
            .map(t -> new double[] {t.values().get(0), Math.log(t.values().get(1))})
            .toList(),
        new double[] {2, Math.log(102_400)});
  }

  private static double median(Sampler sampler, int trials) {
    double[] volumes = new double[7];
    for (int seed = 0; seed < volumes.length; seed++) {
      volumes[seed] = hypervolume(sampler, seed, trials);
    }
    Arrays.sort(volumes);
    return volumes[3];
  }

  @Test
  void the_front_covers_more_than_that_of_random_draws() {
    double random = median(new RandomSampler(), 40);
    assertThat(median(new TpeSampler(), 40)).isGreaterThan(random + 0.3);
    TpeSampler densities = new TpeSampler(new TpeSampler.Settings(8, 32, 0));
    assertThat(median(densities, 40)).isGreaterThan(random);
  }
}
