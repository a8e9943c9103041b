package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.auto.Advice.Action;
import dev.distill.metrics.Evaluation;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Planted probabilities of which it is known what to do. */
class AdviceTest {
  private static final int ROWS = 3_000;

  private final double[] truth = new double[2 * ROWS];
  private final int[] labels = new int[ROWS];

  AdviceTest() {
    Random random = new Random(4);
    for (int i = 0; i < ROWS; i++) {
      double p = random.nextDouble();
      p = p * p * (3 - 2 * p);
      set(truth, i, p);
      labels[i] = random.nextDouble() < p ? 0 : 1;
    }
  }

  private static void set(double[] probabilities, int row, double first) {
    double p = Math.max(0.01, Math.min(0.99, first));
    probabilities[2 * row] = p;
    probabilities[2 * row + 1] = 1 - p;
  }

  /** The truth with an error of this size. */
  private double[] wrong(double by, long seed) {
    Random random = new Random(seed);
    double[] model = new double[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      set(model, i, truth[2 * i] + by * random.nextGaussian());
    }
    return model;
  }

  private Advice advice(double[] student, double[] twin, double[] teacher, double trainKl) {
    Verdict verdict = Verdict.of(student, twin, teacher, labels, 2, 1);
    double[] prior = new double[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      set(prior, i, 0.5);
    }
    return Advice.of(
        verdict,
        Evaluation.of(teacher, labels, teacher, ROWS, 2).get("log_loss"),
        Evaluation.of(prior, labels, teacher, ROWS, 2).get("log_loss"),
        trainKl,
        Evaluation.of(student, labels, teacher, ROWS, 2).get("kl"));
  }

  @Test
  void a_student_that_has_what_the_teacher_knows_is_shipped() {
    Advice advice = advice(wrong(0.02, 1), wrong(0.3, 2), truth, 0.001);
    assertThat(advice.action()).isEqualTo(Action.SHIP);
    assertThat(advice.sentence()).startsWith("Ship it: ").contains(" % in log loss");
  }

  @Test
  void one_that_knows_training_rows_by_heart_needs_more_rows() {
    Advice advice = advice(wrong(0.2, 1), wrong(0.4, 2), truth, 0.001);
    assertThat(advice.action()).isEqualTo(Action.MORE_ROWS);
    assertThat(advice.sentence()).contains("0.0010 on training rows");
  }

  @Test
  void one_that_misses_the_teacher_on_training_rows_too_is_too_small() {
    Advice advice = advice(wrong(0.2, 1), wrong(0.4, 2), truth, 0.2);
    assertThat(advice.action()).isEqualTo(Action.LARGER_STUDENT);
  }

  @Test
  void where_the_student_is_no_closer_than_the_twin_the_twin_is_used() {
    Advice advice = advice(wrong(0.2, 1), wrong(0.2, 2), truth, 0.1);
    assertThat(advice.action()).isEqualTo(Action.USE_TWIN);
    assertThat(advice.sentence()).contains("a larger student may have room");
    // A student that is behind has more loss than the twin.
    assertThat(advice(wrong(0.3, 1), wrong(0.2, 2), truth, 0.1).sentence())
        .startsWith("Use the twin: ")
        .containsPattern("log loss less the twin's is 0\\.\\d+, 95 % interval 0\\.\\d+ to 0\\.");
  }

  @Test
  void a_larger_student_has_nothing_from_a_teacher_that_is_not_ahead() {
    Advice advice = advice(wrong(0.2, 1), wrong(0.2, 2), wrong(0.2, 3), 0.1);
    assertThat(advice.action()).isEqualTo(Action.USE_TWIN);
    assertThat(advice.sentence()).doesNotContain("larger");
  }

  @Test
  void a_teacher_that_is_behind_the_twin_is_to_be_repaired() {
    double[] teacher = wrong(0.2, 3);
    Advice advice = advice(teacher, wrong(0.05, 2), teacher, 0);
    assertThat(advice.action()).isEqualTo(Action.FIX_TEACHER);
    assertThat(advice.sentence()).contains("on labels alone");
    double[] noise = wrong(2, 5);
    assertThat(advice(noise, noise, noise, 0).sentence()).contains("the class shares");
  }
}
