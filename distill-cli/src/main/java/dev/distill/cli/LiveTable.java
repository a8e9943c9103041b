package dev.distill.cli;

import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * On a terminal: a table of the families and how the sweep stands, written over itself as trials
 * end. The best family comes first; of more families than fit the others are counted.
 */
final class LiveTable implements Console.Watch {
  private static final long NANOS = 100_000_000L;
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  /** Head, the line of the families that do not fit, the line below, and what the user typed. */
  private static final int OTHER_LINES = 4;

  private final PrintWriter err;
  private final boolean colours;
  private final Terminal.Size size;
  private final Progress.Standing standing;
  private final Map<String, Row> families = new LinkedHashMap<>();
  private int done;
  private int total;
  private int drawn;
  private long shown = System.nanoTime() - NANOS;

  /** What a family did. */
  private static final class Row {
    private final String family;
    private int trials;
    private int pruned;
    private int failed;
    private double seconds;
    private @Nullable TrialOutcome best;

    Row(String family) {
      this.family = family;
    }

    void add(TrialOutcome outcome) {
      trials++;
      pruned += outcome.pruned() ? 1 : 0;
      failed += outcome.failure().isPresent() ? 1 : 0;
      seconds += outcome.seconds();
      boolean student = outcome.succeeded() && !outcome.spec().search().startsWith("twin");
      if (student && (best == null || outcome.loss() < best.loss())) {
        best = outcome;
      }
    }

    double loss() {
      return best == null ? Double.POSITIVE_INFINITY : best.loss();
    }
  }

  /**
   * A table to be.
   *
   * @param what whose trials they are
   */
  LiveTable(PrintWriter err, boolean colours, Terminal.Size size, String what) {
    this.err = err;
    this.colours = colours;
    this.size = size;
    standing = new Progress.Standing(what);
  }

  @Override
  public void ended(TrialOutcome outcome, @Nullable TrialOutcome best, int ended, int all) {
    standing.add(outcome, best);
    families.computeIfAbsent(outcome.spec().family(), Row::new).add(outcome);
    done = ended;
    total = all;
    long now = System.nanoTime();
    if (now - shown >= NANOS) {
      shown = now;
      draw();
    }
  }

  @Override
  public void end() {
    if (total > 0) {
      draw();
      err.println();
      err.flush();
      drawn = 0;
    }
  }

  /** Leaves the cursor at the end of the last line: who writes there is written over next time. */
  private void draw() {
    List<String> lines = lines();
    StringBuilder text = new StringBuilder("\r");
    if (drawn > 1) {
      text.append("\u001b[").append(drawn - 1).append('A');
    }
    text.append("\u001b[J");
    text.append(String.join("\n", lines));
    drawn = lines.size();
    err.print(text);
    err.flush();
  }

  private List<String> lines() {
    List<Row> rows = new ArrayList<>(families.values());
    rows.sort(Comparator.comparingDouble(Row::loss).thenComparing(row -> row.family));
    int most = size.lines() == 0 ? rows.size() : Math.max(1, size.lines() - OTHER_LINES);
    int width = Math.max(6, rows.stream().mapToInt(r -> r.family.length()).max().orElse(0)) + 1;
    List<String> lines = new ArrayList<>();
    lines.add(
        colour(
            DIM,
            ("%-" + width + "s %6s %6s %9s %9s %8s")
                .formatted("family", "trials", "pruned", "best loss", "KL", "seconds")));
    TrialOutcome leader = standing.best();
    for (Row row : rows.subList(0, Math.min(most, rows.size()))) {
      String line =
          String.format(
              Locale.ROOT,
              "%-" + width + "s %6d %6s %9s %9s %8.1f%s",
              row.family,
              row.trials,
              row.pruned == 0 ? "" : Integer.toString(row.pruned),
              row.best == null ? "" : number(row.best.loss()),
              row.best == null || row.best.spec().kind() == TrialSpec.Kind.TWIN
                  ? ""
                  : number(row.best.kl()),
              row.seconds,
              row.failed == 0 ? "" : "  " + row.failed + " failed");
      boolean leads = leader != null && leader.spec().family().equals(row.family);
      lines.add(leads ? colour(GREEN, line) : row.failed > 0 ? colour(YELLOW, line) : clip(line));
    }
    if (rows.size() > most) {
      lines.add(colour(DIM, "and %d more".formatted(rows.size() - most)));
    }
    lines.add(clip(standing.line(done, total)));
    return lines;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private String colour(String code, String line) {
    return colours ? code + clip(line) + PLAIN : clip(line);
  }

  /** A line that is broken by the terminal would be two when it is written over. */
  private String clip(String line) {
    return size.columns() == 0 || line.length() < size.columns()
        ? line
        : line.substring(0, Math.max(0, size.columns() - 1));
  }
}
