package dev.distill.models.xgboost;

import dev.distill.runtime.Logarithm;
import dev.distill.spi.Capabilities;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * One decision tree over all classes whose leaves hold the mean distribution of their rows, drawn
 * towards the mean of all rows by {@code lambda} rows' worth (a single round of a joint tree with
 * vector leaves under squared error, which is the Brier score of the distribution).
 */
public final class XgboostTree implements StudentModel {
  private static final String LEAVES = "max_leaves";
  private static final String MIN_ROWS = "min_leaf_rows";
  private static final String LAMBDA = "lambda";

  /** Made by the service loader. */
  public XgboostTree() {}

  @Override
  public String id() {
    return "xgboost.tree";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "one deep tree: the fastest to answer, for tens of nanoseconds a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.AS_IS, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    int most = Math.max(8, Math.min(1_024, shape.rows() / 8));
    // Rows that a teacher labelled have no noise that a leaf must average out.
    most = Math.max(most, Math.min(16_384, shape.rows() / 64));
    return SearchSpace.builder()
        .addCapacity(
            new Hyperparameter.Int(
                LEAVES, 4, most, true, Math.min(most, 128), "most leaves of the tree"))
        .add(new Hyperparameter.Int(MIN_ROWS, 1, 100, true, 10, "least rows in a leaf"))
        .add(
            new Hyperparameter.Real(
                LAMBDA, 0.1, 50, true, 2, "rows' worth of the mean of all rows in every leaf"))
        .start(Map.of(LEAVES, most, MIN_ROWS, 4))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    float[] targets = ((Targets.Soft) training.targets()).distribution();
    int classes = training.classes();
    int rows = training.features().rows();
    double[] prior = new double[classes];
    for (int i = 0; i < targets.length; i++) {
      prior[i % classes] += (double) targets[i] / rows;
    }
    for (double share : prior) {
      if (!Double.isFinite(share)) {
        throw new FitException("the training targets are not all finite");
      }
    }
    float[] gradient = new float[targets.length];
    float[] curvature = new float[targets.length];
    for (int i = 0; i < targets.length; i++) {
      gradient[i] = (float) (prior[i % classes] - targets[i]);
      curvature[i] = 1;
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("objective", "multi:softprob");
    parameters.put("num_class", classes);
    parameters.put("multi_strategy", "multi_output_tree");
    parameters.put("base_score", 0.0);
    parameters.put("tree_method", "hist");
    parameters.put("max_bin", MatrixPool.bins(training.features().columns()));
    parameters.put("grow_policy", "lossguide");
    parameters.put("max_depth", 0);
    parameters.put("max_leaves", hyperparameters.integer(LEAVES));
    parameters.put("min_child_weight", (double) hyperparameters.integer(MIN_ROWS));
    parameters.put("lambda", hyperparameters.real(LAMBDA));
    parameters.put("eta", 1.0);
    parameters.put("nthread", context.threads());
    parameters.put("verbosity", 0);
    parameters.put("disable_default_eval_metric", 1);
    try (MatrixPool.Loan data =
        context.shared(training.features(), MatrixPool.class, MatrixPool::new).borrow()) {
      Booster booster = XGBoost.train(data.dmatrix(), parameters, 0, Map.of(), null, null);
      try {
        booster.boost(data.dmatrix(), 0, gradient, curvature);
        context.report(1, Double.NaN);
        return new BoosterStudent(
            booster, training.features().columns(), classes, 1, 1, 0, logarithm(prior));
      } catch (XGBoostError | RuntimeException | Error e) {
        booster.dispose();
        throw e;
      }
    } catch (XGBoostError e) {
      throw new FitException("XGBoost failed: " + e.getMessage(), e);
    }
  }

  private static UnaryOperator<float[]> logarithm(double[] prior) {
    return margins -> {
      float[] logits = new float[margins.length];
      for (int k = 0; k < logits.length; k++) {
        logits[k] = Logarithm.of(prior[k] + margins[k]);
      }
      return logits;
    };
  }
}
