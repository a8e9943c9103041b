package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostTreeTest {
  private static final XgboostTree FAMILY = new XgboostTree();

  /** A sum over hundreds of rows in float32, relative to values up to 1. */
  private static final double SUMMED = 1e-5;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 7})
  void a_leaf_is_the_mean_of_its_rows_drawn_to_the_mean_of_all(int classes) {
    double[] first = new double[classes];
    double[] second = new double[classes];
    for (int k = 0; k < classes; k++) {
      first[k] = (k + 1) * 2.0 / (classes * (classes + 1));
      second[classes - 1 - k] = first[k];
    }
    double half = 120;
    for (double lambda : new double[] {.1, 2, 50}) {
      float[] logits =
          Task.groups(240, first, second)
              .fitted(FAMILY, 1, 1, Map.of("lambda", lambda, "min_leaf_rows", 1));
      for (int i = 0; i < 240; i++) {
        for (int k = 0; k < classes; k++) {
          double mean = (first[k] + second[k]) / 2;
          double group = i % 2 == 0 ? first[k] : second[k];
          double expected = (half * group + lambda * mean) / (half + lambda);
          assertThat(Math.exp(logits[i * classes + k]))
              .as("row %d class %d lambda %s", i, k, lambda)
              .isCloseTo(expected, within(SUMMED));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 10", "2, 100", "3, 10", "3, 37", "7, 10", "7, 100"})
  void no_leaf_has_fewer_rows_than_told(int classes, int least) {
    Task task = Task.random(1000, 5, classes, true, 2);
    float[] logits =
        task.fitted(FAMILY, 1, 1, Map.of("max_leaves", 125, "min_leaf_rows", least, "lambda", .1));
    Map<String, Integer> leaves = new HashMap<>();
    for (int i = 0; i < task.rows(); i++) {
      float[] leaf = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
      leaves.merge(Arrays.toString(leaf), 1, Integer::sum);
    }
    assertThat(leaves.values()).as(Task.REPEAT).allMatch(rows -> rows >= least);
    // A bound K times as high would leave far fewer leaves.
    assertThat(leaves.size())
        .as(Task.REPEAT)
        .isGreaterThan(Math.min(125, 1000 / (3 * least)) - 1)
        .isLessThanOrEqualTo(125);
  }

  @Test
  void refuses_targets_that_are_not_numbers() {
    Task task = Task.random(60, 3, 3, false, 3);
    double[] teacher = task.teacher().clone();
    teacher[10] = Double.NaN;
    assertThatThrownBy(() -> task.with(teacher).fitted(FAMILY, 1, .5, Map.of()))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("not all finite");
  }

  @Test
  void learns_from_missing_and_infinite_values() {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    Task task =
        Task.groups(
            300, new double[] {.8, .1, .1}, new double[] {.1, .8, .1}, new double[] {.1, .1, .8});
    float[] x = task.features().values().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = values[(int) x[i]];
    }
    float[] logits =
        task.with(new Matrix(x, x.length, 1))
            .fitted(FAMILY, 1, 1, Map.of("lambda", .1, "min_leaf_rows", 1));
    for (int j = 0; j < logits.length; j++) {
      assertThat(Math.exp(logits[j])).isCloseTo(task.teacher()[j], within(1e-3));
    }
  }

  @Test
  void a_class_that_no_row_has_gets_a_small_probability() {
    Task task = Task.groups(100, new double[] {.5, .5, 0}, new double[] {1, 0, 0});
    float[] logits = task.fitted(FAMILY, 1, 1, Map.of());
    for (float logit : logits) {
      assertThat(logit).isFinite().isGreaterThan(-14).isLessThanOrEqualTo(1e-6f);
    }
  }
}
