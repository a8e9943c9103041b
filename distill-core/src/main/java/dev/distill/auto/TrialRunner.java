package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.EncodedFit;
import dev.distill.loss.CombinedLoss;
import dev.distill.loss.DistillationLoss;
import dev.distill.loss.ReferenceLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.loss.Softmax;
import dev.distill.metrics.Argmax;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Runs one trial: targets by the ladder, fits, calibration, and what validation says of it. */
final class TrialRunner {
  private final StudentCatalog catalog;
  private final Dataset data;
  private final double[] teacher;
  private final List<LabelSource> sources;
  private final DistillConfig config;
  private final Duration limit;
  private final SharedForms shared;
  private final BooleanSupplier stop;

  /**
   * A distiller over training data.
   *
   * @param teacher rows × classes probabilities of the training rows, which students are judged by
   * @param sources what they may learn from
   * @param config the weight of the teacher, how long a trial may take, whether to ask what
   *     students cost
   * @param stop asked between steps; true ends running fits
   */
  TrialRunner(
      StudentCatalog catalog,
      Dataset data,
      double[] teacher,
      List<LabelSource> sources,
      DistillConfig config,
      SharedForms shared,
      BooleanSupplier stop) {
    this.catalog = catalog;
    this.data = data;
    this.teacher = teacher;
    this.sources = List.copyOf(sources);
    this.config = config;
    this.limit = config.trialTimeout();
    this.shared = shared;
    this.stop = stop;
  }

  /** Whether running fits are to end. */
  boolean isStopped() {
    return stop.getAsBoolean();
  }

  /** In what form its family wants the rows. */
  Encoding encoding(TrialSpec spec) {
    return catalog.get(spec.family()).capabilities().encoding();
  }

  /** Looks at a trial while it runs. */
  interface Watch {
    /** Lets trials run to their end. */
    Watch NONE =
        new Watch() {
          @Override
          public boolean prune(int step, double loss) {
            return false;
          }

          @Override
          public Optional<String> tooLong(Duration sinceStart) {
            return Optional.empty();
          }
        };

    /** Whether to end the trial after this step, which counts from 1. */
    boolean prune(int step, double loss);

    /** Why the trial has taken too long, if it has. */
    Optional<String> tooLong(Duration sinceStart);
  }

  /** The outcome of a trial; whatever goes wrong in it is its outcome too. */
  TrialOutcome run(TrialSpec spec, Cut cut, int threads, Watch watch) {
    Watched trial = new Watched(watch);
    try {
      return limited(() -> outcome(spec, cut, threads, trial));
    } catch (FitCancelledException e) {
      if (trial.pruned) {
        return TrialOutcome.pruned(spec, seconds(trial.start));
      }
      String tooLong = trial.tooLong;
      return TrialOutcome.failed(
          spec, seconds(trial.start), tooLong == null ? e : new FitException(tooLong));
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return TrialOutcome.failed(spec, seconds(trial.start), e);
    }
  }

  /** A running trial, and why it was ended if it was. */
  private static final class Watched {
    private final Watch watch;
    private final long start = System.nanoTime();
    private volatile boolean pruned;
    private volatile @Nullable String tooLong;

    Watched(Watch watch) {
      this.watch = watch;
    }

    /**
     * Called between steps.
     *
     * @throws FitCancelledException if the trial is to end here
     */
    void check() {
      watch
          .tooLong(Duration.ofNanos(System.nanoTime() - start))
          .ifPresent(
              reason -> {
                tooLong = reason;
                throw new FitCancelledException(reason);
              });
    }

    /**
     * Adds a point to its curve.
     *
     * @throws FitCancelledException if the trial is to end here
     */
    void point(int step, double loss) {
      if (Double.isFinite(loss) && watch.prune(step, loss)) {
        pruned = true;
        throw new FitCancelledException("pruned after step " + step);
      }
    }
  }

