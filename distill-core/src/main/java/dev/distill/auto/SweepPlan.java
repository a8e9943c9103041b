package dev.distill.auto;

/** How a sweep searches. */
public enum SweepPlan {
  /**
   * One joint search over families, temperature, alpha and hyperparameters; students learn from the
   * teacher. The default.
   */
  JOINT,
  /**
   * The reference method: a grid of families × temperatures × alphas with one search a cell;
   * students are trained on hard labels, and the softened teacher only chooses among them.
   */
  REFERENCE
}
