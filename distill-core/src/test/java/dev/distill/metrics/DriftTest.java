package dev.distill.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.distill.metrics.Comparison.Interval;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DriftTest {
  @Test
  void psi_is_the_jeffreys_divergence_and_0_for_equal_shares() {
    long[] before = {400_000, 600_000};
    long[] now = {600_000, 400_000};
    assertThat(Drift.psi(before, now)).isCloseTo(0.4 * Math.log(1.5), within(1e-4));
    assertThat(Drift.psi(before, before)).isCloseTo(0, within(1e-9));
    assertThat(Drift.psi(new long[] {4, 8, 8}, new long[] {4, 8, 8})).isCloseTo(0, within(1e-3));
    assertThat(Drift.psi(before, new long[2])).isNaN();
  }

  @Test
  void an_empty_bin_counts_but_not_without_end_and_one_empty_on_both_sides_not_at_all() {
    double vanished = Drift.psi(new long[] {500, 9500}, new long[] {0, 1000});
    assertThat(vanished).isBetween(0.15, 0.4);
    assertThat(Drift.psi(new long[] {500, 0, 9500}, new long[] {0, 0, 1000})).isEqualTo(vanished);
    assertThat(Drift.psi(new long[] {0, 10_000}, new long[] {1000, 0})).isGreaterThan(5).isFinite();
  }

  @Test
  void ks_is_the_largest_distance_of_the_distribution_functions() {
    assertThat(Drift.ks(new long[] {10, 0, 10}, new long[] {0, 10, 10})).isEqualTo(0.5);
    assertThat(Drift.ks(new long[] {1, 2, 3}, new long[] {2, 4, 6})).isZero();
    // 1.36 / √(n / 2) is the 5 % point of two large samples of n.
    assertThat(Drift.ksPValue(1.358 / Math.sqrt(50_000), 100_000, 100_000))
        .isCloseTo(0.05, within(1e-3));
    assertThat(Drift.ksPValue(0, 10, 10)).isEqualTo(1);
    assertThat(Drift.ksPValue(1, 1000, 1000)).isLessThan(1e-100);
  }

  @Test
  void chi_square_agrees_with_a_table_of_four() {
    // (ad − bc)² n / (row and column sums) = 3.84 is the 5 % point of one degree of freedom.
    double p = Drift.chiSquarePValue(new long[] {60, 40}, new long[] {40, 60});
    assertThat(p).isCloseTo(0.004678, within(1e-6)); // 8 at one degree of freedom
    assertThat(Drift.chiSquarePValue(new long[] {0, 50}, new long[] {0, 40})).isEqualTo(1);
    assertThat(Drift.chiSquarePValue(new long[] {0, 5000}, new long[] {500, 0})).isLessThan(1e-100);
  }

  @Test
  void without_a_change_small_p_values_are_as_rare_as_they_say() {
    SplittableRandom random = new SplittableRandom(5);
    int chi = 0;
    int ks = 0;
    int draws = 2000;
    for (int d = 0; d < draws; d++) {
      long[] before = new long[12];
      long[] now = new long[12];
      for (int i = 0; i < 5000; i++) {
        before[bin(random)]++;
      }
      for (int i = 0; i < 60; i++) {
        now[bin(random)]++;
      }
      chi += Drift.chiSquarePValue(before, now) < 0.05 ? 1 : 0;
      ks += Drift.ksPValue(Drift.ks(before, now), 5000, 60) < 0.05 ? 1 : 0;
    }
    assertThat(chi).isBetween(50, 135);
    assertThat(ks).isLessThan(115);
  }

  /** Half in the first bin, half of the rest in the next, and so on. */
  private static int bin(SplittableRandom random) {
    return Math.min(11, Integer.numberOfTrailingZeros(random.nextInt()));
  }

  @Test
  void wilson_and_newcombe_give_the_published_intervals() {
    // Newcombe 1998 (single proportions, method 3): 81 of 263, and 0 of 20.
    Interval share = Proportion.wilson(81, 263, 0.95);
    assertThat(share.lower()).isCloseTo(0.2553, within(5e-5));
    assertThat(share.upper()).isCloseTo(0.3662, within(5e-5));
    assertThat(Proportion.wilson(0, 20, 0.95).lower()).isZero();
    assertThat(Proportion.wilson(0, 20, 0.95).upper()).isCloseTo(0.1611, within(5e-5));
    // Newcombe 1998 (differences, method 10): 56/70 − 48/80.
    Interval difference = Proportion.difference(56, 70, 48, 80, 0.95);
    assertThat(difference.estimate()).isCloseTo(0.2, within(1e-12));
    assertThat(difference.lower()).isCloseTo(0.0524, within(5e-5));
    assertThat(difference.upper()).isCloseTo(0.3339, within(5e-5));
    assertThat(Proportion.wilson(0, 0, 0.95).estimate()).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Proportion.wilson(3, 2, 0.95))
        .withMessage("count must be from 0 to the 2 rows, got 3");
  }

  @Test
  void a_running_mean_is_that_of_the_values() {
    RunningMean mean = new RunningMean();
    for (double value : new double[] {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4}) {
      mean.add(value);
    }
    assertThat(mean.mean()).isEqualTo(1e9 + 2.5);
    assertThat(mean.deviation()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-9));
    Interval interval = mean.minus(1e9, 0, 1, 0.95);
    assertThat(interval.estimate()).isEqualTo(2.5);
    assertThat(interval.upper() - 2.5).isCloseTo(1.959964 * Math.sqrt(5.0 / 3) / 2, within(1e-5));
    assertThat(new RunningMean().mean()).isNaN();
  }
}