  /**
   * Does work that runs a family's code within the time limit of a trial. Work that does not end is
   * left behind, so it must close what it opens; what it shares with others is not freed under it.
   *
   * @throws FitException if it took longer
   * @throws Exception what the work threw
   */
  <T> T limited(Callable<T> work) throws Exception {
    return TimeLimit.call(
        limit,
        "--trial-timeout",
        stop,
        () -> {
          SharedForms.Use use = shared.use();
          try {
            return work.call();
          } finally {
            use.close();
          }
        });
  }

  private TrialOutcome outcome(TrialSpec spec, Cut cut, int threads, Watched trial) {
    for (Map.Entry<Integer, Fold> share : cut.shares().entrySet()) {
      Fold fold = share.getValue();
      try (FittedStudent fitted = fit(spec, fold, threads, spec.hyperparameters(), trial, false)) {
        float[] logits = new float[fold.validationRows().length * classes()];
        fitted.logits(validation(fold), logits);
        trial.check();
        trial.point(
            share.getKey(),
            loss(spec, fold.validationRows(), logits) + excess(spec, fitted, validation(fold)));
      }
    }
    List<Fold> folds = cut.folds();
    int rows = folds.stream().mapToInt(f -> f.validationRows().length).sum();
    int[] judged = new int[rows];
    float[] logits = new float[rows * classes()];
    int at = 0;
    double steps = 0;
    double above = 0;
    TrialOutcome.@Nullable Cost cost = null;
    for (int f = 0; f < folds.size(); f++) {
      Fold fold = folds.get(f);
      try (FittedStudent fitted =
          fit(spec, fold, threads, spec.hyperparameters(), trial, cut.bySteps())) {
        Matrix validation = validation(fold);
        float[] part = new float[validation.rows() * classes()];
        fitted.logits(validation, part);
        System.arraycopy(part, 0, logits, at * classes(), part.length);
        System.arraycopy(fold.validationRows(), 0, judged, at, validation.rows());
        at += validation.rows();
        steps += (double) fitted.steps() / folds.size();
        // One fold says little alone.
        if (f > 0 && f < folds.size() - 1) {
          above = excess(spec, fitted, validation);
        }
        if (f == folds.size() - 1) {
          // Only who asks for costs needs a student that can be deployed here already.
          Optional<PortableModel> model =
              config.costs() ? Optional.of(portable(spec, fitted)) : fitted.portable();
          cost = model.map(m -> cost(m, validation)).orElse(null);
        }
      }
      if (f < folds.size() - 1) {
        trial.check();
        if (f > 0) {
          int[] rowsSoFar = Arrays.copyOf(judged, at);
          trial.point(f + 1, loss(spec, rowsSoFar, Arrays.copyOf(logits, at * classes())) + above);
        }
      }
    }
    return judge(spec, judged, logits, (int) Math.round(steps), cost, trial.start);
  }

  private double loss(TrialSpec spec, int[] rows, float[] logits) {
    return judge(spec, rows, logits, 0, null, System.nanoTime()).loss();
  }

  /** By what shares a student is above the limits: added to its loss while it is looked at. */
  private double excess(TrialSpec spec, FittedStudent fitted, Matrix rows) {
    Limits limits = config.limits();
    return limits.any() ? limits.above(cost(portable(spec, fitted), rows)) : 0;
  }

  private TrialOutcome.Cost cost(PortableModel model, Matrix rows) {
    int some = Math.min(16, rows.rows());
    StudentFile file =
        new StudentFile(
            data.schema(),
            model,
            data.classes(),
            data.labelName(),
            1,
            Arrays.copyOf(rows.values(), some * rows.columns()),
            Map.of());
    return new TrialOutcome.Cost(CountedCost.nanos(model, rows), file.toBytes().length);
  }

  /**
   * The library-free form of a student.
   *
   * @throws FitException if it has none
   */
  static PortableModel portable(TrialSpec spec, FittedStudent fitted) {
    return fitted
        .portable()
        .orElseThrow(
            () ->
                new FitException(
                    "family '%s' has no portable form, so it can't be written to a file"
                        .formatted(spec.family())));
  }

