package dev.distill.auto;

import dev.distill.search.Study;
import dev.distill.search.Trial;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import dev.distill.spi.SearchSpace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One study of a sweep with its budget: turns the study's trials into specs and takes their
 * outcomes. Everything that it knows stands in the study.
 */
final class Search {
  /** So many more trials of a family must fit in the time that is left: more are ended anyway. */
  private static final int AFFORDED = 4;

  /** Fewer trials do not tell what matters. */
  private static final int LEAST_TOLD = 5;

  /** So many trials are named where one has no student. */
  private static final int NAMED = 10;

  private static final String LOSS = "loss";
  private static final String STANDARD_ERROR = "standard_error";
  private static final String KL = "kl";
  private static final String LOG_LOSS = "log_loss";
  private static final String ACCURACY = "accuracy";
  private static final String CALIBRATION = "calibration_temperature";
  private static final String STEPS = "steps";
  private static final String SECONDS = "seconds";
  private static final String NANOS = "nanos_per_row";
  private static final String BYTES = "bytes";

  private final String name;
  private final SweepSpace space;
  private final Study study;
  private final int budget;
  private final int looks;
  private final double timesLook;
  private final int families;
  private final boolean needed;
  private final List<Goal> goals;
  private final Limits limits;
  // Failures of this process with their stack traces, which the store has not.
  private final Map<Integer, TrialOutcome> failures = new HashMap<>();
  // Read by running fits too.
  private volatile boolean settled;

  /**
   * What a search is to do.
   *
   * @param starts configurations to begin with
   * @param budget trials; all the starts are given even if that is more
   * @param looks how many of the trials it begins with are looks at families
   * @param timesLook how many times as long as a look a whole trial takes
   * @param needed whether the sweep can't do without a success of this search
   */
  record Plan(List<Study.Start> starts, int budget, int looks, double timesLook, boolean needed) {}

  /** A search, which may have begun in another process. */
  Search(String name, SweepSpace space, Study study, Plan plan, DistillConfig config) {
    this.name = name;
    this.space = space;
    this.study = study;
    budget = Math.max(plan.budget(), plan.starts().size());
    looks = plan.looks();
    timesLook = plan.timesLook();
    families = space.defaults().size();
    needed = plan.needed();
    goals = config.goals();
    limits = config.limits();
    if (!plan.starts().isEmpty()) {
      study.startWith(plan.starts());
    }
    settle();
  }

  String name() {
    return name;
  }

  SweepSpace space() {
    return space;
  }

  int budget() {
    return budget;
  }

  /** How many trials were asked for, of other processes too. */
  int asked() {
    return (int) study.counted().stream().filter(t -> t.state() != Trial.State.WAITING).count();
  }

  /** How many trials have ended. */
  int ended() {
    return (int) study.counted().stream().filter(t -> t.state().ended()).count();
  }

  /**
   * The next trial within the budget, or none now.
   *
   * @param left the time left for the sweep, if it is limited: then families of which {@link
   *     #AFFORDED} more trials would take longer than that are not asked for any more, but for the
   *     quickest
   */
  Optional<TrialSpec> ask(Optional<Duration> left) {
    return study.ask(left.map(this::affordable).orElseGet(space::space), budget).map(this::spec);
  }

  /** The part of the space whose families are quick enough. */
  private SearchSpace affordable(Duration left) {
    Map<String, Double> seconds =
        outcomes().stream()
            .collect(
                Collectors.groupingBy(
                    outcome -> outcome.spec().family(),
                    LinkedHashMap::new,
                    Collectors.averagingDouble(this::wholeSeconds)));
    // What fails at once is quick, but no use.
    seconds
        .keySet()
        .retainAll(
            outcomes().stream()
                .filter(outcome -> outcome.cause() == null)
                .map(outcome -> outcome.spec().family())
                .toList());
    if (seconds.isEmpty()) {
      return space.space();
    }
    double most = Math.max(left.toSeconds() / (double) AFFORDED, Collections.min(seconds.values()));
    seconds.values().removeIf(mean -> mean > most);
    return space.space().where(SweepSpace.FAMILY, List.copyOf(seconds.keySet()));
  }

  /** What a trial took, or would have if it was but a look. */
  private double wholeSeconds(TrialOutcome outcome) {
    boolean looked = outcome.pruned() && isLook(outcome.spec());
    return looked ? timesLook * outcome.seconds() : outcome.seconds();
  }

  /** Whether a trial is but a look at its family. */
  boolean isLook(TrialSpec spec) {
    return looks > 0 && study.trials().get(spec.number()).place() < looks;
  }

  /** Whether to end a running trial; see {@link Study#report}. */
  boolean report(TrialSpec spec, int step, double loss) {
    return study.report(spec.number(), step, loss);
  }

