package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.loss.Softmax;
import dev.distill.loss.TemperatureScaling;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.Targets;
import dev.distill.spi.TrainingSet;
import dev.distill.testkit.TestContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostTreesTest {
  private static final XgboostTrees FAMILY = new XgboostTrees();

  /** Newton steps to the minimum: nothing is sampled and next to nothing regularised. */
  private static final Map<String, Object> EXACT =
      Map.of(
          "rounds",
          200,
          "max_depth",
          3,
          "eta",
          0.5,
          "min_child_weight",
          0.1,
          "lambda",
          0.1,
          "subsample",
          1.0,
          "colsample_bytree",
          1.0);

  /** What 200 rounds of half a Newton step leave of float32 margins and gradients. */
  private static final double CONVERGED = 1e-4;

  private static Map<String, Object> exact(String leaves) {
    Map<String, Object> values = new HashMap<>(EXACT);
    values.put("leaves", leaves);
    return values;
  }

  @Test
  void a_binary_soft_target_comes_back() {
    Task task = Task.groups(200, new double[] {.3, .7}, new double[] {.9, .1});
    assertDistributions(task, task.fitted(FAMILY, 1, 1, EXACT));
    assertDistributions(task, task.fitted(new XgboostTrees(true), 1, 1, EXACT));
  }

  @ParameterizedTest
  @CsvSource({"3, one_class", "3, all_classes", "5, one_class", "5, all_classes", "7, one_class"})
  void soft_targets_of_many_classes_come_back(int classes, String leaves) {
    Random random = new Random(Task.SEED);
    double[][] groups = new double[4][classes];
    for (double[] group : groups) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        group[k] = .05 + random.nextDouble();
        sum += group[k];
      }
      for (int k = 0; k < classes; k++) {
        group[k] /= sum;
      }
    }
    Task task = Task.groups(400, groups);
    Map<String, Object> values = exact(leaves);
    // The other bound of the search space has fewer rounds for many classes.
    assertDistributions(task, task.fitted(FAMILY, 1, 1, values));
  }

  @ParameterizedTest
  @CsvSource({
    "2, one_class, .4",
    "2, one_class, 1",
    "3, one_class, .4",
    "3, all_classes, .4",
    "3, one_class, 1",
    "5, one_class, .8"
  })
  void temperature_is_in_the_gradient(int classes, String leaves, double alpha) {
    Task task = twoGroups(classes);
    double temperature = 3;
    Map<String, Object> values = classes == 2 ? EXACT : exact(leaves);
    float[] z = task.fitted(FAMILY, temperature, alpha, values);
    double[] soft = new double[task.teacher().length];
    TemperatureScaling.soften(temperature, task.teacher(), task.rows(), classes, soft);
    double[] residual = new double[2 * classes];
    double[] qT = new double[classes];
    double[] q1 = new double[classes];
    for (int i = 0; i < task.rows(); i++) {
      softmax(z, i * classes, temperature, qT);
      softmax(z, i * classes, 1, q1);
      for (int k = 0; k < classes; k++) {
        double y = task.labels()[i] == k ? 1 : 0;
        residual[i % 2 * classes + k] +=
            (alpha * temperature * (qT[k] - soft[i * classes + k]) + (1 - alpha) * (q1[k] - y))
                / (task.rows() / 2.0);
      }
    }
    for (double r : residual) {
      assertThat(r).as("mean gradient of a group").isCloseTo(0, within(CONVERGED));
    }
    if (alpha < 1) {
      float[] atOne = task.fitted(FAMILY, 1, alpha, values);
      softmax(z, 0, 1, qT);
      softmax(atOne, 0, 1, q1);
      assertThat(Math.abs(qT[0] - q1[0]))
          .as("T = 3 has another minimum")
          .isGreaterThan(20 * CONVERGED);
    }
  }

  @Test
  void the_native_binary_objective_is_the_same_loss() {
    Task task = Task.random(1000, 6, 2, true, 1);
    for (double alpha : new double[] {0, .3, 1}) {
      assertSameStudents(task, 1, alpha);
    }
    assertSameStudents(task, 4, 0);
  }

  @Test
  void the_native_objective_of_many_classes_is_the_same_loss() {
    assertSameStudents(Task.random(1000, 6, 4, true, 2), 2, 0);
  }

  /**
   * Both sum the same gradients in float32, from exponentials that differ by an ulp: leaves differ
   * in their last digits, and 40 rounds of them by some hundred ulp.
   */
  private static void assertSameStudents(Task task, double temperature, double alpha) {
    Map<String, Object> values = Map.of("rounds", 40, "subsample", 1.0, "colsample_bytree", 1.0);
    float[] nativeLoss = task.fitted(FAMILY, temperature, alpha, values);
    float[] custom = task.fitted(new XgboostTrees(true), temperature, alpha, values);
    for (int i = 0; i < custom.length; i++) {
      assertThat(custom[i])
          .as("alpha %s, logit %d; %s", alpha, i, Task.REPEAT)
          .isCloseTo(nativeLoss[i], within(1e-4f));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, one_class, 1", "2, one_class, 2", "3, one_class, 2", "3, all_classes, 2"})
  void margins_are_the_same_after_save_and_load(int classes, String leaves, double temperature)
      throws Exception {
    Task task = Task.random(300, 4, classes, true, 3);
    Map<String, Object> values =
        classes == 2 ? Map.of("rounds", 10) : Map.of("rounds", 10, "leaves", leaves);
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(FAMILY, temperature, .5, values, context)) {
      Booster booster = ((BoosterStudent) student).booster();
      Booster loaded = XGBoost.loadModel(booster.toByteArray("json"));
      DMatrix rows = MatrixPool.toNative(task.features());
      try {
        assertThat(loaded.predict(rows, true)).isDeepEqualTo(booster.predict(rows, true));
      } finally {
        rows.dispose();
        loaded.dispose();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one_class", "all_classes"})
  void permuting_classes_permutes_outputs(String leaves) {
    int classes = 4;
    int[] to = {2, 0, 3, 1};
    Task task = Task.random(500, 5, classes, false, 4);
    double[] teacher = new double[task.teacher().length];
    int[] labels = new int[task.rows()];
    for (int i = 0; i < task.rows(); i++) {
      labels[i] = to[task.labels()[i]];
      for (int k = 0; k < classes; k++) {
        teacher[i * classes + to[k]] = task.teacher()[i * classes + k];
      }
    }
    Map<String, Object> values =
        Map.of("rounds", 10, "leaves", leaves, "subsample", 1.0, "colsample_bytree", 1.0);
    float[] plain = task.fitted(FAMILY, 2, .5, values);
    float[] permuted = task.with(teacher).with(labels).fitted(FAMILY, 2, .5, values);
    for (int i = 0; i < task.rows(); i++) {
      for (int k = 0; k < classes; k++) {
        assertThat(permuted[i * classes + to[k]])
            .as("row %d class %d; %s", i, k, Task.REPEAT)
            .isCloseTo(plain[i * classes + k], within(1e-4f));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 3", "3, 1", "3, 3"})
  void refuses_targets_that_are_not_numbers(int classes, double temperature) {
    Task task = Task.random(60, 3, classes, false, 5);
    float[] soft = task.loss(1, 1).mixedTarget();
    soft[7 * classes + 1] = Float.NaN;
    TrainingSet training =
        new TrainingSet(
            task.features(),
            classes,
            new Targets.Gradient(
                new DistillationLoss(
                    new SoftTargets(temperature, soft, classes), task.labels(), .5)));
    Hyperparameters values = task.complete(FAMILY, Map.of());
    try (TestContext context = new TestContext()) {
      assertThatThrownBy(() -> FAMILY.fit(training, values, context))
          .isInstanceOf(FitException.class)
          .hasMessageContaining("not finite");
    }
  }

  @Test
  void learns_from_whether_a_value_is_missing() {
    Task task = twoGroups(3);
    float[] x = task.features().values().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = x[i] == 1 ? Float.NaN : i % 11;
    }
    assertDistributions(task, task.with(new Matrix(x, x.length, 1)).fitted(FAMILY, 1, 1, EXACT));
  }

  @Test
  void learns_from_infinite_values() {
    Task task =
        Task.groups(300, new double[] {.1, .9}, new double[] {.5, .5}, new double[] {.8, .2});
    float[] values = {Float.NEGATIVE_INFINITY, 7, Float.POSITIVE_INFINITY};
    float[] x = task.features().values().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = values[(int) x[i]];
    }
    assertDistributions(task, task.with(new Matrix(x, x.length, 1)).fitted(FAMILY, 1, 1, EXACT));
  }

  @Test
  void another_seed_samples_other_rows() {
    Task task = Task.random(300, 5, 2, false, 6);
    Map<String, Object> values = Map.of("rounds", 10, "subsample", .6);
    float[][] logits = new float[2][];
    for (int seed = 0; seed < 2; seed++) {
      // The highest bit must not matter either: XGBoost's seed is a 32-bit int.
      try (TestContext context = new TestContext().seed(Long.MIN_VALUE + seed);
          FittedStudent student = task.fit(FAMILY, 1, 1, values, context)) {
        logits[seed] = Task.logits(student, task.features());
      }
    }
    assertThat(logits[0]).isNotEqualTo(logits[1]);
  }

  private static Task twoGroups(int classes) {
    double[][] groups = new double[2][classes];
    for (int k = 0; k < classes; k++) {
      groups[0][k] = (k + 1) * 2.0 / (classes * (classes + 1));
      groups[1][classes - 1 - k] = groups[0][k];
    }
    return Task.groups(240, groups);
  }

  static void assertDistributions(Task task, float[] logits) {
    double[] q = new double[task.classes()];
    for (int i = 0; i < task.rows(); i++) {
      softmax(logits, i * task.classes(), 1, q);
      for (int k = 0; k < task.classes(); k++) {
        assertThat(q[k])
            .as("row %d class %d; %s", i, k, Task.REPEAT)
            .isCloseTo(task.teacher()[i * task.classes() + k], within(CONVERGED));
      }
    }
  }

  private static void softmax(float[] z, int offset, double temperature, double[] q) {
    for (int k = 0; k < q.length; k++) {
      q[k] = z[offset + k];
    }
    Softmax.softmax(temperature, q, 1, q.length, q);
  }
}
