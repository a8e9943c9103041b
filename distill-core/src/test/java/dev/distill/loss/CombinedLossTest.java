package dev.distill.loss;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static dev.distill.loss.RandomRows.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CombinedLossTest {
  private static final double FLOAT_EPS = Math.ulp(1f);

  @ParameterizedTest
  @CsvSource({
    "2,1,.5", "2,3,.5", "2,3,1", "2,3,0", "5,1,.3", "5,2,.7", "5,.5,.7", "5,2,0", "5,2,1"
  })
  void gradient_and_curvature_are_finite_differences(int k, double t, double alpha) {
    RandomRows random = new RandomRows(9, k);
    int n = random.rows;
    // Not float32: the formula of the gradient takes the teacher's rows to sum to 1.
    double[] soft = random.logits(2);
    Softmax.softmax(1, soft, n, k, soft);
    int[] y = random.someLabels();
    double[] z = random.logits(2);
    double[] g = new double[n * k];
    double[] h = new double[n * k];
    CombinedLoss.meanGradient(t, alpha, soft, y, z, n, k, g, h);
    double step = Math.cbrt(EPS);
    double[] up = new double[n * k];
    double[] down = new double[n * k];
    double[] ignored = new double[n * k];
    for (int j = 0; j < n * k; j++) {
      double[] above = z.clone();
      double[] below = z.clone();
      above[j] += step;
      below[j] -= step;
      String what = random + " element " + j;
      double valueUp = CombinedLoss.value(t, alpha, soft, y, above, n, k);
      double valueDown = CombinedLoss.value(t, alpha, soft, y, below, n, k);
      // Roundings of the two values over the step, and the series' third term: third derivatives
      // are at most 1 for cross-entropy and 1/T for T²·KL.
      double tolerance =
          EPS * (n + k + 8) * (Math.abs(valueUp) + 2 * t * t) / step
              + step * step * (1 + 1 / t) / n;
      assertClose(what, g[j], (valueUp - valueDown) / (2 * step), tolerance);
      CombinedLoss.meanGradient(t, alpha, soft, y, above, n, k, up, ignored);
      CombinedLoss.meanGradient(t, alpha, soft, y, below, n, k, down, ignored);
      tolerance = EPS * (k + 8) * (t + 1) / n / step + step * step * (1 + 1 / (t * t)) / n;
      assertClose(what, h[j], (up[j] - down[j]) / (2 * step), tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2,1,.5",
    "2,3,.5",
    "2,3,1",
    "2,3,0",
    "10,1,.3",
    "10,2,.7",
    "10,.5,.7",
    "10,2,0",
    "207,4,.5"
  })
  void float_agrees_with_double(int k, double t, double alpha) {
    RandomRows random = new RandomRows(500, k);
    double[] soft = random.probabilities();
    int[] y = random.someLabels();
    for (double deviation : new double[] {1, 30, 1e4}) {
      assertFloatAgrees(random, t, alpha, soft, y, random.logits(deviation));
    }
  }

  private static void assertFloatAgrees(
      RandomRows random, double t, double alpha, double[] soft, int[] y, double[] z) {
    int n = random.rows;
    int k = random.classes;
    double[] g = new double[n * k];
    double[] h = new double[n * k];
    float[] gFloat = new float[n * k];
    float[] hFloat = new float[n * k];
    CombinedLoss.gradient(t, alpha, soft, y, z, 0, n, k, g, h);
    CombinedLoss.gradient(t, alpha, floats(soft), y, floats(z), 0, n, k, gFloat, hFloat);
    for (int j = 0; j < n * k; j++) {
      // Exponential, factor, their product, weight, product, difference, difference: half an ulp
      // each of values that are at most αT + 1 (curvature: at most 1).
      String what = random + " element " + j;
      assertClose(what, gFloat[j], g[j], 7 * FLOAT_EPS / 2 * (t + 1));
      assertClose(what, hFloat[j], h[j], 7 * FLOAT_EPS / 2);
    }
    double value = CombinedLoss.value(t, alpha, soft, y, z, n, k);
    assertClose(
        random.toString(),
        CombinedLoss.value(t, alpha, floats(soft), y, floats(z), n, k),
        value,
        EPS * (n + k + 8) * (value + 2 * t * t));
  }

  @Test
  void an_unlabelled_row_takes_alpha_1() {
    RandomRows random = new RandomRows(20, 4);
    double[] soft = random.probabilities();
    double[] z = random.logits(3);
    int[] none = new int[20];
    Arrays.fill(none, CombinedLoss.UNLABELLED);
    double[] expected = new double[80];
    double[] actual = new double[80];
    double[] curvature = new double[80];
    CombinedLoss.gradient(2, 1, soft, random.labels(), z, 0, 20, 4, expected, curvature);
    CombinedLoss.gradient(2, 0.3, soft, none, z, 0, 20, 4, actual, curvature);
    assertThat(actual).isEqualTo(expected);
    assertThat(CombinedLoss.value(2, 0, soft, none, z, 20, 4))
        .isEqualTo(CombinedLoss.value(2, 1, soft, random.labels(), z, 20, 4));
  }

  @Test
  void two_classes_take_the_same_values_as_two_of_three() {
    // A third class that is impossible changes nothing, and takes the general path.
    RandomRows random = new RandomRows(50, 2);
    double[] soft = random.probabilities();
    double[] z = random.logits(3);
    int[] y = random.someLabels();
    double[] soft3 = new double[150];
    double[] z3 = new double[150];
    Arrays.fill(z3, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < 50; i++) {
      System.arraycopy(soft, 2 * i, soft3, 3 * i, 2);
      System.arraycopy(z, 2 * i, z3, 3 * i, 2);
    }
    double[] g = new double[100];
    double[] h = new double[100];
    double[] g3 = new double[150];
    double[] h3 = new double[150];
    CombinedLoss.gradient(3, 0.4, soft, y, z, 0, 50, 2, g, h);
    CombinedLoss.gradient(3, 0.4, soft3, y, z3, 0, 50, 3, g3, h3);
    for (int i = 0; i < 150; i++) {
      boolean third = i % 3 == 2;
      int j = i / 3 * 2 + i % 3;
      assertClose(random + " element " + i, g3[i], third ? 0 : g[j], 16 * EPS * (3 + 1));
      assertClose(random + " element " + i, h3[i], third ? 0 : h[j], 16 * EPS);
    }
  }

  @Test
  void only_the_given_rows_are_written() {
    RandomRows random = new RandomRows(7, 3);
    float[] soft = floats(random.probabilities());
    float[] z = floats(random.logits(1));
    int[] y = random.labels();
    float[] whole = new float[21];
    float[] part = new float[21];
    float[] h = new float[21];
    CombinedLoss.gradient(2, 0.5, soft, y, z, 0, 7, 3, whole, h);
    CombinedLoss.gradient(2, 0.5, soft, y, z, 2, 5, 3, part, h);
    assertThat(Arrays.copyOfRange(part, 6, 15)).isEqualTo(Arrays.copyOfRange(whole, 6, 15));
    assertThat(Arrays.copyOf(part, 6)).containsOnly(0f);
    assertThat(Arrays.copyOfRange(part, 15, 21)).containsOnly(0f);
  }

  @Test
  void permuting_classes_permutes_the_gradient() {
    RandomRows random = new RandomRows(40, 6);
    int[] to = {3, 0, 5, 1, 4, 2};
    double[] soft = random.probabilities();
    double[] z = random.logits(3);
    int[] y = random.labels();
    double[] g = new double[240];
    double[] h = new double[240];
    double[] g2 = new double[240];
    double[] h2 = new double[240];
    CombinedLoss.gradient(2, 0.5, soft, y, z, 0, 40, 6, g, h);
    int[] y2 = Arrays.stream(y).map(label -> to[label]).toArray();
    double[] soft2 = permuted(soft, to);
    double[] z2 = permuted(z, to);
    CombinedLoss.gradient(2, 0.5, soft2, y2, z2, 0, 40, 6, g2, h2);
    double[] wantG = permuted(g, to);
    double[] wantH = permuted(h, to);
    for (int j = 0; j < 240; j++) {
      // Only the order of the sum of exponentials differs.
      assertClose(random + " gradient " + j, g2[j], wantG[j], EPS * (6 + 8) * 3);
      assertClose(random + " curvature " + j, h2[j], wantH[j], EPS * (6 + 8));
    }
    double value = CombinedLoss.value(2, 0.5, soft, y, z, 40, 6);
    assertClose(
        random.toString(),
        CombinedLoss.value(2, 0.5, soft2, y2, z2, 40, 6),
        value,
        EPS * (40 + 6 + 8) * (value + 8));
  }

  private static double[] permuted(double[] values, int[] to) {
    double[] result = new double[values.length];
    for (int j = 0; j < values.length; j++) {
      result[j - j % to.length + to[j % to.length]] = values[j];
    }
    return result;
  }

  @Test
  void the_gradient_of_a_row_sums_to_0_and_vanishes_at_the_teacher() {
    RandomRows random = new RandomRows(100, 5);
    double[] z = random.logits(4);
    double[] soft = new double[500];
    double[] g = new double[500];
    double[] h = new double[500];
    TemperatureScaling.softenLogits(3, z, 100, 5, soft);
    CombinedLoss.gradient(3, 1, soft, random.labels(), z, 0, 100, 5, g, h);
    assertThat(g).as(random.toString()).containsOnly(0);
    assertClose(
        random.toString(),
        CombinedLoss.value(3, 1, soft, random.labels(), z, 100, 5),
        0,
        EPS * 13 * 9);
    CombinedLoss.gradient(3, 0.5, random.probabilities(), random.labels(), z, 0, 100, 5, g, h);
    for (int o = 0; o < 500; o += 5) {
      // The teacher's row sums to 1 within its float32 roundings.
      assertClose(random.toString(), Arrays.stream(g, o, o + 5).sum(), 0, 1.5 * 5 * FLOAT_EPS / 2);
    }
  }

  @Test
  void survives_logits_of_any_size() {
    double[] z = {1e4, -1e4, 0, -1e4, -1e4, 1e4, 0, 3e38, -3e38, Double.NEGATIVE_INFINITY, 0, 1};
    double[] soft = {0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0.5, 0.5};
    int[] y = {0, 1, 2, -1};
    double[] g = new double[12];
    double[] h = new double[12];
    float[] gFloat = new float[12];
    float[] hFloat = new float[12];
    for (double t : new double[] {0.1, 1, 50}) {
      CombinedLoss.gradient(t, 0.5, soft, y, z, 0, 4, 3, g, h);
      CombinedLoss.gradient(t, 0.5, floats(soft), y, floats(z), 0, 4, 3, gFloat, hFloat);
      for (int j = 0; j < 12; j++) {
        assertThat(g[j]).isFinite();
        assertClose("T=" + t + " element " + j, gFloat[j], g[j], 7 * FLOAT_EPS / 2 * (t + 1));
        assertClose("T=" + t + " element " + j, hFloat[j], h[j], 7 * FLOAT_EPS / 2);
      }
      assertThat(CombinedLoss.value(t, 0.5, soft, y, z, 4, 3)).isFinite();
    }
  }

  @Test
  void a_nan_logit_is_not_hidden() {
    float[] z = {0, Float.NaN, 1};
    float[] g = new float[3];
    CombinedLoss.gradient(1, 1, new float[] {1, 0, 0}, new int[1], z, 0, 1, 3, g, new float[3]);
    assertThat(g).containsOnly(Float.NaN);
    CombinedLoss.gradient(1, 1, new float[] {1, 0}, new int[1], z, 0, 1, 2, g, new float[2]);
    assertThat(g).containsOnly(Float.NaN);
  }

  @Test
  void says_what_is_wrong() {
    double[] six = new double[6];
    int[] y = {0, 1};
    assertThatThrownBy(() -> CombinedLoss.value(-1, 0.5, six, y, six, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature must be > 0, got -1.0");
    assertThatThrownBy(() -> CombinedLoss.value(Double.NaN, 0.5, six, y, six, 2, 3))
        .hasMessage("temperature must be > 0, got NaN");
    assertThatThrownBy(() -> CombinedLoss.value(1, 1.5, six, y, six, 2, 3))
        .hasMessage("alpha must be in [0, 1], got 1.5");
    assertThatThrownBy(() -> CombinedLoss.value(1, 0.5, six, y, six, 2, 4))
        .hasMessage("soft: got 6 values, expected at least 8 (2 rows × 4 classes)");
    assertThatThrownBy(() -> CombinedLoss.value(1, 0.5, six, y, six, 6, 1))
        .hasMessage("classes must be >= 2, got 1");
    assertThatThrownBy(() -> CombinedLoss.value(1, 0.5, six, y, six, 0, 3))
        .hasMessage("rows must be >= 1, got 0");
    assertThatThrownBy(() -> CombinedLoss.value(1, 0.5, six, y, six, 3, 2))
        .hasMessage("labels: got 2, expected at least 3");
    assertThatThrownBy(() -> CombinedLoss.value(1, 0.5, six, new int[] {0, 3}, six, 2, 3))
        .hasMessage("label of row 1 must be in [0, 3) or -1 for unlabelled, got 3");
    assertThatThrownBy(() -> CombinedLoss.gradient(1, 0.5, six, y, six, 3, 2, 3, six, six))
        .hasMessage("fromRow must be in [0, 2], got 3");
    assertThatThrownBy(
            () -> CombinedLoss.gradient(1, 0.5, six, y, six, 0, 2, 3, six, new double[5]))
        .hasMessage("curvature: got 5 values, expected at least 6 (2 rows × 3 classes)");
  }
}
