package dev.distill.search;

import java.util.List;

/**
 * Ends a trial that would not become the best one even if it fell from here on by as much as any
 * trial has fallen from this step to its end. It asks how wrong an early look can be of the trials
 * that were seen to their end, so it needs no tuning: where steps say much, such as folds of a
 * cross-validation, it ends nearly all; where they say little, none.
 *
 * <p>This is racing (Maron and Moore, 1994) with what was seen in place of a bound that holds for
 * any distribution. A trial is compared with those that have the same parameters (of whatever
 * value), since steps of different models are not the same; {@link #withCommonSteps} has it
 * compared with all.
 *
 * @param startUp how many comparable trials must be complete before one is pruned
 * @param allComparable whether trials with other parameters count as well
 */
public record RacePruner(int startUp, boolean allComparable) implements Pruner {

  /** Checks the settings. */
  public RacePruner {
    Curves.atLeast("start-up trials", startUp, 1);
  }

  /** After three trials, among trials with the same parameters. */
  public RacePruner() {
    this(3, false);
  }

  @Override
  public RacePruner withCommonSteps(int last) {
    return new RacePruner(startUp, true);
  }

  @Override
  public boolean prune(Trial trial, List<Trial> others) {
    if (trial.curve().isEmpty()) {
      return false;
    }
    int step = trial.curve().lastKey();
    double best = Double.POSITIVE_INFINITY;
    double largestFall = Double.NEGATIVE_INFINITY;
    int complete = 0;
    for (Trial other : others) {
      if (other.state() == Trial.State.COMPLETE && (allComparable || Curves.alike(trial, other))) {
        double then = Curves.at(other, step, allComparable);
        if (!Double.isNaN(then)) {
          complete++;
          best = Math.min(best, other.value());
          largestFall = Math.max(largestFall, then - other.value());
        }
      }
    }
    return complete >= startUp && Curves.at(trial, step, allComparable) - largestFall > best;
  }
}
