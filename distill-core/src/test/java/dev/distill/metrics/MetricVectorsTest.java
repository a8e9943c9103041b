package dev.distill.metrics;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.loss.CrossEntropy;
import dev.distill.loss.KernelVectors;
import dev.distill.loss.KernelVectors.Case;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.ConfusionMatrix.Average;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.statistics.inference.PValueMethod;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The metrics against scikit-learn and SciPy. Both sides round, so a mean of n terms of size s may
 * differ by n·s ulp.
 */
class MetricVectorsTest {

  static Stream<Case> metrics() {
    return KernelVectors.cases("metrics");
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void agrees_with_scikit_learn(Case c) {
    int n = c.rows();
    int k = c.classes();
    double[] q = c.numbers("probs");
    int[] y = c.ints("y");
    double tolerance = EPS * (n + k);
    Evaluation evaluation = Evaluation.of(q, y, null, n, k);

    int[] predicted = c.ints("pred_argmax");
    for (int i = 0; i < n; i++) {
      assertThat(Argmax.row(q, i * k, k)).as("row " + i).isEqualTo(predicted[i]);
    }
    assertClose("accuracy", evaluation.get("accuracy"), c.number("accuracy"), tolerance);
    assertConfusion(c.object("prf"), ConfusionMatrix.of(q, y, n, k), evaluation, tolerance);
    assertLogLoss(c, q, y, n, k, evaluation);

    double brier = Calibration.brier(q, y, n, k);
    assertClose("brier", brier, c.number("brier_multiclass"), 2 * tolerance);
    assertThat(evaluation.get("brier")).isEqualTo(brier);
    assertClose(
        "ece",
        Calibration.expectedCalibrationError(q, y, n, k),
        c.number("ece_15_right_closed"),
        tolerance);
    assertClose("ece", evaluation.get("ece"), c.number("ece_15_right_closed"), tolerance);
    assertClose(
        "ece, left-closed",
        Calibration.expectedCalibrationError(q, y, n, k, false),
        c.number("ece_15_left_closed"),
        tolerance);
    assertRanking(c, q, y, n, k, evaluation, tolerance);
    if (k == 2) {
      assertClose("brier of class 1", brier / 2, c.number("brier_binary"), 2 * tolerance);
    }
    c.assertAllRead();
  }

  private static void assertConfusion(
      Case want, ConfusionMatrix confusion, Evaluation evaluation, double tolerance) {
    int k = confusion.classes();
    int[] counts = want.ints("confusion");
    for (int j = 0; j < k * k; j++) {
      assertThat(confusion.count(j / k, j % k)).isEqualTo(counts[j]);
    }
    Case perClass = want.object("per_class");
    int[] support = perClass.ints("support");
    double[] precision = perClass.numbers("precision");
    double[] recall = perClass.numbers("recall");
    double[] f1 = perClass.numbers("f1");
    double recalls = 0;
    for (int j = 0; j < k; j++) {
      assertThat(confusion.support(j)).isEqualTo(support[j]);
      assertClose("precision of " + j, confusion.precision(j), precision[j], tolerance);
      assertClose("recall of " + j, confusion.recall(j), recall[j], tolerance);
      assertClose("F1 of " + j, confusion.f1(j), f1[j], tolerance);
      recalls += recall[j];
    }
    assertClose(
        "balanced accuracy",
        evaluation.get("balanced_accuracy"),
        recalls / Arrays.stream(support).filter(s -> s > 0).count(),
        tolerance);
    for (Average average : Average.values()) {
      String name = average.name().toLowerCase(Locale.ROOT);
      Case of = want.object(name);
      assertClose(name, evaluation.get("precision_" + name), of.number("precision"), tolerance);
      assertClose(name, evaluation.get("recall_" + name), of.number("recall"), tolerance);
      assertClose(name, evaluation.get("f1_" + name), of.number("f1"), tolerance);
    }
  }

  private static void assertLogLoss(
      Case c, double[] q, int[] y, int n, int k, Evaluation evaluation) {
    double floored = c.number("log_loss_floor_1e-15");
    double tolerance = EPS * n * (floored + 1);
    assertClose("log loss", evaluation.get("log_loss"), floored, tolerance);
    assertClose(
        "log loss",
        CrossEntropy.hard(y, q, n, k, KullbackLeibler.EXACT),
        c.number("log_loss_exact"),
        tolerance);
    // scikit-learn also clips above, and normalises the rows again.
    double[] clipped = Arrays.stream(q).map(v -> Math.min(Math.max(v, 1e-15), 1 - 1e-15)).toArray();
    for (int i = 0; i < n; i++) {
      double sum = Arrays.stream(clipped, i * k, (i + 1) * k).sum();
      for (int j = i * k; j < (i + 1) * k; j++) {
        clipped[j] /= sum;
      }
    }
    assertClose(
        "log loss as scikit-learn",
        CrossEntropy.hard(y, clipped, n, k, KullbackLeibler.EXACT),
        c.number("log_loss_sklearn_eps_1e-15"),
        EPS * (n + k) * (floored + 1));
  }

  private static void assertRanking(
      Case c, double[] q, int[] y, int n, int k, Evaluation evaluation, double tolerance) {
    Ranking ranking = Ranking.of(q, y, n, k);
    double[] auc = c.numbers("auc_ovr_per_class");
    double[] precision = c.numbers("average_precision_per_class");
    double aucs = 0;
    double weightedAucs = 0;
    double precisions = 0;
    int present = 0;
    int[] support = new int[k];
    Arrays.stream(y).forEach(label -> support[label]++);
    for (int j = 0; j < k; j++) {
      assertClose("AUC of " + j, ranking.rocAuc(j), auc[j], tolerance);
      assertClose("AP of " + j, ranking.averagePrecision(j), precision[j], tolerance);
      if (support[j] > 0) {
        present++;
        aucs += ranking.rocAuc(j);
        weightedAucs += support[j] * ranking.rocAuc(j);
        precisions += ranking.averagePrecision(j);
      }
    }
    double macroAuc = c.number("auc_macro_ovr_present_classes");
    double macroPrecision = c.number("average_precision_macro_present_classes");
    assertClose("macro AUC", aucs / present, macroAuc, tolerance);
    assertClose(
        "weighted AUC", weightedAucs / n, c.number("auc_weighted_ovr_present_classes"), tolerance);
    assertClose("macro AP", precisions / present, macroPrecision, tolerance);
    assertClose(
        "AUC", evaluation.get("auc"), k == 2 ? c.number("auc_binary") : macroAuc, tolerance);
    assertClose(
        "AP",
        evaluation.get("pr_auc"),
        k == 2 ? c.number("average_precision_binary") : macroPrecision,
        tolerance);
  }

  static Stream<Case> twoSample() {
    return KernelVectors.cases("two_sample");
  }

  @ParameterizedTest
  @MethodSource("twoSample")
  void agrees_with_scipy(Case c) {
    double[] teacher = c.numbers("teacher");
    double[] student = c.numbers("student");
    int n = teacher.length;
    int m = student.length;
    Marginals marginals = Marginals.of(teacher, student);
    assertClose("KS", marginals.ks(), c.number("ks_statistic"), 2 * EPS);
    // The exact distribution is a product of up to n + m ratios.
    double exact = c.number("ks_pvalue_exact");
    assertClose("auto", marginals.pValue(), c.number("ks_pvalue_auto"), exact * EPS * (n + m));
    assertClose(
        "exact",
        Marginals.of(teacher, student, PValueMethod.EXACT).pValue(),
        exact,
        exact * EPS * (n + m));
    double asymptotic = c.number("ks_pvalue_asymp");
    double effective = (double) n * m / (n + m);
    if (effective - Math.floor(effective) != 0.5) {
      // Both follow Simard and L'Ecuyer 2011, who promise 10 digits. They differ where the
      // effective size ends in ½: SciPy rounds half to even, Commons Statistics up.
      assertClose(
          "asymptotic",
          Marginals.of(teacher, student, PValueMethod.ASYMPTOTIC).pValue(),
          asymptotic,
          asymptotic * 1e-10);
    }
    if (c.has("r2_sorted")) {
      double r2 = c.number("r2_sorted");
      assertClose("R²", marginals.r2Sorted(), r2, EPS * n * (Math.abs(1 - r2) + 1));
    } else {
      // The vector compares only as many of the smallest as both have; here that is no number.
      assertThat(marginals.r2Sorted()).isNaN();
      double[] t = Arrays.copyOf(Arrays.stream(teacher).sorted().toArray(), Math.min(n, m));
      double[] s = Arrays.copyOf(Arrays.stream(student).sorted().toArray(), Math.min(n, m));
      double r2 = c.number("r2_sorted_truncated");
      assertClose("R²", Marginals.of(t, s).r2Sorted(), r2, EPS * n * (Math.abs(1 - r2) + 1));
    }
    c.assertAllRead();
  }
}
