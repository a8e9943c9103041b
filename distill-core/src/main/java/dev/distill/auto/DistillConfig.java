package dev.distill.auto;

import java.time.Duration;
import java.util.List;

/**
 * How to distil: the one place of every default that is not a family's own.
 *
 * @param plan how to search
 * @param families ids of the families to use; empty means all on the class path
 * @param trials trials of the student's search, and as many of the twin's (in {@link
 *     SweepPlan#REFERENCE}: of each cell); at least one for each family, and looks at families come
 *     on top
 * @param timeout no new trial starts after this; zero means no limit
 * @param trialTimeout a trial that takes longer has failed; zero means no limit
 * @param temperatures the temperatures to try; empty means the range 0.5 to 5 (reference plan: 0.5,
 *     1, 2)
 * @param alphas the weights of the teacher to try; empty means the range 0 to 1 (reference plan:
 *     0.3, 0.5, 0.7)
 * @param seed seed of everything
 * @param threads cores to use
 * @param teacherWeight share of KL to the teacher in the objective, the rest is the labels'
 *     cross-entropy: 1 to mimic the teacher, right or wrong; 0 to predict well, then students may
 *     learn from a calibrated teacher too
 * @param testShare share of the rows held out as test rows where none are given
 * @param validationShare share of the training rows held out for validation
 * @param folds number of folds where there are too few rows for one validation set
 * @param foldRows up to so many training rows are cross-validated
 * @param searchRows trials are fitted on at most so many rows
 * @param finalRows the best ones again on at most so many; the chosen student on all
 * @param goals what the search makes small; the loss must be the first
 * @param limits what the student may cost to serve
 * @param tolerance the smallest student is chosen whose validation loss is so near to the lowest
 * @param augment up to so many rows that the teacher labels for each training row, where there are
 *     any ({@link DistillationTask#more()}); 0 for none
 * @param inFlight so many trials of a search may run at once; the next one is suggested from the
 *     outcomes of all before them, so that it does not matter which of them ends first
 */
