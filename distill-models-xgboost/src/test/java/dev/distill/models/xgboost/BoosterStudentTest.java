package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Validation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for a student of either family. */
class BoosterStudentTest {
  private static final XgboostTrees TREES = new XgboostTrees();
  private static final XgboostTree TREE = new XgboostTree();

  /** A fit that is over in no time, for tests about other things than what it learns. */
  private static Map<String, Object> few(StudentModel family) {
    return family == TREES ? Map.of("rounds", 10) : Map.of();
  }

  static Stream<Arguments> families() {
    return Stream.of(2, 3, 7)
        .flatMap(classes -> Stream.of(TREES, TREE).map(family -> Arguments.of(family, classes)));
  }

  @ParameterizedTest
  @MethodSource("families")
  void fits_awkward_rows(StudentModel family, int classes) {
    Map<String, Matrix> awkward = new HashMap<>();
    Task task = Task.random(40, 3, classes, false, 1);
    float[] one = new float[40 * 3];
    Arrays.fill(one, 2.5f);
    awkward.put("constant columns", new Matrix(one, 40, 3));
    float[] missing = new float[40 * 3];
    Arrays.fill(missing, Float.NaN);
    awkward.put("nothing but missing values", new Matrix(missing, 40, 3));
    float[] infinite = new float[40 * 3];
    Arrays.fill(infinite, Float.NEGATIVE_INFINITY);
    awkward.put("nothing but minus infinity", new Matrix(infinite, 40, 3));
    awkward.put("one column", new Matrix(new float[40], 40, 1));
    float[] duplicates = new float[40 * 3];
    for (int i = 0; i < 40; i++) {
      System.arraycopy(task.features().values(), i % 4 * 3, duplicates, i * 3, 3);
    }
    awkward.put("duplicate rows", new Matrix(duplicates, 40, 3));
    awkward.forEach((name, rows) -> assertFits(name, task.with(rows), family, few(family)));
    assertFits("two rows", Task.random(2, 3, classes, false, 2), family, few(family));
    assertFits("one row", Task.random(1, 1, classes, false, 3), family, few(family));
    double[] absent = task.teacher().clone();
    for (int i = 0; i < 40; i++) {
      absent[i * classes] += absent[i * classes + classes - 1];
      absent[i * classes + classes - 1] = 0;
    }
    Task without = task.with(absent).with(new int[40]);
    for (double alpha : new double[] {0, .5, 1}) {
      assertFits("absent class", without, family, few(family), alpha);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void fits_at_both_ends_of_every_dimension(StudentModel family, int classes) {
    Task task = Task.random(80, 4, classes, true, 4);
    for (SearchSpace.Dimension dimension : family.searchSpace(task.shape()).dimensions()) {
      Hyperparameter parameter = dimension.parameter();
      List<Object> ends = new ArrayList<>();
      if (parameter instanceof Hyperparameter.Int number) {
        ends.add(number.low());
        ends.add(number.high());
      } else if (parameter instanceof Hyperparameter.Real number) {
        ends.add(number.low());
        ends.add(number.high());
      } else if (parameter instanceof Hyperparameter.Choice choice) {
        ends.addAll(choice.options());
      }
      for (Object end : ends) {
        Map<String, Object> values = new HashMap<>(few(family));
        values.put(parameter.name(), end);
        assertFits(parameter.name() + " = " + end, task, family, values);
      }
    }
  }

  private static void assertFits(
      String what, Task task, StudentModel family, Map<String, Object> values) {
    assertFits(what, task, family, values, .5);
  }

  private static void assertFits(
      String what, Task task, StudentModel family, Map<String, Object> values, double alpha) {
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(family, 1, alpha, values, context)) {
      float[] logits = new float[task.rows() * task.classes()];
      student.logits(task.features(), logits);
      float[] portable = new float[logits.length];
      student.portable().orElseThrow().logits(task.features().values(), task.rows(), portable);
      assertThat(portable).as(what).containsExactly(logits);
      for (float logit : logits) {
        assertThat(logit).as(what).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void one_seed_gives_one_student_at_any_number_of_threads(StudentModel family, int classes)
      throws Exception {
    Task task = Task.random(1000, 6, classes, true, 5);
    float[] before = task.features().values().clone();
    double[] teacher = task.teacher().clone();
    int[] labels = task.labels().clone();
    List<byte[]> files = new ArrayList<>();
    List<float[]> logits = new ArrayList<>();
    for (int threads : new int[] {1, 2, 1}) {
      try (TestContext context = new TestContext().seed(7).threads(threads);
          FittedStudent student = task.fit(family, 2, .5, few(family), context)) {
        logits.add(Task.logits(student, task.features()));
        files.add(((BoosterStudent) student).booster().toByteArray("json"));
      }
    }
    for (int i = 1; i < files.size(); i++) {
      assertThat(logits.get(i)).as(Task.REPEAT).containsExactly(logits.get(0));
      assertThat(files.get(i)).as(Task.REPEAT).isEqualTo(files.get(0));
    }
    assertThat(task.features().values()).containsExactly(before);
    assertThat(task.teacher()).containsExactly(teacher);
    assertThat(task.labels()).containsExactly(labels);
  }

  @ParameterizedTest
  @MethodSource("families")
  void a_shared_matrix_remembers_nothing_of_the_trial_before(StudentModel family, int classes) {
    Task task = Task.random(500, 5, classes, true, 6);
    float[] alone = task.fitted(family, 1, 1, few(family));
    try (TestContext context = new TestContext()) {
      task.fit(family, 1, 0, few(family), context).close();
      task.fit(family, 3, .5, few(family), context).close();
      try (FittedStudent student = task.fit(family, 1, 1, few(family), context)) {
        assertThat(Task.logits(student, task.features())).containsExactly(alone);
      }
      assertThat(context.pool(task.features()).made()).isEqualTo(1);
    }
  }

  /** Answers from a list, and the last of it for ever. */
  private record Scripted(Matrix features, List<Double> losses, int[] calls) implements Validation {
    Scripted(Matrix features, Double... losses) {
      this(features, List.of(losses), new int[1]);
    }

    @Override
    public double loss(float[] logits) {
      return losses.get(Math.min(calls[0]++, losses.size() - 1));
    }
  }

  @Test
  void early_stopping_keeps_the_best_round() {
    for (int classes : new int[] {2, 3}) {
      Task task = Task.random(200, 4, classes, false, 7);
      Scripted validation = new Scripted(task.features(), 5., 4., 3., 3., 3.5, Double.NaN, 4.);
      try (TestContext context = new TestContext().validation(validation);
          TestContext plain = new TestContext();
          FittedStudent stopped = task.fit(TREES, 2, .5, Map.of("rounds", 50), context);
          FittedStudent ten = task.fit(TREES, 2, .5, Map.of("rounds", 10), plain)) {
        assertThat(stopped.steps()).isEqualTo(3);
        assertThat(context.steps).isEqualTo(Stream.iterate(1, i -> i + 1).limit(15).toList());
        assertThat(context.losses.subList(0, 4)).containsExactly(5., 4., 3., 3.);
        assertThat(ten.steps()).isEqualTo(10);
        assertThat(plain.steps).hasSize(10);
        assertThat(plain.losses).allMatch(loss -> Double.isNaN(loss));
        float[] logits = Task.logits(stopped, task.features());
        float[] portable = new float[logits.length];
        stopped.portable().orElseThrow().logits(task.features().values(), 200, portable);
        assertThat(portable).containsExactly(logits);
        assertThat(logits).isNotEqualTo(Task.logits(ten, task.features()));
      }
    }
  }

  @Test
  void the_rounds_kept_are_the_student_of_as_many_rounds() {
    Task task = Task.random(200, 4, 3, false, 8);
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      losses.add(12. - i);
    }
    losses.add(99.);
    Scripted validation = new Scripted(task.features(), losses, new int[1]);
    try (TestContext context = new TestContext().validation(validation);
        FittedStudent stopped = task.fit(TREES, 2, .5, Map.of("rounds", 60), context)) {
      assertThat(stopped.steps()).isEqualTo(12);
      assertThat(Task.logits(stopped, task.features()))
          .containsExactly(task.fitted(TREES, 2, .5, Map.of("rounds", 12)));
    }
  }

  @Test
  void refuses_a_validation_loss_that_is_never_a_number() {
    Task task = Task.random(50, 3, 2, false, 9);
    try (TestContext context =
        new TestContext().validation(new Scripted(task.features(), Double.NaN))) {
      assertThatThrownBy(() -> task.fit(TREES, 1, 1, Map.of(), context))
          .isInstanceOf(FitException.class)
          .hasMessageContaining("never a number");
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void a_cancellation_comes_through(StudentModel family, int classes) {
    Task task = Task.random(50, 3, classes, false, 10);
    FitCancelledException stop = new FitCancelledException("enough");
    try (TestContext context = new TestContext()) {
      context.onReport(
          () -> {
            if (context.steps.size() == (family == TREES ? 4 : 1)) {
              throw stop;
            }
          });
      assertThatThrownBy(() -> task.fit(family, 2, .5, Map.of(), context)).isSameAs(stop);
      assertThat(context.steps).hasSize(family == TREES ? 4 : 1);
      // The loan was given back: the next fit takes the same DMatrix.
      context.onReport(() -> {});
      task.fit(family, 2, .5, few(family), context).close();
      assertThat(context.pool(task.features()).made()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void says_so_when_used_after_close(StudentModel family, int classes) {
    Task task = Task.random(50, 3, classes, false, 11);
    try (TestContext context = new TestContext()) {
      FittedStudent student = task.fit(family, 1, 1, few(family), context);
      student.close();
      student.close();
      float[] logits = new float[50 * classes];
      assertThatThrownBy(() -> student.logits(task.features(), logits))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this student is closed");
      assertThatThrownBy(student::portable).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refuses_rows_and_outputs_of_another_shape() {
    Task task = Task.random(50, 3, 3, false, 12);
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(TREES, 1, 1, few(TREES), context)) {
      assertThatThrownBy(() -> student.logits(task.features(), new float[50]))
          .hasMessageContaining("room for 50 logits, expected 3 columns and 150 logits");
      assertThatThrownBy(() -> student.logits(new Matrix(new float[4], 1, 4), new float[3]))
          .isInstanceOf(IllegalArgumentException.class);
      student.logits(new Matrix(new float[0], 0, 3), new float[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void answers_several_threads_at_once(StudentModel family, int classes) throws Exception {
    Task task = Task.random(400, 5, classes, true, 13);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (TestContext context = new TestContext();
        FittedStudent student = task.fit(family, 1, 1, few(family), context)) {
      float[] expected = Task.logits(student, task.features());
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(() -> Task.logits(student, task.features()));
      }
      for (Future<float[]> answer : threads.invokeAll(calls)) {
        assertThat(answer.get()).containsExactly(expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void trials_at_once_share_a_matrix_without_mixing() throws Exception {
    Task task = Task.random(600, 5, 3, true, 14);
    float[] teacher = task.fitted(TREES, 1, 1, few(TREES));
    float[] labels = task.fitted(TREES, 1, 0, few(TREES));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TestContext context = new TestContext()) {
      context.pool(task.features());
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        double alpha = i % 2;
        calls.add(
            () -> {
              try (FittedStudent student =
                  task.fit(TREES, 1, alpha, few(TREES), new Quiet(context))) {
                return Task.logits(student, task.features());
              }
            });
      }
      List<Future<float[]>> answers = threads.invokeAll(calls);
      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get()).containsExactly(i % 2 == 0 ? labels : teacher);
      }
      assertThat(context.pool(task.features()).made()).isLessThanOrEqualTo(2);
    } finally {
      threads.shutdown();
    }
  }

  /** A context whose reports go nowhere, so that threads can share what is shared. */
  private record Quiet(TestContext context) implements FitContext {
    @Override
    public long seed() {
      return context.seed();
    }

    @Override
    public RandomGenerator random(String purpose) {
      return context.random(purpose);
    }

    @Override
    public int threads() {
      return context.threads();
    }

    @Override
    public Optional<Validation> validation() {
      return context.validation();
    }

    @Override
    public void report(int step, double loss) {}

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      return context.shared(matrix, form, make);
    }
  }
}
