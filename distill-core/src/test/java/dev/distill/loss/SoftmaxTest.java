package dev.distill.loss;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static dev.distill.loss.RandomRows.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax and temperature scaling beyond the reference vectors. */
class SoftmaxTest {
  private static final double FLOAT_EPS = Math.ulp(1f);

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 207})
  void float_agrees_with_double(int k) {
    RandomRows random = new RandomRows(100, k);
    double[] z = random.logits(5);
    double[] p = random.probabilities();
    double[] q = new double[100 * k];
    double[] logQ = new double[100 * k];
    double[] soft = new double[100 * k];
    float[] qFloat = new float[100 * k];
    float[] logQFloat = new float[100 * k];
    float[] softFloat = new float[100 * k];
    for (double t : new double[] {0.5, 1, 3}) {
      Softmax.softmax(t, z, 100, k, q);
      Softmax.logSoftmax(t, z, 100, k, logQ);
      TemperatureScaling.soften(t, p, 100, k, soft);
      Softmax.softmax(t, floats(z), 100, k, qFloat);
      Softmax.logSoftmax(t, floats(z), 100, k, logQFloat);
      TemperatureScaling.soften(t, floats(p), 100, k, softFloat);
      for (int j = 0; j < 100 * k; j++) {
        // Exponential, factor and product are rounded: half an ulp each, relative.
        String what = random + " T=" + t + " element " + j;
        assertClose(what, qFloat[j], q[j], q[j] * 4 * FLOAT_EPS / 2 + Float.MIN_VALUE);
        assertClose(what, softFloat[j], soft[j], soft[j] * 4 * FLOAT_EPS / 2 + Float.MIN_VALUE);
        assertClose(what, logQFloat[j], logQ[j], Math.abs(logQ[j]) * FLOAT_EPS + k * EPS);
      }
    }
  }

  @Test
  void rows_are_what_single_rows_are_wherever_they_lie() {
    RandomRows random = new RandomRows(4, 3);
    double[] z = random.logits(2);
    float[] zFloat = floats(z);
    double[] all = new double[12];
    double[] one = new double[12];
    float[] allFloat = new float[12];
    float[] oneFloat = new float[12];
    Softmax.softmax(2, z, 4, 3, all);
    Softmax.softmaxRow(2, z, 6, 3, one, 1);
    Softmax.softmax(2, zFloat, 4, 3, allFloat);
    Softmax.softmaxRow(2, zFloat, 6, 3, oneFloat, 1);
    assertThat(Arrays.copyOfRange(one, 1, 4)).isEqualTo(Arrays.copyOfRange(all, 6, 9));
    assertThat(Arrays.copyOfRange(oneFloat, 1, 4)).isEqualTo(Arrays.copyOfRange(allFloat, 6, 9));
    Softmax.logSoftmax(2, z, 4, 3, all);
    Softmax.logSoftmaxRow(2, z, 6, 3, one, 1);
    Softmax.logSoftmax(2, zFloat, 4, 3, allFloat);
    Softmax.logSoftmaxRow(2, zFloat, 6, 3, oneFloat, 1);
    assertThat(Arrays.copyOfRange(one, 1, 4)).isEqualTo(Arrays.copyOfRange(all, 6, 9));
    assertThat(Arrays.copyOfRange(oneFloat, 1, 4)).isEqualTo(Arrays.copyOfRange(allFloat, 6, 9));
  }

  @Test
  void works_in_place() {
    RandomRows random = new RandomRows(30, 4);
    double[] z = random.logits(9);
    double[] p = random.probabilities();
    double[] out = new double[120];
    float[] outFloat = new float[120];
    float[] inPlaceFloat = floats(z);
    Softmax.softmax(2, z, 30, 4, out);
    Softmax.softmax(2, floats(z), 30, 4, outFloat);
    Softmax.softmax(2, z, 30, 4, z);
    Softmax.softmax(2, inPlaceFloat, 30, 4, inPlaceFloat);
    assertThat(z).isEqualTo(out);
    assertThat(inPlaceFloat).isEqualTo(outFloat);
    inPlaceFloat = floats(p);
    TemperatureScaling.soften(2, p, 30, 4, out);
    TemperatureScaling.soften(2, floats(p), 30, 4, outFloat);
    TemperatureScaling.soften(2, p, 30, 4, p);
    TemperatureScaling.soften(2, inPlaceFloat, 30, 4, inPlaceFloat);
    assertThat(p).isEqualTo(out);
    assertThat(inPlaceFloat).isEqualTo(outFloat);
  }

  @Test
  void a_high_temperature_is_uniform_and_a_low_one_is_the_largest() {
    double[] z = {3, -2, 1, 0.5};
    double[] q = new double[4];
    Softmax.softmax(1e9, z, 1, 4, q);
    for (double v : q) {
      // softmax(z/T) is 1/K + O(range of z / T).
      assertClose("uniform", v, 0.25, 5 / 1e9);
    }
    Softmax.softmax(1e-3, z, 1, 4, q);
    assertThat(q).containsExactly(1, 0, 0, 0);
    double[] p = {0.7, 0.1, 0.15, 0.05};
    TemperatureScaling.soften(1e9, p, 1, 4, q);
    for (double v : q) {
      assertClose("uniform", v, 0.25, Math.log(0.7 / 0.05) / 1e9);
    }
  }

  @Test
  void softening_twice_multiplies_the_temperatures() {
    RandomRows random = new RandomRows(50, 5);
    double[] p = random.probabilities();
    double[] once = new double[250];
    double[] twice = new double[250];
    TemperatureScaling.soften(6, p, 50, 5, once);
    TemperatureScaling.soften(2, p, 50, 5, twice);
    TemperatureScaling.soften(3, twice, 50, 5, twice);
    for (int j = 0; j < 250; j++) {
      assertClose(random + " element " + j, twice[j], once[j], 32 * EPS * once[j]);
    }
  }

  @Test
  void a_logit_of_minus_infinity_is_a_probability_of_0() {
    double[] z = {Double.NEGATIVE_INFINITY, 1, 1};
    double[] q = new double[3];
    float[] qFloat = new float[3];
    Softmax.softmax(2, z, 1, 3, q);
    Softmax.softmax(2, floats(z), 1, 3, qFloat);
    assertThat(q).containsExactly(0, 0.5, 0.5);
    assertThat(qFloat).containsExactly(0, 0.5f, 0.5f);
    Softmax.logSoftmax(2, z, 1, 3, q);
    assertThat(q[0]).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void float_logits_of_any_size_are_survived() {
    float[] q = new float[3];
    Softmax.softmax(0.1, new float[] {-1e4f, 1e4f, 3e38f}, 1, 3, q);
    assertThat(q).containsExactly(0, 0, 1);
    Softmax.softmax(0.1, new float[] {-3e38f, -3e38f, -Float.MAX_VALUE}, 1, 3, q);
    assertThat(q).containsExactly(0.5f, 0.5f, 0);
  }

  @Test
  void fast_exponentials_are_within_a_millionth() {
    RandomRows random = new RandomRows(100_000, 2);
    double worst = 0;
    for (double x : random.logits(25)) {
      double exact = Math.exp(x);
      double fast = FastExp.ofSteps(x * FastExp.STEPS_PER_NAT);
      worst = Math.max(worst, Math.abs(fast / exact - 1));
    }
    // What is left of the series is (ln 2/128)³/6 = 2.65e-8.
    assertThat(worst).as(random.toString()).isLessThan(3e-8);
    assertThat(FastExp.ofSteps(0)).isEqualTo(1);
    assertThat((float) FastExp.ofSteps(Double.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(FastExp.ofSteps(Double.POSITIVE_INFINITY)).isGreaterThan(1e300).isFinite();
    assertThat(FastExp.ofSteps(Double.NaN)).isNaN();
  }

  @Test
  void rejects_negative_temperature() {
    double[] two = new double[2];
    assertThatThrownBy(() -> Softmax.softmax(-1, two, 1, 2, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature must be > 0, got -1.0");
    assertThatThrownBy(() -> TemperatureScaling.soften(0, two, 1, 2, two))
        .hasMessage("temperature must be > 0, got 0.0");
    assertThatThrownBy(() -> Softmax.softmax(Double.POSITIVE_INFINITY, two, 1, 2, two))
        .hasMessage("temperature must be finite, got Infinity");
  }

  @Test
  void rejects_wrong_shapes() {
    double[] four = new double[4];
    assertThatThrownBy(() -> Softmax.softmax(1, four, 2, 2, new double[3]))
        .hasMessage("out: got 3 values, expected at least 4 (2 rows × 2 classes)");
    assertThatThrownBy(() -> Softmax.softmax(1, four, Integer.MAX_VALUE, 2, four))
        .hasMessage(
            "logits: got 4 values, expected at least 4294967294 (2147483647 rows × 2 classes)");
    assertThatThrownBy(() -> Softmax.softmax(1, four, -1, 2, four))
        .hasMessage("rows must be >= 0, got -1");
    assertThatThrownBy(() -> Softmax.softmax(1, four, 4, 1, four))
        .hasMessage("classes must be >= 2, got 1");
    assertThatThrownBy(() -> Softmax.softmaxRow(1, four, 3, 2, four, 0))
        .hasMessage("logits: got 4 values, expected 2 from offset 3 on");
    assertThatThrownBy(() -> Softmax.softmaxRow(1, four, 0, 2, four, -1))
        .hasMessage("out: got 4 values, expected 2 from offset -1 on");
    assertThatThrownBy(() -> TemperatureScaling.soften(1, four, 2, 2, four))
        .hasMessage("row 0 of the probabilities must have a positive value, got at most 0.0");
  }
}
