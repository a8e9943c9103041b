package dev.distill.auto;

import dev.distill.data.MoreRows;
import dev.distill.search.Study;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/**
 * Gives the best student more rows that the teacher labels, step by step, as long as its KL to the
 * teacher on validation rows falls; at each step also with more capacity, where its family names
 * what that is. Where it doesn't, or where the student takes too long for a step, the best student
 * of a family that does comes along: it gains more from rows. With limits one comes along anyway:
 * the student is large by then, as few rows favour what is at the limits. Who gains nothing, or
 * takes too long for a step, stays behind, and the other goes on; without limits one of them does.
 * Also a student that had no such rows in the search, which tries them with a few configurations
 * alone.
 */
final class Growth {
  /** Why there are no more: so many would not fit. */
  static final String TOO_LARGE = "for %s the heap was too small (-Xmx)";

  private static final List<Integer> STEPS = List.of(20, 50, 100);

  /** A KL that is lower by a smaller share is not worth more rows. */
  private static final double GAIN = 0.02;

  /** With so many times the capacity too. */
  private static final List<Integer> WIDER = List.of(4);

  /** Where that is beyond the limits. */
  private static final int LESS_WIDE = 2;

  /** How much a limit leaves room for is known when it is fitted. */
  private static final List<Integer> WIDER_WITHIN_LIMITS = List.of(4, 16);

  /**
   * Without a limit of time, a trial may take as long as all before it, or this if that is less.
   */
  private static final double SHORT_SECONDS = 300;

  /** With so many times the student's KL in the search a family that widens is worth a step. */
  private static final double NEAR = 2;

  private final DistillConfig config;
  private final MoreRows more;
  private final Rows rows;
  private final Searches searches;
  private final Deadline deadline;
  private final Function<SharedForms, Sweep> sweeps;
  private final double secondsPerRow;
  private boolean endedEarly;
  private String reason = "";

  /**
   * A growth to be.
   *
   * @param rows the training rows' cuts, without more rows
   * @param secondsPerRow what it takes to make a row and to ask the teacher about it
   * @param sweeps makes a sweep whose trials share these forms
   */
  Growth(
      DistillConfig config,
      MoreRows more,
      Rows rows,
      Searches searches,
      Deadline deadline,
      double secondsPerRow,
      Function<SharedForms, Sweep> sweeps) {
    this.config = config;
    this.more = more;
    this.rows = rows;
    this.searches = searches;
    this.deadline = deadline;
    this.secondsPerRow = secondsPerRow;
    this.sweeps = sweeps;
  }

  /**
   * What may be given more rows.
   *
   * @param kl with {@link TrialSpec#augment} of them
   * @param seconds of its fit with as many
   */
  private record Candidate(TrialSpec spec, double kl, double seconds) {

    static Candidate of(TrialOutcome outcome) {
      return new Candidate(outcome.spec(), outcome.kl(), outcome.seconds());
    }

    double seconds(int factor) {
      return seconds * (1 + factor) / (1 + spec.augment());
    }
  }

  /**
   * The outcomes of all steps.
   *
   * @param student the best one
   * @param finalists what there is to choose from, which has had all rows
   * @param searched the search's trials, the best first
   */
  List<TrialOutcome> of(
      TrialOutcome student, List<TrialOutcome> finalists, List<TrialOutcome> searched) {
    List<TrialOutcome> outcomes = new ArrayList<>();
    List<Candidate> growing = new ArrayList<>(List.of(Candidate.of(student)));
    rival(student, finalists, searched).ifPresent(growing::add);
    double lowest = student.kl();
    reason = "more than %s were not allowed".formatted(config.augment());
    for (int factor : STEPS) {
      if (isStep(factor, student.spec())) {
        if (growing.size() > 1 && hindrance(growing, factor).isPresent()) {
          growing.remove(hindrance(growing.subList(0, 1), factor).isPresent() ? 0 : 1);
        }
        Optional<String> hindrance = hindrance(growing, factor);
        if (hindrance.isPresent()) {
          reason = hindrance.get();
          break;
        }
        List<TrialOutcome> step = step(growing, factor);
        outcomes.addAll(step);
        OptionalDouble best =
            step.stream().filter(this::isGood).mapToDouble(TrialOutcome::kl).min();
        if (best.isEmpty()) {
          reason = "with %s there was no student within the limits".formatted(factor);
          break;
        }
        lowest = Math.min(lowest, best.getAsDouble());
        growing = grown(growing, step, lowest);
        if (growing.isEmpty()) {
          reason = "with %s the KL on validation rows fell by less than 2 %%".formatted(factor);
          break;
        }
      }
    }
    return outcomes;
  }

