package dev.distill.auto;

import java.util.List;

/**
 * Weighs classifiers so that the mean of their probabilities has a low log loss: greedy selection
 * with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes, 2004).
 */
final class EnsembleSelection {
  private static final int ROUNDS = 40;
  private static final double FLOOR = 1e-15;

  private EnsembleSelection() {}

  /**
   * The weights of classifiers, which sum to 1; 0 for those that don't help.
   *
   * @param answers each one's rows × classes probabilities, of rows that it was not fitted on
   * @param labels class index a row
   */
  static double[] weights(List<double[]> answers, int[] labels, int classes) {
    int[] picked = new int[answers.size()];
    int[] best = picked;
    double lowest = Double.POSITIVE_INFINITY;
    double[] sum = new double[labels.length];
    for (int round = 1; round <= ROUNDS; round++) {
      int next = 0;
      double loss = Double.POSITIVE_INFINITY;
      for (int m = 0; m < picked.length; m++) {
        double with = loss(sum, answers.get(m), round, labels, classes);
        if (with < loss) {
          loss = with;
          next = m;
        }
      }
      picked[next]++;
      for (int i = 0; i < labels.length; i++) {
        sum[i] += answers.get(next)[i * classes + labels[i]];
      }
      if (loss < lowest) {
        lowest = loss;
        best = picked.clone();
      }
    }
    double[] weights = new double[best.length];
    int all = 0;
    for (int count : best) {
      all += count;
    }
    for (int m = 0; m < weights.length; m++) {
      weights[m] = (double) best[m] / all;
    }
    return weights;
  }

  /** The log loss of probabilities, in nats a row. */
  static double logLoss(double[] probabilities, int[] labels, int classes) {
    return loss(new double[labels.length], probabilities, 1, labels, classes);
  }

  private static double loss(double[] sum, double[] added, int count, int[] labels, int classes) {
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      loss -= Math.log(Math.max(FLOOR, (sum[i] + added[i * classes + labels[i]]) / count));
    }
    return loss / labels.length;
  }
}
