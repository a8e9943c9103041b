package dev.distill.models.xgboost;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** A trained booster, of which the first rounds count. */
final class BoosterStudent implements FittedStudent {
  private final Booster booster;
  private final int features;
  private final int classes;
  private final int rounds;
  private final int treesPerRound;
  private final int steps;
  private final UnaryOperator<float[]> leaf;
  private boolean closed;

  /**
   * A student that owns its booster.
   *
   * @param rounds how many rounds count
   * @param steps what {@link #steps()} says
   * @param leaf turns margins, one a class, into logits
   */
  BoosterStudent(
      Booster booster,
      int features,
      int classes,
      int rounds,
      int treesPerRound,
      int steps,
      UnaryOperator<float[]> leaf) {
    this.booster = booster;
    this.features = features;
    this.classes = classes;
    this.rounds = rounds;
    this.treesPerRound = treesPerRound;
    this.steps = steps;
    this.leaf = leaf;
  }

  @Override
  public synchronized void logits(Matrix rows, float[] logits) {
    open();
    if (rows.columns() != features || logits.length != rows.rows() * classes) {
      throw new IllegalArgumentException(
          "got %s and room for %d logits, expected %d columns and %d logits"
              .formatted(rows, logits.length, features, rows.rows() * classes));
    }
    if (rows.rows() == 0) {
      return;
    }
    try {
      // In place: no DMatrix is made, so none can leak.
      float[][] margins =
          booster.inplace_predict(
              MatrixPool.finite(rows.values()),
              rows.rows(),
              features,
              Float.NaN,
              new int[] {0, rounds},
              Booster.PredictionType.kMargin,
              null);
      flatten(margins, classes, leaf, logits);
    } catch (XGBoostError e) {
      throw new FitException("XGBoost could not predict: " + e.getMessage(), e);
    }
  }

  /** Margins as logits; a single margin is the logit of class 1 against 0 for class 0. */
  static void flatten(float[][] margins, int classes, UnaryOperator<float[]> leaf, float[] logits) {
    for (int i = 0; i < margins.length; i++) {
      if (margins[i].length == 1) {
        logits[2 * i] = 0;
        logits[2 * i + 1] = margins[i][0];
      } else {
        System.arraycopy(leaf.apply(margins[i]), 0, logits, i * classes, classes);
      }
    }
  }

  @Override
  public synchronized Optional<PortableModel> portable() {
    open();
    try {
      boolean singleMargin = classes == 2 && treesPerRound == 1 && leaf == Boosting.IDENTITY;
      TreeEnsemble ensemble =
          BoosterReader.read(
              booster.toByteArray("json"),
              features,
              new float[classes],
              rounds * treesPerRound,
              singleMargin,
              leaf);
      return Optional.of(ensemble);
    } catch (XGBoostError | IOException e) {
      throw new FitException("XGBoost's model could not be read: " + e.getMessage(), e);
    }
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public synchronized void close() {
    closed = true;
    booster.dispose();
  }

  /** What XGBoost holds; for tests of it. */
  Booster booster() {
    return booster;
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("this student is closed");
    }
  }
}
