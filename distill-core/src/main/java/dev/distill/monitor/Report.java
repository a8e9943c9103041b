package dev.distill.monitor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rows so far look like.
 *
 * @param rows number of rows
 * @param level significance of each test: that of the rules divided by the number of tests
 *     (Bonferroni)
 * @param columns one a column of the schema, in its order
 * @param scores the student's answers, compared with those to the run's test rows: the predicted
 *     class, and probabilities; empty where the profile has no test rows
 * @param quality on rows whose labels are known; null if there are none
 * @param shadow on rows that a teacher was asked about; null if there are none
 */
public record Report(
    long rows,
    double level,
    List<ColumnDrift> columns,
    List<ColumnDrift> scores,
    @Nullable Quality quality,
    @Nullable Agreement shadow) {
  /** Copies the lists. (Written out: NullAway misses the null of a compact one.) */
  public Report(
      long rows,
      double level,
      List<ColumnDrift> columns,
      List<ColumnDrift> scores,
      @Nullable Quality quality,
      @Nullable Agreement shadow) {
    this.rows = rows;
    this.level = level;
    this.columns = List.copyOf(columns);
    this.scores = List.copyOf(scores);
    this.quality = quality;
    this.shadow = shadow;
  }

  /** A rule that is broken: {@link State#WARN} or {@link State#ALARM}, of what, and why. */
  public record Finding(State state, String of, String reason) {}

  /** Everything that is not {@link State#OK}, alarms first. */
  public List<Finding> findings() {
    List<Finding> all = new ArrayList<>();
    for (State state : List.of(State.ALARM, State.WARN)) {
      columns.stream().filter(c -> c.state() == state).forEach(c -> add(all, "column", c));
      scores.stream().filter(c -> c.state() == state).forEach(c -> add(all, "answers", c));
      if (quality != null && quality.state() == state) {
        quality.reasons().forEach(reason -> all.add(new Finding(state, "labels", reason)));
      }
      if (shadow != null && shadow.state() == state) {
        shadow.reasons().forEach(reason -> all.add(new Finding(state, "teacher", reason)));
      }
    }
    return all;
  }

  private static void add(List<Finding> all, String what, ColumnDrift column) {
    column
        .reasons()
        .forEach(
            reason ->
                all.add(new Finding(column.state(), what + " '" + column.name() + "'", reason)));
  }

  /** The worst that was found. */
  public State state() {
    List<Finding> all = findings();
    return all.isEmpty() ? State.OK : all.get(0).state();
  }
}
