package dev.distill.models.xgboost;

import dev.distill.loss.DistillationLoss;
import dev.distill.spi.EarlyStopping;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.Targets;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.LinkedHashMap;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Boosting by the distillation loss's own gradient and curvature, with early stopping. */
final class Boosting {
  /** Rounds without a better validation loss before boosting stops. */
  private static final int PATIENCE = 12;

  private Boosting() {}

  /**
   * Trains for some rounds and keeps those up to the best one.
   *
   * @param own the family's parameters of XGBoost, on top of what is the same for all
   * @param rounds the most rounds
   * @param joint whether a round is one tree whose leaves have a value for every class
   * @param customLossOnly whether to use the loss's gradient even where XGBoost has the same loss
   */
  static BoosterStudent fit(
      TrainingSet training,
      Map<String, Object> own,
      int rounds,
      boolean joint,
      boolean customLossOnly,
      FitContext context) {
    DistillationLoss loss = ((Targets.Gradient) training.targets()).loss();
    int classes = training.classes();
    boolean nativeLoss = !joint && !customLossOnly && hasNative(loss);
    int columns = training.features().columns();
    Map<String, Object> parameters = new LinkedHashMap<>(own);
    parameters.put("tree_method", "hist");
    parameters.put("max_bin", MatrixPool.bins(columns));
    if (joint) {
      parameters.put("max_cached_hist_node", MatrixPool.cachedNodes(columns, classes));
    }
    parameters.put("nthread", context.threads());
    parameters.put("seed", (int) (context.seed() & 0x7fffffff));
    parameters.put("verbosity", 0);
    parameters.put("disable_default_eval_metric", 1);
    if (classes == 2) {
      parameters.put("objective", "binary:logistic");
      // Pinned: a probability of a half is a margin of 0, with any objective and after loading.
      parameters.put("base_score", 0.5);
    } else {
      parameters.put("objective", "multi:softprob");
      parameters.put("num_class", classes);
      parameters.put("base_score", 0.0);
      parameters.put("multi_strategy", joint ? "multi_output_tree" : "one_output_per_tree");
    }
    try (MatrixPool.Loan rows =
        context.shared(training.features(), MatrixPool.class, MatrixPool::new).borrow()) {
      if (nativeLoss) {
        rows.dmatrix().setLabel(nativeLabels(loss));
      }
      Booster booster = XGBoost.train(rows.dmatrix(), parameters, 0, Map.of(), null, null);
      try {
        int kept = boost(booster, rows.dmatrix(), loss, nativeLoss, rounds, context);
        return new BoosterStudent(
            booster,
            columns,
            classes,
            kept,
            classes == 2 || joint ? 1 : classes,
            kept,
            BoosterStudent.Leaf.VALUES);
      } catch (XGBoostError | RuntimeException | Error e) {
        booster.dispose();
        throw e;
      }
    } catch (XGBoostError e) {
      throw new FitException("XGBoost failed: " + e.getMessage(), e);
    }
  }

  /** Runs the rounds; gives how many to keep. */
  private static int boost(
      Booster booster,
      DMatrix rows,
      DistillationLoss loss,
      boolean nativeLoss,
      int rounds,
      FitContext context)
      throws XGBoostError {
    Validation validation = context.validation().orElse(null);
    if (validation == null) {
      Rounds plain = new Rounds(booster, rows, loss, nativeLoss);
      for (int round = 0; round < rounds; round++) {
        plain.next(round);
        context.report(round + 1, Double.NaN);
      }
      return rounds;
    }
    Rounds watched = new Rounds(booster, rows, loss, nativeLoss);
    try (MatrixPool.Loan judged =
        context.shared(validation.features(), MatrixPool.class, MatrixPool::new).borrow()) {
      float[] logits = new float[validation.features().rows() * loss.classes()];
      EarlyStopping stopping = new EarlyStopping(PATIENCE);
      for (int round = 0; round < rounds && !stopping.over(round); round++) {
        watched.next(round);
        BoosterStudent.flatten(booster.predict(judged.dmatrix(), true), loss.classes(), logits);
        double now = validation.loss(logits);
        stopping.better(round + 1, now);
        context.report(round + 1, now);
      }
      return stopping.best();
    }
  }

  /** Whether an objective of XGBoost's own is the same loss. */
  private static boolean hasNative(DistillationLoss loss) {
    return loss.isCrossEntropy() && (loss.classes() == 2 || loss.isLabelsAlone());
  }

  /** XGBoost's label for which its own objective is the same loss. */
  private static float[] nativeLabels(DistillationLoss loss) {
    float[] labels = new float[loss.rows()];
    float[] mixed = loss.classes() == 2 ? loss.mixedTarget() : new float[0];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = loss.classes() == 2 ? mixed[2 * i + 1] : loss.labels()[i];
      if (!Float.isFinite(labels[i])) {
        // XGBoost's own check lets NaN through.
        throw new FitException("the target of training row " + i + " is not finite");
      }
    }
    return labels;
  }

  /** Boosting round by round, by XGBoost's own objective or by the loss's gradient. */
  private static final class Rounds {
    private final Booster booster;
    private final DMatrix rows;
    private final DistillationLoss loss;
    private final boolean nativeLoss;
    private final float[] logits;
    private final float[] gradient;
    private final float[] curvature;
    private final float[] oneGradient;
    private final float[] oneCurvature;

    Rounds(Booster booster, DMatrix rows, DistillationLoss loss, boolean nativeLoss) {
      this.booster = booster;
      this.rows = rows;
      this.loss = loss;
      this.nativeLoss = nativeLoss;
      int size = nativeLoss ? 0 : loss.rows() * loss.classes();
      logits = new float[size];
      gradient = new float[size];
      curvature = new float[size];
      boolean single = loss.classes() == 2;
      oneGradient = single ? new float[size / 2] : gradient;
      oneCurvature = single ? new float[size / 2] : curvature;
    }

    void next(int round) throws XGBoostError {
      if (nativeLoss) {
        booster.update(rows, round);
        return;
      }
      BoosterStudent.flatten(booster.predict(rows, true), loss.classes(), logits);
      loss.gradient(logits, gradient, curvature);
      float sum = 0;
      if (loss.classes() == 2) {
        for (int i = 0; i < oneGradient.length; i++) {
          oneGradient[i] = gradient[2 * i + 1];
          oneCurvature[i] = curvature[2 * i + 1];
          sum += oneGradient[i];
        }
      } else {
        // As XGBoost's own softmax: the diagonal alone overshoots, twice the diagonal bounds it.
        for (int i = 0; i < curvature.length; i++) {
          curvature[i] *= 2;
          sum += gradient[i];
        }
      }
      if (!Float.isFinite(sum)) {
        throw new FitException("the loss's gradient is not finite in round " + (round + 1));
      }
      booster.boost(rows, round, oneGradient, oneCurvature);
    }
  }
}
