package dev.distill.models.xgboost;

import dev.distill.loss.Softmax;
import dev.distill.runtime.Logarithm;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Matrix;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Trees over all classes, each grown best split first to as many leaves as told. A tree of
 * distributions has in each leaf the mean distribution of its rows, drawn towards the mean of all
 * rows (one round under squared error, which is the Brier score of the distribution).
 *
 * @param leaves most leaves of a tree
 * @param minRows least rows in a leaf of a tree of distributions
 * @param lambda rows' worth of the mean of all rows in every leaf; L2 penalty on boosted leaves
 * @param columns share of the columns that a split looks at; the first of boosted trees looks at
 *     all
 */
record DeepTrees(int leaves, int minRows, double lambda, double columns) {
  /** A row weighs at most a half in a boosted leaf, and next to nothing where it is certain. */
  private static final double CURVATURE_OF_ROW = 0.05;

  private static final float LEAST_CURVATURE = 1e-4f;

  /** So many rows are scored at once. */
  private static final int SLICE = 32_768;

  static final String LEAVES = "max_leaves";
  static final String MIN_ROWS = "min_leaf_rows";
  static final String LAMBDA = "lambda";

  /** Least rows in a leaf. */
  static final Hyperparameter MIN_ROWS_OF_LEAF =
      new Hyperparameter.Int(MIN_ROWS, 1, 100, true, 10, "least rows in a leaf");

  /** Most leaves of a tree, its capacity. */
  static Hyperparameter.Int leaves(TaskShape shape) {
    int most = shape.leaves();
    return new Hyperparameter.Int(
        LEAVES, 4, most, true, Math.min(most, 128), "most leaves of a tree");
  }

  /** Rows' worth of the mean of all rows in every leaf. */
  static Hyperparameter lambda(double initial) {
    return new Hyperparameter.Real(
        LAMBDA, 0.1, 50, true, initial, "rows' worth of the mean of all rows in every leaf");
  }

  /** Trees of distributions of which the mean of the logarithms counts. */
  BoosterStudent averaged(TrainingSet training, int trees, FitContext context) {
    float[] targets = distribution(training);
    double[] prior = prior(targets, training);
    BoosterStudent.Leaf logarithm = (tree, values) -> logarithm(prior, values, 1.0 / trees);
    return fit(
        training,
        trees,
        logarithm,
        context,
        (booster, rows) -> {
          booster.setParam("colsample_bynode", columns);
          float[] gradient = new float[targets.length];
          float[] curvature = new float[targets.length];
          towards(targets, prior, gradient, curvature);
          for (int tree = 0; tree < trees; tree++) {
            booster.boost(rows, tree, gradient, curvature);
            context.report(tree + 1, Double.NaN);
          }
        });
  }

  /**
   * A tree of distributions, and others that are each boosted on what those before leave: a Newton
   * step on the cross-entropy of the targets (Friedman, Hastie & Tibshirani, 2000).
   */
  BoosterStudent boosted(TrainingSet training, int trees, FitContext context) {
    float[] targets = distribution(training);
    double[] prior = prior(targets, training);
    BoosterStudent.Leaf leaf = (tree, values) -> tree == 0 ? logarithm(prior, values, 1) : values;
    return fit(
        training,
        trees,
        leaf,
        context,
        (booster, rows) -> {
          float[] gradient = new float[targets.length];
          float[] curvature = new float[targets.length];
          towards(targets, prior, gradient, curvature);
          booster.boost(rows, 0, gradient, curvature);
          context.report(1, Double.NaN);
          booster.setParam("colsample_bynode", columns);
          booster.setParam("min_child_weight", CURVATURE_OF_ROW * minRows);
          float[] logits = new float[targets.length];
          for (int tree = 1; tree < trees; tree++) {
            add(booster, tree - 1, leaf, training, logits);
            newton(targets, logits, training.classes(), gradient, curvature);
            booster.boost(rows, tree, gradient, curvature);
            context.report(tree + 1, Double.NaN);
          }
        });
  }

  /** Grows trees in a booster. */
  private interface Growth {
    void grow(Booster booster, DMatrix rows) throws XGBoostError;
  }

