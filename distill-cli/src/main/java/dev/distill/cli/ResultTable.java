package dev.distill.cli;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.ServingCost;
import dev.distill.metrics.Evaluation;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table that a person reads after a run. */
final class ResultTable {
  private ResultTable() {}

  /**
   * The table.
   *
   * @param teacherCost what an answer of the teacher would cost as a student file; null where it
   *     can't be one
   */
  static String of(DistillationResult result, @Nullable ServingCost teacherCost) {
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
    line(text, "teacher", result.teacher(), teacherCost);
    line(text, "student", result.student().test(), result.student().cost());
    line(text, "hard-label twin", result.twin().test(), result.twin().cost());
    line(text, "class prior", result.prior(), null);
    return text.toString();
  }

  private static void line(
      StringBuilder text, String name, Evaluation test, @Nullable ServingCost cost) {
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
            cost == null ? "" : String.format(Locale.ROOT, "%,d", cost.bytes()),
            cost == null ? "" : String.format(Locale.ROOT, "%,.0f", cost.p50Nanos())));
  }
}
