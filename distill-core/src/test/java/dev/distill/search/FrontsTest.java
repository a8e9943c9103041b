package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrontsTest {
  // Coordinates are whole numbers up to this, so that volumes can be counted.
  private static final int SIDE = 6;

  @Test
  void ranks_peel_off_one_front_after_another() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      double[][] points = points(random, 1 + random.nextInt(15), 2 + random.nextInt(3));
      int[] expected = new int[points.length];
      Arrays.fill(expected, -1);
      for (int rank = 0; Arrays.stream(expected).anyMatch(r -> r < 0); rank++) {
        List<Integer> free = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
          boolean dominated = false;
          for (int j = 0; j < points.length; j++) {
            dominated |= expected[j] < 0 && Fronts.dominates(points[j], points[i]);
          }
          if (expected[i] < 0 && !dominated) {
            free.add(i);
          }
        }
        for (int i : free) {
          expected[i] = rank;
        }
      }
      assertThat(Fronts.ranks(points)).as("round %s", round).isEqualTo(expected);
    }
  }

  @Test
  void volumes_are_what_counting_cells_says() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 200; round++) {
      int objectives = 2 + random.nextInt(3);
      double[][] points = points(random, 1 + random.nextInt(9), objectives);
      double[] reference = new double[objectives];
      Arrays.fill(reference, SIDE - 1);
      double all = cells(Arrays.asList(points), objectives);
      assertThat(Fronts.hypervolume(Arrays.asList(points), reference)).isCloseTo(all, within(1e-9));
      double[] shares = Fronts.contributions(points, reference);
      int[] ranks = Fronts.ranks(points);
      for (int i = 0; i < points.length; i++) {
        List<double[]> others = new ArrayList<>();
        for (int j = 0; j < points.length; j++) {
          if (j != i && ranks[j] == 0) {
            others.add(points[j]);
          }
        }
        assertThat(shares[i])
            .as("round %s, point %s", round, i)
            .isCloseTo(ranks[i] == 0 ? all - cells(others, objectives) : 0, within(1e-9));
      }
    }
  }

  @Test
  void no_points_cover_nothing() {
    assertThat(Fronts.ranks(new double[0][])).isEmpty();
    assertThat(Fronts.contributions(new double[0][], new double[] {1, 1})).isEmpty();
    assertThat(Fronts.hypervolume(List.of(), new double[] {1, 1, 1})).isZero();
  }

  @Test
  void the_front_of_a_study_is_what_is_feasible_and_beaten_by_nothing_feasible() {
    SearchSpace space =
        SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0.5, "")).build();
    Study study =
        Study.builder(space).directions(List.of(Direction.MINIMIZE, Direction.MAXIMIZE)).create();
    assertThat(study.front()).isEmpty();
    double[][] told = {{1, 1}, {2, 2}, {2, 1}, {1, 1}, {0, 9}, {5, 5}};
    for (int i = 0; i < told.length; i++) {
      study.ask();
      study.tell(
          i,
          List.of(told[i][0], told[i][1]),
          i == 4 ? List.of(-1.0, 0.1) : List.of(-1.0, 0.0),
          Map.of());
    }
    study.ask();
    study.fail(6, "no luck", Map.of());
    study.ask();
    assertThat(study.front()).extracting(Trial::number).containsExactly(0, 1, 3, 5);
    assertThat(study.front().get(1).values()).containsExactly(2.0, 2.0);
  }

  private static double[][] points(SplittableRandom random, int count, int objectives) {
    double[][] points = new double[count][objectives];
    for (double[] point : points) {
      Arrays.setAll(point, i -> random.nextInt(SIDE));
    }
    return points;
  }

  /** The unit cells below SIDE - 1 that have a point at or below their lower corner. */
  private static int cells(List<double[]> points, int objectives) {
    int side = SIDE - 1;
    int count = 0;
    for (int cell = 0; cell < Math.round(Math.pow(side, objectives)); cell++) {
      int at = cell;
      double[] corner = new double[objectives];
      for (int i = 0; i < objectives; i++) {
        corner[i] = at % side;
        at /= side;
      }
      boolean covered = false;
      for (double[] point : points) {
        covered |= Fronts.dominates(point, corner) || Arrays.equals(point, corner);
      }
      count += covered ? 1 : 0;
    }
    return count;
  }
}
