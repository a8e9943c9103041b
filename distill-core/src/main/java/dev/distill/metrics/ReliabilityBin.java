package dev.distill.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of which a model is about as sure: whether its probabilities mean what they say. The bins
 * are those of {@link Calibration#expectedCalibrationError}; their gaps, weighted by rows, are it.
 *
 * <p>DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983.
 *
 * @param from lower end of the bin, which is not in it
 * @param to upper end, which is
 * @param rows how many rows have the probability of the predicted class in it, at least 1
 * @param confidence mean probability of the predicted class in these rows
 * @param accuracy share of them where it is the label
 */
public record ReliabilityBin(double from, double to, int rows, double confidence, double accuracy) {

  /**
   * The bins that have rows, the least sure one first.
   *
   * @param probabilities rows × classes, row-major
   * @param labels one class index a row
   */
  public static List<ReliabilityBin> of(double[] probabilities, int[] labels, int classes) {
    int bins = Calibration.BINS;
    int[] rows = new int[bins];
    double[] confidence = new double[bins];
    int[] right = new int[bins];
    for (int i = 0; i < labels.length; i++) {
      int predicted = Argmax.row(probabilities, i * classes, classes);
      double sure = probabilities[i * classes + predicted];
      int bin = Calibration.bin(sure, true);
      rows[bin]++;
      confidence[bin] += sure;
      right[bin] += predicted == labels[i] ? 1 : 0;
    }
    List<ReliabilityBin> found = new ArrayList<>();
    for (int b = 0; b < bins; b++) {
      if (rows[b] > 0) {
        found.add(
            new ReliabilityBin(
                (double) b / bins,
                (b + 1.0) / bins,
                rows[b],
                confidence[b] / rows[b],
                (double) right[b] / rows[b]));
      }
    }
    return found;
  }
}
