package dev.distill.search;

/** What a study optimises. */
@FunctionalInterface
public interface Objective {

  /**
   * Evaluates a configuration.
   *
   * @return the trial's value; one that is not finite counts as a failure
   * @throws Exception if the trial failed; the study notes it and goes on
   */
  double evaluate(RunningTrial trial) throws Exception;
}
