package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnsembleSelectionTest {
  private static final int[] LABELS = {0, 1, 0, 1};

  /** Probabilities of two classes, of which these are the first one's. */
  private static double[] first(double... shares) {
    double[] both = new double[2 * shares.length];
    for (int i = 0; i < shares.length; i++) {
      both[2 * i] = shares[i];
      both[2 * i + 1] = 1 - shares[i];
    }
    return both;
  }

  @Test
  void one_that_is_right_gets_all_the_weight() {
    double[] right = first(0.9, 0.1, 0.9, 0.1);
    double[] unsure = first(0.5, 0.5, 0.5, 0.5);
    double[] wrong = first(0.1, 0.9, 0.1, 0.9);
    assertThat(EnsembleSelection.weights(List.of(unsure, right, wrong), LABELS, 2))
        .containsExactly(0, 1, 0);
  }

  @Test
  void those_that_err_on_different_rows_share_it_as_their_mean_is_best() {
    double[] left = first(0.99, 0.01, 0.2, 0.8);
    double[] right = first(0.2, 0.8, 0.99, 0.01);
    double[] weights = EnsembleSelection.weights(List.of(left, right), LABELS, 2);
    assertThat(weights[0]).isCloseTo(0.5, within(0.03));
    assertThat(weights[0] + weights[1]).isCloseTo(1, within(1e-12));
  }

  @Test
  void unequal_ones_are_weighed_near_the_best_convex_mean() {
    double[] better = first(0.95, 0.05, 0.9, 0.7);
    double[] worse = first(0.5, 0.5, 0.5, 0.1);
    double[] weights = EnsembleSelection.weights(List.of(better, worse), LABELS, 2);
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= 1000; i++) {
      lowest = Math.min(lowest, loss(better, worse, i / 1000.0));
    }
    assertThat(loss(better, worse, weights[0])).isBetween(lowest, lowest + 1e-3);
    assertThat(weights[0]).isBetween(0.2, 0.9);
  }

  private static double loss(double[] a, double[] b, double share) {
    double[] mean = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      mean[i] = share * a[i] + (1 - share) * b[i];
    }
    return EnsembleSelection.logLoss(mean, LABELS, 2);
  }

  @Test
  void a_class_that_was_thought_impossible_costs_a_finite_loss() {
    assertThat(EnsembleSelection.logLoss(first(0, 0, 1, 1), LABELS, 2))
        .isCloseTo(-Math.log(1e-15) / 2, within(1e-9));
  }
}
