package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QmcSamplerTest {
  private static final SearchSpace CONDITIONAL =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("kind", List.of("tree", "net", "line"), "tree", ""))
          .addUnder("kind", "tree", new Hyperparameter.Int("depth", 1, 9, false, 3, ""))
          .addUnder("kind", "net", new Hyperparameter.Real("rate", 1e-3, 1, true, 0.1, ""))
          .addUnder("kind", "net", new Hyperparameter.Choice("act", List.of("a", "b"), "a", ""))
          .add(new Hyperparameter.Int("rounds", 1, 1000, true, 10, ""))
          .build();

  private static SearchSpace cube(int dimensions) {
    SearchSpace.Builder space = SearchSpace.builder();
    for (int d = 0; d < dimensions; d++) {
      space.add(new Hyperparameter.Real("x" + d, 0, 1, false, 0, ""));
    }
    return space.build();
  }

  private static List<Hyperparameters> points(SearchSpace space, int count, long seed) {
    List<Hyperparameters> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(
          new QmcSampler()
              .suggest(new Sampler.Question(space, List.of(), i, seed, "trial " + i))
              .orElseThrow());
    }
    return points;
  }

  @Test
  void each_interval_of_each_coordinate_is_hit_once_by_the_first_points() {
    for (long seed = 0; seed < 5; seed++) {
      List<Hyperparameters> points = points(cube(24), 256, seed);
      for (int count = 1; count <= 256; count *= 2) {
        for (int d = 0; d < 24; d++) {
          BitSet hit = new BitSet();
          for (Hyperparameters point : points.subList(0, count)) {
            hit.set((int) (point.real("x" + d) * count));
          }
          assertThat(hit.cardinality())
              .as("seed %s, %s points, coordinate %s", seed, count, d)
              .isEqualTo(count);
        }
      }
    }
  }

  @Test
  void two_coordinates_fill_the_square_as_a_net_does() {
    // The first two coordinates are a (0, m, 2)-net: any box of area 1/64 has one of 64 points.
    List<Hyperparameters> points = points(cube(2), 64, 3);
    for (int columns = 1; columns <= 64; columns *= 2) {
      int rows = 64 / columns;
      BitSet hit = new BitSet();
      for (Hyperparameters point : points) {
        int column = (int) (point.real("x0") * columns);
        int row = (int) (point.real("x1") * rows);
        hit.set(column * rows + row);
      }
      assertThat(hit.cardinality()).as("%s columns", columns).isEqualTo(64);
    }
  }

  @Test
  void each_half_is_scrambled_on_its_own() {
    // A shift alone would move every point of a coordinate by the same bits.
    boolean differ = false;
    long first = moved(0, 11);
    for (int i = 1; i < 64; i++) {
      differ |= moved(i / 64.0, 11) != first;
    }
    assertThat(differ).isTrue();
    // The leading bit of all points is moved alike: halves stay halves.
    for (int i = 0; i < 64; i++) {
      assertThat(moved(i / 64.0, 11) >>> 31).isEqualTo(first >>> 31);
    }
  }

  private static long moved(double x, int seed) {
    return (long) (QmcSampler.scrambled(x, seed) * 0x1p32) ^ (long) (x * 0x1p32);
  }

  @Test
  void scrambling_is_even_over_seeds() {
    double mean = 0;
    for (int seed = 0; seed < 4096; seed++) {
      mean += QmcSampler.scrambled(0, seed * 0x9e3779b9) / 4096;
    }
    // Five standard deviations of a mean of even draws.
    assertThat(mean).isCloseTo(0.5, within(5 / Math.sqrt(12 * 4096)));
  }

  @Test
  void seeds_and_indices_differ_and_purposes_and_other_trials_do_not_matter() {
    SearchSpace space = cube(3);
    assertThat(points(space, 50, 1)).doesNotHaveDuplicates().isEqualTo(points(space, 50, 1));
    assertThat(points(space, 50, 1)).doesNotContainAnyElementsOf(points(space, 50, 2));
    Hyperparameters fifth = points(space, 6, 1).get(5);
    Trial other = Trial.of(0, Trial.State.RUNNING, points(space, 1, 9).get(0), "trial 0");
    assertThat(new QmcSampler().suggest(new Sampler.Question(space, List.of(other), 5, 1, "other")))
        .contains(fifth);
  }

  @Test
  void conditional_spaces_have_what_exists_alone() {
    Map<String, Integer> kinds = new HashMap<>();
    for (Hyperparameters point : points(CONDITIONAL, 300, 4)) {
      assertThat(CONDITIONAL.complete(point.values())).isEqualTo(point);
      String kind = point.choice("kind");
      kinds.merge(kind, 1, Integer::sum);
      assertThat(point.values().keySet())
          .containsExactlyElementsOf(
              switch (kind) {
                case "tree" -> List.of("kind", "depth", "rounds");
                case "net" -> List.of("kind", "rate", "act", "rounds");
                default -> List.of("kind", "rounds");
              });
    }
    assertThat(kinds).containsOnlyKeys("tree", "net", "line");
    kinds.forEach((kind, count) -> assertThat(count).as(kind).isBetween(98, 102));
  }

  @Test
  void whole_numbers_and_choices_are_even_and_within_bounds() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Int("n", -3, 4, false, 0, ""))
            .add(new Hyperparameter.Choice("c", List.of("a", "b", "c", "d"), "a", ""))
            .add(new Hyperparameter.Int("same", 7, 7, false, 7, ""))
            .build();
    Map<Object, Integer> counts = new HashMap<>();
    for (Hyperparameters point : points(space, 64, 5)) {
      counts.merge(point.integer("n"), 1, Integer::sum);
      counts.merge(point.choice("c"), 1, Integer::sum);
      assertThat(point.integer("same")).isEqualTo(7);
    }
    for (int n = -3; n <= 4; n++) {
      assertThat(counts).containsEntry(n, 8);
    }
    for (String option : List.of("a", "b", "c", "d")) {
      assertThat(counts).containsEntry(option, 16);
    }
  }

  @Test
  void a_space_without_dimensions_has_its_one_point() {
    assertThat(points(SearchSpace.builder().build(), 3, 1))
        .containsOnly(new Hyperparameters(Map.of()));
  }

  @Test
  void suggests_to_a_study() {
    Study study = Study.builder(CONDITIONAL).sampler(new QmcSampler()).seed(2).create();
    List<Hyperparameters> asked = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Trial trial = study.ask().orElseThrow();
      asked.add(trial.parameters());
      study.tell(trial.number(), i);
    }
    assertThat(asked).isEqualTo(points(CONDITIONAL, 40, 2));
  }
}
