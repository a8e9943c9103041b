package dev.distill.loss;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static dev.distill.loss.KullbackLeibler.EXACT;
import static dev.distill.loss.KullbackLeibler.FLOOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.loss.KernelVectors.Case;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel against values computed at 60 digits. A sum of K terms may lose K roundings, a mean
 * of n rows n more, and exp(d) d of them; the tolerances count these and nothing else.
 */
class ReferenceVectorsTest {

  static Stream<Case> soften() {
    return KernelVectors.cases("soften");
  }

  @ParameterizedTest
  @MethodSource("soften")
  void softens_probabilities(Case c) {
    int k = c.classes();
    double[] p = c.numbers("probs");
    for (Case at : c.list("by_T")) {
      double t = at.number("T");
      int rows = (int) at.number("rows");
      double[] exact = new double[rows * k];
      double[] reference = new double[rows * k];
      TemperatureScaling.soften(t, p, rows, k, exact);
      ReferenceLoss.soften(t, p, rows, k, reference);
      double[] wantExact = at.numbers("exact");
      double[] wantReference = at.numbers("reference");
      assertThat(wantExact).hasSize(rows * k);
      for (int j = 0; j < rows * k; j++) {
        String what = "T=" + t + " row " + j / k + " class " + j % k;
        double max = Arrays.stream(p, j - j % k, j - j % k + k).max().orElseThrow();
        double logs = p[j] == 0 ? 0 : Math.abs(Math.log(p[j])) + Math.abs(Math.log(max));
        double tolerance = wantExact[j] * EPS * (2 * logs / t + k + 4) + 4 * Double.MIN_VALUE;
        assertClose(what, exact[j], wantExact[j], tolerance);
        double clipped = -2 * Math.log(1e-7) / t;
        assertClose(
            what, reference[j], wantReference[j], wantReference[j] * EPS * (2 * clipped + k + 4));
      }
    }
    c.assertAllRead();
  }

  static Stream<Case> logSoftmax() {
    return KernelVectors.cases("log_softmax");
  }

  @ParameterizedTest
  @MethodSource("logSoftmax")
  void normalises_logits(Case c) {
    int k = c.classes();
    double[] z = c.numbers("logits");
    for (Case at : c.list("by_T")) {
      double t = at.number("T");
      int rows = (int) at.number("rows");
      double[] q = new double[rows * k];
      double[] logQ = new double[rows * k];
      double[] again = new double[rows * k];
      Softmax.softmax(t, z, rows, k, q);
      Softmax.logSoftmax(t, z, rows, k, logQ);
      TemperatureScaling.softenLogits(t, z, rows, k, again);
      assertThat(again).isEqualTo(q);
      double[] wantQ = at.numbers("softmax");
      double[] wantLogQ = at.numbers("log_softmax");
      assertThat(wantQ).hasSize(rows * k);
      for (int j = 0; j < rows * k; j++) {
        String what = "T=" + t + " row " + j / k + " class " + j % k;
        double roundings = 2 * Math.abs(wantLogQ[j]) + k + 4;
        assertClose(what, q[j], wantQ[j], wantQ[j] * EPS * roundings + 4 * Double.MIN_VALUE);
        assertClose(what, logQ[j], wantLogQ[j], EPS * roundings);
        assertClose(
            what,
            CrossEntropy.hardFromLogitsRow(t, j % k, z, j - j % k, k),
            -wantLogQ[j],
            EPS * roundings);
      }
    }
    c.assertAllRead();
  }

  static Stream<Case> divergence() {
    return KernelVectors.cases("divergence");
  }

