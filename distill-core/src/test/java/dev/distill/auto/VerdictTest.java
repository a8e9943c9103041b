package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Planted probabilities of which it is known who is better at what. */
class VerdictTest {
  private static final int ROWS = 600;

  private final int[] labels = new int[ROWS];
  private final double[] teacher = new double[2 * ROWS];

  VerdictTest() {
    Random random = new Random(11);
    for (int i = 0; i < ROWS; i++) {
      double p = i % 2 == 0 ? 0.9 : 0.1;
      labels[i] = random.nextDouble() < p ? 0 : 1;
      set(teacher, i, p);
    }
  }

  private static void set(double[] probabilities, int row, double first) {
    probabilities[2 * row] = first;
    probabilities[2 * row + 1] = 1 - first;
  }

  /** The teacher's answers with p replaced by q and 1 − p by 1 − q. */
  private double[] like(double q) {
    double[] model = new double[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      set(model, i, i % 2 == 0 ? q : 1 - q);
    }
    return model;
  }

  private Verdict verdict(double[] student, double[] twin) {
    return Verdict.of(student, twin, teacher, labels, 2, 1);
  }

  @Test
  void says_that_it_helped_where_the_student_is_closer_and_no_worse() {
    Verdict verdict = verdict(like(0.88), like(0.6));
    assertThat(verdict.helped()).isTrue();
    assertThat(verdict.sentence())
        .startsWith("Distillation helped")
        .contains("its log loss is lower too")
        .contains("keeps 100.0 % of the teacher's accuracy");
    assertThat(verdict.gapClosedLogLoss().estimate()).isBetween(0.9, 1.1);
    assertThat(verdict.gapClosedLogLoss().lower()).isBetween(0.8, 1.0);
    assertThat(verdict.gapClosedLogLoss().upper()).isBetween(1.0, 1.2);
    assertThat(verdict.mcnemarTeacher()).isEqualTo(1);
    assertThat(verdict.retention()).isEqualTo(1);
    assertThat(verdict.negativeFlips()).isZero();
    assertThat(verdict.gapClosedAccuracy().estimate()).isNaN();
    assertThat(verdict.kl().estimate()).isCloseTo(kl(0.6) - kl(0.88), within(1e-12));
  }

  private static double kl(double q) {
    return 0.9 * Math.log(0.9 / q) + 0.1 * Math.log(0.1 / (1 - q));
  }

  @Test
  void says_that_log_loss_is_within_noise_where_it_is() {
    double[] twin = like(0.9);
    for (int i = 0; i < ROWS; i++) {
      // Off the teacher up and down alike: farther from it, hardly worse on the labels.
      set(twin, i, twin[2 * i] + (i % 4 < 2 ? 0.05 : -0.05));
    }
    Verdict verdict = verdict(like(0.9), twin);
    assertThat(verdict.helped()).isTrue();
    assertThat(verdict.sentence()).contains("its log loss is no worse within noise");
  }

  @Test
  void says_where_being_closer_costs_log_loss() {
    double[] oracle = new double[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      set(oracle, i, labels[i] == 0 ? 0.99 : 0.01);
    }
    Verdict verdict = verdict(like(0.9), oracle);
    assertThat(verdict.helped()).isFalse();
    assertThat(verdict.kl().lower()).isPositive();
    assertThat(verdict.sentence())
        .startsWith("Distillation brought the student closer to the teacher")
        .contains("but its log loss is worse than the twin's by 0.")
        .contains("use the twin");
  }

  @Test
  void says_where_being_closer_costs_accuracy() {
    double[] twin = new double[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      // Right nearly always, but so unsure that its log loss is no better than the teacher's.
      set(twin, i, labels[i] == 0 ? 0.52 : 0.48);
    }
    Verdict verdict = verdict(like(0.9), twin);
    assertThat(verdict.helped()).isFalse();
    assertThat(verdict.logLoss().upper()).isPositive();
    assertThat(verdict.sentence()).contains("but its accuracy is worse than the twin's by 0.");
  }

  @Test
  void says_plainly_that_it_did_not_help() {
    Verdict farther = verdict(like(0.6), like(0.88));
    assertThat(farther.helped()).isFalse();
    assertThat(farther.sentence())
        .startsWith("Distillation did not help here")
        .contains("their KL less the student's is -0.")
        .contains("Use the twin");
    Verdict same = verdict(like(0.8), like(0.8));
    assertThat(same.helped()).isFalse();
    assertThat(same.sentence()).contains("did not help", "answers as its hard-label twin");
    assertThat(same.mcnemar()).isEqualTo(1);
  }

  @Test
  void its_sentence_has_the_same_digits_in_every_locale() {
    Locale before = Locale.getDefault();
    String sentence = verdict(like(0.88), like(0.6)).sentence();
    for (String tag : new String[] {"de-DE", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva", "tr-TR"}) {
      Locale.setDefault(Locale.forLanguageTag(tag));
      try {
        assertThat(verdict(like(0.88), like(0.6)).sentence()).isEqualTo(sentence);
      } finally {
        Locale.setDefault(before);
      }
    }
  }
}