  private BoosterStudent fit(
      TrainingSet training,
      int trees,
      BoosterStudent.Leaf leaf,
      FitContext context,
      Growth growth) {
    int classes = training.classes();
    Matrix features = training.features();
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("objective", "multi:softprob");
    parameters.put("num_class", classes);
    parameters.put("multi_strategy", "multi_output_tree");
    parameters.put("base_score", 0.0);
    parameters.put("tree_method", "hist");
    parameters.put("max_bin", MatrixPool.bins(features.columns()));
    parameters.put("max_cached_hist_node", MatrixPool.cachedNodes(features.columns(), classes));
    parameters.put("grow_policy", "lossguide");
    parameters.put("max_depth", 0);
    parameters.put("max_leaves", leaves);
    parameters.put("min_child_weight", (double) minRows);
    parameters.put("lambda", lambda);
    parameters.put("eta", 1.0);
    parameters.put("seed", (int) (context.seed() & 0x7fffffff));
    parameters.put("nthread", context.threads());
    parameters.put("verbosity", 0);
    parameters.put("disable_default_eval_metric", 1);
    try (MatrixPool.Loan data =
        context.shared(features, MatrixPool.class, MatrixPool::new).borrow()) {
      Booster booster = XGBoost.train(data.dmatrix(), parameters, 0, Map.of(), null, null);
      try {
        growth.grow(booster, data.dmatrix());
        return new BoosterStudent(booster, features.columns(), classes, trees, 1, 0, leaf);
      } catch (XGBoostError | RuntimeException | Error e) {
        booster.dispose();
        throw e;
      }
    } catch (XGBoostError e) {
      throw new FitException("XGBoost failed: " + e.getMessage(), e);
    }
  }

  private static float[] distribution(TrainingSet training) {
    return ((Targets.Soft) training.targets()).distribution();
  }

  /** The mean distribution of all rows. */
  private static double[] prior(float[] targets, TrainingSet training) {
    double[] prior = new double[training.classes()];
    for (int i = 0; i < targets.length; i++) {
      prior[i % prior.length] += (double) targets[i] / training.features().rows();
    }
    for (double share : prior) {
      if (!Double.isFinite(share)) {
        throw new FitException("the training targets are not all finite");
      }
    }
    return prior;
  }

  /** From the mean of all rows to each row's own distribution. */
  private static void towards(
      float[] targets, double[] prior, float[] gradient, float[] curvature) {
    for (int i = 0; i < targets.length; i++) {
      gradient[i] = (float) (prior[i % prior.length] - targets[i]);
    }
    Arrays.fill(curvature, 1);
  }

  /** Gradient of the cross-entropy at some logits, and twice its curvature's diagonal: a bound. */
  private static void newton(
      float[] targets, float[] logits, int classes, float[] gradient, float[] curvature) {
    Softmax.softmax(1, logits, logits.length / classes, classes, gradient);
    for (int i = 0; i < targets.length; i++) {
      float p = gradient[i];
      gradient[i] = p - targets[i];
      curvature[i] = Math.max(2 * p * (1 - p), LEAST_CURVATURE);
    }
  }

  /** Adds a tree's part of the logits, slice by slice, so that few of XGBoost's arrays are held. */
  private static void add(
      Booster booster, int tree, BoosterStudent.Leaf leaf, TrainingSet training, float[] logits)
      throws XGBoostError {
    Matrix features = training.features();
    int columns = features.columns();
    for (int from = 0; from < features.rows(); from += SLICE) {
      int to = Math.min(features.rows(), from + SLICE);
      float[] part = Arrays.copyOfRange(features.values(), from * columns, to * columns);
      int at = from * training.classes();
      BoosterStudent.add(booster, MatrixPool.finite(part), columns, tree, leaf, logits, at);
    }
  }

  private static float[] logarithm(double[] prior, float[] margins, double share) {
    float[] logits = new float[margins.length];
    for (int k = 0; k < logits.length; k++) {
      logits[k] = (float) (share * Logarithm.of(prior[k] + margins[k]));
    }
    return logits;
  }
}