  private TrialOutcome judge(
      TrialSpec spec,
      int[] rows,
      float[] logits,
      int steps,
      TrialOutcome.@Nullable Cost cost,
      long start) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        throw new FitException(
            "family '%s' gave a logit of %s on a validation row".formatted(spec.family(), logit));
      }
    }
    int[] labels = pick(data.labels(), rows);
    double[] soft = pick(teacher, rows, classes());
    Objective mimicry = new Objective(soft, labels, classes(), 1);
    Objective labelled = new Objective(soft, labels, classes(), 0);
    double calibration = 1;
    double loss;
    double standardError = Double.NaN;
    if (spec.kind() == TrialSpec.Kind.REFERENCE) {
      loss = referenceLoss(spec, soft, labels, logits);
    } else {
      Objective objective = new Objective(soft, labels, classes(), weight(spec.kind()));
      if (Ladder.needsCalibration(catalog.get(spec.family()))) {
        calibration = objective.calibrate(logits);
      }
      loss = objective.loss(logits, calibration);
      standardError = objective.standardError(logits, calibration);
    }
    int right = 0;
    for (int i = 0; i < rows.length; i++) {
      right += Argmax.row(logits, i * classes(), classes()) == labels[i] ? 1 : 0;
    }
    return new TrialOutcome(
        spec,
        loss,
        standardError,
        mimicry.loss(logits, calibration),
        labelled.loss(logits, calibration),
        (double) right / rows.length,
        calibration,
        steps,
        seconds(start),
        cost,
        false,
        null);
  }

  private double referenceLoss(TrialSpec spec, double[] soft, int[] labels, float[] logits) {
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = logits[i];
    }
    Softmax.softmax(1, probabilities, labels.length, classes(), probabilities);
    double[] softened = new double[soft.length];
    ReferenceLoss.soften(spec.temperature(), soft, labels.length, classes(), softened);
    return ReferenceLoss.combined(
        spec.alpha(), softened, labels, probabilities, labels.length, classes());
  }

  /** Fits on a fold's training rows, watching its validation rows if it has any. */
  FittedStudent fit(TrialSpec spec, Fold fold, int threads, Hyperparameters hyperparameters) {
    return fit(spec, fold, threads, hyperparameters, new Watched(Watch.NONE), false);
  }

  private FittedStudent fit(
      TrialSpec spec,
      Fold fold,
      int threads,
      Hyperparameters hyperparameters,
      Watched trial,
      boolean bySteps) {
    String steps = steps(spec);
    if (!config.limits().any() || steps == null) {
      return whole(spec, fold, threads, hyperparameters, trial, bySteps);
    }
    Matrix rows = fold.validation() == null ? data.features() : validation(fold);
    ToDoubleFunction<PortableModel> share = model -> config.limits().share(cost(model, rows));
    int most = hyperparameters.integer(steps);
    if (most > 2 * FirstRounds.PROBE) {
      Hyperparameters few = hyperparameters.with(steps, FirstRounds.PROBE);
      try (FittedStudent probe = whole(spec, fold, threads, few, trial, false)) {
        most = Math.min(most, FirstRounds.estimate(probe, share));
      }
    }
    return FirstRounds.of(
        whole(spec, fold, threads, hyperparameters.with(steps, most), trial, bySteps), share);
  }

  /** The name of what counts a family's steps, if it has them. */
  @Nullable String steps(TrialSpec spec) {
    return spec.kind() == TrialSpec.Kind.REFERENCE
        ? null
        : catalog.get(spec.family()).searchSpace(shape()).steps().orElse(null);
  }

  private FittedStudent whole(
      TrialSpec spec,
      Fold fold,
      int threads,
      Hyperparameters hyperparameters,
      Watched trial,
      boolean bySteps) {
    StudentModel student = catalog.get(spec.family());
    double alpha = spec.kind() == TrialSpec.Kind.STUDENT ? spec.alpha() : 0;
    Fold.More more = spec.augment() == 0 ? null : fold.more();
    double temperature = alpha == 0 && more == null ? 1 : spec.temperature();
    LabelSource source = source(spec);
    double[] answers = pick(source.train(), fold.trainRows(), classes());
    int[] labels = pick(data.labels(), fold.trainRows());
    Matrix features = fold.train();
    if (more != null) {
      int labelled = labels.length;
      features = more.together();
      double[] others = source.more().apply(more.teacher());
      answers = Arrays.copyOf(answers, answers.length + others.length);
      System.arraycopy(others, 0, answers, labelled * classes(), others.length);
      labels = Arrays.copyOf(labels, features.rows());
      Arrays.fill(labels, labelled, labels.length, CombinedLoss.UNLABELLED);
    }
    SoftTargets soft = SoftTargets.soften(answers, classes(), temperature);
    DistillationLoss loss = new DistillationLoss(soft, labels, alpha);
    TrainingSet training = new TrainingSet(features, classes(), Ladder.reduce(student, loss));
    Validation watched =
        fold.validation() == null || spec.kind() == TrialSpec.Kind.REFERENCE
            ? null
            : watched(fold, spec);
    return EncodedFit.fit(
        student,
        data.schema(),
        training,
        hyperparameters,
        new Context(spec.seed(), threads, watched, trial, bySteps));
  }

  private LabelSource source(TrialSpec spec) {
    return sources.stream()
        .filter(source -> source.name().equals(spec.source()))
        .findFirst()
        .orElseThrow(() -> new FitException("there are no answers '" + spec.source() + "'"));
  }

  private Validation watched(Fold fold, TrialSpec spec) {
    Objective objective =
        new Objective(
            pick(teacher, fold.validationRows(), classes()),
            pick(data.labels(), fold.validationRows()),
            classes(),
            weight(spec.kind()));
    Matrix features = validation(fold);
    return new Validation() {
      @Override
      public Matrix features() {
        return features;
      }

      @Override
      public double loss(float[] logits) {
        return objective.loss(logits);
      }
    };
  }

  /** The size of the task, which search spaces may depend on. */
  TaskShape shape() {
    return FirstRound.shape(data, config);
  }

  private double weight(TrialSpec.Kind kind) {
    return kind == TrialSpec.Kind.TWIN ? 0 : config.teacherWeight();
  }

  private int classes() {
    return data.classes().size();
  }

  static Matrix validation(Fold fold) {
    if (fold.validation() == null) {
      throw new IllegalArgumentException("a fold without validation rows can't be judged");
    }
    return fold.validation();
  }

  static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  static int[] pick(int[] values, int[] rows) {
    int[] picked = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      picked[i] = values[rows[i]];
    }
    return picked;
  }

  static double[] pick(double[] values, int[] rows, int width) {
    double[] picked = new double[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, picked, i * width, width);
    }
    return picked;
  }

  private final class Context implements FitContext {
    private final long seed;
    private final int threads;
    private final @Nullable Validation validation;
    private final Watched trial;
    private final boolean bySteps;
    private final TimeLimit time = TimeLimit.current();

    Context(
        long seed, int threads, @Nullable Validation validation, Watched trial, boolean bySteps) {
      this.seed = seed;
      this.threads = threads;
      this.validation = validation;
      this.trial = trial;
      this.bySteps = bySteps;
    }

    @Override
    public long seed() {
      return seed;
    }

    @Override
    public RandomGenerator random(String purpose) {
      return Seeds.random(seed, purpose);
    }

    @Override
    public int threads() {
      return threads;
    }

    @Override
    public Optional<Validation> validation() {
      return Optional.ofNullable(validation);
    }

    @Override
    public void report(int step, double loss) {
      time.check();
      if (stop.getAsBoolean()) {
        throw new FitCancelledException("the sweep was asked to end");
      }
      trial.check();
      if (bySteps && isNoted(step)) {
        trial.point(step, loss);
      }
    }

    /** All of the first steps, then 16 of each doubling: as much as a curve needs. */
    private static boolean isNoted(int step) {
      return step % Math.max(1, Integer.highestOneBit(step) / 16) == 0;
    }

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      return shared.get(matrix, form, make);
    }
  }
}
