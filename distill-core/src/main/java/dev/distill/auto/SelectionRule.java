package dev.distill.auto;

import java.util.Comparator;
import java.util.List;

/** Chooses the student among the finalists. */
@FunctionalInterface
public interface SelectionRule {

  /**
   * Chooses.
   *
   * @param finalists at least one outcome, none failed, ordered by trial number
   * @param twin the hard-label twin, judged on the same rows
   * @return one of the finalists
   */
  TrialOutcome select(List<TrialOutcome> finalists, TrialOutcome twin);

  /**
   * As close to the teacher as can be had without paying for it in the labels: the lowest KL plus
   * what the log loss lies above the twin's. Of equals the first trial.
   */
  static TrialOutcome closestToTeacher(List<TrialOutcome> finalists, TrialOutcome twin) {
    return finalists.stream()
        .min(
            Comparator.comparingDouble(
                o -> o.kl() + Math.max(0, o.logLoss() - twin.logLoss())))
        .orElseThrow();
  }
}
