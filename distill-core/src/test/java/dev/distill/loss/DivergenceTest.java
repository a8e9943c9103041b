package dev.distill.loss;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static dev.distill.loss.KullbackLeibler.EXACT;
import static dev.distill.loss.KullbackLeibler.FLOOR;
import static dev.distill.loss.RandomRows.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Divergences and cross-entropies beyond the reference vectors. */
class DivergenceTest {

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 13, 207})
  void are_not_negative_and_keep_their_bounds(int k) {
    RandomRows random = new RandomRows(200, k);
    double[] p = random.logits(5);
    double[] q = random.logits(5);
    Softmax.softmax(1, p, 200, k, p);
    Softmax.softmax(1, q, 200, k, q);
    double slack = EPS * (k + 4) * 2;
    for (int o = 0; o < 200 * k; o += k) {
      double js = JensenShannon.row(p, o, q, o, k);
      double tv = TotalVariation.row(p, o, q, o, k);
      String what = random + " offset " + o;
      assertThat(KullbackLeibler.row(p, o, q, o, k, EXACT)).as(what).isGreaterThan(-slack);
      assertThat(js).as(what).isBetween(-slack, Math.log(2) + slack);
      assertThat(tv).as(what).isBetween(0.0, 1 + slack);
      // Pinsker's inequality.
      assertThat(2 * tv * tv)
          .as(what)
          .isLessThan(KullbackLeibler.row(p, o, q, o, k, EXACT) + slack);
      assertThat(JensenShannon.row(q, o, p, o, k)).as(what).isEqualTo(js);
      assertThat(TotalVariation.row(q, o, p, o, k)).as(what).isEqualTo(tv);
      assertThat(KullbackLeibler.row(p, o, p, o, k, EXACT)).as(what).isZero();
      assertThat(JensenShannon.row(p, o, p, o, k)).as(what).isZero();
    }
  }

  @Test
  void floats_give_what_the_same_doubles_give() {
    // Every value is a float already, so only the arithmetic could differ, and it is the same.
    RandomRows random = new RandomRows(60, 5);
    double[] p = random.probabilities();
    double[] q = random.probabilities();
    double[] z = random.logits(3);
    float[] pf = floats(p);
    float[] qf = floats(q);
    float[] zf = floats(z);
    int[] y = random.labels();
    assertThat(KullbackLeibler.mean(pf, qf, 60, 5, FLOOR))
        .isEqualTo(KullbackLeibler.mean(p, q, 60, 5, FLOOR));
    assertThat(JensenShannon.mean(pf, qf, 60, 5)).isEqualTo(JensenShannon.mean(p, q, 60, 5));
    assertThat(TotalVariation.mean(pf, qf, 60, 5)).isEqualTo(TotalVariation.mean(p, q, 60, 5));
    assertThat(CrossEntropy.hard(y, qf, 60, 5, FLOOR))
        .isEqualTo(CrossEntropy.hard(y, q, 60, 5, FLOOR));
    assertThat(CrossEntropy.soft(pf, qf, 60, 5, FLOOR))
        .isEqualTo(CrossEntropy.soft(p, q, 60, 5, FLOOR));
    assertThat(CrossEntropy.hardFromLogits(2, y, zf, 60, 5))
        .isEqualTo(CrossEntropy.hardFromLogits(2, y, z, 60, 5));
    assertThat(CrossEntropy.softFromLogits(2, pf, zf, 60, 5))
        .isEqualTo(CrossEntropy.softFromLogits(2, p, z, 60, 5));
    int o = 35;
    assertThat(KullbackLeibler.row(pf, o, qf, o, 5, EXACT))
        .isEqualTo(KullbackLeibler.row(p, o, q, o, 5, EXACT));
    assertThat(JensenShannon.row(pf, o, qf, o, 5)).isEqualTo(JensenShannon.row(p, o, q, o, 5));
    assertThat(TotalVariation.row(pf, o, qf, o, 5)).isEqualTo(TotalVariation.row(p, o, q, o, 5));
    assertThat(CrossEntropy.hardRow(3, qf, o, 5, EXACT))
        .isEqualTo(CrossEntropy.hardRow(3, q, o, 5, EXACT));
    assertThat(CrossEntropy.softRow(pf, o, qf, o, 5, EXACT))
        .isEqualTo(CrossEntropy.softRow(p, o, q, o, 5, EXACT));
    assertThat(CrossEntropy.hardFromLogitsRow(2, 3, zf, o, 5))
        .isEqualTo(CrossEntropy.hardFromLogitsRow(2, 3, z, o, 5));
    assertThat(CrossEntropy.softFromLogitsRow(2, pf, o, zf, o, 5))
        .isEqualTo(CrossEntropy.softFromLogitsRow(2, p, o, z, o, 5));
  }

  @Test
  void cross_entropy_is_entropy_plus_divergence() {
    RandomRows random = new RandomRows(80, 4);
    double[] p = random.probabilities();
    double[] q = random.probabilities();
    assertClose(
        random.toString(),
        CrossEntropy.soft(p, q, 80, 4, EXACT),
        CrossEntropy.soft(p, p, 80, 4, EXACT) + KullbackLeibler.mean(p, q, 80, 4, EXACT),
        EPS * (80 + 4 + 4) * 8);
  }

  @Test
  void a_subnormal_prediction_is_finite() {
    double[] p = {1, 0};
    double[] q = {Double.MIN_VALUE, 1};
    assertClose(
        "KL",
        KullbackLeibler.mean(p, q, 1, 2, EXACT),
        -Math.log(Double.MIN_VALUE),
        EPS * -Math.log(Double.MIN_VALUE));
    assertClose("JS", JensenShannon.mean(p, q, 1, 2), Math.log(2), 4 * EPS);
  }

  @Test
  void says_what_is_wrong() {
    double[] four = new double[4];
    assertThatThrownBy(() -> KullbackLeibler.mean(four, four, 2, 3, EXACT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("p: got 4 values, expected at least 6 (2 rows × 3 classes)");
    assertThatThrownBy(() -> KullbackLeibler.mean(four, four, 2, 2, -1))
        .hasMessage("floor must be in [0, 1), got -1.0");
    assertThatThrownBy(() -> JensenShannon.mean(four, four, 0, 2))
        .hasMessage("rows must be >= 1, got 0");
    assertThatThrownBy(() -> TotalVariation.row(four, 0, four, 3, 2))
        .hasMessage("q: got 4 values, expected 2 from offset 3 on");
    assertThatThrownBy(() -> CrossEntropy.hard(new int[] {0, -1}, four, 2, 2, FLOOR))
        .hasMessage("label of row 1 must be in [0, 2), got -1");
    assertThatThrownBy(() -> CrossEntropy.hard(new int[1], four, 2, 2, FLOOR))
        .hasMessage("labels: got 1, expected at least 2");
    assertThatThrownBy(() -> CrossEntropy.hardRow(2, four, 0, 2, FLOOR))
        .hasMessage("label must be in [0, 2), got 2");
    assertThatThrownBy(() -> ReferenceLoss.combined(2, four, new int[2], four, 2, 2))
        .hasMessage("alpha must be in [0, 1], got 2.0");
  }
}
