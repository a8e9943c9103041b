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
   * As close to the teacher as can be had without paying for it in the labels, with no more weight
   * of the teacher than that takes. A finalist's score is its KL plus what its log loss lies above
   * the twin's; of those within 5 % of the best score, the one with the lowest alpha is chosen, of
   * several the one with the lowest loss. (A teacher has mostly seen the labels of the validation
   * rows, so validation flatters those who listen to it.)
   */
  static TrialOutcome closestToTeacher(List<TrialOutcome> finalists, TrialOutcome twin) {
    double best = finalists.stream().mapToDouble(o -> score(o, twin)).min().orElse(Double.NaN);
    return finalists.stream()
        .filter(o -> score(o, twin) <= 1.05 * best)
        .min(
            Comparator.comparingDouble((TrialOutcome o) -> o.spec().alpha())
                .thenComparingDouble(TrialOutcome::loss))
        .orElseThrow();
  }

  private static double score(TrialOutcome outcome, TrialOutcome twin) {
    // Rounding can put a perfect student's KL a hair below 0.
    return Math.max(0, outcome.kl()) + Math.max(0, outcome.logLoss() - twin.logLoss());
  }
}
