package dev.distill.models.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Validation;
import dev.distill.testkit.TestContext;
import java.util.ArrayList;
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
  void a_shared_matrix_remembers_nothing_of_the_trial_before(StudentModel family, int classes) {
    Task task = Task.random(500, 5, classes, true, 6);
    float[] alone = task.fitted(family, 1, 1, few(family));
    try (TestContext context = new TestContext()) {
      task.fit(family, 1, 0, few(family), context).close();
      task.fit(family, 3, .5, few(family), context).close();
      context.onReport(
          () -> {
            throw new FitCancelledException("enough");
          });
      assertThatThrownBy(() -> task.fit(family, 3, .5, few(family), context))
          .isInstanceOf(FitCancelledException.class);
      context.onReport(() -> {});
      try (FittedStudent student = task.fit(family, 1, 1, few(family), context)) {
        assertThat(Task.logits(student, task.features())).containsExactly(alone);
      }
      assertThat(context.shared(task.features(), MatrixPool.class, MatrixPool::new).made())
          .isEqualTo(1);
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
        assertThat(context.steps()).isEqualTo(Stream.iterate(1, i -> i + 1).limit(15).toList());
        assertThat(context.losses().subList(0, 4)).containsExactly(5., 4., 3., 3.);
        assertThat(ten.steps()).isEqualTo(10);
        assertThat(plain.steps()).hasSize(10);
        assertThat(plain.losses()).allMatch(loss -> Double.isNaN(loss));
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

  @Test
  void trials_at_once_share_a_matrix_without_mixing() throws Exception {
    Task task = Task.random(600, 5, 3, true, 14);
    float[] teacher = task.fitted(TREES, 1, 1, few(TREES));
    float[] labels = task.fitted(TREES, 1, 0, few(TREES));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TestContext context = new TestContext()) {
      context.shared(task.features(), MatrixPool.class, MatrixPool::new);
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
      assertThat(context.shared(task.features(), MatrixPool.class, MatrixPool::new).made())
          .isLessThanOrEqualTo(2);
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
