package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.Folds;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a teacher on labelled rows alone: searches all families for what is best on labels, fits
 * the best of them again on each of several folds (bagging; Breiman, 1996), and weighs them by
 * their out-of-fold answers ({@link EnsembleSelection}).
 */
public final class TeacherTraining {
  private static final int TRIALS = 30;
  private static final int CANDIDATES = 8;
  private static final int FOLDS = 5;

  /** Where rows are many, so many candidates come from the family that all rows say is the best. */
  private static final int FURTHER = 3;

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
    double[] labels = labels(rows);
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

  /**
   * What may become a member.
   *
   * @param seconds what its fits on all folds take, or a guess
   */
  private record Candidate(TrialSpec spec, double seconds) {
    boolean fits(Deadline deadline) {
      Duration takes = Duration.ofMillis(Math.round(1e3 * seconds));
      return !deadline.isOver()
          && deadline.tooLong(takes).isEmpty()
          && deadline.left().filter(left -> left.compareTo(takes) < 0).isEmpty();
    }

    /** Whether both are the same but for the search's own data. */
    boolean isLike(TrialSpec other) {
      return spec.family().equals(other.family())
          && spec.hyperparameters().equals(other.hyperparameters());
    }
  }

  /** The best of each family, the best one first, then the others. */
  private static List<Candidate> candidates(List<Candidate> ranked) {
    Set<String> seen = new HashSet<>();
    List<Candidate> order = new ArrayList<>();
    List<Candidate> others = new ArrayList<>();
    for (Candidate candidate : ranked) {
      (seen.add(candidate.spec().family()) ? order : others).add(candidate);
    }
    order.addAll(others);
    return order;
  }

  /** The best of some families, the quickest one first. */
  private static List<Candidate> ofFamilies(List<Candidate> ranked) {
    long families = ranked.stream().map(c -> c.spec().family()).distinct().count();
    return candidates(ranked).stream()
        .limit(Math.min(families, CANDIDATES - FURTHER))
        .sorted(Comparator.comparingDouble(Candidate::seconds))
        .toList();
  }

  /** A candidate fitted on folds, and its answers for the rows of each that it did not see. */
  private record Bagged(AutoTeacher.Member member, double[] outOfFold, double seconds) {}

  private List<Bagged> members(Dataset rows, Rows cuts, Search search, Deadline deadline) {
    List<Fold> folds = folds(rows);
    double fitted = folds.stream().mapToDouble(f -> f.trainRows().length).sum();
    double searched = cuts.search().stream().mapToDouble(f -> f.trainRows().length).sum();
    double scale = fitted / searched / Math.min(config.threads(), folds.size());
    List<Candidate> ranked =
        search.ranked().stream().map(o -> new Candidate(o.spec(), scale * o.seconds())).toList();
    // Where rows are many, some of them say little of which family is the best on all.
    int times = (int) Math.min(Finals.WIDER, fitted / folds.size() / searched);
    List<Candidate> first = times > 1 ? ofFamilies(ranked) : candidates(ranked);
    List<Bagged> members = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    ExecutorService pool =
        Executors.newFixedThreadPool(config.threads(), r -> new Thread(r, "distill-teacher"));
    try (SharedForms shared = new SharedForms()) {
      TrialRunner distiller =
          distiller(rows, shared, () -> deadline.isOver() && !members.isEmpty());
      List<TrialSpec> tried = new ArrayList<>();
      Consumer<Candidate> bag =
          candidate -> {
            tried.add(candidate.spec());
            try {
              members.add(bag(candidate.spec(), rows, folds, distiller, pool));
            } catch (ExecutionException e) {
              failures.add(Causes.readable(e.getCause() == null ? e : e.getCause()));
            }
          };
      for (Candidate candidate : affordableFirst(first, deadline)) {
        if (members.isEmpty() || (members.size() < CANDIDATES && candidate.fits(deadline))) {
          bag.accept(candidate);
        }
      }
      for (int i = 0; i < FURTHER && times > 1 && !members.isEmpty(); i++) {
        Bagged best =
            members.stream()
                .min(Comparator.comparingDouble(m -> m.member().logLoss()))
                .orElseThrow();
        further(best, search.space(), times, ranked).stream()
            .filter(c -> tried.stream().noneMatch(c::isLike) && c.fits(deadline))
            .findFirst()
            .ifPresent(bag);
      }
    } finally {
      pool.shutdownNow();
    }
    if (members.isEmpty()) {
      throw new IllegalStateException(
          "no teacher could be trained: "
              + failures.stream().map(Causes::text).distinct().toList());
    }
    return members;
  }

