package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.MoreRows;
import dev.distill.data.Profiler;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Evaluation;
import dev.distill.metrics.RunningMean;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Profile;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes the deployable student of a chosen trial and looks at the test rows, once a student. */
final class Finisher {
  private static final int VERIFICATION_ROWS = 16;
  private static final int VERIFICATION_VALUES = 16_384;
  private static final int PARITY_ROWS = 2_000;
  private static final int TRAIN_KL_ROWS = 20_000;

  /** So many rows say how many of them there are in each leaf. */
  private static final int COVER_ROWS = 100_000;

  /** What float32 sums of some hundred terms that cancel may differ by from a library's doubles. */
  private static final double PARITY = 1e-4;

  private final DistillationTask task;
  private final Function<SharedForms, TrialRunner> distillers;
  private final DistillConfig config;
  private final List<TrialOutcome> failures = new ArrayList<>();

  /** The twin that is delivered is student and twin. */
  private final Map<TrialSpec, Measured> finished = new HashMap<>();

  private @Nullable List<Profile.Column> columns;

  /**
   * A finisher.
   *
   * @param distillers makes what fits, with such forms: each fit has its own, as the rows of two
   *     may be more than there is memory for
   */
  Finisher(
      DistillationTask task, Function<SharedForms, TrialRunner> distillers, DistillConfig config) {
    this.task = task;
    this.distillers = distillers;
    this.config = config;
  }

  /**
   * What a student may be made of.
   *
   * @param best what to choose from
   * @param others what to take when nothing of that is left, the best first
   * @param rule chooses among those that are left
   */
  record Candidates(
      List<TrialOutcome> best,
      List<TrialOutcome> others,
      Function<List<TrialOutcome>, TrialOutcome> rule) {

    /** The first one; when that fails, the others. */
    static Candidates first(TrialOutcome outcome, List<TrialOutcome> others) {
      return new Candidates(List.of(outcome), others, left -> left.get(0));
    }
  }

