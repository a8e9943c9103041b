package dev.distill.search;

import java.util.List;
import java.util.function.Predicate;

/**
 * Lets a trial go on at each rung only if it is among the best of those that got there: successive
 * halving that waits for nobody (ASHA; Li et al., 2020). Rungs are the steps {@code minResource}
 * times the powers of {@code reductionFactor}; where no report falls on a rung, the next one
 * counts.
 *
 * <p>Where fewer trials than the reduction factor reached a rung, all go on. A trial is compared
 * with those that have the same parameters (of whatever value), unless told otherwise.
 *
 * @param minResource the first rung
 * @param reductionFactor one in so many goes on
 * @param allComparable whether trials with other parameters count as well
 */
public record SuccessiveHalvingPruner(int minResource, int reductionFactor, boolean allComparable)
    implements Pruner {

  /** Checks the settings. */
  public SuccessiveHalvingPruner {
    Curves.atLeast("min resource", minResource, 1);
    Curves.atLeast("reduction factor", reductionFactor, 2);
  }

  /** From the first step on, a third at each rung, among trials with the same parameters. */
  public SuccessiveHalvingPruner() {
    this(1, 3, false);
  }

  @Override
  public SuccessiveHalvingPruner withCommonSteps(int last) {
    return new SuccessiveHalvingPruner(minResource, reductionFactor, true);
  }

  @Override
  public boolean prune(Trial trial, List<Trial> others) {
    return prune(trial, others, other -> true);
  }

  /** Compares with those of the others that count. */
  boolean prune(Trial trial, List<Trial> others, Predicate<Trial> counts) {
    if (trial.curve().isEmpty()) {
      return false;
    }
    int step = trial.curve().lastKey();
    int before = trial.curve().size() == 1 ? 0 : trial.curve().headMap(step).lastKey();
    long rung = rung(step);
    if (rung <= before) {
      return false; // no rung since the last report
    }
    double own = Curves.at(trial, step, allComparable);
    int reached = 1;
    int better = 0;
    for (Trial other : others) {
      if (counts.test(other)
          && Curves.reached(other, (int) rung)
          && (allComparable || Curves.alike(trial, other))) {
        double value = Curves.at(other, step, allComparable);
        reached += Double.isNaN(value) ? 0 : 1;
        better += value < own ? 1 : 0;
      }
    }
    return reached >= reductionFactor && better >= reached / reductionFactor;
  }

  /** The last rung up to a step, 0 before the first. */
  private long rung(int step) {
    if (step < minResource) {
      return 0;
    }
    long rung = minResource;
    while (rung * reductionFactor <= step) {
      rung *= reductionFactor;
    }
    return rung;
  }
}