  /** Those for which there is time, in their order; then the others, the quickest first. */
  private static List<Candidate> affordableFirst(List<Candidate> candidates, Deadline deadline) {
    List<Candidate> order =
        new ArrayList<>(candidates.stream().filter(c -> c.fits(deadline)).toList());
    candidates.stream()
        .filter(c -> !order.contains(c))
        .sorted(Comparator.comparingDouble(Candidate::seconds))
        .forEach(order::add);
    return order;
  }

  /** The best member with more capacity, or twice, and what else the search knows of its family. */
  private static List<Candidate> further(
      Bagged best, SweepSpace space, int times, List<Candidate> ranked) {
    TrialSpec spec = best.member().spec();
    List<Candidate> further = new ArrayList<>();
    for (int more : new int[] {times, 2}) {
      space
          .wider(spec, more)
          .ifPresent(wider -> further.add(new Candidate(wider, more * best.seconds())));
    }
    ranked.stream().filter(c -> c.spec().family().equals(spec.family())).forEach(further::add);
    return further;
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

  private Bagged bag(
      TrialSpec spec, Dataset rows, List<Fold> folds, TrialRunner distiller, ExecutorService pool)
      throws ExecutionException {
    long start = System.nanoTime();
    List<Future<PortableModel>> running = new ArrayList<>();
    for (Fold fold : folds) {
      Callable<PortableModel> fit =
          () -> {
            try (FittedStudent student = distiller.fit(spec, fold, 1, spec.hyperparameters())) {
              return TrialRunner.portable(spec, student);
            }
          };
      running.add(pool.submit(() -> distiller.limited(fit)));
    }
    int k = rows.classes().size();
    List<PortableModel> models = new ArrayList<>();
    float[] logits = new float[rows.rows() * k];
    try {
      for (int f = 0; f < running.size(); f++) {
        Fold fold = folds.get(f);
        PortableModel model = running.get(f).get();
        models.add(model);
        int[] held = fold.validationRows();
        float[] answers = new float[held.length * k];
        model.logits(TrialRunner.validation(fold).values(), held.length, answers);
        for (int i = 0; i < held.length; i++) {
          System.arraycopy(answers, i * k, logits, held[i] * k, k);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a teacher was trained", e);
    } finally {
      running.forEach(fit -> fit.cancel(true));
    }
    Objective objective = new Objective(labels(rows), rows.labels(), k, 0);
    double calibration =
        Ladder.needsCalibration(catalog.get(spec.family())) ? objective.calibrate(logits) : 1;
    double[] outOfFold = AutoTeacher.probabilities(logits, calibration, k);
    double logLoss = EnsembleSelection.logLoss(outOfFold, rows.labels(), k);
    notes.accept(
        String.format(
            Locale.ROOT,
            "teacher: %s on %s folds, log loss %.4f",
            spec.family(),
            folds.size(),
            logLoss));
    return new Bagged(
        new AutoTeacher.Member(spec, 1, logLoss, calibration, models),
        outOfFold,
        (System.nanoTime() - start) / 1e9);
  }

  private static AutoTeacher stack(Dataset rows, List<Bagged> bagged, int families) {
    int k = rows.classes().size();
    List<Bagged> kept = new ArrayList<>(bagged);
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
        for (int i = 0; i < outOfFold.length; i++) {
          outOfFold[i] += weights[m] * kept.get(m).outOfFold()[i];
        }
      }
    }
    return new AutoTeacher(rows, members, outOfFold, families);
  }

  private static double[] weights(List<Bagged> bagged, int[] labels, int classes) {
    return EnsembleSelection.weights(
        bagged.stream().map(Bagged::outOfFold).toList(), labels, classes);
  }

  /** What a teacher that knows the labels alone says: 1 for each row's own class. */
  private static double[] labels(Dataset rows) {
    int k = rows.classes().size();
    double[] sure = new double[rows.rows() * k];
    for (int i = 0; i < rows.rows(); i++) {
      sure[i * k + rows.labels()[i]] = 1;
    }
    return sure;
  }

  private static String hash(Dataset rows) {
    return DataHash.of(rows, labels(rows));
  }
}
