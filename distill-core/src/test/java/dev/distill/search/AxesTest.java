package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AxesTest {
  private static final SearchSpace SPACE =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("family", List.of("tree", "linear"), "tree", ""))
          .add(new Hyperparameter.Real("t", 0.1, 10, true, 1, ""))
          .addUnder("family", "tree", new Hyperparameter.Int("depth", 1, 4, false, 2, ""))
          .addUnder("family", "tree", new Hyperparameter.Int("rounds", 1, 1000, true, 10, ""))
          .addUnder("family", "linear", new Hyperparameter.Real("l2", -1, 3, false, 0, ""))
          .build();

  private static final int FAMILY = 0;
  private static final int T = 1;
  private static final int DEPTH = 2;
  private static final int ROUNDS = 3;
  private static final int L2 = 4;

  private final Axes axes = new Axes(SPACE);

  private static Hyperparameters tree(int depth, int rounds) {
    return SPACE.complete(Map.of("family", "tree", "t", 1.0, "depth", depth, "rounds", rounds));
  }

  private double[] encoded(Hyperparameters configuration) {
    double[] point = axes.encode(configuration);
    assertThat(point).isNotNull();
    return point == null ? new double[0] : point;
  }

  @Test
  void a_number_lies_on_its_own_scale_and_a_whole_one_in_the_middle_of_its_interval() {
    double[] point = encoded(tree(1, 1000));
    assertThat(point[FAMILY]).isZero();
    assertThat(point[T]).isCloseTo(0.5, within(1e-15));
    assertThat(point[DEPTH]).isEqualTo(0.125);
    double log = Math.log(1000 / 0.5) / Math.log(1000.5 / 0.5);
    assertThat(point[ROUNDS]).isCloseTo(log, within(1e-12));
    assertThat(encoded(SPACE.complete(Map.of("family", "linear", "t", 10.0, "l2", 0.0))))
        .containsExactly(1, 1, Double.NaN, Double.NaN, 0.25);
  }

  @Test
  void what_does_not_lie_in_the_space_has_no_coordinates() {
    for (Map<String, Object> values :
        List.<Map<String, Object>>of(
            Map.of("family", "net", "t", 1.0),
            Map.of("family", "linear", "t", 1.0),
            Map.of("family", "linear", "t", 1.0, "l2", 3.1),
            Map.of("family", "linear", "t", "much", "l2", 3.0),
            Map.of("family", "tree", "t", 1.0, "depth", 5, "rounds", 1))) {
      assertThat(axes.encode(new Hyperparameters(values))).as("%s", values).isNull();
    }
  }

  @Test
  void a_configuration_comes_back_from_its_coordinates() {
    for (int rounds = 1; rounds <= 1000; rounds++) {
      Hyperparameters tree = tree(1 + rounds % 4, rounds);
      Hyperparameters back = axes.decode(encoded(tree));
      assertThat(back.integer("rounds")).isEqualTo(rounds);
      assertThat(back.integer("depth")).isEqualTo(1 + rounds % 4);
      assertThat(back.values()).doesNotContainKey("l2");
    }
  }

  @Test
  void a_point_comes_back_from_its_configuration() {
    RandomGenerator random = Seeds.random(1, "round trip");
    for (int i = 0; i < 100; i++) {
      double[] point = axes.snap(axes.draw(random));
      double[] again = encoded(axes.decode(point));
      for (int d = 0; d < point.length; d++) {
        if (Double.isNaN(point[d])) {
          assertThat(again[d]).isNaN();
        } else {
          assertThat(again[d]).isCloseTo(point[d], within(1e-12));
        }
      }
    }
  }

  @Test
  void the_intervals_of_whole_numbers_fill_the_axis() {
    double linear = 0;
    double log = 0;
    for (int rounds = 1; rounds <= 1000; rounds++) {
      double[] point = encoded(tree(1 + rounds % 4, rounds));
      linear += rounds <= 4 ? axes.width(DEPTH, point[DEPTH]) : 0;
      log += axes.width(ROUNDS, point[ROUNDS]);
      assertThat(axes.width(T, point[T])).isZero();
    }
    assertThat(linear).isCloseTo(1, within(1e-12));
    assertThat(log).isCloseTo(1, within(1e-9));
  }

  @Test
  void snapping_moves_onto_whole_numbers_and_out_of_what_does_not_exist() {
    double[] point = axes.snap(new double[] {0, 0.3, 0.26, 0, 0.7});
    assertThat(point[T]).isEqualTo(0.3);
    assertThat(point[DEPTH]).isEqualTo(0.375);
    assertThat(point[L2]).isNaN();
    assertThat(axes.snap(point.clone())).containsExactly(point);
  }

  @Test
  void only_a_point_without_real_numbers_that_vary_is_discrete() {
    Axes some =
        new Axes(
            SearchSpace.builder()
                .add(new Hyperparameter.Choice("c", List.of("x", "y"), "x", ""))
                .add(new Hyperparameter.Real("fixed", 2, 2, false, 2, ""))
                .addUnder("c", "y", new Hyperparameter.Real("r", 0, 1, false, 0, ""))
                .build());
    assertThat(some.isDiscrete(new double[] {0, 0.5, Double.NaN})).isTrue();
    assertThat(some.isDiscrete(new double[] {1, 0.5, 0.5})).isFalse();
    assertThat(some.decode(new double[] {0, 0.5, Double.NaN}).real("fixed")).isEqualTo(2);
  }
}
