package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.data.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DistillationTaskTest {
  private final Dataset train = Planted.rows(50, false, 1);
  private final Dataset test = Planted.rows(20, true, 2);

  private DistillationTask task(double[] trainTeacher, double[] testTeacher) {
    return DistillationTask.of(train, trainTeacher, test, testTeacher);
  }

  private double[] with(int row, double first, double second) {
    double[] teacher = Planted.teacher(train);
    teacher[2 * row] = first;
    teacher[2 * row + 1] = second;
    return teacher;
  }

  @Test
  void keeps_what_it_is_given() {
    double[] teacher = Planted.teacher(train);
    DistillationTask task = task(teacher, Planted.teacher(test));
    assertThat(task.trainTeacher()).isSameAs(teacher);
    assertThat(task.heldOut()).isFalse();
  }

  @Test
  void counts_the_teachers_probabilities() {
    String message =
        "training rows: got 98 teacher probabilities, expected 50 rows × 2 classes = 100";
    double[] few = Arrays.copyOf(Planted.teacher(train), 98);
    Locale before = Locale.getDefault();
    for (Locale locale : List.of(before, Locale.forLanguageTag("ar-EG-u-nu-arab"))) {
      Locale.setDefault(locale);
      try {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> task(few, Planted.teacher(test)))
            .withMessage(message);
      } finally {
        Locale.setDefault(before);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(Planted.teacher(train), new double[3]))
        .withMessageStartingWith("test rows: got 3 teacher probabilities");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Planted.heldOut(train, few, 0.2, 1))
        .withMessageStartingWith("given rows: got 98 teacher probabilities");
  }

  @Test
  void refuses_what_are_no_probabilities() {
    double[] testTeacher = Planted.teacher(test);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(with(3, Double.NaN, 0.5), testTeacher))
        .withMessage(
            "training row 4: teacher probability of class 'no' must be from 0 to 1, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(with(0, 1.5, -0.5), testTeacher))
        .withMessageContaining("must be from 0 to 1, got 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(with(0, 0.5, 0.25), testTeacher))
        .withMessage("training row 1: teacher probabilities must sum to 1, got 0.75");
    assertThat(task(with(0, 1, 0), testTeacher)).isNotNull();
    assertThat(task(with(0, 0.33333f, 0.66666f), testTeacher)).isNotNull();
  }

  @Test
  void refuses_parts_that_do_not_fit_together() {
    Dataset other =
        Dataset.of(List.of("x", "row"), new float[][] {{1, 1}, {2, 2}}, List.of("ja", "nein"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTask.of(
                    train, Planted.teacher(train), other, new double[] {1, 0, 0, 1}))
        .withMessage("training classes [no, yes] and test classes [ja, nein] differ");
    Dataset wider =
        Dataset.of(
            List.of("x", "y", "z"), new float[][] {{1, 1, 1}, {2, 2, 2}}, List.of("no", "yes"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTask.of(
                    train, Planted.teacher(train), wider, new double[] {1, 0, 0, 1}))
        .withMessage("training rows and test rows differ in their columns: [x, row] and [x, y, z]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTask.of(
                    train, Planted.teacher(train), test.select(new int[0]), new double[0]))
        .withMessage("test rows: got none, expected at least one");
  }

  @Test
  void holds_out_a_share_of_rows_with_their_teacher() {
    DistillationTask task = Planted.heldOut(train, Planted.teacher(train), 0.2, 1);
    assertThat(task.heldOut()).isTrue();
    assertThat(task.test().rows()).isEqualTo(10);
    assertThat(task.train().rows()).isEqualTo(40);
    assertThat(task.testTeacher()).isEqualTo(Planted.teacher(task.test()));
    assertThat(task.trainTeacher()).isEqualTo(Planted.teacher(task.train()));
    assertThat(Planted.heldOut(train, Planted.teacher(train), 0.2, 2).testTeacher())
        .isNotEqualTo(task.testTeacher());
  }
}
