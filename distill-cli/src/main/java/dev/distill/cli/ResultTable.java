package dev.distill.cli;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Measured;
import dev.distill.metrics.Evaluation;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table that a person reads after a run. */
final class ResultTable {
  private ResultTable() {}

  static String of(DistillationResult result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%-18s %9s %9s %9s %10s %10s %9s%n",
            "on test rows",
            "accuracy",
            "log loss",
            "KL",
            "agreement",
            "bytes",
            "ns a row"));
    line(text, "teacher", result.teacher(), null);
    line(text, "student", result.student().test(), result.student());
    line(text, "hard-label twin", result.twin().test(), result.twin());
    line(text, "class prior", result.prior(), null);
    return text.toString();
  }

  private static void line(
      StringBuilder text, String name, Evaluation test, @Nullable Measured measured) {
    Map<String, Double> values = test.values();
    text.append(
        String.format(
            Locale.ROOT,
            "%-18s %9.4f %9.4f %9.4f %10.4f %10s %9s%n",
            name,
            values.get("accuracy"),
            values.get("log_loss"),
            values.get("kl"),
            values.get("agreement"),
            measured == null ? "" : String.format(Locale.ROOT, "%,d", measured.cost().bytes()),
            measured == null
                ? ""
                : String.format(Locale.ROOT, "%,.0f", measured.cost().p50Nanos())));
  }
}
