package dev.distill.search;

/** Compares the curves of trials; lower is better. */
final class Curves {
  private Curves() {}

  /** Whether two trials' steps mean the same: they have the same parameters, of whatever value. */
  static boolean alike(Trial trial, Trial other) {
    return trial.parameters().values().keySet().equals(other.parameters().values().keySet());
  }

  /** Whether a trial got so far; one that stopped by itself has nothing more to show. */
  static boolean reached(Trial trial, int step) {
    return switch (trial.state()) {
      case COMPLETE -> !trial.curve().isEmpty();
      case RUNNING, PRUNED -> !trial.curve().isEmpty() && trial.curve().lastKey() >= step;
      case WAITING, FAILED -> false;
    };
  }

  /**
   * What a trial shows at a step: where all trials have the same steps the value there, for each
   * may be as hard as it likes; of a family's own steps the best so far. NaN if nothing was
   * reported until then.
   */
  static double at(Trial trial, int step, boolean commonSteps) {
    if (!commonSteps) {
      return best(trial, step);
    }
    var until = trial.curve().headMap(step + 1);
    return until.isEmpty() ? Double.NaN : until.get(until.lastKey());
  }

  /** The best value up to a step; NaN if nothing was reported until then. */
  private static double best(Trial trial, int step) {
    double best = Double.NaN;
    for (var point : trial.curve().entrySet()) {
      if (point.getKey() > step) {
        break;
      }
      double value = point.getValue();
      best = value < best || Double.isNaN(best) ? value : best;
    }
    return best;
  }

  static void atLeast(String name, int value, int low) {
    if (value < low) {
      throw new IllegalArgumentException("%s must be >= %s, got %s".formatted(name, low, value));
    }
  }
}
