package dev.distill.models.smile;

import dev.distill.loss.DistillationLoss;
import dev.distill.models.smile.HistogramTree.Growth;
import dev.distill.models.smile.HistogramTree.Leaf;
import dev.distill.models.smile.HistogramTree.Statistics;
import dev.distill.spi.Capabilities;
import dev.distill.spi.EarlyStopping;
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
import dev.distill.spi.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import smile.base.cart.Node;

/**
 * Gradient boosting (Friedman, 2001) of Smile's trees by the distillation loss's own gradient and
 * curvature, so that T and α are exact in training.
 */
public final class SmileGbm implements StudentModel {
  private static final String ROUNDS = "rounds";
  private static final String DEPTH = "max_depth";
  private static final String RATE = "learning_rate";
  private static final String MIN_ROWS = "min_leaf_rows";
  private static final String LAMBDA = "lambda";
  private static final String SUBSAMPLE = "subsample";
  private static final String COLUMNS = "columns";
  private static final String LEAVES = "leaves";

  /** Rounds without a better validation loss before boosting stops. */
  private static final int PATIENCE = 12;

  /** The largest step of a leaf before shrinkage, in nats: where curvature is next to nothing. */
  private static final double LARGEST = 5;

  /** Made by the service loader. */
  public SmileGbm() {}

