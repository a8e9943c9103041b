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
import java.util.Map;

/**
 * One decision tree over all classes whose leaves hold the mean distribution of their rows, drawn
 * towards the mean of all rows by {@code lambda} rows' worth.
 */
public final class XgboostTree implements StudentModel {
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
    Hyperparameter.Int leaves = DeepTrees.leaves(shape);
    return SearchSpace.builder()
        .addCapacity(leaves)
        .add(DeepTrees.MIN_ROWS_OF_LEAF)
        .add(DeepTrees.lambda(2))
        .start(Map.of(DeepTrees.LEAVES, leaves.high(), DeepTrees.MIN_ROWS, 4))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    return new DeepTrees(
            hyperparameters.integer(DeepTrees.LEAVES),
            hyperparameters.integer(DeepTrees.MIN_ROWS),
            hyperparameters.real(DeepTrees.LAMBDA),
            1)
        .averaged(training, 1, context);
  }
}
