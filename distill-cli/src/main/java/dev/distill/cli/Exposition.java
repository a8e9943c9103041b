package dev.distill.cli;

import dev.distill.monitor.Agreement;
import dev.distill.monitor.ColumnDrift;
import dev.distill.monitor.Quality;
import dev.distill.monitor.Report;
import dev.distill.monitor.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A report in Prometheus' text format 0.0.4, for the textfile collector: gauges, each with its help
 * and type once and all its samples together; what is no number is left out.
 */
final class Exposition {
  private final StringBuilder text = new StringBuilder();
  private final String student;

  private Exposition(String student) {
    this.student = student;
  }

  static String of(Report report, String student) {
    Exposition all = new Exposition(student);
    all.one("rows", "Rows that were looked at.", (double) report.rows());
    all.one("state", "0 fine, 1 worth a look, 2 alarm.", report.state().code());
    all.one(
        "alarms",
        "Rules that are broken.",
        (double) report.findings().stream().filter(f -> f.state() == State.ALARM).count());
    List<Sample> samples = new ArrayList<>();
    report.columns().forEach(column -> samples.add(new Sample("column", column)));
    report.scores().forEach(column -> samples.add(new Sample("answers", column)));
    all.each("drift_psi", "Population stability index.", samples, ColumnDrift::psi);
    all.each(
        "drift_p_value",
        "Chance of such a drift if nothing changed.",
        samples,
        ColumnDrift::pValue);
    all.each("drift_ks", "Kolmogorov-Smirnov statistic.", samples, ColumnDrift::ks);
    all.each("missing_ratio", "Share of rows where it is missing.", samples, ColumnDrift::missing);
    all.each("unseen_ratio", "Share of unseen categories.", samples, ColumnDrift::unseen);
    all.each("drift_state", "0 fine, 1 worth a look, 2 alarm.", samples, c -> c.state().code());
    Quality quality = report.quality();
    if (quality != null) {
      all.one("labelled_rows", "Rows whose label is known.", (double) quality.rows());
      all.one("accuracy_ratio", "Share of rows predicted right.", quality.accuracy().estimate());
      all.one("log_loss_nats", "Mean log loss.", quality.logLoss().estimate());
      all.one(
          "log_loss_increase_nats",
          "Log loss above that on the run's test rows.",
          quality.logLossIncrease().estimate());
      all.one("calibration_error_ratio", "Expected calibration error.", quality.calibrationError());
    }
    Agreement shadow = report.shadow();
    if (shadow != null) {
      all.one("shadow_rows", "Rows that the teacher was asked about.", (double) shadow.rows());
      all.one(
          "agreement_ratio",
          "Share of rows on which student and teacher agree.",
          shadow.agreement().estimate());
      all.one("teacher_kl_nats", "Mean KL of teacher from student.", shadow.kl().estimate());
    }
    return all.text.toString();
  }

  private record Sample(String of, ColumnDrift drift) {}

  private void head(String name, String help) {
    text.append("# HELP distill_monitor_").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE distill_monitor_").append(name).append(" gauge\n");
  }

  private void one(String name, String help, double value) {
    if (Double.isFinite(value)) {
      head(name, help);
      sample(name, "", value);
    }
  }

  private void each(
      String name, String help, List<Sample> samples, ToDoubleFunction<ColumnDrift> of) {
    boolean first = true;
    for (Sample sample : samples) {
      double value = of.applyAsDouble(sample.drift);
      if (Double.isFinite(value)) {
        if (first) {
          head(name, help);
          first = false;
        }
        sample(
            name,
            ",of=\"%s\",column=\"%s\"".formatted(sample.of, escaped(sample.drift.name())),
            value);
      }
    }
  }

  private void sample(String name, String labels, double value) {
    text.append("distill_monitor_").append(name);
    text.append("{student=\"").append(escaped(student)).append('"').append(labels).append("} ");
    text.append(
        value == Math.rint(value) && Math.abs(value) < 1e15
            ? String.format(Locale.ROOT, "%.0f", value)
            : Double.toString(value));
    text.append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
