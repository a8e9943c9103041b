package dev.distill.monitor;

import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Drift;
import dev.distill.metrics.Proportion;
import dev.distill.runtime.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Rows in service in the bins of a column's profile. */
final class Counts {
  private final String name;
  private final Profile.Column before;
  private final int rowsBefore;
  private final long[] now; // of categories the last one is "other"
  private long missing;

  Counts(String name, Profile.Column before, int rowsBefore) {
    this.name = name;
    this.before = before;
    this.rowsBefore = rowsBefore;
    now = new long[before.counts().length + (before instanceof Profile.Levels ? 1 : 0)];
  }

  /** A number, NaN if it is missing. */
  void number(double value) {
    if (Double.isNaN(value)) {
      missing++;
    } else {
      now[((Profile.Numbers) before).bin(value)]++;
    }
  }

  /** The index of a level, one more than the last if it is none of them, −1 if it is missing. */
  void level(int level) {
    if (level < 0) {
      missing++;
    } else {
      now[level]++;
    }
  }

  ColumnDrift drift(Rules rules, double level) {
    boolean category = before instanceof Profile.Levels;
    // Unseen categories are told apart, so they are no bin.
    long[] then = Arrays.stream(before.counts()).asLongStream().toArray();
    long[] known = Arrays.copyOf(now, then.length);
    long other = before instanceof Profile.Levels levels ? levels.other() : 0;
    long present = Arrays.stream(now).sum();
    long rows = present + missing;
    long unseen = category ? now[now.length - 1] : 0;
    double psi = Drift.psi(then, known);
    double p = Double.isNaN(psi) ? 1 : Drift.chiSquarePValue(then, known);
    double ks = category ? Double.NaN : Drift.ks(then, known);
    Interval more = Proportion.difference(missing, rows, before.missing(), rowsBefore, 1 - level);
    Interval unknown = Proportion.difference(unseen, rows, other, rowsBefore, 1 - level);
    State state = State.OK;
    List<String> reasons = new ArrayList<>();
    if (psi >= rules.psiWarn() && p < level) {
      state = psi >= rules.psiAlarm() ? State.ALARM : State.WARN;
      reasons.add(
          words(
              "PSI %.3f, at least %s",
              psi, state == State.ALARM ? rules.psiAlarm() : rules.psiWarn()));
    }
    if (Math.abs(more.estimate()) > rules.maxMissing() && (more.lower() > 0 || more.upper() < 0)) {
      state = State.ALARM;
      reasons.add(
          words(
              "missing in %.1f %% of the rows, in training %.1f %%",
              100.0 * missing / rows, 100.0 * before.missing() / rowsBefore));
    }
    if (unknown.estimate() > rules.maxUnseen() && unknown.lower() > 0) {
      state = State.ALARM;
      reasons.add(words("unseen categories in %.1f %% of the rows", 100.0 * unseen / rows));
    }
    return new ColumnDrift(
        name,
        category ? ColumnDrift.Kind.CATEGORY : ColumnDrift.Kind.NUMBER,
        psi,
        p,
        ks,
        Double.isNaN(ks) ? ks : Drift.ksPValue(ks, Arrays.stream(then).sum(), present),
        missing / (double) rows,
        more,
        unseen / (double) rows,
        unknown,
        state,
        reasons);
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
