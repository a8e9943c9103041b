package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.testkit.TestContext;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostAdditiveTest {
  private static final XgboostAdditive FAMILY = new XgboostAdditive();

  /** Some hundred float32 sums of logits below 10, in another order. */
  private static final float SUMMED = 2e-5f;

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 3", "3, 2", "7, 3"})
  void curves_answer_as_the_booster_does(int classes, int depth) throws Exception {
    for (int model = 0; model < 4; model++) {
      Random random = new Random(Task.SEED + 41L * model);
      Task plain = Task.random(60 + random.nextInt(600), 5, classes, model % 2 == 0, model);
      Task task = PortableParityTest.extreme(plain, random);
      Map<String, Object> values =
          Map.of("rounds", 40, "max_depth", depth, "eta", .3, "min_child_weight", .1);
      try (TestContext context = new TestContext();
          FittedStudent student = task.fit(FAMILY, 1, .7, values, context)) {
        BoosterStudent booster = ((AdditiveStudent) student).trees();
        Matrix rows =
            PortableParityTest.adversarial(
                task.features(), PortableParityTest.thresholds(booster), random);
        float[] expected = new float[rows.rows() * classes];
        booster.logits(rows, expected);
        float[] got = new float[expected.length];
        student.portable().orElseThrow().logits(rows.values(), rows.rows(), got);
        for (int i = 0; i < got.length; i++) {
          assertThat(got[i] - got[i - i % classes])
              .as("row %d class %d; %s", i / classes, i % classes, Task.REPEAT)
              .isCloseTo(expected[i] - expected[i - i % classes], within(SUMMED));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void a_tree_asks_one_feature_and_a_feature_has_one_tree(int classes) {
    Task task = Task.random(500, 5, classes, true, 3);
    try (TestContext context = new TestContext();
        FittedStudent student =
            task.fit(FAMILY, 1, 1, Map.of("rounds", 100, "max_depth", 3), context)) {
      TreeEnsemble all =
          (TreeEnsemble) ((AdditiveStudent) student).trees().portable().orElseThrow();
      assertThat(all.trees()).isEqualTo(classes == 2 ? 100 : 300);
      for (int tree = 0; tree < all.trees(); tree++) {
        for (int node = 0; node < all.nodes(tree); node++) {
          if (!all.isLeaf(tree, node)) {
            assertThat(all.feature(tree, node)).isEqualTo(all.feature(tree, 0));
          }
        }
      }
      TreeEnsemble curves = (TreeEnsemble) student.portable().orElseThrow();
      assertThat(curves.trees()).isEqualTo(5);
      for (int tree = 0; tree < 5; tree++) {
        assertThat(curves.feature(tree, 0)).isEqualTo(tree);
        int leaves = (curves.nodes(tree) + 1) / 2;
        // Balanced, and one level more where missing values have a leaf of their own.
        assertThat(1 << (curves.depth(tree) - 2)).isLessThan(leaves);
      }
    }
  }

  @Test
  void curves_have_the_mean_zero_over_the_training_rows() {
    Task task = Task.random(400, 4, 3, true, 4);
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(FAMILY, 1, 1, Map.of("rounds", 60), context)) {
      float[] logits = Task.logits(student, task.features());
      TreeEnsemble curves = (TreeEnsemble) student.portable().orElseThrow();
      for (int k = 0; k < 3; k++) {
        double mean = 0;
        for (int i = 0; i < task.rows(); i++) {
          mean += logits[i * 3 + k] / task.rows();
        }
        assertThat((double) curves.base(k)).isCloseTo(mean, within(1e-4));
      }
    }
  }

  /** Four groups in one column; a second column has nothing to say. */
  @Test
  void learns_a_curve_that_goes_up_and_down_and_where_missing_values_stand() {
    double[] shares = {.2, .8, .3, .6};
    Task task =
        Task.groups(
            800,
            new double[] {1 - shares[0], shares[0]},
            new double[] {1 - shares[1], shares[1]},
            new double[] {1 - shares[2], shares[2]},
            new double[] {1 - shares[3], shares[3]});
    float[] x = new float[2 * task.rows()];
    for (int i = 0; i < task.rows(); i++) {
      x[2 * i] = i % 4 == 3 ? Float.NaN : i % 4;
      x[2 * i + 1] = 7;
    }
    Task planted = task.with(new Matrix(x, task.rows(), 2));
    try (TestContext context = new TestContext();
        FittedStudent student = planted.fit(FAMILY, 1, 1, Map.of(), context)) {
      TreeEnsemble curves = (TreeEnsemble) student.portable().orElseThrow();
      assertThat(curves.trees()).isEqualTo(1);
      float[] logits = new float[2];
      for (int group = 0; group < 4; group++) {
        curves.logits(x, 2 * group, logits, 0);
        double odds = Math.log(shares[group] / (1 - shares[group]));
        assertThat((double) logits[1] - logits[0]).isCloseTo(odds, within(.02));
      }
    }
  }

  @Test
  void missing_values_parted_from_all_others_have_a_leaf_of_their_own() {
    TreeEnsemble trees =
        TreeEnsemble.builder(1, new float[2])
            .tree(3, 1)
            .split(0, 0, Float.NEGATIVE_INFINITY, 1, 2, true)
            .leaf(1, 3)
            .leaf(2, 1)
            .build();
    float[] training = {0, 1, 2, Float.NaN};
    TreeEnsemble curves = Curves.of(trees, new Matrix(training, 4, 1));
    assertThat(curves.base(1)).isEqualTo(1.5f);
    float[] odd = {
      Float.NEGATIVE_INFINITY, -1, -0f, 0, 1, Float.POSITIVE_INFINITY, Float.NaN, 5, 5
    };
    float[] logits = new float[2 * odd.length];
    curves.logits(odd, odd.length, logits);
    for (int i = 0; i < odd.length; i++) {
      assertThat(logits[2 * i + 1]).isEqualTo(Float.isNaN(odd[i]) ? 3 : 1);
    }
  }

  @Test
  void refuses_a_tree_of_two_features() {
    TreeEnsemble trees =
        TreeEnsemble.builder(2, new float[2])
            .tree(5, 1)
            .split(0, 0, 1, 1, 2, true)
            .split(1, 1, 1, 3, 4, true)
            .leaf(2, 1)
            .leaf(3, 1)
            .leaf(4, 0)
            .build();
    assertThatThrownBy(() -> Curves.of(trees, new Matrix(new float[2], 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tree 0 asks features 0 and 1, expected one");
  }
}
