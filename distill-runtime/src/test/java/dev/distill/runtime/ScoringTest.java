package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.RandomTrees.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ScoringTest {

  @Test
  void probabilities_are_the_softmax_of_the_logits_over_the_temperature() {
    StudentFile student = constant(2, 1, 3, -1);
    double[] p = new double[3];
    student.score(new float[1], p);
    double sum = Math.exp(0.5) + Math.exp(1.5) + Math.exp(-0.5);
    assertThat(p[0]).isCloseTo(Math.exp(0.5) / sum, within(1e-15));
    assertThat(p[1]).isCloseTo(Math.exp(1.5) / sum, within(1e-15));
    assertThat(p[2]).isCloseTo(Math.exp(-0.5) / sum, within(1e-15));
    assertThat(student.predict(new float[1])).isEqualTo(1);
  }

  @Test
  void probabilities_are_finite_for_any_logits() {
    float max = Float.MAX_VALUE;
    for (double temperature : new double[] {Double.MIN_VALUE, 1e-300, 1, 1e300, Double.MAX_VALUE}) {
      for (float[] logits :
          new float[][] {
            {0, 0}, {1e4f, -1e4f}, {max, -max}, {-max, -max, -max}, {max, max, 0}, {-0f, 0f}
          }) {
        double[] p = new double[logits.length];
        constant(temperature, logits).score(new float[1], p);
        assertDistribution(p);
      }
    }
    double[] p = new double[2];
    constant(1, 1e4f, -1e4f).score(new float[1], p);
    assertThat(p).containsExactly(1, 0);
    constant(1, max, max).score(new float[1], p);
    assertThat(p).containsExactly(0.5, 0.5);
  }

  @Test
  void two_classes_are_scored_like_any_number() {
    for (long seed : Seeds.of(20).toArray()) {
      Random random = new Random(seed);
      float a = (float) random.nextGaussian() * 10;
      float b = random.nextInt(5) == 0 ? a : (float) random.nextGaussian() * 10;
      double temperature = Math.exp(random.nextGaussian());
      double[] two = new double[2];
      constant(temperature, a, b).score(new float[1], two);
      double[] three = new double[3];
      // The third class has a weight of exactly 0.
      constant(temperature, a, b, -Float.MAX_VALUE).score(new float[1], three);
      assertThat(two).as(Seeds.repeat(ScoringTest.class, seed)).containsExactly(three[0], three[1]);
    }
  }

  @Test
  void sums_that_overflow_count_as_the_largest_float() {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(1, new float[3]);
    for (int i = 0; i < 2; i++) {
      builder.vectorTree(1).leaf(0, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    TreeEnsemble model = builder.build();
    float[] logits = new float[3];
    model.logits(new float[1], 0, logits, 0);
    float infinity = Float.POSITIVE_INFINITY;
    assertThat(logits).containsExactly(infinity, -infinity, infinity);
    double[] p = new double[3];
    student(model).score(new float[1], p);
    assertThat(p).containsExactly(0.5, 0, 0.5);
    assertThat(student(model).predict(new float[1])).isZero();
  }

  @Test
  void every_way_to_score_gives_the_same_bits() {
    for (long seed : Seeds.of(20).toArray()) {
      String repeat = Seeds.repeat(ScoringTest.class, seed);
      Random random = new Random(seed);
      int classes = 2 + random.nextInt(5);
      RandomTrees trees = new RandomTrees(6, classes, random);
      for (int t = random.nextInt(30); t > 0; t--) {
        trees.add(Shape.any(random), random.nextInt(20), random.nextInt(classes));
      }
      StudentFile student = student(trees.build());
      float[] rows = trees.rows(37, 0.2);
      double[] batch = new double[37 * classes];
      student.score(rows, 37, batch);
      double[] shifted = new double[classes + 2];
      double[] single = new double[classes];
      for (int i = 0; i < 37; i++) {
        double[] expected = Arrays.copyOfRange(batch, i * classes, (i + 1) * classes);
        assertDistribution(expected);
        float[] row = Arrays.copyOfRange(rows, i * 6, i * 6 + 6);
        student.score(row, single);
        assertThat(single).as(repeat).isEqualTo(expected);
        student.score(rows, i * 6, shifted, 1);
        assertThat(Arrays.copyOfRange(shifted, 1, classes + 1)).as(repeat).isEqualTo(expected);
        double largest = Arrays.stream(expected).max().orElseThrow();
        int predicted = student.predict(row);
        assertThat(expected[predicted]).as(repeat).isEqualTo(largest);
        Map<String, Object> named = new HashMap<>();
        for (int f = 0; f < 6; f++) {
          named.put("x" + f, row[f]);
        }
        Prediction prediction = student.score(named);
        assertThat(prediction.label()).as(repeat).isEqualTo("c" + predicted);
        assertThat(prediction.probabilities().keySet())
            .as(repeat)
            .containsExactlyElementsOf(student.classes());
        for (int k = 0; k < classes; k++) {
          assertThat(prediction.probabilities().get("c" + k)).as(repeat).isEqualTo(expected[k]);
        }
      }
    }
  }

  @Test
  void a_single_tree_answers_the_same_bits_row_by_row_as_in_a_batch() {
    TreeEnsemble tree =
        TreeEnsemble.builder(2, new float[] {0.1f, -0.2f, 1e-8f})
            .vectorTree(5)
            .split(0, 0, 0.5f, 1, 2, true)
            .leaf(1, new float[] {0.3f, 1, -2})
            .split(2, 1, -1, 3, 4, false)
            .leaf(3, new float[] {3e38f, -3e38f, 0})
            .leaf(4, new float[] {0, -0f, 1e-8f})
            .build();
    StudentFile student =
        new StudentFile(
            Students.numbers(2), tree, Students.classes(3), "y", 1.7, new float[2], Map.of());
    float[] rows = {0, 0, 1, -2, 1, 0, Float.NaN, 0, 1, Float.NaN, 0.5f, -1};
    double[] batch = new double[18];
    student.score(rows, 6, batch);
    for (int i = 0; i < 6; i++) {
      double[] one = new double[5];
      student.score(rows, 2 * i, one, 1);
      assertThat(Arrays.copyOfRange(one, 1, 4))
          .containsExactly(Arrays.copyOfRange(batch, 3 * i, 3 * i + 3));
      double[] logits = new double[3];
      tree.logits(rows, 2 * i, logits, 0);
      assertThat(one[2] / one[1]).isCloseTo(Math.exp((logits[1] - logits[0]) / 1.7), within(1e-12));
    }
    assertThatThrownBy(() -> student.score(rows, 11, new double[3], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> student.score(rows, 0, new double[3], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void ties_go_to_the_first_class() {
    StudentFile student = constant(1, 0, 5, 5);
    assertThat(student.predict(new float[1])).isEqualTo(1);
    assertThat(student.score(Map.of()).label()).isEqualTo("c1");
  }

  @Test
  void arrays_of_another_length_are_refused() {
    StudentFile student = constant(1, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> student.score(new float[2], new double[2]))
        .withMessage("expected 1 features and room for 2 probabilities, got 2 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> student.score(new float[1], new double[3]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> student.predict(new float[2]))
        .withMessage("expected 1 features, got 2");
    assertThatThrownBy(() -> student.score(new float[1], 2, new double[4]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> student.score(new float[1], 0, new double[2], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void the_array_forms_allocate_nothing() {
    for (StudentFile student : Students.each()) {
      int features = student.schema().features();
      int classes = student.classes().size();
      float[] rows = new float[100 * features];
      double[] out = new double[100 * classes];
      float[] row = new float[features];
      double[] one = new double[classes];
      Allocation.none(
          () -> {
            student.score(row, one);
            student.score(rows, features, out, classes);
            student.score(rows, 100, out);
            student.predict(row);
          });
    }
  }

  @Test
  void eight_threads_get_what_one_gets() throws Exception {
    for (StudentFile student : List.of(Students.boosted(), Students.standardized())) {
      eightThreads(student);
    }
  }

  private static void eightThreads(StudentFile student) throws Exception {
    int features = student.schema().features();
    int classes = student.classes().size();
    int count = 500;
    float[] rows = new RandomTrees(features, 2, new Random(11)).rows(count, 0.2);
    double[] expected = new double[count * classes];
    student.score(rows, count, expected);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        tasks.add(
            () -> {
              double[] batch = new double[expected.length];
              double[] single = new double[expected.length];
              boolean same = true;
              for (int repeat = 0; repeat < 50; repeat++) {
                Arrays.fill(batch, Double.NaN);
                student.score(rows, count, batch);
                for (int i = 0; i < count; i++) {
                  student.score(rows, i * features, single, i * classes);
                }
                same &= Arrays.equals(batch, expected) && Arrays.equals(single, expected);
                same &= student.score(Map.of("city", "Oslo")).probabilities().size() == classes;
              }
              return same;
            });
      }
      for (Future<Boolean> same : threads.invokeAll(tasks)) {
        assertThat(same.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_prediction_keeps_its_own_map() {
    Map<String, Double> map = new HashMap<>(Map.of("a", 0.25, "b", 0.75));
    Prediction prediction = new Prediction("b", map);
    map.clear();
    assertThat(prediction.probabilities()).containsEntry("a", 0.25);
    assertThatThrownBy(() -> prediction.probabilities().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> new Prediction("c", map));
  }

  private static void assertDistribution(double[] p) {
    double sum = 0;
    for (double value : p) {
      assertThat(value).isBetween(0.0, 1.0);
      sum += value;
    }
    // Each of K quotients and K - 1 sums is off by half a unit at most.
    assertThat(sum).isCloseTo(1, within(p.length * Math.ulp(1.0)));
  }

  /** A student that gives these logits to every row of one feature. */
  private static StudentFile constant(double temperature, float... logits) {
    return new StudentFile(
        Students.numbers(1),
        TreeEnsemble.builder(1, logits).build(),
        Students.classes(logits.length),
        "y",
        temperature,
        new float[0],
        Collections.emptyMap());
  }

  private static StudentFile student(TreeEnsemble model) {
    return new StudentFile(
        Students.numbers(model.features()),
        model,
        Students.classes(model.classes()),
        "y",
        1.5,
        new float[0],
        Collections.emptyMap());
  }
}
