package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.data.Dataset;
import org.junit.jupiter.api.Test;

class TeacherDiagnosisTest {
  private static final Dataset TRAIN = Planted.rows(600, false, 1);
  private static final Dataset TEST = Planted.rows(300, true, 2);

  /** As a teacher answers on rows whose labels it has learned by heart. */
  private static double[] byHeart(Dataset rows) {
    double[] answers = new double[2 * rows.rows()];
    for (int i = 0; i < rows.rows(); i++) {
      answers[2 * i + rows.labels()[i]] = 0.9;
      answers[2 * i + 1 - rows.labels()[i]] = 0.1;
    }
    return answers;
  }

  private static TeacherDiagnosis of(double[] train) {
    return TeacherDiagnosis.of(DistillationTask.of(TRAIN, train, TEST, Planted.teacher(TEST)));
  }

  @Test
  void an_honest_teacher_is_as_good_on_both_sides() {
    for (int seed = 10; seed < 20; seed++) {
      Dataset train = Planted.rows(600, false, seed);
      Dataset test = Planted.rows(300, true, -seed);
      TeacherDiagnosis diagnosis =
          TeacherDiagnosis.of(
              DistillationTask.of(train, Planted.teacher(train), test, Planted.teacher(test)));
      assertThat(diagnosis.overfit()).as("seed %s", seed).isFalse();
      assertThat(diagnosis.warnings()).isEmpty();
    }
  }

  @Test
  void a_teacher_that_knows_the_labels_by_heart_is_named() {
    TeacherDiagnosis diagnosis = of(byHeart(TRAIN));
    assertThat(diagnosis.overfit()).isTrue();
    assertThat(diagnosis.trainLogLoss()).isLessThan(diagnosis.testLogLoss());
    assertThat(diagnosis.warnings())
        .singleElement()
        .asString()
        .startsWith("The teacher was trained on the training rows: its log loss is 0.1054 there")
        .contains("confidence 0.900 and 0.8");
  }

  @Test
  void of_rows_cut_from_the_training_rows_nothing_is_said() {
    double[] byHeart = byHeart(TRAIN);
    TeacherDiagnosis diagnosis = TeacherDiagnosis.of(Planted.heldOut(TRAIN, byHeart, 0.2, 1));
    assertThat(diagnosis.overfit()).isFalse();
  }

  @Test
  void labels_that_a_sure_teacher_contradicts_are_listed() {
    double[] answers = Planted.teacher(TRAIN);
    for (int row : new int[] {7, 99}) {
      int label = TRAIN.labels()[row];
      answers[2 * row + label] = 0.04;
      answers[2 * row + 1 - label] = 0.96;
    }
    answers[2 * 50 + TRAIN.labels()[50]] = 0.06;
    answers[2 * 50 + 1 - TRAIN.labels()[50]] = 0.94;
    TeacherDiagnosis diagnosis = of(answers);
    assertThat(diagnosis.doubtfulLabels()).containsExactly(7, 99);
    assertThat(diagnosis.warnings())
        .singleElement()
        .asString()
        .contains("another class than the label in 2 training rows");
  }

  @Test
  void a_teacher_that_is_too_unsure_is_named_with_what_would_put_it_right() {
    double[] train = unsure(TRAIN);
    double[] test = unsure(TEST);
    TeacherDiagnosis diagnosis = TeacherDiagnosis.of(DistillationTask.of(TRAIN, train, TEST, test));
    assertThat(diagnosis.miscalibrated()).isTrue();
    assertThat(diagnosis.calibratedTestLogLoss()).isLessThan(diagnosis.testLogLoss() - 0.1);
    assertThat(diagnosis.warnings())
        .singleElement()
        .asString()
        .startsWith("The teacher is not calibrated: corrected (beta a ")
        .contains("--goal predict");
  }

  private static double[] unsure(Dataset rows) {
    double[] answers = Planted.teacher(rows);
    for (int i = 0; i < answers.length; i++) {
      answers[i] = 0.5 + 0.2 * (answers[i] - 0.5);
    }
    return answers;
  }
}
