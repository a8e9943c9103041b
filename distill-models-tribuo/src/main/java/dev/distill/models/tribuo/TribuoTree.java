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
import java.util.List;
import java.util.Map;

/**
 * One decision tree over all classes (Breiman et al., 1984, with vector leaves), each leaf the mean
 * distribution of its rows.
 */
public final class TribuoTree implements StudentModel {
  static final String GAP = "criterion";
  static final String DEPTH = "max_depth";
  static final String LEAST_ROWS = "min_leaf_rows";
  static final String SHRINKAGE = "shrinkage";

  /** Made by the service loader. */
  public TribuoTree() {}

  @Override
  public String id() {
    return "tribuo.tree";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "one tree that splits by the distillation loss itself: tens of nanoseconds a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // Rows that a teacher labelled have no noise that a leaf must average out.
    int most =
        Math.max(16, Math.min(24, Integer.SIZE + 1 - Integer.numberOfLeadingZeros(shape.rows())));
    return SearchSpace.builder()
        .addCapacity(
            new Hyperparameter.Int(DEPTH, 2, most, false, 8, "most splits from root to leaf"))
        .add(new Hyperparameter.Int(LEAST_ROWS, 1, 100, true, 10, "least rows in a leaf"))
        .add(shrinkage(2))
        .add(gap())
        .start(Map.of(DEPTH, 14, LEAST_ROWS, 4, SHRINKAGE, 10.0))
        .build();
  }

  static Hyperparameter shrinkage(double initial) {
    return new Hyperparameter.Real(
        SHRINKAGE, 0.1, 100, true, initial, "rows' worth of its parent in every node's answer");
  }

  static Hyperparameter gap() {
    return new Hyperparameter.Choice(
        GAP,
        List.of("log_loss", "brier"),
        "log_loss",
        "what a split lowers: KL to the leaf's distribution, or squared error");
  }

  static JensenGap.Function gap(Hyperparameters hyperparameters) {
    return hyperparameters.choice(GAP).equals("brier")
        ? JensenGap.Function.SQUARE
        : JensenGap.Function.ENTROPY;
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    int classes = training.classes();
    Rows rows = context.shared(training.features(), Rows.class, Rows::new);
    TreeShape shape =
        new TreeShape(
            hyperparameters.integer(DEPTH),
            hyperparameters.integer(LEAST_ROWS),
            1,
            gap(hyperparameters),
            hyperparameters.real(SHRINKAGE));
    float[] targets = ((Targets.Soft) training.targets()).distribution();
    Rows.Targeted all = rows.targeted(targets, classes);
    JointTree tree = JointTree.fit(all, all, shape, context.seed());
    context.report(1, Double.NaN);
    return new TreesStudent(List.of(tree), rows.columns(), classes);
  }
}
