package dev.distill.metrics;

/** Whether probabilities mean what they say: the Brier score and the calibration error. */
public final class Calibration {
  static final int BINS = 15;

  private Calibration() {}

  /**
   * Brier score: the mean over rows of Σ_k (q_k − [k = label])², in [0, 2]. For two classes this is
   * twice the form that looks at one class alone.
   *
   * <p>Brier, "Verification of forecasts expressed in terms of probability", 1950.
   *
   * @param probabilities rows × classes, row-major
   * @param labels one class index a row
   * @param rows at least 1
   */
  public static double brier(double[] probabilities, int[] labels, int rows, int classes) {
    Shape.probabilities("probabilities", probabilities, rows, classes);
    Shape.labels(labels, rows, classes);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < classes; k++) {
        double error = probabilities[i * classes + k] - (labels[i] == k ? 1 : 0);
        sum += error * error;
      }
    }
    return sum / rows;
  }

  /**
   * Expected calibration error: rows are put into 15 bins (0, 1/15], (1/15, 2/15], … by the
   * probability of their predicted class, and the gap between its mean and the bin's accuracy is
   * averaged over rows.
   *
   * <p>Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
   * binning", 2015; Guo et al., "On calibration of modern neural networks", 2017.
   *
   * @param probabilities rows × classes, row-major
   * @param labels one class index a row
   * @param rows at least 1
   */
  public static double expectedCalibrationError(
      double[] probabilities, int[] labels, int rows, int classes) {
    return expectedCalibrationError(probabilities, labels, rows, classes, true);
  }

  /** As above, but bins are [0, 1/15), [1/15, 2/15), … [14/15, 1] if not right-closed. */
  static double expectedCalibrationError(
      double[] probabilities, int[] labels, int rows, int classes, boolean rightClosed) {
    Shape.probabilities("probabilities", probabilities, rows, classes);
    Shape.labels(labels, rows, classes);
    double[] gaps = new double[BINS];
    for (int i = 0; i < rows; i++) {
      int predicted = Argmax.row(probabilities, i * classes, classes);
      double confidence = probabilities[i * classes + predicted];
      gaps[bin(confidence, rightClosed)] += confidence - (predicted == labels[i] ? 1 : 0);
    }
    double sum = 0;
    for (double gap : gaps) {
      sum += Math.abs(gap);
    }
    return sum / rows;
  }

  /** The bin of a probability. */
  static int bin(double confidence, boolean rightClosed) {
    double position = confidence * BINS;
    int bin = (int) (rightClosed ? Math.ceil(position) - 1 : position);
    return Math.max(0, Math.min(bin, BINS - 1));
  }
}
