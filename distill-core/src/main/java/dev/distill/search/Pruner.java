package dev.distill.search;

import java.util.List;

/** Says which running trials promise nothing. Stateless: what it knows is in the trials. */
@FunctionalInterface
public interface Pruner {

  /** Prunes nothing. */
  Pruner NONE = (trial, others) -> false;

  /**
   * Whether to end a trial early; asked after each report.
   *
   * @param trial the running trial with its curve so far; lower is better
   * @param others the other trials whose curves may be compared with its own, in the order of
   *     asking
   */
  boolean prune(Trial trial, List<Trial> others);

  /**
   * The same where all trials have the same steps, such as folds of a cross-validation, so that any
   * trial may be compared with any other.
   *
   * @param last how many steps they have
   */
  default Pruner withCommonSteps(int last) {
    return this;
  }
}
