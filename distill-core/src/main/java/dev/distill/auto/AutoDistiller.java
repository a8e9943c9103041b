package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.MoreRows;
import dev.distill.data.Split;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Teacher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Finds the student: sweeps families × temperatures × alphas × hyperparameters, chooses on
 * validation rows, fits the chosen one on all training rows, and measures it once on the test rows
 * beside its hard-label twin, the teacher and the class prior.
 */
public final class AutoDistiller {
  /** So many rows without labels for each training row do for choosing among students. */
  private static final int SEARCH_AUGMENT = 5;

  /** So many rows without labels tell these from others; they are asked about anyway. */
  private static final int IDENTIFYING_ROWS = 100;

  private final StudentCatalog catalog;
  private final DistillConfig config;
  private final StudySettings studies;
  private final SelectionRule selection;
  private final TrialExecutor executor;

  /** A distiller with the default search, {@link SelectionRule#of} and threads of this process. */
  public AutoDistiller(StudentCatalog catalog, DistillConfig config) {
    this(
        catalog,
        config,
        StudySettings.defaults(),
        SelectionRule.of(config),
        new LocalTrialExecutor(config.threads()));
  }

  /** A distiller of given parts. */
  public AutoDistiller(
      StudentCatalog catalog,
      DistillConfig config,
      StudySettings studies,
      SelectionRule selection,
      TrialExecutor executor) {
    this.catalog = catalog;
    this.config = config;
    this.studies = studies;
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
   * Distils a teacher that is trained here, on labels alone; a share of the rows is held out as
   * test rows before. Of a limited time the teacher gets a half.
   */
  public DistillationResult distill(Dataset rows) {
    long start = System.nanoTime();
    Cancellation cancellation = new Cancellation();
    Split split = DistillationTask.split(rows, config.testShare(), config.seed());
    Dataset train = rows.select(split.train());
    Dataset test = rows.select(split.heldOut());
    AutoTeacher teacher =
        new TeacherTraining(
                catalog, config, studies, (outcome, best, done, total) -> {}, x -> {}, cancellation)
            .train(train);
    DistillationTask task =
        new DistillationTask(
            train,
            teacher.outOfFold(),
            teacher.probabilities(train.features()),
            test,
            teacher.probabilities(test.features()),
            true,
            null);
    DistillConfig rest = config.after(Duration.ofNanos(System.nanoTime() - start));
    return new AutoDistiller(catalog, rest, studies, selection, executor)
        .distill(task, (outcome, best, done, total) -> {}, cancellation);
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
      List<LabelSource> sources = sources(task);
      Rows plain = Rows.cut(task.train(), config);
      int augment = augment(task);
      MoreRows more = task.more();
      long labelling = System.nanoTime();
      Rows rows = more == null || augment == 0 ? plain : plain.with(more, augment);
      double secondsPerRow =
          Distiller.seconds(labelling) / Math.max(1.0, (double) augment * plain.count());
      FirstRound round =
          FirstRound.of(
              config,
              studies,
              families,
              task.train(),
              rows,
              sources.stream().map(LabelSource::name).toList(),
              augment,
              identity(task, augment));
      Searches made = round.searches();
      List<Search> searches = made.all();
      Search twins = searches.get(searches.size() - 1);
      List<Search> students = searches.subList(0, searches.size() - 1);
      Deadline deadline = new Deadline(config.timeout(), cancellation);
      BooleanSupplier stop = () -> deadline.isOver() && searches.stream().allMatch(Search::settled);
      Function<SharedForms, Sweep> sweeps =
          forms ->
              new Sweep(
                  distiller(task, sources, forms, stop),
                  executor,
                  config.threads(),
                  deadline,
                  listener);
      Sweep sweep = sweeps.apply(shared);
      sweep.run(searches, round.look(), round.cut());
      List<Search> failed = searches.stream().filter(s -> s.best().isEmpty()).toList();
      if (failed.contains(twins) || failed.containsAll(students)) {
        throw SweepException.ofSearches(failed);
      }
      Finals finals = new Finals(config, rows, sweep, made::last);
      TrialOutcome twin = finals.twin(twins);
      List<TrialOutcome> finalists = new ArrayList<>(finals.students(students, twin));
      List<TrialOutcome> trials = new ArrayList<>(sweep.outcomes());
      boolean endedEarly = sweep.endedEarly();
      String moreRows = "";
      if (more != null && augment > 0) {
        Growth growth = new Growth(config, more, plain, made, deadline, secondsPerRow, sweeps);
        List<TrialOutcome> grown = growth.of(selection.select(finalists, twin));
        trials.addAll(grown);
        grown.stream().filter(growth::isGood).forEach(finalists::add);
        endedEarly |= growth.endedEarly();
        moreRows = growth.reason();
      }
      // The students to be delivered are fitted to the end, also when the sweep ends early.
      Finisher finisher =
          new Finisher(task, catalog, distiller(task, sources, shared, () -> false), config);
      Measured measured =
          finisher.finish(
              finalists, ranked(students), candidates -> selection.select(candidates, twin));
      Measured measuredTwin =
          finisher.finish(List.of(twin), twins.ranked(), candidates -> candidates.get(0));
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
          students.stream().flatMap(search -> search.front().stream()).toList(),
          Distiller.seconds(start),
          endedEarly,
          moreRows);
    }
  }

  /** So many rows without labels for each training row are learned from in the search. */
  private int augment(DistillationTask task) {
    MoreRows more = task.more();
    if (more == null || config.plan() == SweepPlan.REFERENCE) {
      return 0;
    }
    int rows = task.train().rows();
    long each = Math.min(SEARCH_AUGMENT, more.most() / rows + (more.most() % rows > 0 ? 1 : 0));
    return (int) Math.min(each, config.augment());
  }

  private List<TrialOutcome> ranked(List<Search> searches) {
    return searches.stream()
        .filter(search -> search.best().isPresent())
        .flatMap(search -> search.ranked().stream())
        .sorted(config.limits().order().thenComparingDouble(TrialOutcome::loss))
        .toList();
  }

  private Distiller distiller(
      DistillationTask task, List<LabelSource> sources, SharedForms shared, BooleanSupplier stop) {
    return new Distiller(catalog, task.train(), task.trainTeacher(), sources, config, shared, stop);
  }

  /** What students may learn from: the answers that they are judged by first. */
  private List<LabelSource> sources(DistillationTask task) {
    List<LabelSource> sources = new ArrayList<>();
    sources.add(LabelSource.of(LabelSource.GIVEN, task.trainTeacher()));
    if (task.inSample().length > 0) {
      sources.add(LabelSource.of(LabelSource.IN_SAMPLE, task.inSample()));
    }
    // Who wants to mimic the teacher, even in part, wants it as it is.
    if (config.teacherWeight() == 0) {
      Dataset train = task.train();
      sources.add(
          LabelSource.calibrated(task.trainTeacher(), train.labels(), train.classes().size()));
    }
    return config.plan() == SweepPlan.REFERENCE ? sources.subList(0, 1) : sources;
  }

  /** The families that can do this task; the ones asked for by name must. */
  private List<StudentModel> families(DistillationTask task) {
    List<StudentModel> fitting = new ArrayList<>();
    List<String> unfit = new ArrayList<>();
    int classes = task.train().classes().size();
    for (StudentModel family : catalog.select(config.families(), FirstRound.shape(task.train()))) {
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

  /** What a study must have in common with the one in the store to be gone on with. */
  private Map<String, Object> identity(DistillationTask task, int augment) {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("data", DataHash.of(task.train(), task.trainTeacher()));
    MoreRows more = task.more();
    if (more != null && augment > 0) {
      MoreRows.Batch some = more.rows(0, (int) Math.min(more.most(), IDENTIFYING_ROWS));
      identity.put("more_data", DataHash.of(some.features(), new int[0], some.teacher()));
      identity.put("augment", config.augment());
    }
    if (task.inSample().length > 0) {
      identity.put("in_sample", DataHash.of(task.train(), task.inSample()));
    }
    identity.put("plan", config.plan().name().toLowerCase(Locale.ROOT));
    identity.put("teacher_weight", config.teacherWeight());
    identity.put("validation_share", config.validationShare());
    identity.put("folds", config.folds());
    identity.put("fold_rows", config.foldRows());
    identity.put("search_rows", config.searchRows());
    identity.put("limits", config.limits().toString());
    return identity;
  }
}