  private boolean isStep(int factor, TrialSpec student) {
    return factor > student.augment() && factor <= config.augment();
  }

  private static boolean falls(double before, double now) {
    return now <= (1 - GAIN) * before;
  }

  /**
   * The best of each family, where that gained by the step and may become the best of all; with
   * limits two, else one.
   *
   * @param lowest KL so far
   */
  private List<Candidate> grown(List<Candidate> before, List<TrialOutcome> step, double lowest) {
    List<Candidate> grown = new ArrayList<>();
    for (Candidate candidate : before) {
      String family = candidate.spec().family();
      step.stream()
          .filter(o -> o.spec().family().equals(family) && isGood(o))
          .min(Comparator.comparingDouble(TrialOutcome::kl))
          .filter(o -> falls(candidate.kl(), o.kl()) && o.kl() <= NEAR * lowest)
          .map(Candidate::of)
          .ifPresent(grown::add);
    }
    grown.sort(Comparator.comparingDouble(Candidate::kl));
    return config.limits().any() || grown.isEmpty() ? grown : new ArrayList<>(grown.subList(0, 1));
  }

  /**
   * The best of another family that can be made wider, within the limits, to learn as the student
   * does, which can't, may not or takes too long: of those that have had all rows, else of the
   * search.
   */
  private Optional<Candidate> rival(
      TrialOutcome student, List<TrialOutcome> finalists, List<TrialOutcome> searched) {
    TrialSpec own = student.spec();
    boolean alone = widens(own) && !config.limits().any() && !isSlow(student);
    if (config.tolerance().any() || alone) {
      return Optional.empty();
    }
    Optional<Candidate> ready =
        finalists.stream()
            .filter(o -> isRival(o, own, student.kl()))
            .min(Comparator.comparingDouble(TrialOutcome::kl))
            .map(o -> rival(o, own, 1));
    return ready.isPresent()
        ? ready
        : searched.stream()
            .filter(o -> isRival(o, own, searchKl(student, searched)))
            .findFirst()
            .map(o -> rival(o, own, rows.lastRound()));
  }

  /** Whether the first step is too long for it. */
  private boolean isSlow(TrialOutcome student) {
    return STEPS.stream()
        .filter(factor -> isStep(factor, student.spec()))
        .findFirst()
        .flatMap(factor -> hindrance(List.of(Candidate.of(student)), factor))
        .isPresent();
  }

  private boolean isRival(TrialOutcome outcome, TrialSpec own, double kl) {
    return !outcome.spec().family().equals(own.family())
        && (!config.limits().any() || config.limits().leaveRoom(outcome))
        && isGood(outcome)
        && outcome.kl() <= NEAR * kl
        && widens(outcome.spec());
  }

  private static Candidate rival(TrialOutcome outcome, TrialSpec own, double times) {
    double seconds = times * Candidate.of(outcome).seconds(own.augment());
    return new Candidate(outcome.spec().as(own), outcome.kl(), seconds);
  }

  /** What a student has had all rows for, it or the likes of it had in the search for few. */
  private double searchKl(TrialOutcome student, List<TrialOutcome> searched) {
    return searched.stream()
        .filter(o -> o.spec().family().equals(student.spec().family()) && isGood(o))
        .mapToDouble(TrialOutcome::kl)
        .min()
        .orElse(student.kl());
  }

  private boolean widens(TrialSpec spec) {
    return searches.augmented(List.of(spec), STEPS.get(0)).wider(spec, WIDER.get(0)).isPresent();
  }

