package dev.distill.report;

import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code leaderboard.csv}: every trial, the best first, failed ones after them with their cause,
 * and last the families that could not be used at all. Figures are of validation rows.
 */
public final class Leaderboard {
  private Leaderboard() {}

  /**
   * The text of {@code leaderboard.csv}: RFC 4180, one header line, one line a trial.
   *
   * @param front the trials on the Pareto front, where there are several goals
   * @param problems the families that could not be used: a line each, with "-" as its search
   */
  public static String csv(
      List<TrialOutcome> trials, List<TrialOutcome> front, List<StudentCatalog.Problem> problems) {
    Set<TrialSpec> on = front.stream().map(TrialOutcome::spec).collect(Collectors.toSet());
    StringBuilder text =
        new StringBuilder(
            "search,trial,family,temperature,alpha,source,augment,loss,standard_error,kl,"
                + "log_loss,accuracy,"
                + "calibration_temperature,steps,seconds,state,counted_row_ns,bytes,front,"
                + "hyperparameters,failure\n");
    trials.stream()
        .sorted(
            Comparator.comparing((TrialOutcome t) -> t.failure().isPresent())
                .thenComparing(t -> t.pruned())
                .thenComparing(TrialOutcome::loss)
                .thenComparing(t -> t.spec().search())
                .thenComparing(t -> t.spec().number()))
        .forEach(t -> line(text, t, on.contains(t.spec())));
    for (StudentCatalog.Problem problem : problems) {
      text.append(quoted("-")).append(",,").append(quoted(problem.name()));
      text.append(",".repeat(18)).append(quoted(problem.message())).append('\n');
    }
    return text.toString();
  }

  private static void line(StringBuilder text, TrialOutcome t, boolean front) {
    boolean without = !t.succeeded();
    text.append(quoted(t.spec().search())).append(',').append(t.spec().number());
    text.append(',').append(quoted(t.spec().family()));
    text.append(',').append(t.spec().temperature()).append(',').append(t.spec().alpha());
    text.append(',').append(t.spec().source());
    text.append(',').append(t.spec().augment());
    for (double value :
        new double[] {
          t.loss(), t.standardError(), t.kl(), t.logLoss(), t.accuracy(), t.calibration()
        }) {
      text.append(',').append(Double.isNaN(value) || without ? "" : Double.toString(value));
    }
    text.append(',').append(without ? "" : Integer.toString(t.steps()));
    text.append(',').append(t.seconds());
    text.append(',').append(t.succeeded() ? "complete" : t.pruned() ? "pruned" : "failed");
    TrialOutcome.Cost cost = t.cost();
    text.append(',').append(cost == null ? "" : Double.toString(cost.nanos()));
    text.append(',').append(cost == null ? "" : Long.toString(cost.bytes()));
    text.append(',').append(front ? "yes" : "");
    StringBuilder hyperparameters = new StringBuilder();
    t.spec()
        .hyperparameters()
        .values()
        .forEach(
            (name, value) ->
                hyperparameters
                    .append(hyperparameters.isEmpty() ? "" : " ")
                    .append(name)
                    .append('=')
                    .append(value));
    text.append(',').append(quoted(hyperparameters.toString()));
    text.append(',').append(quoted(t.failure().map(Throwable::toString).orElse("")));
    text.append('\n');
  }

  private static String quoted(String value) {
    return value.isEmpty() ? "" : '"' + value.replace("\"", "\"\"") + '"';
  }
}
