package dev.distill.models.xgboost;

import dev.distill.loss.DistillationLoss;
import dev.distill.spi.Capabilities;
import dev.distill.spi.EarlyStopping;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Gradient-boosted trees (Chen and Guestrin, 2016) that learn by the distillation loss's own
 * gradient and curvature, so that T and α are exact in training.
 */
public final class XgboostTrees implements StudentModel {
  static final UnaryOperator<float[]> IDENTITY = margins -> margins;

  private static final String ROUNDS = "rounds";
  private static final String DEPTH = "max_depth";
  private static final String ETA = "eta";
  private static final String MIN_CHILD_WEIGHT = "min_child_weight";
  private static final String LAMBDA = "lambda";
  private static final String SUBSAMPLE = "subsample";
  private static final String COLSAMPLE = "colsample_bytree";
  private static final String LEAVES = "leaves";

  /** Rounds without a better validation loss before boosting stops. */
  private static final int PATIENCE = 12;

  private final boolean customLossOnly;

  /** Made by the service loader. */
  public XgboostTrees() {
    this(false);
  }

  /**
   * A family that may be told to use the loss's gradient even where XGBoost has the same loss, so
   * that a test can compare the two.
   */
  XgboostTrees(boolean customLossOnly) {
    this.customLossOnly = customLossOnly;
  }

  @Override
  public String id() {
    return "xgboost.trees";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "boosted trees: the closest to the teacher, for a microsecond a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.AS_IS, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // A round costs a tree a class, in training and in serving: fewer but larger steps for many.
    int rounds = shape.classes() == 2 ? 200 : Math.max(60, Math.min(400, 2_600 / shape.classes()));
    SearchSpace.Builder space =
        SearchSpace.builder()
            .addSteps(
                new Hyperparameter.Int(
                    ROUNDS,
                    10,
                    rounds,
                    true,
                    Math.min(rounds, 100),
                    "boosting rounds; early stopping keeps the best"))
            .add(new Hyperparameter.Int(DEPTH, 2, 8, false, 5, "depth of a tree"))
            .add(
                new Hyperparameter.Real(
                    ETA, 12.0 / rounds, 0.5, true, 30.0 / rounds, "learning rate"))
            .add(
                new Hyperparameter.Real(
                    MIN_CHILD_WEIGHT, 0.1, 20, true, 1, "least curvature in a leaf"))
            .add(new Hyperparameter.Real(LAMBDA, 0.1, 20, true, 1, "L2 penalty on leaf values"))
            .add(new Hyperparameter.Real(SUBSAMPLE, 0.6, 1, false, 0.9, "share of rows a round"))
            .add(new Hyperparameter.Real(COLSAMPLE, 0.4, 1, false, 0.8, "share of columns a tree"));
    if (shape.classes() > 2) {
      space.add(
          new Hyperparameter.Choice(
              LEAVES,
              List.of("one_class", "all_classes"),
              "one_class",
              "a tree a class and round, or one tree a round whose leaves hold all classes"));
    }
    // Deeper trees that see less of the data each.
    space.start(Map.of(DEPTH, 7, ETA, 24.0 / rounds, LAMBDA, 5.0, SUBSAMPLE, 0.7, COLSAMPLE, 0.6));
    return space.build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    DistillationLoss loss = ((Targets.Gradient) training.targets()).loss();
    int classes = training.classes();
    boolean joint = classes > 2 && hyperparameters.choice(LEAVES).equals("all_classes");
    boolean nativeLoss = !joint && !customLossOnly && hasNative(loss);
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("tree_method", "hist");
    parameters.put("max_bin", MatrixPool.bins(training.features().columns()));
    parameters.put("nthread", context.threads());
    parameters.put("seed", (int) (context.seed() & 0x7fffffff));
    parameters.put("verbosity", 0);
    parameters.put("disable_default_eval_metric", 1);
    parameters.put("max_depth", hyperparameters.integer(DEPTH));
    parameters.put("eta", hyperparameters.real(ETA));
    parameters.put("min_child_weight", hyperparameters.real(MIN_CHILD_WEIGHT));
    parameters.put("lambda", hyperparameters.real(LAMBDA));
    parameters.put("subsample", hyperparameters.real(SUBSAMPLE));
    parameters.put("colsample_bytree", hyperparameters.real(COLSAMPLE));
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
        int rounds =
            boost(
                booster,
                rows.dmatrix(),
                loss,
                nativeLoss,
                hyperparameters.integer(ROUNDS),
                context);
        return new BoosterStudent(
            booster,
            training.features().columns(),
            classes,
            rounds,
            classes == 2 || joint ? 1 : classes,
            rounds,
            IDENTITY);
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
        BoosterStudent.flatten(
            booster.predict(judged.dmatrix(), true), loss.classes(), IDENTITY, logits);
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
      BoosterStudent.flatten(booster.predict(rows, true), loss.classes(), IDENTITY, logits);
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
