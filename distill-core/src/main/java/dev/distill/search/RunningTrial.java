package dev.distill.search;

import dev.distill.spi.Hyperparameters;

/** A trial as its {@link Objective} sees it. */
public final class RunningTrial {
  private final Study study;
  private final Trial trial;

  RunningTrial(Study study, Trial trial) {
    this.study = study;
    this.trial = trial;
  }

  /** Its number in the study. */
  public int number() {
    return trial.number();
  }

  /** What to evaluate. */
  public Hyperparameters parameters() {
    return trial.parameters();
  }

  /**
   * Adds a point to the trial's curve.
   *
   * @param step counts from 1
   * @throws TrialPrunedException if the pruner says to end the trial
   */
  public void report(int step, double value) {
    if (study.report(number(), step, value)) {
      throw new TrialPrunedException("trial %s ends at step %s".formatted(number(), step));
    }
  }

  /** Notes something about the trial. */
  public void attribute(String key, Object value) {
    study.attribute(number(), key, value);
  }
}
