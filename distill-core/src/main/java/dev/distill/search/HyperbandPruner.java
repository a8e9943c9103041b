package dev.distill.search;

import java.util.List;

/**
 * Hedges {@link SuccessiveHalvingPruner} against curves that are good late (Hyperband; Li et al.,
 * 2018): each trial belongs to one of several brackets, which have their first rung at the first
 * step, at {@code reductionFactor} times that, and so on up to the last step, and is compared
 * within its bracket. Which one depends on the trial's number alone; a bracket gets as large a
 * share of the trials as in the paper.
 *
 * @param minResource the first rung of the strictest bracket
 * @param maxResource the last step of a trial that is not ended early
 * @param reductionFactor one in so many goes on
 * @param allComparable whether trials with other parameters count as well
 */
public record HyperbandPruner(
    int minResource, int maxResource, int reductionFactor, boolean allComparable)
    implements Pruner {
  private static final double GOLDEN = 0.6180339887498949;

  /** Checks the settings. */
  public HyperbandPruner {
    Curves.atLeast("min resource", minResource, 1);
    Curves.atLeast("max resource", maxResource, minResource);
    Curves.atLeast("reduction factor", reductionFactor, 2);
  }

  /** From the first step to that one, a third at each rung, among trials of the same parameters. */
  public HyperbandPruner(int maxResource) {
    this(1, maxResource, 3, false);
  }

  @Override
  public HyperbandPruner withCommonSteps(int last) {
    return new HyperbandPruner(minResource, Math.max(minResource, last), reductionFactor, true);
  }

  @Override
  public boolean prune(Trial trial, List<Trial> others) {
    int bracket = bracket(trial.place());
    int first = minResource;
    for (int b = 0; b < bracket; b++) {
      first *= reductionFactor;
    }
    return new SuccessiveHalvingPruner(first, reductionFactor, allComparable)
        .prune(trial, others, other -> bracket(other.place()) == bracket);
  }

  /** How many brackets there are. */
  int brackets() {
    int count = 1;
    for (long r = minResource; r * reductionFactor <= maxResource; r *= reductionFactor) {
      count++;
    }
    return count;
  }

  /** The bracket of the trial at a place: the first has the earliest rung and the most trials. */
  int bracket(int place) {
    int count = brackets();
    double total = 0;
    for (int b = 0; b < count; b++) {
      total += share(b, count);
    }
    double at = place * GOLDEN % 1 * total;
    for (int b = 0; b < count - 1; b++) {
      at -= share(b, count);
      if (at < 0) {
        return b;
      }
    }
    return count - 1;
  }

  /** With how many trials the paper starts a bracket. */
  private double share(int bracket, int count) {
    int halvings = count - 1 - bracket;
    return Math.ceil(count * Math.pow(reductionFactor, halvings) / (halvings + 1));
  }
}
