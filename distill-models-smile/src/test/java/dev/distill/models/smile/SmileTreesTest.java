package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.loss.DistillationLoss;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the contract kit does not know of the three families of trees. */
class SmileTreesTest {
  /** A float32, relative to values up to 1. */
  private static final double ROUNDED = 1e-6;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void a_leaf_is_the_mean_of_its_rows_drawn_to_the_mean_of_all(int classes) {
    float[] x = new float[120];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 3 == 0 ? -3 : 5;
    }
    Matrix rows = new Matrix(x, x.length, 1);
    DistillationLoss loss = Fits.loss(rows, classes, 1, .5);
    float[] targets = loss.mixedTarget();
    double[] all = new double[classes];
    double[][] groups = new double[2][classes];
    for (int i = 0; i < targets.length; i++) {
      all[i % classes] += targets[i] / 120;
      groups[i / classes % 3 == 0 ? 0 : 1][i % classes] += targets[i];
    }
    FittedStudent student =
        new Fits().fit(new SmileTree(), rows, classes, 1, .5, Map.of("lambda", 7.0));
    float[] logits = Fits.logits(student, rows, classes);
    for (int i = 0; i < targets.length; i++) {
      int group = i / classes % 3 == 0 ? 0 : 1;
      double expected =
          (groups[group][i % classes] + 7 * all[i % classes]) / ((group == 0 ? 40 : 80) + 7);
      assertThat(Math.exp(logits[i])).isCloseTo(expected, within(ROUNDED));
    }
  }

  @Test
  void a_forest_is_the_mean_of_its_trees() {
    Matrix rows = Fits.rows(150, 4, 2);
    FittedStudent forest =
        new Fits().fit(new SmileForest(), rows, 3, 1, .5, Map.of("trees", 10, "columns", 2));
    float[] logits = Fits.logits(forest, rows, 3);
    for (int i = 0; i < 150; i++) {
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        sum += Math.exp(logits[3 * i + k]);
      }
      assertThat(sum).isCloseTo(1, within(10 * ROUNDED));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void the_rounds_kept_are_the_student_of_as_many_rounds(int classes) {
    Matrix rows = Fits.rows(150, 4, 3);
    List<Double> falling = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      falling.add(12. - i);
    }
    falling.add(99.);
    Fits watched = new Fits().validation(new Fits.Scripted(rows, falling, new int[1]));
    FittedStudent stopped = watched.fit(new SmileGbm(), rows, classes, 2, .5, Map.of("rounds", 50));
    assertThat(stopped.steps()).isEqualTo(12);
    assertThat(watched.context().losses()).hasSize(24).startsWith(12., 11.);
    FittedStudent twelve =
        new Fits().fit(new SmileGbm(), rows, classes, 2, .5, Map.of("rounds", 12));
    assertThat(Fits.logits(stopped, rows, classes))
        .containsExactly(Fits.logits(twelve, rows, classes));
  }

  @Test
  void one_tree_a_round_may_know_all_classes() {
    Matrix rows = Fits.rows(200, 3, 4);
    DistillationLoss loss = Fits.loss(rows, 4, 1, 1);
    double before = loss.value(new float[800]);
    for (String leaves : List.of("one_class", "all_classes")) {
      FittedStudent student =
          new Fits().fit(new SmileGbm(), rows, 4, 1, 1, Map.of("leaves", leaves));
      assertThat(loss.value(Fits.logits(student, rows, 4))).as(leaves).isLessThan(.1 * before);
    }
  }

  @Test
  void rows_are_converted_once_a_sweep() {
    Matrix rows = Fits.rows(60, 3, 5);
    Fits sweep = new Fits().validation(new Fits.Scripted(Fits.rows(20, 3, 6), 1.));
    for (int trial = 0; trial < 3; trial++) {
      sweep.fit(new SmileGbm(), rows, 3, 1, .5, Map.of("rounds", 10));
      sweep.fit(new SmileTree(), rows, 3, 1, .5, Map.of());
      sweep.fit(new SmileForest(), rows, 3, 1, .5, Map.of("trees", 10));
    }
    assertThat(sweep.context().made()).filteredOn(BinnedRows.class::equals).hasSize(2);
  }

  @Test
  void refuses_a_validation_loss_that_is_never_a_number() {
    Matrix rows = Fits.rows(60, 3, 7);
    Fits sweep = new Fits().validation(new Fits.Scripted(rows, Double.NaN));
    assertThatThrownBy(() -> sweep.fit(new SmileGbm(), rows, 2, 1, .5, Map.of()))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("never a number");
  }
}