  /**
   * Finishes the chosen one of the candidates; if that fails, of those of other families, and of
   * the others at last. A family that failed is not tried again, but with half of the rows that the
   * teacher labelled where there was no memory for all.
   *
   * @throws SweepException if all failed
   */
  Measured finish(Candidates candidates) {
    List<TrialOutcome> others = candidates.others();
    List<TrialOutcome> left = new ArrayList<>(candidates.best());
    List<TrialOutcome> spare = new ArrayList<>(others);
    left.removeIf(outcome -> !config.limits().kept(outcome));
    spare.removeIf(outcome -> !config.limits().kept(outcome));
    if (left.isEmpty() && spare.isEmpty()) {
      throw SweepException.ofLimits(config.limits(), others.get(0));
    }
    if (left.isEmpty()) {
      left.add(spare.get(0));
    }
    while (!left.isEmpty()) {
      TrialOutcome chosen = candidates.rule().apply(left);
      Measured known = finished.get(chosen.spec());
      if (known != null) {
        return known;
      }
      long start = System.nanoTime();
      try (SharedForms forms = new SharedForms()) {
        TrialRunner distiller = distillers.apply(forms);
        Measured measured = distiller.limited(() -> finish(chosen, distiller));
        finished.put(chosen.spec(), measured);
        return measured;
      } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
        TrialSpec spec = chosen.spec();
        String search = spec.kind().name().toLowerCase(Locale.ROOT) + " last fit";
        failures.add(
            TrialOutcome.failed(
                spec.in(search, spec.temperature(), spec.alpha()), TrialRunner.seconds(start), e));
        if (e instanceof OutOfMemoryError && spec.augment() > 0) {
          // Fewer rows take less memory.
          left.replaceAll(
              o -> o.spec().equals(spec) ? o.as(spec.augmented(spec.augment() / 2)) : o);
          continue;
        }
        // Of a family that fails nothing more is to be had; what is too large has smaller kin.
        Predicate<TrialOutcome> hopeless =
            e instanceof OverLimitException
                ? o -> o.spec().equals(spec)
                : o -> o.spec().family().equals(spec.family());
        left.removeIf(hopeless);
        spare.removeIf(hopeless);
        if (left.isEmpty() && !spare.isEmpty()) {
          left.add(spare.get(0));
        }
      }
    }
    throw SweepException.ofLastFits(failures);
  }

  /** Last fits that failed, where another student took the place. */
  List<TrialOutcome> failures() {
    return List.copyOf(failures);
  }

  /**
   * Fits the chosen trial on all training rows, converts it, and scores the test rows.
   *
   * @throws FitException if the student has no portable form or that form disagrees with it
   */
  private Measured finish(TrialOutcome chosen, TrialRunner distiller) {
    TrialSpec spec = chosen.spec();
    Fold all = rows(spec.augment());
    long start = System.nanoTime();
    try (FittedStudent fitted =
        distiller.fit(spec, all, config.threads(), withSteps(spec, chosen.steps(), distiller))) {
      double seconds = TrialRunner.seconds(start);
      PortableModel model = TrialRunner.portable(spec, fitted);
      if (fitted instanceof FirstRounds cut) {
        // Its first rounds are scored by the portable form alone.
        checkParity(spec, cut.student(), TrialRunner.portable(spec, cut.student()));
      } else {
        checkParity(spec, fitted, model);
      }
      StudentFile file = file(chosen, model);
      checkLimits(spec, file, model);
      Matrix test = task.test().features();
      double[] probabilities = new double[test.rows() * classes()];
      file.score(test.values(), test.rows(), probabilities);
      Evaluation measured = evaluate(probabilities);
      file = withCovers(withProfile(file, probabilities, measured));
      return new Measured(
          chosen,
          file,
          fitted.steps(),
          seconds,
          trainKl(file),
          measured,
          ServingCost.measure(file, test.values(), test.rows()),
          probabilities);
    }
  }

  /** With what rows in service are compared with, unless only that makes the file too large. */
  private StudentFile withProfile(StudentFile file, double[] probabilities, Evaluation measured) {
    if (columns == null) {
      columns = Profiler.columns(task.train());
    }
    int[] labels = task.test().labels();
    int[] predicted = new int[classes()];
    int right = 0;
    RunningMean loss = new RunningMean();
    for (int i = 0; i < labels.length; i++) {
      int at = i * classes();
      int answer = Argmax.row(probabilities, at, classes());
      predicted[answer]++;
      right += answer == labels[i] ? 1 : 0;
      loss.add(-Math.log(Math.max(KullbackLeibler.FLOOR, probabilities[at + labels[i]])));
    }
    Profile.Answers answers =
        labels.length < 2
            ? null
            : new Profile.Answers(
                labels.length,
                right,
                Profiler.told(predicted),
                Profiler.probabilities(probabilities, classes()),
                Math.max(0, loss.mean()),
                loss.deviation(),
                measured.get("ece"));
    return unlessTooLarge(
        file, file.with(new Profile(task.train().features().rows(), columns, answers)));
  }

  /**
   * With the training rows of its leaves, or some of very many, to explain rows in service with.
   */
  private StudentFile withCovers(StudentFile file) {
    Matrix rows = task.train().features();
    long count = rows.rows();
    if (count > COVER_ROWS) {
      rows =
          rows.select(
              IntStream.range(0, COVER_ROWS).map(i -> (int) (i * count / COVER_ROWS)).toArray());
    }
    return unlessTooLarge(file, file.withCovers(rows.values(), rows.rows()));
  }

  private StudentFile unlessTooLarge(StudentFile file, StudentFile larger) {
    TrialOutcome.Cost cost = new TrialOutcome.Cost(0, larger.toBytes().length);
    return config.limits().any() && config.limits().excess(cost).stream().anyMatch(e -> e > 0)
        ? file
        : larger;
  }

  /** All training rows, with so many rows without labels for each. */
  private Fold rows(int augment) {
    Fold all = Rows.all(task.train());
    MoreRows more = task.more();
    return more == null || augment == 0
        ? all
        : all.with(more, Rows.first(more, augment, task.train().rows()));
  }

  /** How far from the teacher it is where it learned from it, on the first rows. */
  private double trainKl(StudentFile file) {
    Matrix rows = task.train().features();
    int count = Math.min(TRAIN_KL_ROWS, rows.rows());
    double[] probabilities = new double[count * classes()];
    file.score(rows.values(), count, probabilities);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      int at = i * classes();
      sum +=
          KullbackLeibler.row(
              task.trainTeacher(), at, probabilities, at, classes(), KullbackLeibler.FLOOR);
    }
    return sum / count;
  }

  private static Hyperparameters withSteps(TrialSpec spec, int steps, TrialRunner distiller) {
    String name = distiller.steps(spec);
    return name != null && steps > 0
        ? spec.hyperparameters().with(name, steps)
        : spec.hyperparameters();
  }

  private void checkParity(TrialSpec spec, FittedStudent fitted, PortableModel model) {
    Matrix rows = task.train().features();
    int count = Math.min(PARITY_ROWS, rows.rows());
    Matrix some = rows.select(IntStream.range(0, count).toArray());
    float[] own = new float[count * classes()];
    float[] portable = new float[own.length];
    fitted.logits(some, own);
    model.logits(some.values(), count, portable);
    double largest = 1;
    for (int i = 0; i < own.length; i++) {
      if (i % classes() == 0) {
        // What cancels in a small logit may be as large as what doesn't in the row's largest.
        largest = 1;
        for (int k = 0; k < classes(); k++) {
          largest = Math.max(largest, Math.abs(own[i + k]));
        }
      }
      if (!(Math.abs(own[i] - portable[i]) <= PARITY * largest)) {
        throw new FitException(
            "family '%s': its portable form gives logit %s where the library gives %s (row %s, class %s)"
                .formatted(spec.family(), portable[i], own[i], i / classes(), i % classes()));
      }
    }
  }

  /** A student that was fitted on more rows than in the search may have grown. */
  private void checkLimits(TrialSpec spec, StudentFile file, PortableModel model) {
    Limits limits = config.limits();
    if (limits.any()) {
      TrialOutcome.Cost cost =
          new TrialOutcome.Cost(
              CountedCost.nanos(model, task.train().features()), file.toBytes().length);
      if (limits.excess(cost).stream().anyMatch(e -> e > 0)) {
        throw new OverLimitException(
            "family '%s': fitted on all rows the student takes %.0f ns a row and %s bytes, allowed are %s"
                .formatted(spec.family(), cost.nanos(), cost.bytes(), limits));
      }
    }
  }

  /** A student is above the limits of what it may cost. */
  private static final class OverLimitException extends FitException {
    private static final long serialVersionUID = 1L;

    OverLimitException(String message) {
      super(message);
    }
  }

  private StudentFile file(TrialOutcome chosen, PortableModel model) {
    TrialSpec spec = chosen.spec();
    Dataset train = task.train();
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("distill.version", Version.current());
    provenance.put("plan", config.plan().name().toLowerCase(Locale.ROOT));
    provenance.put("family", spec.family());
    spec.hyperparameters()
        .values()
        .forEach((name, value) -> provenance.put("hyperparameter." + name, value.toString()));
    provenance.put("temperature", Double.toString(spec.temperature()));
    provenance.put(
        "alpha", Double.toString(spec.kind() == TrialSpec.Kind.STUDENT ? spec.alpha() : 0));
    provenance.put("source", spec.source());
    provenance.put("augment", Integer.toString(spec.augment()));
    provenance.put("seed", Long.toString(config.seed()));
    provenance.put("train.rows", Integer.toString(train.features().rows()));
    provenance.put("train.sha256", DataHash.of(train, task.trainTeacher()));
    return new StudentFile(
        train.schema(),
        model,
        train.classes(),
        train.labelName(),
        chosen.calibration(),
        verificationRows(),
        provenance);
  }

  /**
   * Rows to verify a file with: each value drawn from its column on its own, so that no row of the
   * training data travels in the file; the first row is all missing. Fewer in very wide data.
   */
  private float[] verificationRows() {
    Matrix rows = task.train().features();
    RandomGenerator random = Seeds.random(config.seed(), "verification rows");
    int count = Math.max(2, Math.min(VERIFICATION_ROWS, VERIFICATION_VALUES / rows.columns()));
    float[] drawn = new float[count * rows.columns()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] =
          i < rows.columns()
              ? Float.NaN
              : rows.get(random.nextInt(rows.rows()), i % rows.columns());
    }
    return drawn;
  }

  /** The teacher's own metrics on the test rows. */
  Evaluation teacher() {
    return evaluate(task.testTeacher());
  }

  /** The metrics of answering every row with the training rows' class shares. */
  Evaluation prior() {
    int[] labels = task.train().labels();
    int rows = task.test().features().rows();
    double[] probabilities = new double[rows * classes()];
    for (int label : labels) {
      probabilities[label] += 1.0 / labels.length;
    }
    for (int i = 1; i < rows; i++) {
      System.arraycopy(probabilities, 0, probabilities, i * classes(), classes());
    }
    return evaluate(probabilities);
  }

  /** Student against twin and teacher on the test rows. */
  Verdict compare(Measured student, Measured twin) {
    return Verdict.of(
        student.testProbabilities(),
        twin.testProbabilities(),
        task.testTeacher(),
        task.test().labels(),
        classes(),
        Seeds.derive(config.seed(), "bootstrap"));
  }

  private Evaluation evaluate(double[] probabilities) {
    return Evaluation.of(
        probabilities,
        task.test().labels(),
        task.testTeacher(),
        task.test().features().rows(),
        classes());
  }

  private int classes() {
    return task.train().classes().size();
  }
}