  @Override
  public String id() {
    return "smile.gbm";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "boosted trees in plain Java: close to the teacher, for a microsecond a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // A round costs a tree a class, in training and in serving: fewer but larger steps for many,
    // and where students must be small there is room for few rounds of large steps alone.
    int rounds = shape.classes() == 2 ? 200 : Math.max(60, Math.min(300, 2_000 / shape.classes()));
    int columns = Math.min(shape.features(), 256);
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
                    RATE,
                    12.0 / rounds,
                    shape.small() ? 0.8 : 0.5,
                    true,
                    shape.small() ? 0.4 : 30.0 / rounds,
                    "learning rate"))
            .add(new Hyperparameter.Int(MIN_ROWS, 1, 50, true, 5, "least rows in a leaf"))
            .add(new Hyperparameter.Real(LAMBDA, 0.1, 20, true, 1, "L2 penalty on leaf values"))
            .add(new Hyperparameter.Real(SUBSAMPLE, 0.6, 1, false, 0.9, "share of rows a round"))
            .add(
                new Hyperparameter.Int(
                    COLUMNS,
                    Math.min(columns, 2),
                    columns,
                    true,
                    Math.max(Math.min(columns, 4), columns / 2),
                    "columns tried at a split"));
    if (shape.classes() > 2) {
      space.add(
          new Hyperparameter.Choice(
              LEAVES,
              List.of("one_class", "all_classes"),
              shape.small() ? "all_classes" : "one_class",
              "a tree a class and round, or one tree a round whose leaves hold all classes"));
    }
    // Deeper trees that see less of the data each.
    space.start(
        Map.of(
            DEPTH,
            6,
            RATE,
            shape.small() ? 0.2 : 24.0 / rounds,
            LAMBDA,
            5.0,
            SUBSAMPLE,
            0.7,
            COLUMNS,
            Math.max(Math.min(columns, 2), columns / 4)));
    return space.build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    SmileLibrary.load();
    Rounds rounds =
        new Rounds(
            context.shared(training.features(), BinnedRows.class, BinnedRows::new),
            ((Targets.Gradient) training.targets()).loss(),
            hyperparameters,
            context);
    int kept = rounds.run(hyperparameters.integer(ROUNDS));
    return new TreesStudent(
        rounds.rows,
        training.classes(),
        rounds.trees.subList(0, kept * rounds.perRound),
        false,
        kept);
  }

  /** Boosting round by round. */
  private static final class Rounds {
    private final BinnedRows rows;
    private final DistillationLoss loss;
    private final FitContext context;
    private final RandomGenerator random;
    private final Growth growth;
    private final double rate;
    private final double subsample;
    private final int classes;
    private final boolean joint;
    private final int perRound;
    private final List<TreesStudent.Tree> trees = new ArrayList<>();
    private final float[] logits;
    private final float[] gradient;
    private final float[] curvature;
    private final Statistics statistics;
    private final int[] samples;

    Rounds(
        BinnedRows rows,
        DistillationLoss loss,
        Hyperparameters hyperparameters,
        FitContext context) {
      this.rows = rows;
      this.loss = loss;
      this.context = context;
      random = context.random("smile.gbm");
      rate = hyperparameters.real(RATE);
      subsample = hyperparameters.real(SUBSAMPLE);
      classes = loss.classes();
      joint = classes > 2 && hyperparameters.choice(LEAVES).equals("all_classes");
      perRound = classes == 2 || joint ? 1 : classes;
      int depth = hyperparameters.integer(DEPTH);
      growth =
          new Growth(
              depth,
              1 << depth,
              hyperparameters.integer(MIN_ROWS),
              hyperparameters.integer(COLUMNS),
              hyperparameters.real(LAMBDA));
      logits = new float[loss.rows() * classes];
      gradient = new float[logits.length];
      curvature = new float[logits.length];
      int outputs = joint ? classes : 1;
      statistics = new Statistics(new double[loss.rows() * 2 * outputs], outputs, outputs);
      samples = new int[loss.rows()];
    }

    /** Runs rounds; gives how many to keep. */
    int run(int most) {
      Validation validation = context.validation().orElse(null);
      if (validation == null) {
        for (int round = 0; round < most; round++) {
          next(round);
          context.report(round + 1, Double.NaN);
        }
        return most;
      }
      BinnedRows judged = context.shared(validation.features(), BinnedRows.class, BinnedRows::new);
      float[] judgedLogits = new float[judged.rows() * classes];
      EarlyStopping stopping = new EarlyStopping(PATIENCE);
      for (int round = 0; round < most && !stopping.over(round); round++) {
        for (TreesStudent.Tree tree : next(round)) {
          add(tree, judged, judgedLogits);
        }
        double now = validation.loss(judgedLogits);
        stopping.better(round + 1, now);
        context.report(round + 1, now);
      }
      return stopping.best();
    }

    private List<TreesStudent.Tree> next(int round) {
      loss.gradient(logits, gradient, curvature);
      draw();
      for (int t = 0; t < perRound; t++) {
        int target = joint ? TreesStudent.EVERY : classes == 2 ? 1 : t;
        fill(round, joint ? 0 : target);
        Node root =
            HistogramTree.grow(rows, statistics, samples, growth, random.nextLong(), this::outputs);
        trees.add(new TreesStudent.Tree(root, target));
      }
      List<TreesStudent.Tree> added = trees.subList(round * perRound, trees.size());
      for (TreesStudent.Tree tree : added) {
        add(tree, rows, logits);
      }
      return added;
    }

    /** Draws the rows of a round, without replacement. */
    private void draw() {
      int left = samples.length;
      int wanted = (int) Math.ceil(subsample * left);
      for (int i = 0; i < samples.length; i++, left--) {
        samples[i] = random.nextInt(left) < wanted ? 1 : 0;
        wanted -= samples[i];
      }
    }

    private void fill(int round, int from) {
      double[] values = statistics.values();
      int outputs = statistics.numerators();
      // As XGBoost's softmax: the diagonal alone overshoots, twice the diagonal bounds it.
      double bound = classes == 2 ? 1 : 2;
      double sum = 0;
      for (int i = 0; i < samples.length; i++) {
        for (int k = 0; k < outputs; k++) {
          int at = i * classes + from + k;
          int to = i * 2 * outputs + k;
          values[to] = HistogramTree.unit(-gradient[at]);
          values[to + outputs] = HistogramTree.unit(bound * curvature[at]);
          sum += values[to];
        }
      }
      if (!Double.isFinite(sum)) {
        throw new FitException("the loss's gradient is not finite in round " + (round + 1));
      }
    }

    /** Newton steps, shrunk. */
    private float[] outputs(double[] sums) {
      float[] outputs = new float[sums.length / 2];
      for (int k = 0; k < outputs.length; k++) {
        double step = sums[k] / (sums[outputs.length + k] + growth.lambda());
        outputs[k] = (float) (rate * Math.max(-LARGEST, Math.min(LARGEST, step)));
      }
      return outputs;
    }

    private void add(TreesStudent.Tree tree, BinnedRows to, float[] sums) {
      for (int i = 0; i < to.rows(); i++) {
        Leaf leaf = HistogramTree.leaf(tree.root(), to, i);
        float[] outputs = leaf.outputs();
        if (tree.target() == TreesStudent.EVERY) {
          for (int k = 0; k < classes; k++) {
            sums[i * classes + k] += outputs[k];
          }
        } else {
          sums[i * classes + tree.target()] += outputs[0];
        }
      }
    }
  }
}
