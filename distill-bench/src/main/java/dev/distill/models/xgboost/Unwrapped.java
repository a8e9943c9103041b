package dev.distill.models.xgboost;

import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
import ml.dmlc.xgboost4j.java.Booster;

/** Lets the benchmarks see what the module keeps to itself. */
public final class Unwrapped {
  private Unwrapped() {}

  /** The booster inside a student. */
  public static Booster booster(FittedStudent student) {
    return ((BoosterStudent) student).booster();
  }

  /** Boosted trees by the loss's own gradient, also where XGBoost has the same loss. */
  public static StudentModel customLossOnly() {
    return new XgboostTrees(true);
  }
}