public record DistillConfig(
    SweepPlan plan,
    List<String> families,
    int trials,
    Duration timeout,
    Duration trialTimeout,
    List<Double> temperatures,
    List<Double> alphas,
    long seed,
    int threads,
    double teacherWeight,
    double testShare,
    double validationShare,
    int folds,
    int foldRows,
    int searchRows,
    int finalRows,
    List<Goal> goals,
    Limits limits,
    Tolerance tolerance,
    int augment,
    int inFlight) {

  /** Checks every value. */
  public DistillConfig {
    families = List.copyOf(families);
    temperatures = temperatures.stream().distinct().toList();
    alphas = alphas.stream().distinct().toList();
    goals = goals.stream().distinct().toList();
    require(trials >= 1, "trials must be >= 1, got " + trials);
    require(!timeout.isNegative(), "timeout must be >= 0, got " + timeout);
    require(!trialTimeout.isNegative(), "trialTimeout must be >= 0, got " + trialTimeout);
    for (double t : temperatures) {
      require(
          t > 0 && t < Double.POSITIVE_INFINITY, "temperature must be > 0 and finite, got " + t);
    }
    for (double a : alphas) {
      require(a >= 0 && a <= 1, "alpha must be from 0 to 1, got " + a);
    }
    require(threads >= 1, "threads must be >= 1, got " + threads);
    share("teacherWeight", teacherWeight, true);
    share("testShare", testShare, false);
    share("validationShare", validationShare, false);
    require(folds >= 2, "folds must be >= 2, got " + folds);
    require(foldRows >= 0, "foldRows must be >= 0, got " + foldRows);
    require(searchRows >= 1, "searchRows must be >= 1, got " + searchRows);
    require(finalRows >= 1, "finalRows must be >= 1, got " + finalRows);
    require(
        !goals.isEmpty() && goals.get(0) == Goal.LOSS,
        "the first of the goals must be LOSS, got " + goals);
    require(augment >= 0, "augment must be >= 0, got " + augment);
    require(inFlight >= 1, "inFlight must be >= 1, got " + inFlight);
  }

  /** Whether trials are asked what their students cost to serve. */
  boolean costs() {
    return goals.size() > 1 || limits.any() || tolerance.any();
  }

  /**
   * What is left for the student of a teacher that was trained first: the rest of the time, a
   * millisecond at least; and where it may be of any family and cost anything, the teacher's limits
   * for it.
   *
   * @param passed the time that the training took
   */
  public DistillConfig afterTraining(AutoTeacher teacher, Duration passed) {
    Duration left = timeout.minus(passed);
    Duration least = Duration.ofMillis(1);
    return new DistillConfig(
        plan,
        families,
        trials,
        timeout.isZero() ? timeout : left.compareTo(least) < 0 ? least : left,
        trialTimeout,
        temperatures,
        alphas,
        seed,
        threads,
        teacherWeight,
        testShare,
        validationShare,
        folds,
        foldRows,
        searchRows,
        finalRows,
        goals,
        families.isEmpty() && !costs() ? teacher.studentLimits() : limits,
        tolerance,
        augment,
        inFlight);
  }

  private static void share(String name, double value, boolean closed) {
    require(
        closed ? value >= 0 && value <= 1 : value > 0 && value < 1,
        name + (closed ? " must be from 0 to 1, got " : " must be > 0 and < 1, got ") + value);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Every default, and what was set instead. */
  public static final class Builder {
    private SweepPlan plan = SweepPlan.JOINT;
    private List<String> families = List.of();
    private int trials = 40;
    private Duration timeout = Duration.ZERO;
    private Duration trialTimeout = Duration.ofHours(1);
    private List<Double> temperatures = List.of();
    private List<Double> alphas = List.of();
    private long seed = 1;
    private int threads = Runtime.getRuntime().availableProcessors();
    private double teacherWeight = 0.5;
    private double testShare = 0.2;
    private double validationShare = 0.2;
    private int folds = 5;
    private int foldRows = 2_000;
    private int searchRows = 8_000;
    private int finalRows = 100_000;
    private List<Goal> goals = List.of(Goal.LOSS);
    private Limits limits = Limits.NONE;
    private Tolerance tolerance = Tolerance.NONE;
    private int augment = 100;
    private int inFlight = 4;

    private Builder() {}

    /** See {@link DistillConfig#plan()}. */
    public Builder plan(SweepPlan value) {
      plan = value;
      return this;
    }

    /** See {@link DistillConfig#families()}. */
    public Builder families(List<String> value) {
      families = value;
      return this;
    }

    /** See {@link DistillConfig#trials()}. */
    public Builder trials(int value) {
      trials = value;
      return this;
    }

    /** See {@link DistillConfig#timeout()}. */
    public Builder timeout(Duration value) {
      timeout = value;
      return this;
    }

    /** See {@link DistillConfig#trialTimeout()}. */
    public Builder trialTimeout(Duration value) {
      trialTimeout = value;
      return this;
    }

    /** See {@link DistillConfig#temperatures()}. */
    public Builder temperatures(List<Double> value) {
      temperatures = value;
      return this;
    }

    /** See {@link DistillConfig#alphas()}. */
    public Builder alphas(List<Double> value) {
      alphas = value;
      return this;
    }

    /** See {@link DistillConfig#seed()}. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** See {@link DistillConfig#threads()}. */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** See {@link DistillConfig#teacherWeight()}. */
    public Builder teacherWeight(double value) {
      teacherWeight = value;
      return this;
    }

    /** See {@link DistillConfig#testShare()}. */
    public Builder testShare(double value) {
      testShare = value;
      return this;
    }

    /** See {@link DistillConfig#validationShare()}. */
    public Builder validationShare(double value) {
      validationShare = value;
      return this;
    }

    /** See {@link DistillConfig#folds()}. */
    public Builder folds(int value) {
      folds = value;
      return this;
    }

    /** See {@link DistillConfig#foldRows()}. */
    public Builder foldRows(int value) {
      foldRows = value;
      return this;
    }

    /** See {@link DistillConfig#searchRows()}. */
    public Builder searchRows(int value) {
      searchRows = value;
      return this;
    }

    /** See {@link DistillConfig#finalRows()}. */
    public Builder finalRows(int value) {
      finalRows = value;
      return this;
    }

    /** See {@link DistillConfig#goals()}. */
    public Builder goals(List<Goal> value) {
      goals = value;
      return this;
    }

    /** See {@link DistillConfig#limits()}. */
    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    /** See {@link DistillConfig#tolerance()}. */
    public Builder tolerance(Tolerance value) {
      tolerance = value;
      return this;
    }

    /** See {@link DistillConfig#augment()}. */
    public Builder augment(int value) {
      augment = value;
      return this;
    }

    /** See {@link DistillConfig#inFlight()}. */
    public Builder inFlight(int value) {
      inFlight = value;
      return this;
    }

    /** The configuration, checked. */
    public DistillConfig build() {
      return new DistillConfig(
          plan,
          families,
          trials,
          timeout,
          trialTimeout,
          temperatures,
          alphas,
          seed,
          threads,
          teacherWeight,
          testShare,
          validationShare,
          folds,
          foldRows,
          searchRows,
          finalRows,
          goals,
          limits,
          tolerance,
          augment,
          inFlight);
    }
  }
}
