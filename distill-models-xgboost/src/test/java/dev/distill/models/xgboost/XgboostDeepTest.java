package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.testkit.TestContext;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostDeepTest {
  private static final XgboostDeep FAMILY = new XgboostDeep();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void each_boosted_tree_learns_what_those_before_it_leave(int classes) {
    // Sixteen groups, of which a tree of four leaves can't hold more than four.
    double[][] groups = new double[16][classes];
    for (int g = 0; g < groups.length; g++) {
      Arrays.fill(groups[g], .1 / (classes - 1));
      groups[g][(g * 5 + g / 3) % classes] = .9;
    }
    Task task = Task.groups(1600, groups);
    Map<String, Object> small = Map.of("max_leaves", 4, "min_leaf_rows", 1, "lambda", .1);
    double before = kl(task, task.fitted(new XgboostTree(), 1, 1, small), 0);
    for (int trees : new int[] {2, 4, 8}) {
      Map<String, Object> values =
          Map.of("trees", trees, "max_leaves", 4, "min_leaf_rows", 1, "lambda", .1);
      double now = kl(task, task.fitted(FAMILY, 1, 1, values), 0);
      assertThat(now).as("%d trees", trees).isLessThan(.8 * before);
      before = now;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void equal_trees_averaged_are_one_of_them(int classes) {
    Task task = Task.random(500, 4, classes, true, 1);
    Map<String, Object> one = Map.of("max_leaves", 30, "min_leaf_rows", 5, "lambda", 2.0);
    float[] single = task.fitted(new XgboostTree(), 1, .7, one);
    float[] several =
        task.fitted(
            FAMILY,
            1,
            .7,
            Map.of(
                "later_trees",
                "averaged",
                "trees",
                5,
                "colsample_bynode",
                1.0,
                "max_leaves",
                30,
                "min_leaf_rows",
                5,
                "lambda",
                2.0));
    for (int j = 0; j < single.length; j++) {
      assertThat(several[j]).isCloseTo(single[j], within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boosted", "averaged"})
  void a_few_come_nearer_to_the_teacher_on_new_rows_than_one(String later) {
    int classes = 4;
    Task all = Task.random(6000, 6, classes, false, 4);
    int half = 3000;
    Task train =
        new Task(
            new Matrix(Arrays.copyOf(all.features().values(), half * 6), half, 6),
            classes,
            Arrays.copyOf(all.teacher(), half * classes),
            Arrays.copyOf(all.labels(), half));
    Map<String, Object> leaves = Map.of("max_leaves", 300, "min_leaf_rows", 3);
    double single = heldOut(train, all, new XgboostTree(), leaves);
    double few =
        heldOut(
            train,
            all,
            FAMILY,
            Map.of("max_leaves", 300, "min_leaf_rows", 3, "trees", 4, "later_trees", later));
    assertThat(few).as(Task.REPEAT).isLessThan(.9 * single);
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

  private static double heldOut(
      Task train, Task all, StudentModel family, Map<String, Object> values) {
    try (TestContext context = new TestContext();
        FittedStudent student = train.fit(family, 1, 1, values, context)) {
      float[] logits = new float[all.rows() * all.classes()];
      student.logits(all.features(), logits);
      return kl(all, logits, train.rows());
    }
  }

  /** Mean KL from the teacher's distribution to the logits', over the rows from one on. */
  private static double kl(Task task, float[] logits, int from) {
    int classes = task.classes();
    double sum = 0;
    for (int i = from; i < task.rows(); i++) {
      double total = 0;
      for (int k = 0; k < classes; k++) {
        total += Math.exp(logits[i * classes + k]);
      }
      for (int k = 0; k < classes; k++) {
        double p = task.teacher()[i * classes + k];
        sum += p * (Math.log(p) - logits[i * classes + k] + Math.log(total));
      }
    }
    return sum / (task.rows() - from);
  }
}
