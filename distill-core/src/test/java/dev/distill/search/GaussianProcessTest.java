package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GaussianProcessTest {
  private static final Hyperparameter X = new Hyperparameter.Real("x", 0, 1, false, 0, "");
  private static final Hyperparameter Y = new Hyperparameter.Real("y", 0, 1, false, 0, "");
  private static final Axes LINE = new Axes(SearchSpace.builder().add(X).build());
  private static final Axes PLANE = new Axes(SearchSpace.builder().add(X).add(Y).build());
  private static final Axes FAMILIES =
      new Axes(
          SearchSpace.builder()
              .add(new Hyperparameter.Choice("family", List.of("a", "b"), "a", ""))
              .addUnder("family", "a", X)
              .build());

  private static double[] predicted(GaussianProcess process, double... point) {
    double[] meanAndDeviation = new double[2];
    process.predict(point, meanAndDeviation);
    return meanAndDeviation;
  }

  private static List<double[]> line(int count) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(new double[] {(double) i / (count - 1)});
    }
    return points;
  }

  private static double wave(double x) {
    return 1.4 * Math.sin(6 * x);
  }

  private static double[] waves(List<double[]> points) {
    return points.stream().mapToDouble(point -> wave(point[0])).toArray();
  }

  @Test
  void passes_through_what_it_was_told_and_near_what_lies_between() {
    List<double[]> points = line(9);
    double[] values = waves(points);
    GaussianProcess process = new GaussianProcess(LINE, points, values);
    for (int i = 0; i < values.length; i++) {
      double[] at = predicted(process, points.get(i));
      assertThat(at[0]).isCloseTo(values[i], within(0.02));
      assertThat(at[1]).isLessThan(0.05);
    }
    assertThat(predicted(process, 0.44)[0]).isCloseTo(wave(0.44), within(0.05));
  }

  @Test
  void knows_less_the_farther_away() {
    List<double[]> points = List.of(new double[] {0.0}, new double[] {0.05}, new double[] {0.1});
    GaussianProcess process = new GaussianProcess(LINE, points, new double[] {-1.2, 0, 1.2});
    double before = 0;
    for (int i = 1; i <= 10; i++) {
      double deviation = predicted(process, 0.1 * i)[1];
      assertThat(deviation).isGreaterThan(before).isLessThanOrEqualTo(1);
      before = deviation;
    }
  }

  @Test
  void finds_out_which_dimension_matters() {
    List<double[]> points = new ArrayList<>();
    RandomGenerator random = Seeds.random(1, "dimensions");
    for (int i = 0; i < 20; i++) {
      points.add(new double[] {random.nextDouble(), random.nextDouble()});
    }
    GaussianProcess process = new GaussianProcess(PLANE, points, waves(points));
    double here = predicted(process, 0.5, 0.5)[0];
    assertThat(predicted(process, 0.5, 0.9)[0]).isCloseTo(here, within(0.1));
    assertThat(predicted(process, 0.9, 0.5)[0]).isLessThan(here - 0.5);
  }

  @Test
  void told_other_values_it_keeps_its_scales() {
    List<double[]> points = line(9);
    double[] values = waves(points);
    double[] straight = points.stream().mapToDouble(point -> 3 * point[0] - 1.5).toArray();
    GaussianProcess process = new GaussianProcess(LINE, points, values);
    GaussianProcess told = process.with(points, straight);
    double[] kept = predicted(told, 0.3);
    assertThat(kept[0]).isCloseTo(3 * 0.3 - 1.5, within(0.1));
    assertThat(kept[1]).isEqualTo(predicted(process, 0.3)[1]);
    assertThat(told.noise()).isEqualTo(process.noise());
    assertThat(predicted(new GaussianProcess(LINE, points, straight), 0.3)[1])
        .as("a fit to a straight line has longer scales")
        .isLessThan(kept[1]);
  }

  @Test
  void of_many_points_all_are_passed_through_though_scales_are_fitted_to_some() {
    List<double[]> points = line(100);
    double[] values = waves(points);
    GaussianProcess process = new GaussianProcess(LINE, points, values);
    for (int i = 0; i < values.length; i++) {
      assertThat(predicted(process, points.get(i))[0]).isCloseTo(values[i], within(0.02));
    }
    values[50] = 1;
    double[] other = predicted(process.with(points, values), points.get(50));
    assertThat(other[0]).isGreaterThan(predicted(process, points.get(50))[0]);
  }

  @Test
  void what_differs_at_the_same_place_is_noise() {
    List<double[]> points = line(20);
    points.addAll(line(20));
    double[] values = waves(points);
    for (int i = 0; i < values.length; i++) {
      values[i] += i < 20 ? 0.4 : -0.4;
    }
    GaussianProcess process = new GaussianProcess(LINE, points, values);
    assertThat(process.noise()).isBetween(0.05, 0.4);
    assertThat(predicted(process, 0.44)[0]).isCloseTo(wave(0.44), within(0.1));
    assertThat(new GaussianProcess(LINE, line(20), waves(line(20))).noise()).isLessThan(0.001);
  }

  @Test
  void one_option_tells_little_of_another() {
    List<double[]> points = new ArrayList<>();
    for (double[] x : line(6)) {
      points.add(new double[] {0, x[0]});
    }
    points.add(new double[] {1, Double.NaN});
    double[] values = {-0.5, -0.4, -0.3, -0.3, -0.4, -0.5, 2.4};
    GaussianProcess process = new GaussianProcess(FAMILIES, points, values);
    assertThat(predicted(process, 1, Double.NaN)[0]).isGreaterThan(1.5);
    assertThat(predicted(process, 0, 0.5)[0]).isLessThan(0);
  }

  @Test
  void is_the_same_each_time() {
    List<double[]> points = line(70);
    double[] one = predicted(new GaussianProcess(LINE, points, waves(points)), 0.123);
    double[] same = predicted(new GaussianProcess(LINE, points, waves(points)), 0.123);
    assertThat(one).containsExactly(same);
  }
}
