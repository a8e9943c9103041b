package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.search.RandomSampler;
import dev.distill.search.Sampler;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.Teacher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Finds the student: sweeps families × temperatures × alphas × hyperparameters, chooses on
 * validation rows, fits the chosen one on all training rows, and measures it once on the test rows
 * beside its hard-label twin, the teacher and the class prior.
 */
public final class AutoDistiller {
  private final StudentCatalog catalog;
  private final DistillConfig config;
  private final Sampler sampler;
  private final SelectionRule selection;
  private final TrialExecutor executor;

  /**
   * A distiller with random search, {@link SelectionRule#closestToTeacher} and threads of this
   * process.
   */
  public AutoDistiller(StudentCatalog catalog, DistillConfig config) {
    this(
        catalog,
        config,
        new RandomSampler(),
        SelectionRule::closestToTeacher,
        new LocalTrialExecutor(config.threads()));
  }

  /** A distiller of given parts. */
  public AutoDistiller(
      StudentCatalog catalog,
      DistillConfig config,
      Sampler sampler,
      SelectionRule selection,
      TrialExecutor executor) {
    this.catalog = catalog;
    this.config = config;
    this.sampler = sampler;
    this.selection = selection;
    this.executor = executor;
  }

  /** Distils a teacher that answers; a share of the rows is held out as test rows. */
  public DistillationResult distill(Dataset rows, Teacher teacher) {
    double[] answers = teacher.probabilities(rows.features());
    return distill(
        DistillationTask.holdOut(rows, answers, config.testShare(), config.seed()),
        (outcome, best, done, total) -> {},
        new Cancellation());
  }

  /**
   * Runs the sweep.
   *
   * @param cancellation ends it early with the best so far; at least one trial of each search is
   *     waited for
   * @throws IllegalArgumentException if no family fits the task
   * @throws SweepException if all trials of the students' searches or of the twin's failed, or none
   *     of the students could be made to deliver
   */
  public DistillationResult distill(
      DistillationTask task, SweepListener listener, Cancellation cancellation) {
    long start = System.nanoTime();
    try (SharedForms shared = new SharedForms()) {
      List<StudentModel> families = families(task);
      List<Search> searches = searches(families, shape(task));
      Search twins = searches.get(searches.size() - 1);
      List<Search> students = searches.subList(0, searches.size() - 1);
      BooleanSupplier ending = () -> cancellation.isCancelled() || outOfTime(start);
      BooleanSupplier stop =
          () -> ending.getAsBoolean() && searches.stream().allMatch(Search::settled);
      Rows rows = Rows.cut(task.train(), config);
      Sweep sweep =
          new Sweep(distiller(task, shared, stop), executor, config.threads(), ending, listener);
      sweep.run(searches, rows.search());
      List<Search> failed = searches.stream().filter(s -> s.best().isEmpty()).toList();
      if (failed.contains(twins) || failed.containsAll(students)) {
        throw SweepException.ofSearches(failed);
      }
      Finals finals = new Finals(config, rows, sweep);
      TrialOutcome twin = finals.twin(twins);
      List<TrialOutcome> finalists = finals.students(students, twin);
      // The students to be delivered are fitted to the end, also when the sweep ends early.
      Finisher finisher = new Finisher(task, catalog, distiller(task, shared, () -> false), config);
      Measured measured =
          finisher.finish(
              finalists, ranked(students), candidates -> selection.select(candidates, twin));
      Measured measuredTwin =
          finisher.finish(List.of(twin), twins.ranked(), candidates -> candidates.get(0));
      List<TrialOutcome> trials = new ArrayList<>(sweep.outcomes());
      trials.addAll(finisher.failures());
      return new DistillationResult(
          task,
          config,
          measured,
          measuredTwin,
          finisher.teacher(),
          finisher.prior(),
          finisher.compare(measured, measuredTwin),
          trials,
          Distiller.seconds(start),
          sweep.endedEarly());
    }
  }

  private static List<TrialOutcome> ranked(List<Search> searches) {
    return searches.stream()
        .filter(search -> search.best().isPresent())
        .flatMap(search -> search.ranked().stream())
        .sorted(Comparator.comparingDouble(TrialOutcome::loss))
        .toList();
  }

  private Distiller distiller(DistillationTask task, SharedForms shared, BooleanSupplier stop) {
    return new Distiller(
        catalog,
        task.train(),
        task.trainTeacher(),
        config.teacherWeight(),
        config.trialTimeout(),
        shared,
        stop);
  }

  private boolean outOfTime(long start) {
    return !config.timeout().isZero()
        && Duration.ofNanos(System.nanoTime() - start).compareTo(config.timeout()) > 0;
  }

  private static TaskShape shape(DistillationTask task) {
    Matrix rows = task.train().features();
    return new TaskShape(rows.rows(), rows.columns(), task.train().classes().size());
  }

  /** The families that can do this task; the ones asked for by name must. */
  private List<StudentModel> families(DistillationTask task) {
    List<StudentModel> fitting = new ArrayList<>();
    List<String> unfit = new ArrayList<>();
    int classes = task.train().classes().size();
    for (StudentModel family : catalog.select(config.families(), shape(task))) {
      if (family.capabilities().maxClasses() < classes) {
        unfit.add(
            "%s takes at most %s classes, got %s"
                .formatted(family.id(), family.capabilities().maxClasses(), classes));
      } else if (!Ladder.distils(family)) {
        unfit.add(family.id() + " learns from labels alone and can't be distilled into");
      } else {
        fitting.add(family);
      }
    }
    if (fitting.isEmpty() || (!config.families().isEmpty() && !unfit.isEmpty())) {
      throw new IllegalArgumentException(
          (fitting.isEmpty() ? "no student family fits: " : "not all student families fit: ")
              + String.join("; ", unfit));
    }
    return fitting;
  }

  private List<Search> searches(List<StudentModel> families, TaskShape shape) {
    List<Search> searches = new ArrayList<>();
    if (config.plan() == SweepPlan.REFERENCE) {
      for (StudentModel family : families) {
        for (double t : orElse(config.temperatures(), List.of(0.5, 1.0, 2.0))) {
          for (double a : orElse(config.alphas(), List.of(0.3, 0.5, 0.7))) {
            searches.add(
                search(
                    "%s T=%s alpha=%s".formatted(family.id(), t, a),
                    TrialSpec.Kind.REFERENCE,
                    List.of(family),
                    shape,
                    List.of(t),
                    List.of(a),
                    config.trials()));
          }
        }
      }
    } else {
      searches.add(
          search(
              "student",
              TrialSpec.Kind.STUDENT,
              families,
              shape,
              config.temperatures(),
              config.alphas(),
              config.trials()));
    }
    int budget = searches.stream().mapToInt(Search::budget).sum();
    searches.add(
        search("twin", TrialSpec.Kind.TWIN, families, shape, List.of(), List.of(), budget));
    return searches;
  }

  private static List<Double> orElse(List<Double> values, List<Double> otherwise) {
    return values.isEmpty() ? otherwise : values;
  }

  private Search search(
      String name,
      TrialSpec.Kind kind,
      List<StudentModel> families,
      TaskShape shape,
      List<Double> temperatures,
      List<Double> alphas,
      int budget) {
    return new Search(
        name, kind, families, shape, temperatures, alphas, sampler, budget, config.seed());
  }
}
