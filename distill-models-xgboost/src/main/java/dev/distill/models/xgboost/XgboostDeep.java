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
import java.util.List;
import java.util.Map;

/**
 * A few deep trees over all classes. Either the first is as {@link XgboostTree}'s and each of the
 * others boosted on what those before it leave, or each is like the first, by columns drawn at
 * random, and the mean of their logarithms counts (Breiman, 2001).
 */
public final class XgboostDeep implements StudentModel {
  private static final String TREES = "trees";
  private static final String LATER = "later_trees";
  private static final String COLUMNS = "colsample_bynode";
  private static final String BOOSTED = "boosted";
  private static final String AVERAGED = "averaged";

  /** Made by the service loader. */
  public XgboostDeep() {}

  @Override
  public String id() {
    return "xgboost.deep";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "a few deep trees: closer than one, for a hundred nanoseconds a row and more";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.AS_IS, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    Hyperparameter.Int leaves = DeepTrees.leaves(shape);
    return SearchSpace.builder()
        .add(new Hyperparameter.Int(TREES, 2, 8, true, shape.small() ? 2 : 4, "trees"))
        .add(
            new Hyperparameter.Choice(
                LATER,
                List.of(BOOSTED, AVERAGED),
                BOOSTED,
                "whether the others learn what is left, or the same by other columns"))
        .addCapacity(leaves)
        .add(DeepTrees.MIN_ROWS_OF_LEAF)
        .add(DeepTrees.lambda(3))
        .add(
            new Hyperparameter.Real(
                COLUMNS,
                0.3,
                1,
                false,
                0.6,
                "share of columns that a split looks at; the first of boosted trees looks at all"))
        .start(Map.of(DeepTrees.LEAVES, leaves.high(), DeepTrees.MIN_ROWS, 4))
        .start(Map.of(LATER, AVERAGED, DeepTrees.LEAVES, leaves.high(), DeepTrees.MIN_ROWS, 4))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    DeepTrees each =
        new DeepTrees(
            hyperparameters.integer(DeepTrees.LEAVES),
            hyperparameters.integer(DeepTrees.MIN_ROWS),
            hyperparameters.real(DeepTrees.LAMBDA),
            hyperparameters.real(COLUMNS));
    int trees = hyperparameters.integer(TREES);
    return hyperparameters.choice(LATER).equals(BOOSTED)
        ? each.boosted(training, trees, context)
        : each.averaged(training, trees, context);
  }
}
