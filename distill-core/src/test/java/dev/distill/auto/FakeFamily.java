package dev.distill.auto;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A student family of one split: on either side of {@code cut} in the first feature it answers with
 * the mean target, drawn towards uniform by {@code smooth} rows. It remembers what it was fitted on
 * and can be told to misbehave.
 */
public final class FakeFamily implements StudentModel {

  /** What a fit was given. */
  public record Fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context, int number) {}

  private final String id;
  private final TargetLevel level;
  private int maxClasses = 100;
  private Encoding encoding = Encoding.AS_IS;
  private boolean portable = true;
  private boolean steps;
  private boolean units;
  private boolean unitsLikeRows;
  private boolean heavy;
  private boolean widestFirst;
  private float offset;
  private float forcedCut = Float.NaN;
  private int idleTrees;
  private Consumer<Fit> before = fit -> {};
  private final List<Fit> fits = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  public FakeFamily(String id, TargetLevel level) {
    this.id = id;
    this.level = level;
  }

  public static FakeFamily soft(String id) {
    return new FakeFamily(id, TargetLevel.SOFT_TARGETS);
  }

  /** Does this before each fit, such as throw. */
  public FakeFamily before(Consumer<Fit> action) {
    before = action;
    return this;
  }

  /** Takes five milliseconds for so many rows, and may be ended after each five. */
  public FakeFamily slow(int rows) {
    return before(
        fit -> {
          for (int i = 0; i < fit.training().features().rows() / rows; i++) {
            fit.context().report(1, Double.NaN);
            pause();
          }
        });
  }

  static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public FakeFamily maxClasses(int most) {
    maxClasses = most;
    return this;
  }

  public FakeFamily encoding(Encoding form) {
    encoding = form;
    return this;
  }

  public FakeFamily withoutPortableForm() {
    portable = false;
    return this;
  }

  /** Has a hyperparameter of training steps, of which it keeps three. */
  public FakeFamily withSteps() {
    steps = true;
    return this;
  }

  /**
   * Has a capacity, of which there is more with more rows; with more of it, it splits nearer to
   * 0.2.
   */
  public FakeFamily withUnits() {
    units = true;
    return this;
  }

  /** Splits nearest to 0.2 with a unit for each 1 000 rows. */
  public FakeFamily withUnitsLikeRows() {
    unitsLikeRows = true;
    return withUnits();
  }

  /** Its students are larger with each unit. */
  public FakeFamily withHeavyUnits() {
    heavy = true;
    return withUnits();
  }

  /** Knows the most units that there may be as a good configuration. */
  public FakeFamily withMostUnitsKnown() {
    widestFirst = true;
    return withUnits();
  }

  /** Splits there, whatever the hyperparameters say. */
  public FakeFamily cuttingAt(float cut) {
    forcedCut = cut;
    return this;
  }

  /** Adds so many trees that say nothing, so that its students are larger. */
  public FakeFamily withIdleTrees(int count) {
    idleTrees = count;
    return this;
  }

  /** Adds this to every logit of its own scoring. */
  public FakeFamily adding(float value) {
    offset = value;
    return this;
  }

  /** All fits that were begun, in that order. */
  public List<Fit> fits() {
    synchronized (fits) {
      return List.copyOf(fits);
    }
  }

  /** How many students were not closed. */
  public int open() {
    return open.get();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "one split";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(level, maxClasses, encoding, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    SearchSpace.Builder space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("cut", -1, 1, false, 0, "where to split"))
            .add(new Hyperparameter.Real("smooth", 0.01, 10, true, 1, "rows of uniform"));
    if (steps) {
      space.addSteps(new Hyperparameter.Int("rounds", 1, 50, true, 10, "does nothing"));
    }
    if (units) {
      int most = shape.rows() < 5_000 ? 4 : shape.rows() < 100_000 ? 64 : 256;
      space.addCapacity(new Hyperparameter.Int("units", 4, most, true, 4, "capacity"));
      if (widestFirst) {
        space.start(Map.of("units", most));
      }
    }
    return space.build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    Fit fit = new Fit(training, hyperparameters, context, begun.getAndIncrement());
    fits.add(fit);
    before.accept(fit);
    context.report(1, Double.NaN);
    PortableModel model = grow(training, hyperparameters);
    open.incrementAndGet();
    return new Student(model);
  }

  private PortableModel grow(TrainingSet training, Hyperparameters hyperparameters) {
    Matrix rows = training.features();
    int classes = training.classes();
    float cut = Float.isNaN(forcedCut) ? (float) hyperparameters.real("cut") : forcedCut;
    if (units && Float.isNaN(forcedCut)) {
      double wanted = rows.rows() / 1e3 / hyperparameters.integer("units");
      cut =
          unitsLikeRows
              ? 0.2f + (float) Math.abs(Math.log(wanted)) / 5
              : 0.2f + 1.2f / hyperparameters.integer("units");
    }
    double smooth = hyperparameters.real("smooth");
    double[][] sums = new double[2][classes];
    for (int i = 0; i < rows.rows(); i++) {
      for (int k = 0; k < classes; k++) {
        sums[rows.get(i, 0) < cut ? 0 : 1][k] += target(training.targets(), i, k, classes);
      }
    }
    float[][] leaves = new float[2][classes];
    for (int side = 0; side < 2; side++) {
      double total = smooth;
      for (double sum : sums[side]) {
        total += sum;
      }
      for (int k = 0; k < classes; k++) {
        leaves[side][k] = (float) Math.log((sums[side][k] + smooth / classes) / total);
      }
    }
    TreeEnsemble.Builder trees =
        TreeEnsemble.builder(rows.columns(), new float[classes])
            .vectorTree(3)
            .split(0, 0, cut, 1, 2, true)
            .leaf(1, leaves[0])
            .leaf(2, leaves[1]);
    int idle = idleTrees + (heavy ? hyperparameters.integer("units") : 0);
    for (int t = 0; t < idle; t++) {
      trees.vectorTree(1).leaf(0, new float[classes]);
    }
    return trees.build();
  }

  private static double target(Targets targets, int row, int k, int classes) {
    if (targets instanceof Targets.Gradient gradient) {
      return gradient.loss().mixedTarget()[row * classes + k];
    } else if (targets instanceof Targets.Soft soft) {
      return soft.distribution()[row * classes + k];
    } else if (targets instanceof Targets.WeightedLabels weighted) {
      return weighted.weights()[row * classes + k];
    }
    return ((Targets.Hard) targets).labels()[row] == k ? 1 : 0;
  }

  private final class Student implements FittedStudent {
    private final PortableModel model;
    private boolean closed;

    Student(PortableModel model) {
      this.model = model;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      model.logits(rows.values(), rows.rows(), logits);
      for (int i = 0; i < logits.length; i++) {
        logits[i] += offset;
      }
    }

    @Override
    public Optional<PortableModel> portable() {
      return portable ? Optional.of(model) : Optional.empty();
    }

    @Override
    public int steps() {
      return steps ? 3 : 0;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }
}
