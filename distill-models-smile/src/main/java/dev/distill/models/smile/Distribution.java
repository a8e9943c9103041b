package dev.distill.models.smile;

import dev.distill.models.smile.HistogramTree.Statistics;
import dev.distill.spi.FitException;
import dev.distill.spi.Targets;
import dev.distill.spi.TrainingSet;

/**
 * A distribution a row as trees learn it: how far each class is from its mean over all rows. With
 * two classes one says it all.
 */
final class Distribution {
  private final int classes;
  private final int first;
  private final double[] mean;
  private final Statistics statistics;

  Distribution(TrainingSet training) {
    classes = training.classes();
    first = classes == 2 ? 1 : 0;
    float[] targets = ((Targets.Soft) training.targets()).distribution();
    int rows = training.features().rows();
    mean = new double[classes];
    for (int i = 0; i < targets.length; i++) {
      mean[i % classes] += (double) targets[i] / rows;
    }
    for (double share : mean) {
      if (!Double.isFinite(share)) {
        throw new FitException("the training targets are not all finite");
      }
    }
    int learned = classes - first;
    int width = learned + 1;
    double[] values = new double[rows * width];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < learned; k++) {
        values[i * width + k] =
            HistogramTree.unit(targets[i * classes + first + k] - mean[first + k]);
      }
      values[i * width + learned] = 1;
    }
    statistics = new Statistics(values, learned, 1);
  }

  /** What rows bring: differences from the mean, and a one. */
  Statistics statistics() {
    return statistics;
  }

  /**
   * A leaf's distribution, drawn towards the mean of all rows.
   *
   * @param lambda by how many rows' worth
   * @param scale what probabilities are multiplied by
   */
  float[] leaf(double[] sums, double lambda, double scale) {
    double rows = sums[sums.length - 1] + lambda;
    float[] leaf = new float[classes];
    for (int k = first; k < classes; k++) {
      leaf[k] = (float) (scale * (mean[k] + sums[k - first] / rows));
    }
    if (first == 1) {
      leaf[0] = (float) (scale * (1 - mean[1] - sums[0] / rows));
    }
    return leaf;
  }
}
