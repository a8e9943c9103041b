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
 * what that is. Also a student that had none in the search, which tries them with a few
 * configurations alone.
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

  /** Fits of a step. */
  private static final int FITS = 2;

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

  /** The outcomes of all steps for the student of this outcome. */
  List<TrialOutcome> of(TrialOutcome student) {
    List<TrialOutcome> outcomes = new ArrayList<>();
    TrialOutcome best = student;
    reason = "more than %s were not allowed".formatted(config.augment());
    for (int factor : STEPS) {
      if (factor > best.spec().augment() && factor <= config.augment()) {
        Optional<String> hindrance = hindrance(best, factor);
        if (hindrance.isPresent()) {
          reason = hindrance.get();
          break;
        }
        List<TrialOutcome> step = step(best.spec().augmented(factor));
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

  /** The student with so many rows, and a wider one. */
  private List<TrialOutcome> step(TrialSpec spec) {
    int factor = spec.augment();
    SweepSpace space = searches.augmented(spec, factor);
    List<Study.Start> starts = new ArrayList<>(List.of(space.start(spec)));
    // Who wants the smallest student does not want a wider one.
    if (!config.tolerance().any()) {
      space.wider(spec, WIDER).map(space::start).ifPresent(starts::add);
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
  private Optional<String> hindrance(TrialOutcome best, int factor) {
    long wanted = (long) factor * rows.count();
    if (more.most() < wanted) {
      return Optional.of("there are no more");
    }
    double labelling = secondsPerRow * rows.count() * (factor - best.spec().augment());
    double fit = best.seconds() * (1 + factor) / (1 + best.spec().augment());
    double toCome = FITS + rows.lastFits();
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
