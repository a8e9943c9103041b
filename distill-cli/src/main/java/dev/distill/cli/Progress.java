package dev.distill.cli;

import dev.distill.auto.SweepListener;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line that is rewritten on a terminal; where output is piped a plain line each tenth of the
 * way or ten seconds.
 */
final class Progress implements SweepListener {
  /** On a terminal: what comes next is written over the line. */
  static final String OVER = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final String what;
  private final long start = System.nanoTime();
  private @Nullable TrialOutcome bestStudent;
  private static final long PLAIN_NANOS = 10_000_000_000L;

  private int tenths;
  private long shown = start - PLAIN_NANOS;
  private int failed;

  /**
   * A line to be.
   *
   * @param what whose trials they are
   */
  Progress(PrintWriter err, boolean terminal, String what) {
    this.err = err;
    this.terminal = terminal;
    this.what = what;
  }

  /** Whether standard error is a terminal, as the launcher found out. */
  static boolean isTerminal() {
    return Boolean.getBoolean("distill.terminal");
  }

  @Override
  public void ended(TrialOutcome outcome, @Nullable TrialOutcome best, int done, int total) {
    if (outcome.failure().isPresent()) {
      failed++;
    }
    if (best != null && !best.spec().search().equals("twin")) {
      if (bestStudent == null || best.loss() < bestStudent.loss()) {
        bestStudent = best;
      }
    }
    int tenth = 10 * done / total;
    long now = System.nanoTime();
    if (terminal || tenth > tenths || now - shown >= PLAIN_NANOS) {
      tenths = tenth;
      shown = now;
      String line = line(done, total);
      if (terminal) {
        err.print(OVER + line);
      } else {
        err.println(line);
      }
      err.flush();
    }
  }

  private String line(int done, int total) {
    double seconds = (System.nanoTime() - start) / 1e9;
    String text =
        "trial %d of %d (%s), %s left"
            .formatted(done, total, what, duration(seconds / done * (total - done)));
    if (bestStudent != null) {
      text +=
          String.format(
              Locale.ROOT, ", best %s loss %.4f", bestStudent.spec().family(), bestStudent.loss());
      // Without a teacher there is nothing else.
      if (bestStudent.spec().kind() != TrialSpec.Kind.TWIN) {
        text += String.format(Locale.ROOT, " (KL %.4f)", bestStudent.kl());
      }
    }
    return failed == 0 ? text : text + ", " + failed + " failed";
  }

  static String duration(double seconds) {
    return seconds < 90
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }

  /** Ends a line that was being rewritten. */
  void endLine() {
    if (terminal) {
      err.println();
      err.flush();
    }
  }
}
