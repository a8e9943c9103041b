package dev.distill.auto;

import dev.distill.data.MoreRows;
import dev.distill.search.Study;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gives the best student more rows that the teacher labels, step by step, as long as its KL to the
 * teacher on validation rows falls; at each step also with more capacity, where its family names
 * what that is. Where it doesn't, the best student of a family that does comes along for the first
 * step: it gains more from rows. Also a student that had none in the search, which tries them with
 * a few configurations alone.
 */
final class Growth {
  private static final List<Integer> STEPS = List.of(20, 50, 100);

  /** A KL that is lower by a smaller share is not worth more rows. */
  private static final double GAIN = 0.02;

  /** With so many times the capacity too. */
  private static final int WIDER = 4;

  /**
   * Without a limit of time, a trial may take as long as all before it, or this if that is less.
   */
  private static final double SHORT_SECONDS = 300;

  /** Fits of a step, of each student. */
  private static final int FITS = 2;

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
   * @param seconds of its fit with {@link TrialSpec#augment} of them
   */
  private record Candidate(TrialSpec spec, double seconds) {

    static Candidate of(TrialOutcome outcome) {
      return new Candidate(outcome.spec(), outcome.seconds());
    }

    double seconds(int factor) {
      return seconds * (1 + factor) / (1 + spec.augment());
    }
  }

  /**
   * The outcomes of all steps.
   *
   * @param student the best one
   * @param searched the search's trials, the best first
   */
  List<TrialOutcome> of(TrialOutcome student, List<TrialOutcome> searched) {
    List<TrialOutcome> outcomes = new ArrayList<>();
    TrialOutcome best = student;
    Optional<Candidate> rival = rival(student, searched);
    reason = "more than %s were not allowed".formatted(config.augment());
    for (int factor : STEPS) {
      if (factor > best.spec().augment() && factor <= config.augment()) {
        List<Candidate> growing = new ArrayList<>(List.of(Candidate.of(best)));
        if (rival.isPresent()
            && hindrance(List.of(growing.get(0), rival.get()), factor).isEmpty()) {
          growing.add(rival.get());
        }
        rival = Optional.empty();
        Optional<String> hindrance = hindrance(growing, factor);
        if (hindrance.isPresent()) {
          reason = hindrance.get();
          break;
        }
        List<TrialOutcome> step = step(growing, factor);
        outcomes.addAll(step);
        Optional<TrialOutcome> next =
            step.stream().filter(this::isGood).min(Comparator.comparingDouble(TrialOutcome::kl));
        if (next.isEmpty()) {
          reason = "with %s there was no student within the limits".formatted(factor);
          break;
        }
        if (next.get().kl() > (1 - GAIN) * best.kl()) {
          reason = "with %s the KL on validation rows fell by less than 2 %%".formatted(factor);
          break;
        }
        best = next.get();
      }
    }
    return outcomes;
  }

  /**
   * The best of another family that can be made wider, within the limits, to learn as the student
   * does, which can't or may not.
   */
  private Optional<Candidate> rival(TrialOutcome student, List<TrialOutcome> searched) {
    TrialSpec own = student.spec();
    if (config.tolerance().any() || (widens(own) && !config.limits().any())) {
      return Optional.empty();
    }
    // The student has had all rows; in the search it had as few as they.
    double near =
        searched.stream()
            .filter(o -> o.spec().family().equals(own.family()) && isGood(o))
            .mapToDouble(TrialOutcome::kl)
            .min()
            .orElse(student.kl());
    return searched.stream()
        .filter(o -> !o.spec().family().equals(own.family()))
        .filter(o -> !config.limits().any() || config.limits().leaveRoom(o))
        .filter(o -> isGood(o) && widens(o.spec()) && o.kl() <= NEAR * near)
        .findFirst()
        .map(
            o ->
                new Candidate(
                    o.spec().as(own), rows.lastRound() * Candidate.of(o).seconds(own.augment())));
  }

  private boolean widens(TrialSpec spec) {
    return searches.augmented(List.of(spec), STEPS.get(0)).wider(spec, WIDER).isPresent();
  }

  /** These students with so many rows, and wider ones. */
  private List<TrialOutcome> step(List<Candidate> growing, int factor) {
    List<TrialSpec> specs = growing.stream().map(c -> c.spec().augmented(factor)).toList();
    SweepSpace space = searches.augmented(specs, factor);
    List<Study.Start> starts = new ArrayList<>();
    for (TrialSpec spec : specs) {
      starts.add(space.start(spec));
      // Who wants the smallest student does not want a wider one.
      if (!config.tolerance().any()) {
        space.wider(spec, WIDER).map(space::start).ifPresent(starts::add);
      }
    }
    Search round = searches.round("student x" + factor, space, starts);
    // Each step's rows are let go of before the next one's are made.
    try (SharedForms forms = new SharedForms()) {
      Sweep sweep = sweeps.apply(forms);
      sweep.run(List.of(round), Cut.of(rows.fullWith(more, factor)));
      endedEarly |= sweep.endedEarly();
    }
    return round.outcomes();
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
    double toCome = growing.size() * FITS + rows.lastFits();
    double allowed =
        deadline
            .left()
            .map(left -> left.toMillis() / 1e3)
            .orElse(toCome * Math.max(SHORT_SECONDS, (double) deadline.passed().toSeconds()));
    if (deadline.isOver() || toCome * fit + labelling > allowed) {
      return Optional.of("for %s the time was too short".formatted(factor));
    }
    long bytes = Cut.bytes(wanted, rows.full().get(0).train().columns());
    return bytes > Runtime.getRuntime().maxMemory()
        ? Optional.of("for %s the heap was too small (-Xmx)".formatted(factor))
        : Optional.empty();
  }
}