  /** Takes an outcome and passes it on to the study. */
  void tell(TrialOutcome outcome) {
    int number = outcome.spec().number();
    Throwable cause = outcome.cause();
    if (cause instanceof FitCancelledException) {
      study.giveBack(number);
    } else if (cause != null) {
      failures.put(number, outcome);
      study.fail(number, Causes.text(cause), Map.of(SECONDS, outcome.seconds()));
    } else if (outcome.pruned()) {
      study.prune(number, Map.of(SECONDS, outcome.seconds()));
    } else {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put(LOSS, outcome.loss());
      if (Double.isFinite(outcome.standardError())) {
        figures.put(STANDARD_ERROR, outcome.standardError());
      }
      figures.put(KL, outcome.kl());
      figures.put(LOG_LOSS, outcome.logLoss());
      figures.put(ACCURACY, outcome.accuracy());
      figures.put(CALIBRATION, outcome.calibration());
      figures.put(STEPS, outcome.steps());
      figures.put(SECONDS, outcome.seconds());
      List<Double> values = new ArrayList<>(List.of(outcome.loss()));
      List<Double> excess = List.of();
      TrialOutcome.Cost cost = outcome.cost();
      if (cost != null) {
        figures.put(NANOS, cost.nanos());
        figures.put(BYTES, cost.bytes());
        goals.stream()
            .skip(1)
            .forEach(g -> values.add(g == Goal.LATENCY ? cost.nanos() : cost.bytes()));
        excess = limits.excess(cost);
      }
      study.tell(number, values, excess, figures);
    }
    settle();
  }

  private void settle() {
    settled = !needed || over() || best().isPresent();
  }

  /** Whether all trials of the budget have ended. */
  boolean over() {
    return ended() >= budget;
  }

  /** Whether trials run, in whichever process. */
  boolean anyRun() {
    return study.counted().stream().anyMatch(t -> t.state() == Trial.State.RUNNING);
  }

  /** Whether the sweep can end without more of it. */
  boolean settled() {
    return settled;
  }

  /**
   * Whether another trial has done, or another family may do, what one does that takes too long.
   */
  boolean mayBeCutShort() {
    return settled || ended() + 1 < families;
  }

  /** The first of {@link #ranked}. */
  Optional<TrialOutcome> best() {
    return good().stream().findFirst();
  }

  /** All outcomes in the order of asking. */
  List<TrialOutcome> outcomes() {
    List<TrialOutcome> outcomes = new ArrayList<>();
    for (Trial trial : study.counted()) {
      if (trial.state().ended()) {
        TrialOutcome failure = failures.get(trial.number());
        outcomes.add(failure == null ? outcome(trial) : failure);
      }
    }
    return outcomes;
  }

  /**
   * The outcomes that succeeded: those within the limits before others, the lowest loss first, of
   * equals the lowest number.
   *
   * @throws SweepException if no trial succeeded, with every cause
   */
  List<TrialOutcome> ranked() {
    List<TrialOutcome> good = good();
    if (good.isEmpty()) {
      throw SweepException.ofSearches(List.of(this));
    }
    return good;
  }

  /**
   * The outcome of a trial of which a student can be made.
   *
   * @throws IllegalArgumentException if there is none, with the best of those that there are
   */
  TrialOutcome picked(int number) {
    List<Trial> trials = study.trials();
    if (number >= 0
        && number < trials.size()
        && trials.get(number).state() == Trial.State.COMPLETE) {
      TrialOutcome outcome = outcome(trials.get(number));
      if (limits.kept(outcome)) {
        return outcome;
      }
    }
    List<TrialOutcome> good = good().stream().filter(limits::kept).toList();
    throw new IllegalArgumentException(
        "search '%s', trial %s: %s, expected one of %s%s"
            .formatted(
                name,
                number,
                number < 0 || number >= trials.size()
                    ? "there are %s trials".formatted(trials.size())
                    : trials.get(number).state() == Trial.State.COMPLETE
                        ? "it is above the limits (%s)".formatted(limits)
                        : "it is " + trials.get(number).state().name().toLowerCase(Locale.ROOT),
                good.stream().limit(NAMED).map(o -> o.spec().number()).toList(),
                good.size() > NAMED ? " and %s more".formatted(good.size() - NAMED) : ""));
  }

  /** The outcomes on the Pareto front among the goals. */
  List<TrialOutcome> front() {
    return study.front().stream().map(this::outcome).toList();
  }

  /** How much each parameter matters for the loss; none where too few trials tell. */
  Map<String, Double> importance() {
    return good().size() < LEAST_TOLD ? Map.of() : study.importance();
  }

  private List<TrialOutcome> good() {
    return outcomes().stream()
        .filter(TrialOutcome::succeeded)
        .sorted(limits.order().thenComparingDouble(TrialOutcome::loss))
        .toList();
  }

  private TrialSpec spec(Trial trial) {
    return space.spec(name, trial);
  }

  private TrialOutcome outcome(Trial trial) {
    TrialSpec spec = spec(trial);
    Map<String, Object> figures = trial.userAttributes();
    double seconds = figure(figures, SECONDS);
    if (trial.state() == Trial.State.PRUNED) {
      return TrialOutcome.pruned(spec, seconds);
    }
    if (trial.state() == Trial.State.FAILED) {
      return TrialOutcome.failed(spec, seconds, new FitException(trial.failure().orElse("?")));
    }
    return new TrialOutcome(
        spec,
        figure(figures, LOSS),
        figure(figures, STANDARD_ERROR),
        figure(figures, KL),
        figure(figures, LOG_LOSS),
        figure(figures, ACCURACY),
        figure(figures, CALIBRATION),
        (int) figure(figures, STEPS),
        seconds,
        figures.containsKey(NANOS)
            ? new TrialOutcome.Cost(figure(figures, NANOS), (long) figure(figures, BYTES))
            : null,
        false,
        null);
  }

  private static double figure(Map<String, Object> figures, String name) {
    @Nullable Object value = figures.get(name);
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
