package dev.distill.auto;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Chooses the student among the finalists. */
@FunctionalInterface
public interface SelectionRule {

  /**
   * Chooses.
   *
   * @param finalists at least one outcome, none failed, ordered by trial number; before them the
   *     twin where it may be delivered too
   * @param twin the hard-label twin, judged on the same rows
   * @return one of the finalists
   */
  TrialOutcome select(List<TrialOutcome> finalists, TrialOutcome twin);

  /** The rule for what is wanted, by the weight of the teacher in the objective. */
  static SelectionRule of(DistillConfig config) {
    return (finalists, twin) -> {
      if (config.teacherWeight() == 0) {
        return lowest(finalists, TrialOutcome::logLoss);
      }
      return config.teacherWeight() == 1
          ? lowest(finalists, TrialOutcome::kl)
          : closestToTeacher(finalists, twin);
    };
  }

  private static TrialOutcome lowest(
      List<TrialOutcome> finalists, ToDoubleFunction<TrialOutcome> loss) {
    return finalists.stream().min(Comparator.comparingDouble(loss)).orElseThrow();
  }

  /**
   * The lowest sum of KL and log loss, with no more weight of the teacher than that takes: of those
   * whose sum is above the lowest by at most 5 % of that one's KL and of what its log loss lies
   * above the twin's, the one with the lowest alpha. (A teacher has mostly seen the labels of the
   * validation rows, so validation flatters those who listen to it.)
   */
  static TrialOutcome closestToTeacher(List<TrialOutcome> finalists, TrialOutcome twin) {
    TrialOutcome best = lowest(finalists, SelectionRule::sum);
    double room = 0.05 * (kl(best) + Math.max(0, best.logLoss() - twin.logLoss()));
    return finalists.stream()
        .filter(o -> sum(o) <= sum(best) + room)
        .min(
            Comparator.comparingDouble((TrialOutcome o) -> o.spec().alpha())
                .thenComparingDouble(SelectionRule::sum))
        .orElseThrow();
  }

  private static double sum(TrialOutcome outcome) {
    return kl(outcome) + outcome.logLoss();
  }

  /** Rounding can put a perfect student's KL a hair below 0. */
  private static double kl(TrialOutcome outcome) {
    return Math.max(0, outcome.kl());
  }
}
