package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.Folds;
import dev.distill.data.Split;
import dev.distill.search.RandomSampler;
import dev.distill.search.Sampler;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.Teacher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

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

  /** A distiller with random search, the lowest loss and threads of this process. */
  public AutoDistiller(StudentCatalog catalog, DistillConfig config) {
    this(
        catalog,
        config,
        new RandomSampler(),
        SelectionRule::lowestLoss,
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
   * @throws SweepException if all trials of a search failed
   */
  public DistillationResult distill(
      DistillationTask task, SweepListener listener, Cancellation cancellation) {
    long start = System.nanoTime();
    try (SharedForms shared = new SharedForms()) {
      List<StudentModel> families = families(task);
      List<Search> searches = searches(families, shape(task));
      BooleanSupplier stop =
          () ->
              (cancellation.isCancelled() || outOfTime(start))
                  && searches.stream().allMatch(s -> s.best().isPresent());
      Distiller distiller =
          new Distiller(
              catalog,
              task.train(),
              task.trainTeacher(),
              config.teacherWeight(),
              shared,
              stop);
      List<Fold> folds = folds(task.train());
      sweep(searches, distiller, folds, stop, listener);
      Finisher finisher = new Finisher(task, catalog, distiller, folds, config);
      List<Search> twins = searches.stream().filter(s -> s.kind() == Search.Kind.TWIN).toList();
      List<Search> students = searches.stream().filter(s -> s.kind() != Search.Kind.TWIN).toList();
      Measured student = finisher.finish(choose(students), students.get(0).kind());
      Measured twin = finisher.finish(choose(twins), Search.Kind.TWIN);
      List<TrialOutcome> trials = new ArrayList<>();
      students.forEach(s -> trials.addAll(s.outcomes()));
      twins.forEach(s -> trials.addAll(s.outcomes()));
      return new DistillationResult(
          task,
          config,
          student,
          twin,
          finisher.teacher(),
          finisher.prior(),
          finisher.compare(student, twin),
          trials,
          Distiller.seconds(start),
          searches.stream().anyMatch(s -> s.asked() < s.budget()));
    }
  }

  /**
   * The chosen trial of one search, or of the best cell: cells are compared by the joint plan's
   * objective, since the reference loss means something else at each T and α.
   */
  private TrialOutcome choose(List<Search> searches) {
    if (searches.size() == 1) {
      return searches.get(0).choose(selection);
    }
    List<TrialOutcome> cells = new ArrayList<>();
    for (Search search : searches) {
      if (search.best().isPresent()) {
        cells.add(search.choose(SelectionRule::lowestLoss).withLoss(config.teacherWeight()));
      }
    }
    if (cells.isEmpty()) {
      searches.get(0).choose(selection);
    }
    return selection.select(cells);
  }

  private boolean outOfTime(long start) {
    return !config.timeout().isZero()
        && System.nanoTime() - start > config.timeout().toNanos();
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
    boolean missing = hasMissing(task.train().features());
    for (StudentModel family : catalog.select(config.families())) {
      if (family.capabilities().maxClasses() < classes) {
        unfit.add(
            "%s takes at most %d classes, got %d"
                .formatted(family.id(), family.capabilities().maxClasses(), classes));
      } else if (missing && !family.capabilities().missingValues()) {
        unfit.add(family.id() + " takes no missing values");
      } else if (!Ladder.distils(family)) {
        unfit.add(family.id() + " learns from labels alone and can't be distilled into");
      } else {
        fitting.add(family);
      }
    }
    if (fitting.isEmpty() || (!config.families().isEmpty() && !unfit.isEmpty())) {
      throw new IllegalArgumentException("student families: " + String.join("; ", unfit));
    }
    return fitting;
  }

  private static boolean hasMissing(Matrix features) {
    for (float value : features.values()) {
      if (Float.isNaN(value)) {
        return true;
      }
    }
    return false;
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
                    Search.Kind.REFERENCE,
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
              Search.Kind.STUDENT,
              families,
              shape,
              config.temperatures(),
              config.alphas(),
              config.trials()));
    }
    int budget = searches.stream().mapToInt(Search::budget).sum();
    searches.add(
        search("twin", Search.Kind.TWIN, families, shape, List.of(), List.of(), budget));
    return searches;
  }

  private static List<Double> orElse(List<Double> values, List<Double> otherwise) {
    return values.isEmpty() ? otherwise : values;
  }

  private Search search(
      String name,
      Search.Kind kind,
      List<StudentModel> families,
      TaskShape shape,
      List<Double> temperatures,
      List<Double> alphas,
      int budget) {
    return new Search(
        name, kind, families, shape, temperatures, alphas, sampler, budget, config.seed());
  }

  /**
   * The cuts into rows to fit on and rows to judge on: folds for few rows, else one validation share,
   * with the rest thinned to {@link DistillConfig#searchRows()}.
   */
  private List<Fold> folds(Dataset train) {
    Matrix features = train.features();
    int[] labels = train.labels();
    int classes = train.classes().size();
    List<Fold> folds = new ArrayList<>();
    if (features.rows() <= config.foldRows()) {
      for (int[] judged :
          Folds.stratified(
              labels, classes, config.folds(), Seeds.derive(config.seed(), "folds"))) {
        if (judged.length > 0) {
          folds.add(Fold.of(features, others(features.rows(), judged), judged));
        }
      }
      return folds;
    }
    Split split =
        Split.stratified(
            labels,
            classes,
            config.validationShare(),
            Seeds.derive(config.seed(), "validation rows"));
    folds.add(
        Fold.of(
            features,
            thin(split.first(), labels, classes, "search rows"),
            thin(split.second(), labels, classes, "judged rows")));
    return folds;
  }

  private int[] thin(int[] rows, int[] labels, int classes, String purpose) {
    if (rows.length <= config.searchRows()) {
      return rows;
    }
    Split split =
        Split.stratified(
            Distiller.pick(labels, rows),
            classes,
            (double) config.searchRows() / rows.length,
            Seeds.derive(config.seed(), purpose));
    return Distiller.pick(rows, split.second());
  }

  static int[] others(int rows, int[] without) {
    boolean[] out = new boolean[rows];
    for (int row : without) {
      out[row] = true;
    }
    return IntStream.range(0, rows).filter(i -> !out[i]).toArray();
  }

  /** Runs all searches side by side, so that ending early leaves each with its share. */
  private void sweep(
      List<Search> searches,
      Distiller distiller,
      List<Fold> folds,
      BooleanSupplier stop,
      SweepListener listener) {
    int total = searches.stream().mapToInt(Search::budget).sum();
    Map<String, Search> byName = new LinkedHashMap<>();
    searches.forEach(s -> byName.put(s.name(), s));
    int[] done = {0};
    int workers = Math.min(config.threads(), total);
    executor.run(
        () -> stop.getAsBoolean() ? Optional.empty() : next(searches),
        spec ->
            distiller.run(
                spec,
                byName.get(spec.search()).kind(),
                folds,
                Math.max(1, config.threads() / workers)),
        outcome -> {
          Search search = byName.get(outcome.spec().search());
          search.tell(outcome);
          listener.ended(outcome, search.best().orElse(null), ++done[0], total);
        });
  }

  /** The next trial of the search that is furthest from its budget. */
  private static Optional<TrialSpec> next(List<Search> searches) {
    List<Search> order = new ArrayList<>(searches);
    order.sort(
        (a, b) -> Double.compare((double) a.asked() / a.budget(), (double) b.asked() / b.budget()));
    for (Search search : order) {
      Optional<TrialSpec> spec = search.ask();
      if (spec.isPresent()) {
        return spec;
      }
    }
    return Optional.empty();
  }
}