  private List<Integer> wider() {
    // Who wants the smallest student does not want a wider one.
    return config.tolerance().any()
        ? List.of()
        : config.limits().any() ? WIDER_WITHIN_LIMITS : WIDER;
  }

  /**
   * These students with so many rows, and wider ones; of one that the limits have no room for, one
   * of twice the capacity.
   */
  private List<TrialOutcome> step(List<Candidate> growing, int factor) {
    List<TrialSpec> specs = growing.stream().map(c -> c.spec().augmented(factor)).toList();
    SweepSpace space = searches.augmented(specs, factor);
    Set<Study.Start> starts = new LinkedHashSet<>();
    for (TrialSpec spec : specs) {
      starts.add(space.start(spec));
      for (int times : wider()) {
        space.wider(spec, times).map(space::start).ifPresent(starts::add);
      }
    }
    List<TrialOutcome> outcomes = new ArrayList<>();
    // Each step's rows are let go of before the next one's are made.
    try (SharedForms forms = new SharedForms()) {
      Sweep sweep = sweeps.apply(forms);
      Cut cut = Cut.of(rows.fullWith(more, factor));
      outcomes.addAll(run(sweep, cut, space, starts, factor));
      Set<Study.Start> between = new LinkedHashSet<>();
      for (TrialSpec spec : specs) {
        space
            .wider(spec, WIDER.get(0))
            .filter(wider -> isRefused(wider, outcomes))
            .flatMap(wider -> space.wider(spec, LESS_WIDE))
            .map(space::start)
            .ifPresent(between::add);
      }
      between.removeAll(starts);
      if (!between.isEmpty()) {
        outcomes.addAll(run(sweep, cut, space, between, factor));
      }
    }
    return outcomes;
  }

  private List<TrialOutcome> run(
      Sweep sweep, Cut cut, SweepSpace space, Set<Study.Start> starts, int factor) {
    Search round = searches.round("student x" + factor, space, List.copyOf(starts));
    sweep.run(List.of(round), cut);
    endedEarly |= sweep.endedEarly();
    return round.outcomes();
  }

  /** Whether it became a student, but one beyond the limits. */
  private boolean isRefused(TrialSpec spec, List<TrialOutcome> outcomes) {
    return outcomes.stream()
        .filter(o -> o.succeeded() && !config.limits().kept(o))
        .map(TrialOutcome::spec)
        .filter(refused -> refused.family().equals(spec.family()))
        .anyMatch(refused -> refused.hyperparameters().equals(spec.hyperparameters()));
  }

  /** Whether it succeeded within the limits. */
  boolean isGood(TrialOutcome outcome) {
    return outcome.succeeded() && config.limits().kept(outcome);
  }

  /** Whether trials were left out or broken off. */
  boolean endedEarly() {
    return endedEarly;
  }

  /** Why there is no more than what was: so many made rows for each training row, and no more. */
  String reason() {
    return reason;
  }

  /** What is missing for trials with so many rows for each training row: rows, time, memory. */
  private Optional<String> hindrance(List<Candidate> growing, int factor) {
    long wanted = (long) factor * rows.count();
    if (more.most() < wanted) {
      return Optional.of("there are no more");
    }
    double labelling = secondsPerRow * rows.count() * (factor - growing.get(0).spec().augment());
    double fit = growing.stream().mapToDouble(c -> c.seconds(factor)).max().orElseThrow();
    double toCome = growing.size() * (1 + wider().size()) + rows.lastFits();
    double allowed =
        deadline
            .left()
            .map(left -> left.toMillis() / 1e3)
            .orElse(toCome * Math.max(SHORT_SECONDS, (double) deadline.passed().toSeconds()));
    if (deadline.isOver() || toCome * fit + labelling > allowed) {
      return Optional.of("for %s the time was too short".formatted(factor));
    }
    long bytes = TrialMemory.bytes(wanted, rows.full().get(0).train().columns());
    return bytes > Runtime.getRuntime().maxMemory()
        ? Optional.of(TOO_LARGE.formatted(factor))
        : Optional.empty();
  }
}
