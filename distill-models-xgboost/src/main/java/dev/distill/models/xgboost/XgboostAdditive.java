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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A generalized additive model: boosted trees of which each asks one feature alone, so that a logit
 * is a sum of one curve a feature, which a person can read (Lou, Caruana and Gehrke, "Intelligible
 * models for classification and regression", 2012; Nori et al., "InterpretML", 2019). Learns by the
 * distillation loss's own gradient and curvature.
 *
 * <p>Its portable form has one tree a feature, however many rounds there were: see {@link Curves}.
 */
public final class XgboostAdditive implements StudentModel {
  private static final String ROUNDS = "rounds";
  private static final String DEPTH = "max_depth";
  private static final String ETA = "eta";
  private static final String MIN_CHILD_WEIGHT = "min_child_weight";
  private static final String LAMBDA = "lambda";
  private static final String SUBSAMPLE = "subsample";

  /** Made by the service loader. */
  public XgboostAdditive() {}

  @Override
  public String id() {
    return "xgboost.additive";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "one curve a column, added up: a person can read it (inspect --explain)";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.AS_IS, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // Each tree moves one feature alone, so more rounds than where a tree takes several; they cost
    // nothing in serving.
    int rounds = shape.classes() == 2 ? 800 : Math.max(120, Math.min(800, 5_200 / shape.classes()));
    return SearchSpace.builder()
        .addSteps(
            new Hyperparameter.Int(
                ROUNDS,
                10,
                rounds,
                true,
                Math.min(rounds, 400),
                "boosting rounds; early stopping keeps the best"))
        .add(new Hyperparameter.Int(DEPTH, 1, 3, false, 2, "depth of a tree, all of one feature"))
        .add(new Hyperparameter.Real(ETA, 0.02, 0.5, true, 0.15, "learning rate"))
        .add(
            new Hyperparameter.Real(
                MIN_CHILD_WEIGHT, 0.1, 50, true, 2, "least curvature in a leaf"))
        .add(new Hyperparameter.Real(LAMBDA, 0.1, 20, true, 1, "L2 penalty on leaf values"))
        .add(new Hyperparameter.Real(SUBSAMPLE, 0.6, 1, false, 0.9, "share of rows a round"))
        .build();
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
    own.put("interaction_constraints", alone(training.features().columns()));
    BoosterStudent trees =
        Boosting.fit(training, own, hyperparameters.integer(ROUNDS), false, false, context);
    return new AdditiveStudent(trees, training.features());
  }

  /** Groups of features that may stand in one tree: each by itself. */
  private static String alone(int features) {
    return IntStream.range(0, features)
        .mapToObj(j -> "[" + j + "]")
        .collect(Collectors.joining(",", "[", "]"));
  }
}
