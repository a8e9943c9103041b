package dev.distill.models.smile;

import dev.distill.models.smile.HistogramTree.Growth;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import smile.base.cart.Node;

/**
 * One regression tree over all classes whose leaves hold the mean distribution of their rows, drawn
 * a little towards the mean of all rows.
 */
public final class SmileTree implements StudentModel {
  private static final String LEAVES = "max_leaves";
  private static final String DEPTH = "max_depth";
  private static final String MIN_ROWS = "min_leaf_rows";
  private static final String LAMBDA = "lambda";

  /** Made by the service loader. */
  public SmileTree() {}

  @Override
  public String id() {
    return "smile.tree";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "one tree of limited depth: small, and tens of nanoseconds a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    int most = shape.leaves();
    return SearchSpace.builder()
        .addCapacity(
            new Hyperparameter.Int(
                LEAVES, 4, most, true, Math.min(most, 128), "most leaves of the tree"))
        .add(new Hyperparameter.Int(DEPTH, 3, 20, false, 14, "most splits above a leaf"))
        .add(new Hyperparameter.Int(MIN_ROWS, 1, 100, true, 8, "least rows in a leaf"))
        .add(
            new Hyperparameter.Real(
                LAMBDA, 0.1, 30, true, 0.5, "rows' worth of the mean of all rows in every leaf"))
        .start(Map.of(LEAVES, most, DEPTH, 18, MIN_ROWS, 4, LAMBDA, 2.0))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    SmileLibrary.load();
    BinnedRows rows = context.shared(training.features(), BinnedRows.class, BinnedRows::new);
    Distribution distribution = new Distribution(training);
    double lambda = hyperparameters.real(LAMBDA);
    int[] once = new int[rows.rows()];
    Arrays.fill(once, 1);
    Node root =
        HistogramTree.grow(
            rows,
            distribution.statistics(),
            once,
            new Growth(
                hyperparameters.integer(DEPTH),
                hyperparameters.integer(LEAVES),
                hyperparameters.integer(MIN_ROWS),
                rows.features(),
                lambda),
            context.seed(),
            sums -> distribution.leaf(sums, lambda, 1));
    context.report(1, Double.NaN);
    return new TreesStudent(
        rows,
        training.classes(),
        List.of(new TreesStudent.Tree(root, TreesStudent.EVERY)),
        true,
        0);
  }
}
