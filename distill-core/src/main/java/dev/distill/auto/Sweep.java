package dev.distill.auto;

import dev.distill.spi.FitCancelledException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Runs trials through the executor and collects their outcomes. */
final class Sweep {
  private final Distiller distiller;
  private final TrialExecutor executor;
  private final int threads;
  private final BooleanSupplier ending;
  private final SweepListener listener;
  private final List<TrialOutcome> outcomes = new ArrayList<>();
  private int done;
  private int total;
  private boolean endedEarly;

  /**
   * A sweep.
   *
   * @param ending whether to end early: then only searches without a success get more trials
   */
  Sweep(
      Distiller distiller,
      TrialExecutor executor,
      int threads,
      BooleanSupplier ending,
      SweepListener listener) {
    this.distiller = distiller;
    this.executor = executor;
    this.threads = threads;
    this.ending = ending;
    this.listener = listener;
  }

  /** Runs all searches side by side, so that ending early leaves each with its share. */
  void run(List<Search> searches, List<Fold> folds) {
    total = searches.stream().mapToInt(Search::budget).sum();
    while (nextRung(searches)) {
      executor.run(
          () -> next(searches),
          spec -> distiller.run(spec, folds, perTrial(total)),
          outcome -> {
            noteCancelled(outcome);
            for (Search search : searches) {
              if (search.name().equals(outcome.spec().search())) {
                search.tell(outcome);
                listener.ended(outcome, search.best().orElse(null), ++done, total);
              }
            }
          });
    }
    searches.forEach(s -> outcomes.addAll(s.outcomes()));
  }

  /**
   * Runs the given trials, or none of those that have not begun when the sweep is to end; their
   * outcomes come in the order given.
   */
  List<TrialOutcome> runAll(List<TrialSpec> specs, List<Fold> folds) {
    Iterator<TrialSpec> left = specs.iterator();
    List<TrialOutcome> ended = new ArrayList<>();
    total += specs.size();
    executor.run(
        () -> next(left),
        spec -> distiller.run(spec, folds, perTrial(specs.size())),
        outcome -> {
          noteCancelled(outcome);
          ended.add(outcome);
          listener.ended(outcome, null, ++done, total);
        });
    ended.sort(Comparator.comparingInt(o -> specs.indexOf(o.spec())));
    outcomes.addAll(ended);
    return ended;
  }

  /** All outcomes: each search's by number, then the finalists'. */
  List<TrialOutcome> outcomes() {
    return List.copyOf(outcomes);
  }

  private int perTrial(int trials) {
    return Math.max(1, threads / Math.min(threads, trials));
  }

  /** Whether trials were left out or broken off. */
  boolean endedEarly() {
    return endedEarly;
  }

  private boolean nextRung(List<Search> searches) {
    boolean more = false;
    for (Search search : searches) {
      if (!ending.getAsBoolean() || !search.settled()) {
        more |= search.nextRung();
      } else {
        endedEarly |= search.asked() < search.budget();
      }
    }
    return more;
  }

  private void noteCancelled(TrialOutcome outcome) {
    endedEarly |= outcome.cause() instanceof FitCancelledException;
  }

  private Optional<TrialSpec> next(Iterator<TrialSpec> left) {
    if (!left.hasNext()) {
      return Optional.empty();
    }
    if (ending.getAsBoolean()) {
      endedEarly = true;
      return Optional.empty();
    }
    return Optional.of(left.next());
  }

  /** The next trial of the search that is furthest from its budget. */
  private Optional<TrialSpec> next(List<Search> searches) {
    List<Search> order = new ArrayList<>(searches);
    if (ending.getAsBoolean()) {
      endedEarly |= order.stream().anyMatch(s -> s.settled() && s.asked() < s.budget());
      order.removeIf(Search::settled);
    }
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
