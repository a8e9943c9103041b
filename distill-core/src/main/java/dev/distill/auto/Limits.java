package dev.distill.auto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a student may cost to serve; zero means no limit.
 *
 * @param nanos nanoseconds a row, counted as {@link Goal#LATENCY} is
 * @param bytes size of the student file
 */
public record Limits(double nanos, long bytes) {
  /**
   * Who takes so much of a limit at most may grow: a tree of four times the leaves takes a fifth
   * longer, and boosted students take nearly all that there is.
   */
  private static final double ROOM = 0.75;

  /** No limits. */
  public static final Limits NONE = new Limits(0, 0);

  /** Checks the values. */
  public Limits {
    if (!(nanos >= 0) || Double.isInfinite(nanos)) {
      throw new IllegalArgumentException("latency limit must be >= 0 ns, got " + nanos);
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("size limit must be >= 0 bytes, got " + bytes);
    }
  }

  boolean any() {
    return nanos > 0 || bytes > 0;
  }

  /** By what share of each limit a cost is above it; at most 0 where the limit is kept. */
  List<Double> excess(TrialOutcome.Cost cost) {
    List<Double> excess = new ArrayList<>();
    if (nanos > 0) {
      excess.add(cost.nanos() / nanos - 1);
    }
    if (bytes > 0) {
      excess.add((double) cost.bytes() / bytes - 1);
    }
    return excess;
  }

  /** What share of the limits a cost takes, of the tighter one where there are two. */
  double share(TrialOutcome.Cost cost) {
    return 1 + excess(cost).stream().mapToDouble(e -> e).max().orElse(-1);
  }

  /** Whether a student takes three quarters of the limits at most: with more rows it may grow. */
  boolean leaveRoom(TrialOutcome outcome) {
    return outcome.cost() != null && share(outcome.cost()) <= ROOM;
  }

  /** Whether a student keeps the limits, as far as it is known what it costs. */
  boolean kept(TrialOutcome outcome) {
    return above(outcome) == 0;
  }

  /** Those that keep the limits first, then those that are least above them. */
  Comparator<TrialOutcome> order() {
    return Comparator.comparingDouble(this::above);
  }

  private double above(TrialOutcome outcome) {
    return outcome.cost() == null ? 0 : above(outcome.cost());
  }

  /** By what shares of the limits a cost is above them, in all; 0 where they are kept. */
  double above(TrialOutcome.Cost cost) {
    return excess(cost).stream().mapToDouble(e -> Math.max(0, e)).sum();
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    if (nanos > 0) {
      words.add("%s ns".formatted(nanos == Math.rint(nanos) ? (Object) (long) nanos : nanos));
    }
    if (bytes > 0) {
      words.add(bytes + " bytes");
    }
    return words.isEmpty() ? "no limits" : String.join(", ", words);
  }
}
