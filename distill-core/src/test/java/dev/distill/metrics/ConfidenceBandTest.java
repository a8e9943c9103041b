package dev.distill.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfidenceBandTest {
  @Test
  void rows_are_in_the_band_of_the_teachers_confidence() {
    double[] teacher = {0.55, 0.45, 0.3, 0.7, 0.2, 0.8, 1, 0, 0.05, 0.95};
    double[] student = {0.4, 0.6, 0.3, 0.7, 0.9, 0.1, 1, 0, 0.6, 0.4};
    int[] labels = {1, 1, 1, 1, 1};
    List<ConfidenceBand> bands = ConfidenceBand.of(student, teacher, labels, 2);
    assertThat(bands)
        .containsExactly(
            new ConfidenceBand(0, 1, 0, 1, 0),
            new ConfidenceBand(0.6, 1, 1, 1, 1),
            new ConfidenceBand(0.8, 1, 0, 0, 1),
            new ConfidenceBand(0.95, 2, 0.5, 0, 0.5));
  }

  @Test
  void a_band_without_rows_has_no_shares() {
    ConfidenceBand last =
        ConfidenceBand.of(new double[] {1, 0}, new double[] {1, 0}, new int[1], 2).get(0);
    assertThat(last.rows()).isZero();
    assertThat(last.agreement()).isNaN();
  }
}
