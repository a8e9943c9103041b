package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.loss.RandomRows;
import dev.distill.loss.Softmax;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ObjectiveTest {

  /** w·KL + (1 − w)·CE, written down as it is defined. */
  private static double naive(
      double[] teacher, int[] labels, int classes, double weight, float[] logits, double t) {
    double total = 0;
    for (int i = 0; i < labels.length; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(logits[i * classes + k] / t);
      }
      for (int k = 0; k < classes; k++) {
        double p = teacher[i * classes + k];
        double logQ = logits[i * classes + k] / t - Math.log(sum);
        total += p > 0 ? weight * p * (Math.log(p) - logQ) : 0;
        total -= labels[i] == k ? (1 - weight) * logQ : 0;
      }
    }
    return total / labels.length;
  }

  @Test
  void agrees_with_the_formula() {
    for (int classes : new int[] {2, 3, 10}) {
      RandomRows random = new RandomRows(200, classes);
      double[] teacher = random.probabilities();
      int[] labels = random.labels();
      float[] logits = RandomRows.floats(random.logits(3));
      for (double weight : new double[] {0, 0.3, 0.5, 1}) {
        Objective objective = new Objective(teacher, labels, classes, weight);
        for (double t : new double[] {0.5, 1, 4}) {
          double expected = naive(teacher, labels, classes, weight, logits, t);
          // The mixed target is kept in float32: half an ulp of it, times the largest logit.
          assertThat(objective.loss(logits, t))
              .as("%s, weight %s, T %s", random, weight, t)
              .isCloseTo(expected, within(classes * 0x1p-24 * 20 / t));
        }
        assertThat(objective.loss(logits)).isEqualTo(objective.loss(logits, 1));
      }
    }
  }

  @Test
  void the_standard_error_is_that_of_the_rows_losses() {
    RandomRows random = new RandomRows(50, 3);
    double[] teacher = random.probabilities();
    int[] labels = random.labels();
    float[] logits = RandomRows.floats(random.logits(3));
    double[] losses = new double[50];
    for (int i = 0; i < 50; i++) {
      losses[i] =
          naive(
              Arrays.copyOfRange(teacher, 3 * i, 3 * i + 3),
              new int[] {labels[i]},
              3,
              0.3,
              Arrays.copyOfRange(logits, 3 * i, 3 * i + 3),
              2);
    }
    double mean = Arrays.stream(losses).average().orElseThrow();
    double squares = Arrays.stream(losses).map(loss -> (loss - mean) * (loss - mean)).sum();
    assertThat(new Objective(teacher, labels, 3, 0.3).standardError(logits, 2))
        .as("%s", random)
        .isCloseTo(Math.sqrt(squares / 49 / 50), within(1e-6));
    assertThat(new Objective(new double[] {0.5, 0.5}, new int[] {0}, 2, 1).standardError(logits, 1))
        .isZero();
  }

  @Test
  void is_zero_for_the_teacher_itself_at_full_weight() {
    RandomRows random = new RandomRows(100, 4);
    double[] teacher = random.probabilities();
    float[] logits = new float[teacher.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(teacher[i]);
    }
    Objective objective = new Objective(teacher, random.labels(), 4, 1);
    assertThat(objective.loss(logits)).as("%s", random).isCloseTo(0, within(1e-6));
  }

  @Test
  void finds_the_temperature_that_logits_were_multiplied_by() {
    RandomRows random = new RandomRows(500, 3);
    double[] exact = random.logits(2);
    double[] teacher = new double[exact.length];
    Softmax.softmax(1, exact, 500, 3, teacher);
    for (double factor : new double[] {0.05, 0.2, 0.5, 1, 2, 7, 30}) {
      float[] logits = new float[exact.length];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (factor * exact[i]);
      }
      Objective objective = new Objective(teacher, random.labels(), 3, 1);
      assertThat(objective.calibrate(logits))
          .as("%s, factor %s", random, factor)
          .isCloseTo(factor, within(2e-5 * factor));
    }
  }

  @Test
  void a_calibrated_loss_is_never_higher() {
    RandomRows random = new RandomRows(300, 5);
    Objective objective = new Objective(random.probabilities(), random.labels(), 5, 0.5);
    for (double spread : new double[] {0.01, 1, 100, 1e4}) {
      float[] logits = RandomRows.floats(random.logits(spread));
      double temperature = objective.calibrate(logits);
      assertThat(temperature).as("%s, spread %s", random, spread).isBetween(0.02, 50.0);
      if (spread <= 1) {
        assertThat(objective.loss(logits, temperature))
            .as("%s, spread %s", random, spread)
            .isLessThanOrEqualTo(objective.loss(logits) + 1e-12);
      }
    }
  }

  @Test
  void stays_finite_for_extreme_logits_and_teachers() {
    double[] teacher = {1, 0, 0, 1};
    int[] labels = {0, 0};
    float[] logits = {1e4f, -1e4f, 1e4f, -1e4f};
    Objective objective = new Objective(teacher, labels, 2, 0.5);
    assertThat(objective.loss(logits)).isEqualTo(0.5 * 2e4 / 2);
    assertThat(objective.loss(new float[] {1e38f, -1e38f, 1e38f, -1e38f})).isFinite();
    assertThat(objective.calibrate(logits)).isBetween(0.02, 50.0);
  }

  @Test
  void is_not_finite_if_a_logit_is_not() {
    Objective objective = new Objective(new double[] {0.5, 0.5}, new int[] {0}, 2, 0.5);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThat(Double.isFinite(objective.loss(new float[] {bad, 0}))).isFalse();
      assertThat(objective.calibrate(new float[] {bad, 0})).isEqualTo(1);
    }
  }

  @Test
  void equal_logits_have_nothing_to_calibrate() {
    Objective objective = new Objective(new double[] {0.7, 0.3}, new int[] {0}, 2, 0.5);
    assertThat(objective.calibrate(new float[] {0, 0})).isEqualTo(1);
    assertThat(objective.loss(new float[] {5, 5}, 3))
        .isCloseTo(
            naive(new double[] {0.7, 0.3}, new int[] {0}, 2, 0.5, new float[2], 1), within(1e-7));
  }
}
