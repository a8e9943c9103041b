package dev.distill.auto;

import dev.distill.auto.DistillationResult.SetAside;
import dev.distill.data.MoreRows;
import dev.distill.search.MemoryStore;
import dev.distill.spi.StudentModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the student: sweeps families × temperatures × alphas × hyperparameters, chooses on
 * validation rows, fits the chosen one on all training rows, and measures it once on the test rows
 * beside its hard-label twin, the teacher and the class prior.
 */
public final class AutoDistiller {
  /** So many rows without labels for each training row do for choosing among students. */
  static final int SEARCH_AUGMENT = 5;

  /** So many rows without labels tell these from others; they are asked about anyway. */
  private static final int IDENTIFYING_ROWS = 100;

  /** So many tell how quickly the teacher answers. */
  private static final int PROBED_ROWS = 400;

  private static final int FIRST_ROWS = 100;

  /** Rows without labels may take this share of a time that is limited. */
  private static final double LABELLING_SHARE = 0.25;

  private static final double FEW_ROWS_SHARE = 0.8;
  private static final double MANY_ROWS_SHARE = 0.5;

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
    Found found;
    // What libraries made of the search's rows is freed before the last fits make more of them.
    try (SharedForms shared = new SharedForms()) {
      found = search(task, listener, cancellation, shared);
    }
    List<TrialOutcome> finalists = new ArrayList<>(found.finalists());
    boolean mayBeTwin = twinMayBeDelivered(found.twin());
    if (mayBeTwin) {
      if (config.teacherWeight() == 0 && !isAhead(task, found.twin())) {
        finalists.clear();
      }
      finalists.add(0, found.twin());
    }
    return finish(
        task,
        new Finisher.Candidates(
            finalists, ranked(found.students()), left -> selection.select(left, found.twin())),
        Finisher.Candidates.first(found.twin(), found.twins().ranked()),
        found.searched(),
        mayBeTwin && config.teacherWeight() < 1);
  }

  /**
   * Runs trials of the same task beside the process that distils it, as they share a store; what
   * comes out of them is that one's.
   *
   * @return how many trials there are when there is nothing left to do
   * @throws IllegalArgumentException as {@link #distill}
   * @throws SweepException as {@link #distill}
   */
  public int work(DistillationTask task, SweepListener listener, Cancellation cancellation) {
    try (SharedForms shared = new SharedForms()) {
      return search(task, listener, cancellation, shared).searched().trials().size();
    }
  }

  /** What the searches found, and the trials that may be delivered. */
  private record Found(
      List<Search> students,
      Search twins,
      List<TrialOutcome> finalists,
      TrialOutcome twin,
      Searched searched) {}

  private Found search(
      DistillationTask task,
      SweepListener listener,
      Cancellation cancellation,
      SharedForms shared) {
    try (RemoteTrials remote =
        executor.workers().map(there -> new RemoteTrials(there, task, config)).orElse(null)) {
      return search(task, listener, cancellation, shared, remote);
    }
  }

  private Found search(
      DistillationTask task,
      SweepListener listener,
      Cancellation cancellation,
      SharedForms shared,
      @Nullable RemoteTrials remote) {
    long start = System.nanoTime();
    Deadline deadline = new Deadline(config.timeout(), cancellation);
    Rows plain = Rows.cut(task.train(), config);
    MoreRows more = task.more();
    int augment = augment(task);
    double secondsPerRow =
        more == null || augment == 0
            ? 0
            : secondsPerRow(more, Rows.first(more, augment, plain.count()));
    // A study that is kept must find the same space when it is gone on with.
    if (studies.store() instanceof MemoryStore) {
      augment = affordable(augment, secondsPerRow, plain, deadline);
    }
    Rows rows = more == null || augment == 0 ? plain : plain.searchingWith(more, augment);
    FirstRound round = firstRound(task, rows, augment);
    Searches made = round.searches();
    List<Search> searches = made.all();
    Search twins = searches.get(searches.size() - 1);
    List<Search> students = searches.subList(0, searches.size() - 1);
    BiFunction<SharedForms, Deadline, Sweep> sweeps =
        (forms, until) -> {
          BooleanSupplier stop =
              () -> until.isOver() && searches.stream().allMatch(Search::settled);
          return new Sweep(
              distiller(task, forms, stop), executor, config.threads(), until, listener);
        };
    Sweep sweep = sweeps.apply(shared, deadline.first(share(rows))).by(remote);
    sweep.run(searches, round.look(), round.cut());
    List<Search> failed = searches.stream().filter(s -> s.best().isEmpty()).toList();
    if (failed.contains(twins) || failed.containsAll(students)) {
      throw SweepException.ofSearches(failed);
    }
    Sweep last = sweeps.apply(shared, deadline).by(remote).after(sweep);
    // What so many rows take is taken when the search of few is over.
    Rows all = more == null || augment == 0 ? rows : rows.endingWith(more, augment);
    Finals finals = new Finals(config, all, last, deadline, made::last);
    TrialOutcome searched = finals.twin(twins);
    List<TrialOutcome> finalists = new ArrayList<>(finals.students(students, searched));
    TrialOutcome twin = finals.twin(twins, searched, finalists);
    List<TrialOutcome> grown = List.of();
    boolean endedEarly = false;
    String moreRows = "";
    if (more != null && augment > 0) {
      Growth growth =
          new Growth(
              config,
              more,
              plain,
              made,
              deadline,
              secondsPerRow,
              forms -> sweeps.apply(forms, deadline));
      grown = growth.of(selection.select(finalists, twin), finalists, ranked(students));
      grown.stream().filter(growth::isGood).forEach(finalists::add);
      endedEarly = growth.endedEarly();
      moreRows = growth.reason();
      twin = finals.twin(twins, twin, finalists);
    }
    List<TrialOutcome> trials = new ArrayList<>(last.outcomes());
    trials.addAll(grown);
    endedEarly |= last.endedEarly();
    removeSlow(finalists, all.lastFits());
    return new Found(
        students,
        twins,
        finalists,
        twin,
        new Searched(trials, front(students), importance(students), start, endedEarly, moreRows));
  }

  /** Removes what would take too long on all rows, unless everything would. */
  private void removeSlow(List<TrialOutcome> finalists, double times) {
    Predicate<TrialOutcome> slow =
        outcome -> times * outcome.seconds() > config.trialTimeout().toSeconds();
    if (!config.trialTimeout().isZero() && !finalists.stream().allMatch(slow)) {
      finalists.removeIf(slow);
    }
  }

  /** The part of the time that is the first round's: what is fitted on all rows takes longer. */
  private double share(Rows rows) {
    if (config.plan() == SweepPlan.REFERENCE) {
      return 1;
    }
    return rows.full() == rows.search() ? FEW_ROWS_SHARE : MANY_ROWS_SHARE;
  }

  /** Where the teacher is of no use, what labels alone say is the best student. */
  private boolean twinMayBeDelivered(TrialOutcome twin) {
    return config.plan() != SweepPlan.REFERENCE
        && config.tolerance().equals(Tolerance.NONE)
        && config.limits().kept(twin);
  }

  /**
   * Whether the teacher, calibrated, knows the labels better than the twin. Validation can't tell
   * that of students: the teacher has mostly seen the labels of validation rows, and its answers
   * for training rows carry them over.
   */
  private static boolean isAhead(DistillationTask task, TrialOutcome twin) {
    int[] labels = task.train().labels();
    int classes = task.train().classes().size();
    double[] given = task.trainTeacher();
    double[] corrected = TeacherCalibration.fit(given, labels, classes).apply(given);
    return EnsembleSelection.logLoss(corrected, labels, classes) < twin.logLoss();
  }

  /**
   * What it takes to make a row without labels and to ask the teacher about it: by some of those
   * that are asked about anyway, after the first ones.
   */
  private static double secondsPerRow(MoreRows more, long wanted) {
    int first = (int) Math.min(wanted / 2, FIRST_ROWS);
    int some = (int) Math.min(wanted - first, PROBED_ROWS);
    more.rows(0, first);
    long begin = System.nanoTime();
    more.rows(first, some);
    return TrialRunner.seconds(begin) / some;
  }

  /** So many rows without labels for each training row that they take a quarter of the time. */
  private static int affordable(int augment, double secondsPerRow, Rows rows, Deadline deadline) {
    return deadline
        .left()
        .map(left -> left.toMillis() / 1e3 * LABELLING_SHARE / (secondsPerRow * rows.count()))
        .map(most -> (int) Math.min(augment, most))
        .orElse(augment);
  }

  /**
   * Delivers the student of a trial that the store keeps of an earlier sweep of the same task, with
   * the same configuration. Nothing is searched: the student, and the twin of that sweep, are
   * fitted on all training rows and measured as {@link #distill} does it.
   *
   * @param search the search that the trial belongs to, as {@link TrialSpec#search} has it: a
   *     student's, or its last round
   * @param trial its number
   * @throws IllegalArgumentException if there is no such trial, it has no student, or its study was
   *     made of something else
   * @throws SweepException if it can't be made to deliver
   */
  public DistillationResult pick(DistillationTask task, String search, int trial) {
    long start = System.nanoTime();
    Rows rows = Rows.cut(task.train(), config);
    Searches made = firstRound(task, rows, augment(task)).searches();
    List<Search> first = made.kept();
    Search twins = first.get(first.size() - 1);
    List<Search> students = first.subList(0, first.size() - 1);
    List<Search> all = new ArrayList<>(students);
    students.forEach(student -> all.addAll(made.keptLast(student)));
    Search own =
        all.stream()
            .filter(kept -> kept.name().equals(search))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "search '%s' has no trial to pick, expected one of %s"
                            .formatted(search, all.stream().map(Search::name).toList())));
    TrialOutcome picked = own.picked(trial);
    List<Search> lastTwins = made.keptLast(twins);
    List<TrialOutcome> trials = new ArrayList<>();
    Stream.of(all, List.of(twins), lastTwins)
        .flatMap(List::stream)
        .forEach(kept -> trials.addAll(kept.outcomes()));
    return finish(
        task,
        Finisher.Candidates.first(picked, List.of()),
        Finisher.Candidates.first(
            twin(twins, lastTwins, rows.full() == rows.search()), twins.ranked()),
        new Searched(trials, front(students), importance(students), start, false, ""),
        false);
  }

  /**
   * The best twin that was kept, of trials that had all rows if there were any.
   *
   * @param all whether those of the search had all rows
   */
  private TrialOutcome twin(Search search, List<Search> last, boolean all) {
    TrialOutcome searched = search.ranked().get(0);
    return Stream.concat(
            all ? Stream.of(searched) : Stream.empty(),
            last.stream().flatMap(round -> round.outcomes().stream()))
        .filter(outcome -> outcome.succeeded() && config.limits().kept(outcome))
        .min(Comparator.comparingDouble(TrialOutcome::logLoss))
        .orElse(searched);
  }

  /** What is known before students are finished. */
  private record Searched(
      List<TrialOutcome> trials,
      List<TrialOutcome> front,
      Map<String, Double> importance,
      long start,
      boolean endedEarly,
      String moreRows) {}

  /**
   * Finishes a student and its twin and compares them.
   *
   * @param orTwin whether the twin is delivered where the student turns out to predict labels worse
   *     beyond noise. Only test rows can tell: they are the ones that the teacher never saw.
   */
  private DistillationResult finish(
      DistillationTask task,
      Finisher.Candidates students,
      Finisher.Candidates twins,
      Searched searched,
      boolean orTwin) {
    // The students to be delivered are fitted to the end, also when the sweep ends early.
    Finisher finisher = new Finisher(task, forms -> distiller(task, forms, () -> false), config);
    Measured student = finisher.finish(students);
    Measured twin = finisher.finish(twins);
    List<TrialOutcome> trials = new ArrayList<>(searched.trials());
    trials.addAll(finisher.failures());
    Verdict verdict = finisher.compare(student, twin);
    boolean worse = orTwin && verdict.logLoss().upper() < 0;
    return new DistillationResult(
        task,
        config,
        worse ? twin : student,
        twin,
        finisher.teacher(),
        finisher.prior(),
        worse ? finisher.compare(twin, twin) : verdict,
        worse ? Optional.of(new SetAside(student, verdict)) : Optional.empty(),
        trials,
        searched.front(),
        searched.importance(),
        TrialRunner.seconds(searched.start()),
        searched.endedEarly(),
        noMemory(finisher, student.chosen().spec().augment()).orElse(searched.moreRows()));
  }

  /** Why the student has fewer rows without labels than it was to have; empty if it has them. */
  private static Optional<String> noMemory(Finisher finisher, int augment) {
    return finisher.failures().stream()
        .filter(o -> o.cause() instanceof OutOfMemoryError && o.spec().augment() > augment)
        .findFirst()
        .map(o -> Growth.TOO_LARGE.formatted(o.spec().augment()));
  }

  private FirstRound firstRound(DistillationTask task, Rows rows, int augment) {
    return FirstRound.of(
        config,
        studies,
        families(task),
        task.train(),
        rows,
        sources(task).stream().map(LabelSource::name).toList(),
        augment,
        identity(task, augment));
  }

  private static List<TrialOutcome> front(List<Search> students) {
    return students.stream().flatMap(search -> search.front().stream()).toList();
  }

  /** Searches of several spaces have no common one to share a variance in. */
  private static Map<String, Double> importance(List<Search> students) {
    return students.size() == 1 ? students.get(0).importance() : Map.of();
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

  private TrialRunner distiller(DistillationTask task, SharedForms shared, BooleanSupplier stop) {
    return new TrialRunner(
        catalog, task.train(), task.trainTeacher(), sources(task), config, shared, stop);
  }

  private List<LabelSource> sources(DistillationTask task) {
    return LabelSource.all(task.train(), task.trainTeacher(), task.inSample(), config);
  }

  /** The families that can do this task; the ones asked for by name must. */
  private List<StudentModel> families(DistillationTask task) {
    List<StudentModel> fitting = new ArrayList<>();
    List<String> unfit = new ArrayList<>();
    int classes = task.train().classes().size();
    for (StudentModel family :
        catalog.select(config.families(), FirstRound.shape(task.train(), config))) {
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
    identity.put("final_rows", config.finalRows());
    identity.put("limits", config.limits().toString());
    return identity;
  }
}
