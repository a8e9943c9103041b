package dev.distill.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReliabilityBinTest {
  @Test
  void counts_rows_by_how_sure_the_model_is() {
    double[] p = {0.9, 0.1, 0.92, 0.08, 0.4, 0.6};
    List<ReliabilityBin> bins = ReliabilityBin.of(p, new int[] {0, 1, 1}, 2);
    assertThat(bins).hasSize(2);
    assertThat(bins.get(0)).isEqualTo(new ReliabilityBin(8 / 15.0, 9 / 15.0, 1, 0.6, 1));
    assertThat(bins.get(1).rows()).isEqualTo(2);
    assertThat(bins.get(1).confidence()).isCloseTo(0.91, within(1e-15));
    assertThat(bins.get(1).accuracy()).isEqualTo(0.5);
  }

  @Test
  void the_gaps_weighted_by_rows_are_the_calibration_error() {
    SplittableRandom random = new SplittableRandom(3);
    int rows = 500;
    double[] p = new double[3 * rows];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        p[3 * i + k] = random.nextDouble();
        sum += p[3 * i + k];
      }
      for (int k = 0; k < 3; k++) {
        p[3 * i + k] /= sum;
      }
      labels[i] = random.nextInt(3);
    }
    double error = 0;
    for (ReliabilityBin bin : ReliabilityBin.of(p, labels, 3)) {
      assertThat(bin.confidence()).isBetween(bin.from(), bin.to());
      error += Math.abs(bin.confidence() - bin.accuracy()) * bin.rows() / rows;
    }
    // Sums of 500 terms in another order.
    assertThat(error)
        .isCloseTo(Calibration.expectedCalibrationError(p, labels, rows, 3), within(1e-13));
  }
}
