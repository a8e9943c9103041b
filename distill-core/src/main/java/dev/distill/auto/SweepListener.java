package dev.distill.auto;

import org.jspecify.annotations.Nullable;

/** Is told how a sweep goes on; called by one thread at a time. */
@FunctionalInterface
public interface SweepListener {

  /**
   * A trial ended.
   *
   * @param outcome the trial that ended
   * @param best the best of its search so far, null before any trial succeeded
   * @param done trials ended, of all searches
   * @param total trials to run, of all searches
   */
  void ended(TrialOutcome outcome, @Nullable TrialOutcome best, int done, int total);
}
