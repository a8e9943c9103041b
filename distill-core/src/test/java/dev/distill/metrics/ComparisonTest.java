package dev.distill.metrics;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.metrics.Comparison.Interval;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  // Rows: both right, only the first right twice, only the second right, both wrong.
  private static final int[] LABELS = {0, 0, 1, 1, 1};
  private static final double[] FIRST = {.9, .1, .6, .4, .2, .8, .7, .3, .8, .2};
  private static final double[] SECOND = {.8, .2, .3, .7, .9, .1, .1, .9, .6, .4};

  @Test
  void counts_agreement_and_flips() {
    assertThat(Comparison.agreement(FIRST, SECOND, 5, 2)).isEqualTo(2 / 5.0);
    assertThat(Comparison.negativeFlips(LABELS, FIRST, SECOND, 5, 2)).isEqualTo(2 / 5.0);
    assertThat(Comparison.negativeFlips(LABELS, SECOND, FIRST, 5, 2)).isEqualTo(1 / 5.0);
  }

  @Test
  void ties_are_predicted_as_the_first_class() {
    double[] tie = {.5, .5};
    assertThat(Comparison.agreement(tie, new double[] {1, 0}, 1, 2)).isEqualTo(1);
    assertThat(Comparison.agreement(tie, new double[] {0, 1}, 1, 2)).isZero();
    assertThat(Argmax.row(new float[] {9, 1, 3, 3}, 1, 3)).isEqualTo(1);
  }

  @Test
  void relates_scores() {
    assertThat(Comparison.retention(0.9, 0.95)).isEqualTo(0.9 / 0.95);
    assertClose("gap", Comparison.gapClosed(.882, .840, .884), 42 / 44.0, 44 * EPS / .044);
    assertThat(Comparison.gapClosed(.9, .9, .9)).isNaN();
  }

  @Test
  void mc_nemar_is_the_exact_binomial_test() {
    // Two against one: P(at most 1 or at least 2 of 3) is everything.
    assertThat(Comparison.mcNemar(LABELS, FIRST, SECOND, 5, 2)).isEqualTo(1);
    assertThat(Comparison.mcNemar(LABELS, FIRST, FIRST, 5, 2)).isEqualTo(1);
    for (int b = 0; b <= 60; b++) {
      for (int c = 0; c <= 60 - b; c++) {
        assertClose(
            b + " to " + c,
            mcNemar(b, c),
            twoSided(b, c),
            // The library goes by the incomplete beta function, which promises 1e-15 or so.
            60 * EPS * twoSided(b, c));
      }
    }
  }

  /** Of b + c rows the first is right on b and the second on the others. */
  private static double mcNemar(int b, int c) {
    int n = b + c + 1;
    double[] first = new double[2 * n];
    double[] second = new double[2 * n];
    for (int i = 0; i < n; i++) {
      first[2 * i] = i <= b ? 1 : 0;
      first[2 * i + 1] = i <= b ? 0 : 1;
      second[2 * i] = i >= b ? 1 : 0;
      second[2 * i + 1] = i >= b ? 0 : 1;
    }
    return Comparison.mcNemar(new int[n], first, second, n, 2);
  }

  /** Twice the sum of the tail of the binomial distribution, in whole numbers. */
  private static double twoSided(int b, int c) {
    BigInteger tail = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int i = 0; i <= Math.min(b, c); i++) {
      tail = tail.add(choose);
      choose = choose.multiply(BigInteger.valueOf(b + c - i)).divide(BigInteger.valueOf(i + 1));
    }
    return Math.min(1, 2 * tail.doubleValue() * Math.pow(0.5, b + c));
  }

  @Test
  void bootstrap_is_repeatable_and_centred() {
    double[] first = new Random(1).doubles(500).toArray();
    double[] second = new Random(2).doubles(500).map(v -> v + 0.1).toArray();
    Interval interval = Comparison.bootstrap(first, second, 2000, 0.95, 7);
    assertThat(Comparison.bootstrap(first, second, 2000, 0.95, 7)).isEqualTo(interval);
    assertThat(Comparison.bootstrap(first, second, 2000, 0.95, 8)).isNotEqualTo(interval);
    double mean = 0;
    for (int i = 0; i < 500; i++) {
      mean += (first[i] - second[i]) / 500;
    }
    assertClose("estimate", interval.estimate(), mean, 500 * EPS);
    assertThat(interval.lower()).isLessThan(mean);
    assertThat(interval.upper()).isGreaterThan(mean);
    // A normal mean's interval is ±1.96 standard errors; the bootstrap's own noise in a quantile
    // of 2000 is about a twentieth of that.
    double error = Math.sqrt(2 / 12.0 / 500);
    assertThat(interval.upper() - interval.lower())
        .isBetween(3.92 * error * .85, 3.92 * error * 1.15);
  }

  @Test
  void bootstrap_covers_the_truth_as_often_as_it_says() {
    SplittableRandom seeds = new SplittableRandom(3);
    int covered = 0;
    for (int r = 0; r < 300; r++) {
      double[] noise = new Random(seeds.nextLong()).doubles(60).map(v -> v - 0.5).toArray();
      Interval interval = Comparison.bootstrap(noise, new double[60], 1000, 0.9, r);
      if (interval.lower() <= 0 && interval.upper() >= 0) {
        covered++;
      }
    }
    // 270 expected, standard deviation 5.2: five of them either way.
    assertThat(covered).isBetween(270 - 26, 270 + 26);
  }

  @Test
  void the_gap_closed_has_an_interval_around_it() {
    double[] twin = new Random(1).doubles(800).toArray();
    double[] teacher = new double[800];
    double[] student = new double[800];
    Random noise = new Random(2);
    for (int i = 0; i < 800; i++) {
      teacher[i] = twin[i] - 1 - 0.1 * noise.nextGaussian();
      student[i] = twin[i] - 0.8 - 0.5 * noise.nextGaussian();
    }
    Interval closed = Comparison.gapClosed(student, twin, teacher, 1000, 0.95, 7);
    // 0.8 of 1, with a standard error of 0.5 / √800 = 0.018.
    assertThat(closed.estimate()).isBetween(0.8 - 4 * 0.018, 0.8 + 4 * 0.018);
    assertThat(closed.lower()).isLessThan(closed.estimate());
    assertThat(closed.upper()).isGreaterThan(closed.estimate());
    assertThat(closed.upper() - closed.lower()).isBetween(2.8 * 0.018, 5.2 * 0.018);
  }

  @Test
  void where_the_gap_is_noise_there_is_no_interval() {
    double[] twin = new Random(1).doubles(200).toArray();
    double[] teacher = new Random(2).doubles(200).toArray();
    Interval closed = Comparison.gapClosed(new double[200], twin, teacher, 1000, 0.95, 7);
    assertThat(closed.estimate()).isNotNaN();
    assertThat(closed.lower()).isNaN();
    assertThat(closed.upper()).isNaN();
  }

  @Test
  void a_constant_difference_has_an_interval_of_no_width() {
    double[] ones = new double[9];
    Arrays.fill(ones, 1);
    assertThat(Comparison.bootstrap(ones, new double[9], 1000, 0.95, 1))
        .isEqualTo(new Interval(1, 1, 1));
  }

  @Test
  void says_what_is_wrong() {
    double[] two = new double[2];
    assertThatThrownBy(() -> Comparison.bootstrap(two, new double[3], 1000, .95, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first and second must have one value a row each, got 2 and 3");
    assertThatThrownBy(() -> Comparison.bootstrap(two, two, 999, .95, 1))
        .hasMessage("resamples must be >= 1000, got 999");
    assertThatThrownBy(() -> Comparison.bootstrap(two, two, 1000, 1, 1))
        .hasMessage("confidence must be in (0, 1), got 1.0");
    assertThatThrownBy(() -> Comparison.agreement(two, two, 2, 2))
        .hasMessage("first: got 2 values, expected at least 4 (2 rows × 2 classes)");
    assertThatThrownBy(() -> Marginals.of(two, new double[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
