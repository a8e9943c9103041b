package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.RandomTrees.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  @Test
  void trees_are_explained_by_their_shapley_values() throws StudentFileException {
    for (long seed : Seeds.of(60).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(5);
      int classes = 2 + random.nextInt(2);
      PortableModel model = model(features, classes, random);
      RandomTrees rows = new RandomTrees(features, classes, random);
      int count = 1 + random.nextInt(40);
      float[] training = rows.rows(count, 0.2);
      double temperature = Math.exp(random.nextGaussian());
      StudentFile student =
          StudentFile.load(student(model, temperature).withCovers(training, count).toBytes());
      float[] row = rows.rows(1, 0.3);
      Explanation explanation = student.explain(row);
      Brute brute = new Brute(model, training, count, features);
      double scale = brute.scale() / temperature;
      for (int k = 0; k < classes; k++) {
        double[] expected = brute.shapley(row, k);
        for (int j = 0; j < features; j++) {
          assertThat(explanation.feature(j, k))
              .as("%s, feature %d class %d", Seeds.repeat(ExplanationTest.class, seed), j, k)
              .isCloseTo(expected[j] / temperature, within(1e-9 * scale));
        }
        assertThat(explanation.base(k))
            .isCloseTo(brute.value(row, 0, k) / temperature, within(1e-9 * scale));
      }
      assertAddsUp(student, row, explanation, scale, seed);
    }
  }

  /** Trees alone, behind hinges, or behind standardized features with indicators. */
  private static PortableModel model(int features, int classes, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        Standardizer standardizer = RandomModels.standardizer(features, random);
        yield new StandardizedModel(standardizer, trees(standardizer.outputs(), classes, random));
      }
      case 1 ->
          new HingedModel(
              features,
              random.ints(3, 0, features).toArray(),
              new float[] {0, 1, -0.5f},
              trees(features + 3, classes, random));
      default -> trees(features, classes, random);
    };
  }

  private static TreeEnsemble trees(int features, int classes, Random random) {
    RandomTrees trees = new RandomTrees(features, classes, random);
    int count = random.nextInt(5);
    boolean vectors = random.nextBoolean();
    for (int t = 0; t < count; t++) {
      int target = vectors ? -1 : random.nextInt(classes);
      trees.add(Shape.any(random), random.nextInt(13), target);
    }
    return trees.build();
  }

  private static StudentFile student(PortableModel model, double temperature) {
    return new StudentFile(
        Students.numbers(model.features()),
        model,
        Students.classes(model.classes()),
        "y",
        temperature,
        new float[0],
        Map.of());
  }

  private static void assertAddsUp(
      StudentFile student, float[] row, Explanation explanation, double scale, long seed) {
    float[] logits = new float[explanation.classes()];
    student.model().logits(row, 0, logits, 0);
    for (int k = 0; k < logits.length; k++) {
      double sum = explanation.base(k);
      for (int c = 0; c < student.schema().columns().size(); c++) {
        sum += explanation.column(c, k);
      }
      // Sums of at most some hundred float32 terms.
      assertThat(sum)
          .as(Seeds.repeat(ExplanationTest.class, seed))
          .isCloseTo(logits[k] / student.temperature(), within(1e-5 * scale));
      assertThat(explanation.logit(k)).isCloseTo(sum, within(1e-12 * scale));
    }
  }

  /** Shapley values by their definition, over all subsets of features. */
  private static final class Brute {
    private final Core core;
    private final TreeEnsemble trees;
    private final int features;
    private final int[][] rows; // training rows at each node

    Brute(PortableModel model, float[] training, int count, int features) {
      core = new Core(model);
      trees = (TreeEnsemble) core.model();
      this.features = features;
      rows = new int[trees.trees()][];
      for (int t = 0; t < rows.length; t++) {
        rows[t] = new int[trees.nodes(t)];
        for (int i = 0; i < count; i++) {
          float[] row = core.row(training, i * features);
          int node = 0;
          rows[t][node]++;
          while (!trees.isLeaf(t, node)) {
            node = next(t, node, row);
            rows[t][node]++;
          }
        }
      }
    }

    double scale() {
      double scale = 1;
      for (int t = 0; t < trees.trees(); t++) {
        for (int node = 0; node < trees.nodes(t); node++) {
          for (int k = 0; k < trees.classes() && trees.isLeaf(t, node); k++) {
            scale = Math.max(scale, Math.abs(trees.leaf(t, node, k)));
          }
        }
      }
      for (int k = 0; k < trees.classes(); k++) {
        scale = Math.max(scale, Math.abs(trees.base(k)));
      }
      return scale;
    }

    int next(int t, int node, float[] row) {
      float x = row[trees.feature(t, node)];
      boolean left = Float.isNaN(x) ? trees.missingLeft(t, node) : x < trees.threshold(t, node);
      return trees.left(t, node) + (left ? 0 : 1);
    }

    /** What the trees give if only the features of a set of bits are known. */
    double value(float[] row, int set, int k) {
      float[] inner = core.row(row, 0);
      double sum = trees.base(k);
      for (int t = 0; t < rows.length; t++) {
        sum += value(t, 0, inner, set, k);
      }
      return sum;
    }

    private double value(int t, int node, float[] inner, int set, int k) {
      if (trees.isLeaf(t, node)) {
        return trees.leaf(t, node, k);
      }
      if ((set >> core.owners()[trees.feature(t, node)] & 1) != 0) {
        return value(t, next(t, node, inner), inner, set, k);
      }
      int left = trees.left(t, node);
      double share = rows[t][node] == 0 ? 0.5 : (double) rows[t][left] / rows[t][node];
      return share * value(t, left, inner, set, k)
          + (1 - share) * value(t, left + 1, inner, set, k);
    }

    double[] shapley(float[] row, int k) {
      double[] values = new double[1 << features];
      for (int set = 0; set < values.length; set++) {
        values[set] = value(row, set, k);
      }
      double[] factorial = {1, 1, 2, 6, 24, 120};
      double[] shapley = new double[features];
      for (int j = 0; j < features; j++) {
        for (int set = 0; set < values.length; set++) {
          if ((set >> j & 1) == 0) {
            int size = Integer.bitCount(set);
            shapley[j] +=
                factorial[size]
                    * factorial[features - size - 1]
                    / factorial[features]
                    * (values[set | 1 << j] - values[set]);
          }
        }
      }
      return shapley;
    }
  }

  @Test
  void deep_and_wide_trees_add_up_too() {
    for (long seed : Seeds.of(10).toArray()) {
      Random random = new Random(seed);
      RandomTrees trees = new RandomTrees(50, 2, random);
      Arrays.fill(trees.base, 0.5f);
      trees.add(Shape.CHAIN, 200, 1);
      trees.add(Shape.CHAIN, TreeShap.DEEPEST, -1);
      trees.add(Shape.FULL, 1023, -1);
      trees.add(Shape.RAGGED, 300, 0);
      TreeEnsemble model = trees.build();
      int count = 500;
      StudentFile student = student(model, 1).withCovers(trees.rows(count, 0.1), count);
      Brute brute = new Brute(model, trees.rows(1, 0), 1, 50);
      for (int i = 0; i < 5; i++) {
        float[] row = trees.rows(1, 0.1);
        assertAddsUp(student, row, student.explain(row), brute.scale(), seed);
      }
    }
  }

  @Test
  void linear_and_additive_models_are_explained_by_their_terms() throws StudentFileException {
    for (long seed : Seeds.of(30).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(6);
      Standardizer standardizer = RandomModels.standardizer(features, random);
      List<PortableModel> models =
          List.of(
              RandomModels.linear(features, 3, random),
              RandomModels.hinged(features, 4, 3, random),
              new StandardizedModel(
                  standardizer, RandomModels.linear(standardizer.outputs(), 3, random)),
              new StandardizedModel(
                  standardizer, RandomModels.hinged(standardizer.outputs(), 5, 3, random)));
      for (PortableModel model : models) {
        float[] row = new RandomTrees(features, 2, random).rows(1, 0);
        StudentFile student = StudentFile.load(student(model, 2).toBytes());
        Explanation explanation = student.explain(row);
        assertAddsUp(student, row, explanation, 100, seed);
        // What one feature adds does not depend on the others: the difference between two rows.
        float[] other = row.clone();
        int j = random.nextInt(features);
        other[j] = (float) random.nextGaussian();
        Explanation moved = student.explain(other);
        float[] before = new float[3];
        float[] after = new float[3];
        model.logits(row, 0, before, 0);
        model.logits(other, 0, after, 0);
        for (int k = 0; k < 3; k++) {
          assertThat(moved.feature(j, k) - explanation.feature(j, k))
              .as(Seeds.repeat(ExplanationTest.class, seed))
              .isCloseTo((after[k] - before[k]) / 2.0, within(1e-4));
          for (int i = 0; i < features; i++) {
            if (i != j) {
              assertThat(moved.feature(i, k)).isEqualTo(explanation.feature(i, k));
            }
          }
        }
      }
    }
  }

  @Test
  void a_small_tree_by_hand() {
    // Of four training rows three go left at x0 < 1, and one of those at x1 < 1.
    TreeEnsemble model =
        TreeEnsemble.builder(3, new float[] {0.25f, 0})
            .tree(5, 1)
            .split(0, 0, 1, 1, 2, true)
            .split(1, 1, 1, 3, 4, true)
            .leaf(2, 8)
            .leaf(3, 0)
            .leaf(4, 4)
            .build();
    float[] training = {0, 0, 0, 0, 2, 0, 0, 2, 0, 2, 2, 0};
    StudentFile student = student(model, 1).withCovers(training, 4);
    Explanation explanation = student.explain(new float[] {0, 0, 7});
    // Nothing known: 8/4 + 8·1/4 = 4; x0: 8/3; x1: 8/4 = 2; both: 0.
    assertThat(explanation.base(1)).isCloseTo(4, within(1e-12));
    double first = 0.5 * (8 / 3.0 - 4) + 0.5 * (0 - 2);
    assertThat(explanation.column(0, 1)).isCloseTo(first, within(1e-12));
    assertThat(explanation.column(1, 1)).isCloseTo(-4 - first, within(1e-12));
    assertThat(explanation.column(2, 1)).isZero();
    assertThat(explanation.base(0)).isEqualTo(0.25);
    assertThat(explanation.logit(1)).isCloseTo(0, within(1e-12));
    for (int c = 0; c < 3; c++) {
      assertThat(explanation.column(c, 0)).isZero();
    }
  }

  @Test
  void a_column_adds_what_its_features_add() {
    StudentFile student = Students.boosted();
    float[] training = new RandomTrees(7, 2, new Random(1)).rows(50, 0);
    StudentFile covered = student.withCovers(training, 50);
    Row row = covered.row().set("age", 41).set("city", "Oslo").set("job", "smith");
    Explanation explanation = covered.explain(row);
    for (int k = 0; k < 3; k++) {
      assertThat(explanation.column(1, k))
          .isEqualTo(
              explanation.feature(1, k) + explanation.feature(2, k) + explanation.feature(3, k));
    }
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> explanation.feature(0, 3));
  }

  @Test
  void other_students_say_which_can_be_explained() {
    refuses(Students.machine(), "a factorization machine is no sum of contributions; can be");
    refuses(Students.forest(), "a logarithm of summed probabilities (a forest) is no sum");
    refuses(Students.boosted(), "explaining trees needs the training rows of each leaf");
    Random random = new Random(4);
    DenseNetwork deep = RandomModels.network(2, 2, random);
    while (deep.layers().size() == 1) {
      deep = RandomModels.network(2, 2, random);
    }
    refuses(student(deep, 1), "a network is no sum of contributions; can be explained: linear");
    RandomTrees tall = new RandomTrees(3, 2, random);
    tall.add(Shape.CHAIN, TreeShap.DEEPEST + 1, 1);
    refuses(
        student(tall.build(), 1).withCovers(new float[3], 1),
        "trees of more than 512 levels can't be explained, tree 0 has 513");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Students.boosted().explain(new float[6]))
        .withMessage("expected 7 features, got 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Students.boosted().withCovers(new float[6], 1))
        .withMessage("1 rows of 7 features, got 6 values");
    assertThat(Students.machine().withCovers(new float[0], 0).covers()).isNull();
  }

  private static void refuses(StudentFile student, String message) {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> student.explain(new float[student.schema().features()]))
        .withMessageStartingWith(message);
  }

  @Test
  void the_quadrature_integrates_polynomials() {
    for (int n = 1; n <= 256; n = n < 20 ? n + 1 : 2 * n) {
      double[] at = new double[n];
      double[] weight = new double[n];
      TreeShap.quadrature(at, weight);
      for (int degree = 0; degree < 2 * n; degree++) {
        double sum = 0;
        for (int q = 0; q < n; q++) {
          sum += weight[q] * Math.pow(at[q], degree);
        }
        assertThat(sum).as(n + " points").isCloseTo(1.0 / (degree + 1), within(1e-13));
      }
    }
  }
}
