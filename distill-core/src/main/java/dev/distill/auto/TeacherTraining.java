package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.Folds;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a teacher on labelled rows alone: searches all families for what is best on labels, fits
 * the best of them again on each of several folds (bagging; Breiman, 1996), and weighs them by
 * their out-of-fold answers ({@link EnsembleSelection}).
 */
public final class TeacherTraining {
  private static final int TRIALS = 30;
  private static final int FOLDS = 5;

  /** It gets one part in so many of the time that there is. */
  private static final int SHARE = 2;

  /** A member of less weight is not worth asking. */
  private static final double LEAST_WEIGHT = 0.05;

  private final StudentCatalog catalog;
  private final DistillConfig config;
  private final StudySettings studies;
  private final SweepListener listener;
  private final Consumer<String> notes;
  private final Cancellation cancellation;

  /**
   * A training to be.
   *
   * @param config seed, threads, how long a fit may take, and the time for the teacher and its
   *     student together, of which the teacher gets a half; whatever families it wants for
   *     students, the teacher may be of any
   * @param studies how to search; the study is called "teacher"
   * @param listener told of the search's trials
   * @param notes takes a line on each member
   * @param cancellation ends it early with what there is; one member is waited for
   */
  public TeacherTraining(
      StudentCatalog catalog,
      DistillConfig config,
      StudySettings studies,
      SweepListener listener,
      Consumer<String> notes,
      Cancellation cancellation) {
    this.catalog = catalog;
    this.config =
        DistillConfig.builder()
            .trials(TRIALS)
            .timeout(config.timeout().dividedBy(SHARE))
            .trialTimeout(config.trialTimeout())
            .seed(config.seed())
            .threads(config.threads())
            .inFlight(config.inFlight())
            .build();
    this.studies = studies;
    this.listener = listener;
    this.notes = notes;
    this.cancellation = cancellation;
  }

  /**
   * Trains.
   *
   * @param rows labelled rows; those that are to judge student and teacher must not be among them
   * @throws IllegalArgumentException if no family fits the task
   * @throws SweepException if no trial succeeded
   */
  public AutoTeacher train(Dataset rows) {
    Deadline deadline = new Deadline(config.timeout(), cancellation);
    Rows cuts = Rows.cut(rows, config);
    FirstRound round =
        FirstRound.of(
            config,
            studies,
            families(rows),
            rows,
            cuts,
            List.of(LabelSource.GIVEN),
            0,
            Map.of("data", hash(rows)));
    Search search = round.searches().teacher();
    try (SharedForms shared = new SharedForms()) {
      // The members need time too.
      Deadline half = deadline.first(1.0 / SHARE);
      TrialRunner distiller = distiller(rows, shared, () -> half.isOver() && search.settled());
      Sweep sweep =
          new Sweep(
              distiller,
              new LocalTrialExecutor(config.threads()),
              config.threads(),
              half,
              listener);
      sweep.run(List.of(search), round.look(), round.cut());
    }
    return stack(rows, members(rows, cuts, search, deadline), search.space().defaults().size());
  }

  private TrialRunner distiller(Dataset rows, SharedForms shared, BooleanSupplier stop) {
    double[] labels = certain(rows);
    List<LabelSource> sources = List.of(LabelSource.of(LabelSource.GIVEN, labels));
    return new TrialRunner(catalog, rows, labels, sources, config, shared, stop);
  }

  private List<StudentModel> families(Dataset rows) {
    List<StudentModel> fitting =
        catalog.select(List.of(), FirstRound.shape(rows, config)).stream()
            .filter(f -> f.capabilities().maxClasses() >= rows.classes().size())
            .toList();
    if (fitting.isEmpty()) {
      throw new IllegalArgumentException(
          "no family on the class path can be a teacher of %s classes"
              .formatted(rows.classes().size()));
    }
    return fitting;
  }

  private List<Bag> members(Dataset rows, Rows cuts, Search search, Deadline deadline) {
    List<Fold> folds = folds(rows);
    double fitted = folds.stream().mapToDouble(f -> f.trainRows().length).sum();
    double searched = cuts.search().stream().mapToDouble(f -> f.trainRows().length).sum();
    double scale = fitted / searched / Math.min(config.threads(), folds.size());
    List<TeacherMembers.Candidate> ranked =
        search.ranked().stream()
            .map(o -> new TeacherMembers.Candidate(o.spec(), scale * o.seconds()))
            .toList();
    int times = (int) Math.min(Finals.WIDER, fitted / folds.size() / searched);
    TeacherMembers members = new TeacherMembers(rows, folds, catalog, deadline, notes);
    ExecutorService pool =
        Executors.newFixedThreadPool(config.threads(), r -> new Thread(r, "distill-teacher"));
    try (SharedForms shared = new SharedForms()) {
      Bag.Fitter fitter = new Bag.Fitter(distiller(rows, shared, members::isEnough), pool);
      return times > 1
          ? members.ofManyRows(ranked, search.space(), times, fitter)
          : members.ofFewRows(ranked, fitter);
    } finally {
      pool.shutdownNow();
    }
  }

  private List<Fold> folds(Dataset rows) {
    Folds cut =
        Folds.stratified(
            rows.labels(),
            rows.classes().size(),
            Math.min(FOLDS, rows.rows()),
            Seeds.derive(config.seed(), "teacher folds"));
    List<Fold> folds = new ArrayList<>();
    for (int f = 0; f < cut.heldOut().size(); f++) {
      folds.add(Fold.of(rows.features(), cut.train(f), cut.heldOut().get(f)));
    }
    return folds;
  }

  private static AutoTeacher stack(Dataset rows, List<Bag> bagged, int families) {
    int k = rows.classes().size();
    List<Bag> kept = new ArrayList<>(bagged);
    double[] weights = weights(kept, rows.labels(), k);
    for (int m = kept.size() - 1; m >= 0; m--) {
      if (weights[m] < LEAST_WEIGHT) {
        kept.remove(m);
      }
    }
    weights = weights(kept, rows.labels(), k);
    List<AutoTeacher.Member> members = new ArrayList<>();
    double[] outOfFold = new double[rows.rows() * k];
    for (int m = 0; m < weights.length; m++) {
      if (weights[m] > 0) {
        members.add(kept.get(m).member().weighing(weights[m]));
        double[] answers = kept.get(m).outOfFold();
        for (int i = 0; i < outOfFold.length; i++) {
          outOfFold[i] += weights[m] * answers[i];
        }
      }
    }
    return new AutoTeacher(rows, members, outOfFold, families);
  }

  private static double[] weights(List<Bag> bagged, int[] labels, int classes) {
    return EnsembleSelection.weights(bagged.stream().map(Bag::outOfFold).toList(), labels, classes);
  }

  /** What a teacher that knows the labels alone says: 1 for each row's own class. */
  static double[] certain(int[] labels, int classes) {
    double[] certain = new double[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      certain[i * classes + labels[i]] = 1;
    }
    return certain;
  }

  private static double[] certain(Dataset rows) {
    return certain(rows.labels(), rows.classes().size());
  }

  private static String hash(Dataset rows) {
    return DataHash.of(rows, certain(rows));
  }
}
