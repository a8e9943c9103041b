package dev.distill.auto;

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
  private final BooleanSupplier stop;
  private final SweepListener listener;
  private final List<TrialOutcome> outcomes = new ArrayList<>();
  private int done;
  private int total;

  Sweep(
      Distiller distiller,
      TrialExecutor executor,
      int threads,
      BooleanSupplier stop,
      SweepListener listener) {
    this.distiller = distiller;
    this.executor = executor;
    this.threads = threads;
    this.stop = stop;
    this.listener = listener;
  }

  /** Runs all searches side by side, so that ending early leaves each with its share. */
  void run(List<Search> searches, List<Fold> folds) {
    total = searches.stream().mapToInt(Search::budget).sum();
    executor.run(
        () -> stop.getAsBoolean() ? Optional.empty() : next(searches),
        spec -> distiller.run(spec, folds, perTrial(total)),
        outcome -> {
          for (Search search : searches) {
            if (search.name().equals(outcome.spec().search())) {
              search.tell(outcome);
              listener.ended(outcome, search.best().orElse(null), ++done, total);
            }
          }
        });
    searches.forEach(s -> outcomes.addAll(s.outcomes()));
  }

  /** Runs the given trials; their outcomes come in the order given. */
  List<TrialOutcome> runAll(List<TrialSpec> specs, List<Fold> folds) {
    Iterator<TrialSpec> left = specs.iterator();
    List<TrialOutcome> ended = new ArrayList<>();
    total += specs.size();
    executor.run(
        () -> left.hasNext() ? Optional.of(left.next()) : Optional.empty(),
        spec -> distiller.run(spec, folds, perTrial(specs.size())),
        outcome -> {
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

  /** The next trial of the search that is furthest from its budget. */
  private static Optional<TrialSpec> next(List<Search> searches) {
    List<Search> order = new ArrayList<>(searches);
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
