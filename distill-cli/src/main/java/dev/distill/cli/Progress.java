package dev.distill.cli;

import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where output is piped: a plain line each tenth of the way or ten seconds. */
final class Progress implements Console.Watch {
  private static final long NANOS = 10_000_000_000L;

  private final PrintWriter err;
  private final Standing standing;
  private int tenths;
  private long shown = System.nanoTime() - NANOS;

  /**
   * Lines to be.
   *
   * @param what whose trials they are
   */
  Progress(PrintWriter err, String what) {
    this.err = err;
    standing = new Standing(what);
  }

  @Override
  public void ended(TrialOutcome outcome, @Nullable TrialOutcome best, int done, int total) {
    standing.add(outcome, best);
    int tenth = 10 * done / total;
    long now = System.nanoTime();
    if (tenth > tenths || now - shown >= NANOS) {
      tenths = tenth;
      shown = now;
      err.println(standing.line(done, total));
      err.flush();
    }
  }

  @Override
  public void end() {
    // Each line stands for itself.
  }

  static String duration(double seconds) {
    return seconds < 90
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }

  /** How a sweep stands, in a line. */
  static final class Standing {
    private final String what;
    private final long start = System.nanoTime();
    private @Nullable TrialOutcome best;
    private int failed;

    Standing(String what) {
      this.what = what;
    }

    void add(TrialOutcome outcome, @Nullable TrialOutcome bestOfSearch) {
      if (outcome.failure().isPresent()) {
        failed++;
      }
      if (bestOfSearch != null && !bestOfSearch.spec().search().startsWith("twin")) {
        if (best == null || bestOfSearch.loss() < best.loss()) {
          best = bestOfSearch;
        }
      }
    }

    /** The best student so far; null before there is one. */
    @Nullable TrialOutcome best() {
      return best;
    }

    String line(int done, int total) {
      double seconds = (System.nanoTime() - start) / 1e9;
      String text =
          "trial %d of %d (%s), %s"
              .formatted(
                  done,
                  total,
                  what,
                  done < total
                      ? duration(seconds / done * (total - done)) + " left"
                      : "then fits on all rows");
      if (best != null) {
        text +=
            String.format(Locale.ROOT, ", best %s loss %.4f", best.spec().family(), best.loss());
        // Without a teacher there is nothing else.
        if (best.spec().kind() != TrialSpec.Kind.TWIN) {
          text += String.format(Locale.ROOT, " (KL %.4f)", best.kl());
        }
      }
      return failed == 0 ? text : text + ", " + failed + " failed";
    }
  }
}
