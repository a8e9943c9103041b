package dev.distill.report;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Measured;
import dev.distill.auto.ServingCost;
import dev.distill.loss.CrossEntropy;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Comparison;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Evaluation;
import dev.distill.metrics.Proportion;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of a result in GitHub's markdown. */
final class Figures {
  private static final double CONFIDENCE = 0.95;
  private static final int RESAMPLES = 1_000;

  private Figures() {}

  /** Teacher, student, twin and prior on the test rows. */
  static String models(DistillationResult result) {
    StringBuilder text = new StringBuilder();
    text.append(
        "| on test rows | accuracy | log loss | KL to the teacher | agreement | bytes | ns a row |\n");
    text.append("|---|--:|--:|--:|--:|--:|--:|\n");
    model(text, "teacher", result.teacher(), null);
    model(text, "**student**", result.student().test(), result.student().cost());
    model(text, "hard-label twin", result.twin().test(), result.twin().cost());
    model(text, "class prior", result.prior(), null);
    return text.toString();
  }

  private static void model(
      StringBuilder text, String name, Evaluation test, @Nullable ServingCost cost) {
    Map<String, Double> values = test.values();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s | %s | %s | %s |\n",
            name,
            number(values.getOrDefault("accuracy", Double.NaN)),
            number(values.getOrDefault("log_loss", Double.NaN)),
            number(values.getOrDefault("kl", Double.NaN)),
            number(values.getOrDefault("agreement", Double.NaN)),
            cost == null ? "" : String.format(Locale.ROOT, "%,d", cost.bytes()),
            cost == null ? "" : String.format(Locale.ROOT, "%,.0f", cost.p50Nanos())));
  }

  /** The student's figures on the test rows, with what chance leaves open about them. */
  static String intervals(DistillationResult result) {
    Measured student = result.student();
    int[] labels = result.task().test().labels();
    int classes = result.task().test().classes().size();
    double[] teacher = result.task().testTeacher();
    double[] own = student.testProbabilities();
    double[] kl = new double[labels.length];
    double[] loss = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      int at = i * classes;
      kl[i] = KullbackLeibler.row(teacher, at, own, at, classes, KullbackLeibler.FLOOR);
      loss[i] = CrossEntropy.hardRow(labels[i], own, at, classes, KullbackLeibler.FLOOR);
    }
    long seed = result.config().seed();
    StringBuilder text = new StringBuilder("| figure | student | 95 % interval |\n|---|--:|--:|\n");
    share(text, "accuracy (share of labels met)", student.test(), "accuracy", labels.length);
    share(
        text,
        "agreement (share of the teacher's classes met)",
        student.test(),
        "agreement",
        labels.length);
    mean(text, "log loss, nats a row", loss, seed);
    mean(text, "KL to the teacher, nats a row", kl, seed);
    row(
        text,
        "gap closed in accuracy, (student − twin) / (teacher − twin)",
        result.verdict().gapClosedAccuracy());
    row(text, "gap closed in log loss", result.verdict().gapClosedLogLoss());
    row(text, "KL lower than the twin's by", result.verdict().kl());
    row(text, "log loss lower than the twin's by", result.verdict().logLoss());
    row(text, "accuracy higher than the twin's by", result.verdict().accuracy());
    return text.toString();
  }

  private static void share(
      StringBuilder text, String name, Evaluation test, String figure, int rows) {
    row(text, name, Proportion.wilson(Math.round(test.get(figure) * rows), rows, CONFIDENCE));
  }

  private static void mean(StringBuilder text, String name, double[] values, long seed) {
    row(
        text,
        name,
        Comparison.bootstrap(values, new double[values.length], RESAMPLES, CONFIDENCE, seed));
  }

  private static void row(StringBuilder text, String name, Interval interval) {
    boolean open = Double.isNaN(interval.lower()) || Double.isNaN(interval.upper());
    text.append(
        "| %s | %s | %s |\n"
            .formatted(
                name,
                number(interval.estimate()),
                open
                    ? "within noise"
                    : number(interval.lower()) + " to " + number(interval.upper())));
  }

  /** Where the student is farthest from the teacher; empty if nowhere beyond chance. */
  static String slices(DistillationResult result) {
    StringBuilder text = new StringBuilder();
    result
        .worstSlices()
        .forEach(
            slice ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "| %s | %,d | %s | %s |\n",
                        Markdown.code(slice.where()),
                        slice.rows(),
                        number(slice.kl()),
                        number(slice.klElsewhere()))));
    return text.isEmpty()
        ? ""
        : "| rows where | rows | KL there | KL elsewhere |\n|---|--:|--:|--:|\n" + text;
  }

  /** Student and teacher by how sure the teacher is. */
  static String byConfidence(DistillationResult result) {
    StringBuilder text =
        new StringBuilder(
            "| the teacher is sure of its class by at least | rows | agreement | student's accuracy |"
                + " teacher's accuracy |\n|---|--:|--:|--:|--:|\n");
    result
        .byConfidence()
        .forEach(
            band ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "| %.0f %% | %,d | %s | %s | %s |\n",
                        100 * band.from(),
                        band.rows(),
                        number(band.agreement()),
                        number(band.studentAccuracy()),
                        number(band.teacherAccuracy()))));
    return text.toString();
  }

  static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "–";
  }
}
