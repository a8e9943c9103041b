package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TeacherCalibrationTest {
  private static final int ROWS = 20_000;

  /** Rows whose label's probabilities are known. */
  private record Truth(double[] probabilities, int[] labels, int classes) {
    static Truth of(int classes) {
      Random random = new Random(7);
      double[] probabilities = new double[ROWS * classes];
      int[] labels = new int[ROWS];
      for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
          probabilities[i * classes + k] = Math.exp(1.5 * random.nextGaussian());
          sum += probabilities[i * classes + k];
        }
        double u = random.nextDouble();
        labels[i] = -1;
        for (int k = 0; k < classes; k++) {
          probabilities[i * classes + k] /= sum;
          u -= probabilities[i * classes + k];
          if (labels[i] < 0 && (u < 0 || k == classes - 1)) {
            labels[i] = k;
          }
        }
      }
      return new Truth(probabilities, labels, classes);
    }

    /** What a teacher says that takes each to this power. */
    double[] power(double exponent) {
      double[] said = new double[probabilities.length];
      for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
          said[i * classes + k] = Math.pow(probabilities[i * classes + k], exponent);
          sum += said[i * classes + k];
        }
        for (int k = 0; k < classes; k++) {
          said[i * classes + k] /= sum;
        }
      }
      return said;
    }

    double farthest(double[] others) {
      double farthest = 0;
      for (int i = 0; i < others.length; i++) {
        farthest = Math.max(farthest, Math.abs(others[i] - probabilities[i]));
      }
      return farthest;
    }
  }

  @Test
  void an_unsure_and_an_oversure_teacher_are_put_right() {
    for (int classes : new int[] {2, 3, 5}) {
      Truth truth = Truth.of(classes);
      for (double exponent : new double[] {0.4, 2.5}) {
        double[] said = truth.power(exponent);
        double[] corrected = TeacherCalibration.fit(said, truth.labels, classes).apply(said);
        assertThat(truth.farthest(said)).isGreaterThan(0.1);
        assertThat(truth.farthest(corrected)).as("%s classes", classes).isLessThan(0.03);
      }
    }
  }

  @Test
  void one_that_is_right_is_left_as_it_is() {
    for (int classes : new int[] {2, 4}) {
      Truth truth = Truth.of(classes);
      double[] said = truth.probabilities;
      double[] corrected = TeacherCalibration.fit(said, truth.labels, classes).apply(said);
      assertThat(truth.farthest(corrected)).isLessThan(0.03);
    }
  }

  @Test
  void of_two_classes_a_shift_is_put_right_too() {
    Truth truth = Truth.of(2);
    double[] said = new double[truth.probabilities.length];
    for (int i = 0; i < said.length; i += 2) {
      double odds = 4 * truth.probabilities[i + 1] / truth.probabilities[i];
      said[i + 1] = odds / (1 + odds);
      said[i] = 1 / (1 + odds);
    }
    TeacherCalibration calibration = TeacherCalibration.fit(said, truth.labels, 2);
    assertThat(truth.farthest(calibration.apply(said))).isLessThan(0.03);
    assertThat(calibration.toString()).startsWith("beta a ").contains(", c -1.");
  }

  @Test
  void a_teacher_that_is_never_wrong_or_always_stays_one_that_can_be_used() {
    int[] labels = {0, 1, 0, 1};
    double[] right = {1, 0, 0, 1, 1, 0, 0, 1};
    double[] wrong = {0.1, 0.9, 0.8, 0.2, 0.3, 0.7, 0.9, 0.1};
    double[] sure = TeacherCalibration.fit(right, labels, 2).apply(right);
    for (int i = 0; i < sure.length; i++) {
      assertThat(sure[i]).isCloseTo(right[i], within(1e-3));
    }
    double[] kept = TeacherCalibration.fit(wrong, labels, 2).apply(wrong);
    for (int i = 0; i < kept.length; i += 2) {
      assertThat(kept[i] + kept[i + 1]).isCloseTo(1, within(1e-12));
      assertThat(kept[i]).isBetween(0.0, 1.0);
    }
  }
}
