package dev.distill.models.tribuo;

import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.tribuo.Dataset;
import org.tribuo.dataset.DatasetView;
import org.tribuo.regression.Regressor;

/**
 * A random forest (Breiman, 2001) of trees over all classes; its answer is the mean of their
 * leaves' distributions. Thresholds are the best ones only: where Tribuo 4.3.2 draws them at
 * random, it adds up the errors of the features that it compares, so that the first of them always
 * wins.
 */
public final class TribuoForest implements StudentModel {
  private static final String TREES = "trees";
  private static final String FEATURES = "split_features";

  /** Made by the service loader. */
  public TribuoForest() {}

  @Override
  public String id() {
    return "tribuo.forest";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "a random forest of distributions: smooth answers, hard to overfit";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // Tribuo turns all values into its own form for each tree.
    double values = (double) Math.max(1, shape.rows()) * shape.features();
    int trees = (int) Math.max(10, Math.min(50, 2.4e6 / values));
    return SearchSpace.builder()
        .add(
            new Hyperparameter.Int(
                TREES,
                shape.small() ? 2 : 10,
                2 * trees,
                true,
                shape.small() ? Math.min(trees, 8) : trees,
                "number of trees"))
        .add(
            new Hyperparameter.Int(
                TribuoTree.DEPTH, 4, 16, false, 12, "most splits from root to leaf"))
        .add(new Hyperparameter.Int(TribuoTree.LEAST_ROWS, 1, 50, true, 3, "least rows in a leaf"))
        .add(
            new Hyperparameter.Real(
                FEATURES, 0.2, 1, false, 1, "share of the features a split may choose from"))
        .add(TribuoTree.shrinkage(1))
        .add(TribuoTree.gap())
        .start(Map.of(TribuoTree.DEPTH, 16, TribuoTree.LEAST_ROWS, 1, FEATURES, 0.4))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    int classes = training.classes();
    Rows rows = context.shared(training.features(), Rows.class, Rows::new);
    float[] targets = ((Targets.Soft) training.targets()).distribution();
    Rows.Targeted all = rows.targeted(targets, classes);
    TreeShape shape =
        new TreeShape(
            hyperparameters.integer(TribuoTree.DEPTH),
            hyperparameters.integer(TribuoTree.LEAST_ROWS),
            hyperparameters.real(FEATURES),
            TribuoTree.gap(hyperparameters),
            hyperparameters.real(TribuoTree.SHRINKAGE));
    RandomGenerator seeds = context.random("trees");
    List<JointTree> trees = new ArrayList<>();
    while (trees.size() < hyperparameters.integer(TREES)) {
      Dataset<Regressor> drawn = DatasetView.createBootstrapView(all, all.size(), seeds.nextLong());
      trees.add(JointTree.fit(drawn, all, shape, seeds.nextLong()));
      context.report(trees.size(), Double.NaN);
    }
    return new TreesStudent(trees, rows.columns(), classes);
  }
}
