package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.testkit.TestContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The portable form answers what XGBoost answers, bit for bit: the leaves are added in float32 in
 * the same order, and a vector leaf's logarithm is taken by the same code.
 */
class PortableParityTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  @ParameterizedTest
  @CsvSource({"2, one_class", "3, one_class", "3, all_classes", "7, one_class", "7, all_classes"})
  void boosted_trees_give_the_same_bits(int classes, String leaves) throws Exception {
    for (int model = 0; model < 8; model++) {
      Random random = new Random(Task.SEED + 31L * model);
      Task task =
          extreme(Task.random(60 + random.nextInt(600), 5, classes, model % 2 == 0, model), random);
      Map<String, Object> values =
          Map.of(
              "rounds",
              10 + random.nextInt(20),
              "max_depth",
              2 + random.nextInt(6),
              "eta",
              .3,
              "min_child_weight",
              .1);
      if (classes > 2) {
        values = new HashMap<>(values);
        values.put("leaves", leaves);
      }
      assertParity(task, new XgboostTrees(), 1 + random.nextInt(2), values, random);
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "7"})
  void the_single_tree_gives_the_same_bits(int classes) throws Exception {
    for (int model = 0; model < 8; model++) {
      Random random = new Random(Task.SEED + 37L * model);
      Task task =
          extreme(Task.random(60 + random.nextInt(600), 5, classes, model % 2 == 0, model), random);
      assertParity(
          task,
          new XgboostTree(),
          1,
          Map.of("max_leaves", 4 + random.nextInt(4), "min_leaf_rows", 1 + random.nextInt(5)),
          random);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, boosted", "2, averaged", "3, boosted", "7, averaged", "7, boosted"})
  void a_few_deep_trees_give_the_same_bits(int classes, String later) throws Exception {
    for (int model = 0; model < 8; model++) {
      Random random = new Random(Task.SEED + 41L * model);
      Task task =
          extreme(Task.random(60 + random.nextInt(600), 5, classes, model % 2 == 0, model), random);
      Map<String, Object> values =
          Map.of("trees", 2 + random.nextInt(7), "later_trees", later, "min_leaf_rows", 2);
      assertParity(task, new XgboostDeep(), 1, values, random);
    }
  }

  @Test
  void a_split_of_missing_values_from_infinite_ones_survives() throws Exception {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f, 1};
    Task task =
        Task.groups(
            300,
            new double[] {.9, .1},
            new double[] {.2, .8},
            new double[] {.2, .8},
            new double[] {.2, .8},
            new double[] {.2, .8});
    float[] x = new float[task.rows()];
    for (int i = 0; i < x.length; i++) {
      x[i] = values[i % values.length];
    }
    Random random = new Random(Task.SEED);
    Task extreme = task.with(new Matrix(x, x.length, 1));
    List<Float> thresholds =
        assertParity(extreme, new XgboostTrees(), 1, Map.of("rounds", 20), random);
    assertThat(thresholds).contains(Float.POSITIVE_INFINITY);
    assertParity(extreme, new XgboostTree(), 1, Map.of("min_leaf_rows", 1), random);
    // And what was learned of infinity is what is answered for it.
    float[] logits = extreme.fitted(new XgboostTrees(), 1, 1, Map.of("rounds", 20));
    assertThat(logits[2 * 1 + 1]).isEqualTo(logits[2 * 4 + 1]).isGreaterThan(logits[1]);
  }

  /** Some infinite, huge and tiny values, and zeros of both signs, in the last two columns. */
  static Task extreme(Task task, Random random) {
    float[] rare = {
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -1e38f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      0f,
      -0f
    };
    int columns = task.features().columns();
    float[] x = task.features().values().clone();
    for (int i = 0; i < task.rows(); i++) {
      if (random.nextInt(4) == 0) {
        x[i * columns + columns - 1 - random.nextInt(2)] = rare[random.nextInt(rare.length)];
      }
    }
    return task.with(new Matrix(x, task.rows(), columns));
  }

  private static List<Float> assertParity(
      Task task, StudentModel family, double temperature, Map<String, Object> values, Random random)
      throws Exception {
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(family, temperature, .7, values, context)) {
      List<Float> thresholds = thresholds((BoosterStudent) student);
      Matrix rows = adversarial(task.features(), thresholds, random);
      PortableModel portable = student.portable().orElseThrow();
      int classes = task.classes();
      float[] expected = new float[rows.rows() * classes];
      student.logits(rows, expected);
      float[] many = new float[expected.length];
      portable.logits(rows.values(), rows.rows(), many);
      float[] one = new float[classes];
      for (int i = 0; i < rows.rows(); i++) {
        portable.logits(rows.values(), i * rows.columns(), one, 0);
        int best = 0;
        for (int k = 0; k < classes; k++) {
          float logit = expected[i * classes + k];
          assertThat(many[i * classes + k]).as("row %d; %s", i, Task.REPEAT).isEqualTo(logit);
          assertThat(one[k]).as("row %d; %s", i, Task.REPEAT).isEqualTo(logit);
          best = logit > expected[i * classes + best] ? k : best;
        }
        assertThat(portable.predict(rows.values(), i * rows.columns()))
            .as("class of row %d; %s", i, Task.REPEAT)
            .isEqualTo(best);
      }
      return thresholds;
    }
  }

  /** What the splits compare with, as the library's own file says. */
  static List<Float> thresholds(BoosterStudent student) throws Exception {
    JsonNode trees =
        JSON.readTree(student.booster().toByteArray("json"))
            .at("/learner/gradient_booster/model/trees");
    assertThat(trees.isEmpty()).isFalse();
    List<Float> thresholds = new ArrayList<>();
    for (JsonNode tree : trees) {
      for (int i = 0; i < tree.get("left_children").size(); i++) {
        if (tree.get("left_children").get(i).asInt() >= 0) {
          thresholds.add(tree.get("split_conditions").get(i).floatValue());
        }
      }
    }
    return thresholds;
  }

  /** Thresholds hit exactly and by one ulp either side, and every odd value there is. */
  static Matrix adversarial(Matrix training, List<Float> thresholds, Random random) {
    List<Float> pool =
        new ArrayList<>(
            List.of(
                0f,
                -0f,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                1e30f,
                Float.MIN_VALUE,
                -Float.MIN_VALUE,
                Float.MIN_NORMAL / 3));
    for (float threshold : thresholds) {
      pool.add(threshold);
      pool.add(Math.nextUp(threshold));
      pool.add(Math.nextDown(threshold));
    }
    int rows = 2000;
    int columns = training.columns();
    float[] values = new float[rows * columns];
    for (int j = 0; j < values.length; j++) {
      values[j] =
          switch (random.nextInt(4)) {
            case 0 -> training.values()[random.nextInt(training.values().length)];
            case 1 -> pool.get(random.nextInt(11));
            default -> pool.get(random.nextInt(pool.size()));
          };
    }
    // The training rows as they are, and all special values in every column.
    int whole = Math.min(training.values().length, values.length / 2);
    System.arraycopy(training.values(), 0, values, 0, whole - whole % columns);
    return new Matrix(values, rows, columns);
  }
}
