package dev.distill.auto;

import java.util.List;

/** Chooses the student among the trials that did not fail. */
@FunctionalInterface
public interface SelectionRule {

  /** The chosen one of at least one outcome, ordered by trial number. */
  TrialOutcome select(List<TrialOutcome> outcomes);

  /** The lowest validation loss; of equals the first trial. */
  static TrialOutcome lowestLoss(List<TrialOutcome> outcomes) {
    TrialOutcome best = outcomes.get(0);
    for (TrialOutcome outcome : outcomes) {
      if (outcome.loss() < best.loss()) {
        best = outcome;
      }
    }
    return best;
  }
}
