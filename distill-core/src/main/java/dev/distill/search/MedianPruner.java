package dev.distill.search;

import java.util.Arrays;
import java.util.List;

/**
 * Ends a trial whose best value so far is worse than the median of what the others had at that step
 * (Golovin et al., 2017).
 *
 * <p>A trial is compared with those that have the same parameters (of whatever value), since steps
 * of different models are not the same; {@link #withCommonSteps} has it compared with all. Others
 * count with the best value up to the same step: complete ones, also where they stopped earlier,
 * and pruned ones that got so far.
 *
 * @param startUp how many comparable trials must be complete before one is pruned
 * @param warmUp up to this step no trial is pruned
 * @param allComparable whether trials with other parameters count as well
 */
public record MedianPruner(int startUp, int warmUp, boolean allComparable) implements Pruner {

  /** Checks the settings. */
  public MedianPruner {
    Curves.atLeast("start-up trials", startUp, 1);
    Curves.atLeast("warm-up steps", warmUp, 0);
  }

  /** After five trials, without warm-up, among trials with the same parameters. */
  public MedianPruner() {
    this(5, 0, false);
  }

  @Override
  public MedianPruner withCommonSteps(int last) {
    return new MedianPruner(startUp, warmUp, true);
  }

  @Override
  public boolean prune(Trial trial, List<Trial> others) {
    if (trial.curve().isEmpty() || trial.curve().lastKey() <= warmUp) {
      return false;
    }
    int step = trial.curve().lastKey();
    double[] values = new double[others.size()];
    int count = 0;
    int complete = 0;
    for (Trial other : others) {
      if (other.state().ended()
          && Curves.reached(other, step)
          && (allComparable || Curves.alike(trial, other))) {
        double value = Curves.at(other, step, allComparable);
        if (!Double.isNaN(value)) {
          values[count++] = value;
        }
        complete += other.state() == Trial.State.COMPLETE ? 1 : 0;
      }
    }
    if (complete < startUp || count == 0) {
      return false;
    }
    Arrays.sort(values, 0, count);
    double median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    return Curves.at(trial, step, allComparable) > median;
  }
}
