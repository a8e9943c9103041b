package dev.distill.models.xgboost;

import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradient-boosted trees (Chen and Guestrin, 2016) that learn by the distillation loss's own
 * gradient and curvature, so that T and α are exact in training.
 */
public final class XgboostTrees implements StudentModel {
  private static final String ROUNDS = "rounds";
  private static final String DEPTH = "max_depth";
  private static final String ETA = "eta";
  private static final String MIN_CHILD_WEIGHT = "min_child_weight";
  private static final String LAMBDA = "lambda";
  private static final String SUBSAMPLE = "subsample";
  private static final String COLSAMPLE = "colsample_bytree";
  private static final String LEAVES = "leaves";

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
    // A round costs a tree a class, in training and in serving: fewer but larger steps for many,
    // and where students must be small there is room for few rounds of large steps alone.
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
            .addCapacity(
                new Hyperparameter.Int(
                    DEPTH, 2, 8, false, shape.small() ? 6 : 5, "depth of a tree"))
            .add(
                new Hyperparameter.Real(
                    ETA,
                    12.0 / rounds,
                    shape.small() ? 0.8 : 0.5,
                    true,
                    shape.small() ? 0.4 : 30.0 / rounds,
                    "learning rate"))
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
              shape.small() ? "all_classes" : "one_class",
              "a tree a class and round, or one tree a round whose leaves hold all classes"));
    }
    if (shape.classes() > 2 && !shape.small()) {
      // Few trees of large steps, whose leaves hold all classes: what many rows bear.
      space.start(Map.of(DEPTH, 6, ETA, 0.3, LEAVES, "all_classes"));
      return space.build();
    }
    // Deeper trees that see less of the data each.
    space.start(
        Map.of(
            DEPTH,
            7,
            ETA,
            shape.small() ? 0.2 : 24.0 / rounds,
            LAMBDA,
            5.0,
            SUBSAMPLE,
            0.7,
            COLSAMPLE,
            0.6));
    return space.build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("max_depth", hyperparameters.integer(DEPTH));
    own.put("eta", hyperparameters.real(ETA));
    own.put("min_child_weight", hyperparameters.real(MIN_CHILD_WEIGHT));
    own.put("lambda", hyperparameters.real(LAMBDA));
    own.put("subsample", hyperparameters.real(SUBSAMPLE));
    own.put("colsample_bytree", hyperparameters.real(COLSAMPLE));
    boolean joint = training.classes() > 2 && hyperparameters.choice(LEAVES).equals("all_classes");
    return Boosting.fit(
        training, own, hyperparameters.integer(ROUNDS), joint, customLossOnly, context);
  }
}
