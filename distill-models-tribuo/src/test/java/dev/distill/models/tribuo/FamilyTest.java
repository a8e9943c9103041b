package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each family keeps. */
abstract class FamilyTest {
  final StudentModel family;

  FamilyTest(StudentModel family) {
    this.family = family;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void a_soft_target_comes_back_with_the_defaults(int classes) {
    float[] first = new float[classes];
    float[] second = new float[classes];
    for (int k = 0; k < classes; k++) {
      first[k] = k == 0 ? .7f : .3f / (classes - 1);
      second[k] = k == 1 ? .7f : .3f / (classes - 1);
    }
    Task task = Task.groups(300, 2, first, second);
    double[] p = Task.softmax(task.fitted(family, Map.of(), 1), classes);
    for (int i = 0; i < p.length; i++) {
      assertThat(p[i]).isCloseTo(task.targets()[i], within(.02));
    }
  }

  @Test
  void labels_alone_come_back_as_their_frequencies() {
    // Of each ten rows of a group, seven have one label: what a hard-label twin learns from.
    Task task = Task.groups(400, 0, new float[] {1, 0, 0}, new float[] {0, 1, 0});
    for (int i = 0; i < task.rows(); i++) {
      if (i / 2 % 10 < 3) {
        task.targets()[i * 3 + i % 2] = 0;
        task.targets()[i * 3 + 1 - i % 2] = 1;
      }
    }
    double[] p = Task.softmax(task.fitted(family, Map.of(), 1), 3);
    for (int i = 0; i < task.rows(); i++) {
      assertThat(p[i * 3 + i % 2]).isCloseTo(.7, within(.02));
    }
  }

  @Test
  void a_class_that_no_row_has_is_finite_and_last() {
    Task task = Task.groups(100, 1, new float[] {.6f, .4f, 0}, new float[] {.1f, .9f, 0});
    float[] logits = task.fitted(family, Map.of(), 1);
    for (int i = 0; i < task.rows(); i++) {
      assertThat(logits[i * 3 + 2])
          .isFinite()
          .isLessThan(Math.min(logits[i * 3], logits[i * 3 + 1]) - 2);
    }
  }

  @Test
  void the_portable_form_agrees() {
    Task task = Task.random(400, 12, 3, 2);
    try (FittedStudent student = task.fit(family, Map.of(), new TestContext())) {
      PortableModel portable = student.portable().orElseThrow();
      // Other rows too, with values between and beyond those of training.
      float[] x = task.features().values().clone();
      for (int i = 0; i < x.length; i += 3) {
        x[i] = 1.5f * x[i] - 2.5f;
      }
      Matrix rows = new Matrix(x, 400, 12);
      float[] own = new float[400 * 3];
      float[] ported = new float[400 * 3];
      student.logits(rows, own);
      portable.logits(x, 400, ported);
      for (int i = 0; i < 400; i++) {
        int best = 3 * i;
        for (int k = 3 * i; k < 3 * i + 3; k++) {
          assertThat(ported[k]).isCloseTo(own[k], within(1e-5f * Math.max(1, Math.abs(own[k]))));
          best = own[k] > own[best] ? k : best;
        }
        assertThat(portable.predict(x, 12 * i)).isEqualTo(best - 3 * i);
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_student() {
    Task task = Task.random(200, 5, 3, 3);
    assertThat(task.fitted(family, Map.of(), 7)).containsExactly(task.fitted(family, Map.of(), 7));
  }

  @Test
  void rows_are_converted_once_a_sweep_and_stay_as_they_are() {
    Task task = Task.random(100, 4, 2, 4);
    float[] x = task.features().values().clone();
    float[] targets = task.targets().clone();
    TestContext context = new TestContext();
    task.fit(family, Map.of(), context);
    task.fit(family, Map.of(), context);
    assertThat(context.converted).isEqualTo(1);
    assertThat(task.features().values()).containsExactly(x);
    assertThat(task.targets()).containsExactly(targets);
  }

  @Test
  void cancellation_passes_through() {
    Task task = Task.random(100, 4, 2, 5);
    TestContext context =
        new TestContext()
            .onReport(
                () -> {
                  throw new FitCancelledException("enough");
                });
    assertThatThrownBy(() -> task.fit(family, Map.of(), context))
        .isInstanceOf(FitCancelledException.class);
    assertThat(context.steps).containsExactly(1);
  }

  @Test
  void awkward_rows_are_learned() {
    List<Task> tasks = new ArrayList<>();
    tasks.add(Task.random(2, 3, 2, 6));
    tasks.add(Task.random(60, 1, 4, 7));
    tasks.add(
        new Task(new Matrix(new float[60 * 2], 60, 2), 2, Task.random(60, 2, 2, 8).targets()));
    tasks.add(Task.random(200, 5_000, 2, 9));
    for (Task task : tasks) {
      for (float logit : task.fitted(family, Map.of(), 1)) {
        assertThat(logit).as("%s", task.features()).isFinite();
      }
    }
  }

  @Test
  void both_ends_of_every_bound_fit() {
    Task task = Task.random(80, 6, 3, 10);
    for (SearchSpace.Dimension dimension : family.searchSpace(task.shape()).dimensions()) {
      for (Object end : ends(dimension.parameter())) {
        float[] logits = task.fitted(family, Map.of(dimension.parameter().name(), end), 1);
        for (float logit : logits) {
          assertThat(logit).as("%s = %s", dimension.parameter().name(), end).isFinite();
        }
      }
    }
  }

  private static List<?> ends(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Int whole) {
      return List.of(whole.low(), whole.high());
    }
    return parameter instanceof Hyperparameter.Real real
        ? List.of(real.low(), real.high())
        : ((Hyperparameter.Choice) parameter).options();
  }

  @Test
  void refuses_targets_that_are_no_numbers() {
    Task task = Task.random(50, 3, 2, 11);
    task.targets()[7] = Float.NaN;
    assertThatThrownBy(() -> task.fitted(family, Map.of(), 1))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("training row 3");
  }

  @Test
  void refuses_rows_and_room_of_another_shape() {
    Task task = Task.random(50, 3, 2, 12);
    FittedStudent student = task.fit(family, Map.of(), new TestContext());
    assertThatThrownBy(() -> student.logits(new Matrix(new float[8], 2, 4), new float[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 3 columns and 4 logits");
    assertThatThrownBy(() -> student.logits(task.features(), new float[99]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closes_twice_and_then_says_so() {
    Task task = Task.random(50, 3, 2, 13);
    FittedStudent student = task.fit(family, Map.of(), new TestContext());
    student.close();
    student.close();
    assertThatThrownBy(() -> task.logits(student))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this student is closed");
    assertThatThrownBy(student::portable).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void eight_threads_score_at_once() throws Exception {
    Task task = Task.random(200, 4, 3, 14);
    FittedStudent student = task.fit(family, Map.of(), new TestContext());
    float[] expected = task.logits(student);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<float[]>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> task.logits(student)));
      }
      for (Future<float[]> one : all) {
        assertThat(one.get()).containsExactly(expected);
      }
    } finally {
      threads.shutdown();
    }
  }
}