  @ParameterizedTest
  @MethodSource("divergence")
  void measures_divergences(Case c) {
    int n = c.rows();
    int k = c.classes();
    double[] p = c.numbers("p");
    double[] q = c.numbers("q");
    double[] kl = c.numbers("kl_rows");
    double[] reverse = c.numbers("kl_reverse_rows");
    double[] floored = c.numbers("kl_rows_q_floor_1e-15");
    double[] js = c.numbers("js_rows");
    double[] tv = c.numbers("tv_rows");
    assertThat(kl).hasSize(n);
    for (int i = 0; i < n; i++) {
      int o = i * k;
      String row = "row " + i;
      assertSum(row, KullbackLeibler.row(p, o, q, o, k, EXACT), kl[i], k);
      assertSum(row, KullbackLeibler.row(q, o, p, o, k, EXACT), reverse[i], k);
      assertSum(row, KullbackLeibler.row(p, o, q, o, k, FLOOR), floored[i], k);
      assertSum(row, JensenShannon.row(p, o, q, o, k), js[i], k);
      assertSum(row, TotalVariation.row(p, o, q, o, k), tv[i], k);
    }
    assertSum("KL", KullbackLeibler.mean(p, q, n, k, EXACT), c.number("kl_mean"), k + n);
    assertSum(
        "reverse", KullbackLeibler.mean(q, p, n, k, EXACT), c.number("kl_reverse_mean"), k + n);
    assertSum(
        "floored",
        KullbackLeibler.mean(p, q, n, k, FLOOR),
        c.number("kl_mean_q_floor_1e-15"),
        k + n);
    assertSum("JS", JensenShannon.mean(p, q, n, k), c.number("js_mean"), k + n);
    assertSum("TV", TotalVariation.mean(p, q, n, k), c.number("tv_mean"), k + n);

    assertTotal("reference", ReferenceLoss.klSum(p, q, n, k), c.number("reference_kl_sum"), n, k);
    double[] clipped = Arrays.stream(q).map(v -> Math.min(Math.max(v, 1e-10), 1 - 1e-10)).toArray();
    assertTotal(
        "reference with 0·ln 0 = 0",
        n * KullbackLeibler.mean(p, clipped, n, k, EXACT),
        c.number("reference_kl_sum_with_0log0_as_0"),
        n,
        k);
    c.assertAllRead();
  }

  static Stream<Case> crossEntropy() {
    return KernelVectors.cases("cross_entropy");
  }

  @ParameterizedTest
  @MethodSource("crossEntropy")
  void measures_cross_entropies(Case c) {
    int n = c.rows();
    int k = c.classes();
    int[] y = c.ints("y");
    double[] t = c.numbers("t");
    double[] q = c.numbers("q");
    double[] hard = c.numbers("hard_rows");
    double[] soft = c.numbers("soft_rows");
    assertThat(hard).hasSize(n);
    for (int i = 0; i < n; i++) {
      assertSum("row " + i, CrossEntropy.hardRow(y[i], q, i * k, k, EXACT), hard[i], 1);
      assertSum("row " + i, CrossEntropy.softRow(t, i * k, q, i * k, k, EXACT), soft[i], k);
    }
    assertSum("hard", CrossEntropy.hard(y, q, n, k, EXACT), c.number("hard_mean"), n);
    assertSum("soft", CrossEntropy.soft(t, q, n, k, EXACT), c.number("soft_mean"), n * k);
    assertSum(
        "hard, floored",
        CrossEntropy.hard(y, q, n, k, FLOOR),
        c.number("hard_mean_floor_1e-15"),
        n);
    assertSum(
        "soft, floored",
        CrossEntropy.soft(t, q, n, k, FLOOR),
        c.number("soft_mean_floor_1e-15"),
        n * k);
    c.assertAllRead();
  }

  static Stream<Case> combined() {
    return KernelVectors.cases("combined");
  }

  @ParameterizedTest
  @MethodSource("combined")
  void combines_from_logits(Case c) {
    int n = c.rows();
    int k = c.classes();
    double[] teacher = c.numbers("teacher_logits");
    double[] z = c.numbers("student_logits");
    int[] y = c.ints("y");
    double[] soft = new double[n * k];
    for (Case by : c.list("by")) {
      double t = by.number("T");
      double alpha = by.number("alpha");
      TemperatureScaling.softenLogits(t, teacher, n, k, soft);
      double[] gradient = assertLoss(by, t, alpha, soft, y, z, n, k, (int) by.number("grad_rows"));
      double frobenius = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
      assertClose(
          "frobenius",
          frobenius,
          by.number("grad_frobenius"),
          gradientTolerance(t, alpha, n, k) * Math.sqrt(n * k) + EPS * n * k * frobenius);
    }
    c.assertAllRead();
  }

  static Stream<Case> combinedProbs() {
    return KernelVectors.cases("combined_probs");
  }

