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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import smile.base.cart.Node;

/**
 * A random forest (Breiman, 2001) of trees over all classes: the mean of the distributions that its
 * trees, each grown on rows drawn with replacement, hold in their leaves.
 */
public final class SmileForest implements StudentModel {
  private static final String TREES = "trees";
  private static final String LEAVES = "max_leaves";
  private static final String MIN_ROWS = "min_leaf_rows";
  private static final String COLUMNS = "columns";

  private static final int DEPTH = 24;

  /** Rows' worth of the mean of all rows in a leaf: the trees' mean is drawn enough by itself. */
  private static final double LAMBDA = 0.1;

  /** Made by the service loader. */
  public SmileForest() {}

  @Override
  public String id() {
    return "smile.forest";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "a forest: robust where rows are few or noisy, for a microsecond a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    boolean small = shape.small();
    int leaves = Math.max(8, Math.min(1_024, shape.rows() / 4));
    // A few trees may be large ones where the teacher labelled rows for their leaves.
    leaves = small ? Math.max(leaves, Math.min(16_384, shape.rows() / 64)) : leaves;
    // Where columns are many, trying all of them at every split takes the time.
    int columns = Math.min(shape.features(), 256);
    return SearchSpace.builder()
        .add(new Hyperparameter.Int(TREES, small ? 2 : 10, 100, true, small ? 8 : 50, "trees"))
        .addCapacity(
            new Hyperparameter.Int(
                LEAVES, 8, leaves, true, Math.min(leaves, 256), "most leaves of a tree"))
        .add(new Hyperparameter.Int(MIN_ROWS, 1, 30, true, 3, "least rows in a leaf"))
        .add(
            new Hyperparameter.Int(
                COLUMNS,
                Math.min(columns, 2),
                columns,
                true,
                Math.max(Math.min(columns, 4), columns / 2),
                "columns tried at a split"))
        .start(
            Map.of(
                TREES,
                small ? 4 : 80,
                LEAVES,
                leaves,
                MIN_ROWS,
                1,
                COLUMNS,
                Math.max(Math.min(columns, 2), (int) Math.sqrt(columns))))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    SmileLibrary.load();
    BinnedRows rows = context.shared(training.features(), BinnedRows.class, BinnedRows::new);
    Distribution distribution = new Distribution(training);
    int trees = hyperparameters.integer(TREES);
    Growth growth =
        new Growth(
            DEPTH,
            hyperparameters.integer(LEAVES),
            hyperparameters.integer(MIN_ROWS),
            hyperparameters.integer(COLUMNS),
            LAMBDA);
    RandomGenerator random = context.random("smile.forest");
    int[] samples = new int[rows.rows()];
    List<TreesStudent.Tree> grown = new ArrayList<>();
    for (int t = 0; t < trees; t++) {
      Arrays.fill(samples, 0);
      for (int i = 0; i < samples.length; i++) {
        samples[random.nextInt(samples.length)]++;
      }
      Node root =
          HistogramTree.grow(
              rows,
              distribution.statistics(),
              samples,
              growth,
              random.nextLong(),
              sums -> distribution.leaf(sums, LAMBDA, 1.0 / trees));
      grown.add(new TreesStudent.Tree(root, TreesStudent.EVERY));
      context.report(t + 1, Double.NaN);
    }
    return new TreesStudent(rows, training.classes(), grown, true, 0);
  }
}
