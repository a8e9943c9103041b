package dev.distill.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreQuantilesTest {
  /** Rows of a class that has these probabilities, the others share the rest. */
  private static double[] matrix(int classes, int of, double... p) {
    double[] matrix = new double[classes * p.length];
    for (int i = 0; i < p.length; i++) {
      Arrays.fill(matrix, i * classes, (i + 1) * classes, (1 - p[i]) / (classes - 1));
      matrix[i * classes + of] = p[i];
    }
    return matrix;
  }

  @Test
  void of_two_classes_the_second_alone() {
    double[] teacher = matrix(2, 1, 0.9, 0.1, 0.5);
    List<ScoreQuantiles> all = ScoreQuantiles.of(teacher, teacher, teacher, 2, 9);
    assertThat(all).hasSize(1);
    ScoreQuantiles only = all.get(0);
    assertThat(only.targetClass()).isEqualTo(1);
    assertThat(only.ks()).isZero();
    assertThat(only.teacher()).hasSize(ScoreQuantiles.POINTS).isSorted();
    assertThat(only.teacher()[0]).isEqualTo(0.1);
    assertThat(only.teacher()[ScoreQuantiles.POINTS / 2]).isEqualTo(0.5);
    assertThat(only.teacher()[ScoreQuantiles.POINTS - 1]).isEqualTo(0.9);
  }

  @Test
  void the_classes_that_differ_most_come_first() {
    double[] teacher = {0.5, 0.3, 0.2, 0.5, 0.3, 0.2};
    double[] student = {0.5, 0.3, 0.2, 0.5, 0.2, 0.3};
    student[0] = 0.45;
    student[2] = 0.25;
    student[3] = 0.5;
    List<ScoreQuantiles> some = ScoreQuantiles.of(teacher, student, teacher, 3, 2);
    assertThat(some).hasSize(2);
    assertThat(some.get(0).targetClass()).isEqualTo(2);
    assertThat(some.get(0).ks()).isEqualTo(1);
  }
}