  @ParameterizedTest
  @MethodSource("combinedProbs")
  void combines_from_probabilities(Case c) {
    int n = c.rows();
    int k = c.classes();
    double[] teacher = c.numbers("teacher_probs");
    double[] z = c.numbers("student_logits");
    double[] q = c.numbers("student_probs");
    int[] y = c.ints("y");
    double[] soft = new double[n * k];
    for (Case by : c.list("by")) {
      double t = by.number("T");
      double alpha = by.number("alpha");
      TemperatureScaling.soften(t, teacher, n, k, soft);
      assertLoss(by.object("exact_soft"), t, alpha, soft, y, z, n, k, n);
      ReferenceLoss.soften(t, teacher, n, k, soft);
      assertLoss(by.object("reference_soft"), t, alpha, soft, y, z, n, k, n);
      assertReferenceLoss(by.object("reference_loss"), alpha, soft, y, q, n, k);
      assertReferenceLoss(by.object("reference_loss_raw_teacher"), alpha, teacher, y, q, n, k);
    }
    c.assertAllRead();
  }

  /** Checks value and gradient, and returns the gradient. */
  private static double[] assertLoss(
      Case want,
      double t,
      double alpha,
      double[] soft,
      int[] y,
      double[] z,
      int n,
      int k,
      int rows) {
    double kl = want.number("kl_mean");
    double ce = want.number("ce_mean");
    String what = "T=" + t + " alpha=" + alpha + " ";
    // A rounding in soft costs as much as the term it weighs.
    double klTolerance = EPS * (k + n + 8) * (Math.abs(kl) + Math.log(k) + 2);
    double ceTolerance = EPS * (k + n + 4) * (ce + 1);
    assertClose(what + "KL", CombinedLoss.value(t, 1, soft, y, z, n, k) / (t * t), kl, klTolerance);
    assertClose(what + "CE", CombinedLoss.value(t, 0, soft, y, z, n, k), ce, ceTolerance);
    assertClose(what + "CE", CrossEntropy.hardFromLogits(1, y, z, n, k), ce, ceTolerance);
    double entropy = CrossEntropy.soft(soft, soft, n, k, EXACT);
    assertClose(
        what + "soft CE", CrossEntropy.softFromLogits(t, soft, z, n, k) - entropy, kl, klTolerance);
    assertClose(
        what + "loss",
        CombinedLoss.value(t, alpha, soft, y, z, n, k),
        want.number("loss"),
        alpha * t * t * klTolerance + (1 - alpha) * ceTolerance);

    double[] gradient = new double[n * k];
    CombinedLoss.meanGradient(t, alpha, soft, y, z, n, k, gradient, new double[n * k]);
    double[] wantGradient = want.numbers("grad");
    assertThat(wantGradient).hasSize(rows * k);
    for (int j = 0; j < rows * k; j++) {
      assertClose(
          what + "gradient of row " + j / k + " class " + j % k,
          gradient[j],
          wantGradient[j],
          gradientTolerance(t, alpha, n, k));
    }
    return gradient;
  }

  /** Each of q_T, soft, q_1 is at most 1 and has lost K roundings by its sum, and a few more. */
  private static double gradientTolerance(double t, double alpha, int n, int k) {
    return EPS * (k + 8) * (alpha * t + 1) / n;
  }

  private static void assertReferenceLoss(
      Case want, double alpha, double[] soft, int[] y, double[] q, int n, int k) {
    double klSum = want.number("kl_sum");
    double ceMean = want.number("ce_mean");
    assertTotal("KL sum", ReferenceLoss.klSum(soft, q, n, k), klSum, n, k);
    assertSum("CE mean", ReferenceLoss.ceMean(y, q, n, k), ceMean, n);
    assertTotal("loss", ReferenceLoss.combined(alpha, soft, y, q, n, k), want.number("loss"), n, k);
  }

  /** A sum of {@code terms} logarithms weighted by probabilities; its negative part is below 1. */
  private static void assertSum(String what, double actual, double expected, int terms) {
    assertClose(what, actual, expected, EPS * (terms + 4) * (Math.abs(expected) + 2));
  }

  /** Such a sum over all rows. */
  private static void assertTotal(String what, double actual, double expected, int n, int k) {
    assertClose(what, actual, expected, EPS * (n + k + 4) * (Math.abs(expected) + 2 * n));
  }
}
