package dev.distill.models.xgboost;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** A trained booster, of which the first rounds count. */
final class BoosterStudent implements FittedStudent {
  /** What a vector leaf adds to the logits, one value a class. */
  interface Leaf {
    /** The values themselves. */
    Leaf VALUES = (tree, values) -> values;

    float[] logits(int tree, float[] values);
  }

  private final Booster booster;
  private final int features;
  private final int classes;
  private final int rounds;
  private final int treesPerRound;
  private final int steps;
  private final Leaf leaf;
  private boolean closed;

  /**
   * A student that owns its booster.
   *
   * @param rounds how many rounds count
   * @param steps what {@link #steps()} says
   * @param leaf what a vector leaf adds to the logits
   */
  BoosterStudent(
      Booster booster,
      int features,
      int classes,
      int rounds,
      int treesPerRound,
      int steps,
      Leaf leaf) {
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
      float[] values = MatrixPool.finite(rows.values());
      if (leaf == Leaf.VALUES) {
        flatten(predict(booster, values, features, 0, rounds), classes, logits);
        return;
      }
      Arrays.fill(logits, 0);
      for (int tree = 0; tree < rounds; tree++) {
        add(booster, values, features, tree, leaf, logits, 0);
      }
    } catch (XGBoostError e) {
      throw new FitException("XGBoost could not predict: " + e.getMessage(), e);
    }
  }

  /**
   * Adds what a tree with vector leaves gives some rows.
   *
   * @param values finite or missing
   * @param at where the rows' logits begin
   */
  static void add(
      Booster booster, float[] values, int features, int tree, Leaf leaf, float[] logits, int at)
      throws XGBoostError {
    int to = at;
    for (float[] margins : predict(booster, values, features, tree, tree + 1)) {
      for (float logit : leaf.logits(tree, margins)) {
        logits[to++] += logit;
      }
    }
  }

  private static float[][] predict(Booster booster, float[] values, int features, int from, int to)
      throws XGBoostError {
    // In place: no DMatrix is made, so none can leak.
    return booster.inplace_predict(
        values,
        values.length / features,
        features,
        Float.NaN,
        new int[] {from, to},
        Booster.PredictionType.kMargin,
        null);
  }

  /** Margins as logits; a single margin is the logit of class 1 against 0 for class 0. */
  static void flatten(float[][] margins, int classes, float[] logits) {
    for (int i = 0; i < margins.length; i++) {
      if (margins[i].length == 1) {
        logits[2 * i] = 0;
        logits[2 * i + 1] = margins[i][0];
      } else {
        System.arraycopy(margins[i], 0, logits, i * classes, classes);
      }
    }
  }

  @Override
  public synchronized Optional<PortableModel> portable() {
    open();
    try {
      boolean singleMargin = classes == 2 && treesPerRound == 1 && leaf == Leaf.VALUES;
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
