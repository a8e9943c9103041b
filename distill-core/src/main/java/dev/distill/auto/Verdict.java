package dev.distill.auto;

import dev.distill.loss.CrossEntropy;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Comparison;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Evaluation;
import java.util.Locale;

/**
 * What distillation was worth: student, hard-label twin and teacher on the same test rows.
 *
 * @param gapClosedAccuracy (student − twin) / (teacher − twin) in accuracy with a paired bootstrap
 *     interval; NaN without a gap, its ends NaN where the gap is within noise
 * @param gapClosedLogLoss the same in log loss
 * @param retention student accuracy / teacher accuracy
 * @param negativeFlips share of rows where the teacher is right and the student wrong
 * @param mcnemar p-value of McNemar's exact test of student against twin
 * @param mcnemarTeacher the same against the teacher
 * @param teacherLogLoss twin's log loss − teacher's with a paired bootstrap interval: &gt; 0 means
 *     that there is something to learn from the teacher
 * @param kl twin's KL to the teacher − student's, with a paired bootstrap interval: &gt; 0 means
 *     that the student is closer
 * @param logLoss twin's log loss − student's, likewise
 * @param accuracy student's accuracy − twin's, likewise
 */
public record Verdict(
    Interval gapClosedAccuracy,
    Interval gapClosedLogLoss,
    double retention,
    double negativeFlips,
    double mcnemar,
    double mcnemarTeacher,
    Interval teacherLogLoss,
    Interval kl,
    Interval logLoss,
    Interval accuracy) {

  private static final int RESAMPLES = 1_000;
  private static final double CONFIDENCE = 0.95;

  /** Compares three models' rows × classes probabilities for the same labels. */
  static Verdict of(
      double[] student, double[] twin, double[] teacher, int[] labels, int classes, long seed) {
    int rows = labels.length;
    Evaluation ofStudent = Evaluation.of(student, labels, teacher, rows, classes);
    Evaluation ofTeacher = Evaluation.of(teacher, labels, teacher, rows, classes);
    PerRow studentRows = PerRow.of(student, teacher, labels, classes);
    PerRow twinRows = PerRow.of(twin, teacher, labels, classes);
    PerRow teacherRows = PerRow.of(teacher, teacher, labels, classes);
    return new Verdict(
        gapClosed(studentRows.right, twinRows.right, teacherRows.right, seed),
        gapClosed(studentRows.logLoss, twinRows.logLoss, teacherRows.logLoss, seed),
        Comparison.retention(ofStudent.get("accuracy"), ofTeacher.get("accuracy")),
        Comparison.negativeFlips(labels, teacher, student, rows, classes),
        Comparison.mcNemar(labels, student, twin, rows, classes),
        Comparison.mcNemar(labels, student, teacher, rows, classes),
        gain(twinRows.logLoss, teacherRows.logLoss, seed),
        gain(twinRows.kl, studentRows.kl, seed),
        gain(twinRows.logLoss, studentRows.logLoss, seed),
        gain(studentRows.right, twinRows.right, seed));
  }

  private static Interval gapClosed(double[] student, double[] twin, double[] teacher, long seed) {
    return Comparison.gapClosed(student, twin, teacher, RESAMPLES, CONFIDENCE, seed);
  }

  private static Interval gain(double[] first, double[] second, long seed) {
    return Comparison.bootstrap(first, second, RESAMPLES, CONFIDENCE, seed);
  }

  /** One figure a row. */
  private record PerRow(double[] kl, double[] logLoss, double[] right) {
    static PerRow of(double[] model, double[] teacher, int[] labels, int classes) {
      int rows = labels.length;
      PerRow figures = new PerRow(new double[rows], new double[rows], new double[rows]);
      for (int i = 0; i < rows; i++) {
        int at = i * classes;
        figures.kl[i] = KullbackLeibler.row(teacher, at, model, at, classes, KullbackLeibler.FLOOR);
        figures.logLoss[i] =
            CrossEntropy.hardRow(labels[i], model, at, classes, KullbackLeibler.FLOOR);
        figures.right[i] = Argmax.row(model, at, classes) == labels[i] ? 1 : 0;
      }
      return figures;
    }
  }

  /** Whether distillation helped: nearer to the teacher for certain, and no worse on the labels. */
  public boolean helped() {
    return kl.lower() > 0 && logLoss.upper() >= 0 && accuracy.upper() >= 0;
  }

  /** One sentence in plain words. */
  public String sentence() {
    if (helped()) {
      return text(
          "Distillation helped: the student is closer to the teacher than its hard-label twin (KL"
              + " lower by %.4f, 95 %% interval %.4f to %.4f), its log loss is %s, and it keeps"
              + " %.1f %% of the teacher's accuracy.",
          kl.estimate(),
          kl.lower(),
          kl.upper(),
          logLoss.lower() > 0 ? "lower too" : "no worse within noise",
          100 * retention);
    }
    if (kl.lower() > 0) {
      boolean loss = logLoss.upper() < 0;
      // The student is behind the twin here, so a gap closed above 0 means that the teacher is too.
      boolean teacherAhead = !((loss ? gapClosedLogLoss : gapClosedAccuracy).estimate() > 0);
      return text(
          "Distillation brought the student closer to the teacher than its hard-label twin (KL"
              + " lower by %.4f), but its %s is worse than the twin's by %.4f%s. To predict labels,"
              + " use the twin.",
          kl.estimate(),
          loss ? "log loss" : "accuracy",
          -(loss ? logLoss : accuracy).estimate(),
          teacherAhead ? "" : ", where the teacher is behind the twin too");
    }
    if (kl.lower() == 0 && kl.upper() == 0) {
      return "Distillation did not help here: the student answers as its hard-label twin does, which"
          + " learned from labels alone."
          + (teacherLogLoss.lower() > 0 ? "" : " Find a better teacher, or do without one.");
    }
    return text(
        "Distillation did not help here: the student is no closer to the teacher than the same"
            + " families trained on labels alone (their KL less the student's is %.4f, 95 %%"
            + " interval %.4f to %.4f)."
            + " Use the twin, or find a better teacher.",
        kl.estimate(), kl.lower(), kl.upper());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
