package dev.distill.auto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The last round: the best trials of a search again on all rows, and the student's best ones at
 * several weights of the teacher. How much weight the teacher deserves depends on how many rows there
 * are more than hyperparameters do: what few rows don't say, the teacher does.
 */
final class Finals {
  private static final int FINALISTS = 2;
  private static final List<Double> ALPHAS = List.of(0.1, 0.3, 0.5, 0.7, 0.9);

  private final DistillConfig config;
  private final Rows rows;
  private final Sweep sweep;

  Finals(DistillConfig config, Rows rows, Sweep sweep) {
    this.config = config;
    this.rows = rows;
    this.sweep = sweep;
  }

  /** The hard-label twin: the lowest log loss among the best trials of its search. */
  TrialOutcome twin(Search search) {
    List<TrialOutcome> best = best(search);
    if (rows.full() != rows.search()) {
      List<Sweep.Entry> entries = new ArrayList<>();
      best.forEach(o -> entries.add(entry(o.spec(), search.kind(), o.spec().alpha())));
      best = succeeded(sweep.runAll(entries, rows.full()), best);
    }
    return best.stream().min(Comparator.comparingDouble(TrialOutcome::logLoss)).orElseThrow();
  }

  /**
   * The students to choose from. In the reference plan: each cell's best trial, as it is.
   *
   * @throws SweepException if all trials of all searches failed
   */
  List<TrialOutcome> students(List<Search> searches) {
    if (config.plan() == SweepPlan.REFERENCE) {
      return cells(searches);
    }
    Search search = searches.get(0);
    List<TrialOutcome> best = best(search);
    List<Sweep.Entry> entries = new ArrayList<>();
    for (int i = 0; i < best.size(); i++) {
      TrialSpec spec = best.get(i).spec();
      Set<Double> alphas = new LinkedHashSet<>();
      if (rows.full() != rows.search()) {
        alphas.add(spec.alpha());
      }
      if (i == 0) {
        alphas.addAll(config.alphas().isEmpty() ? ALPHAS : config.alphas());
      }
      alphas.forEach(alpha -> entries.add(entry(spec, search.kind(), alpha)));
    }
    List<TrialOutcome> finalists = new ArrayList<>();
    if (rows.full() == rows.search()) {
      finalists.addAll(best);
    }
    finalists.addAll(sweep.runAll(entries, rows.full()));
    return succeeded(finalists, best);
  }

  private static List<TrialOutcome> cells(List<Search> searches) {
    List<TrialOutcome> best = new ArrayList<>();
    for (Search search : searches) {
      search.best().ifPresent(best::add);
    }
    return best.isEmpty() ? searches.get(0).ranked() : best;
  }

  private static List<TrialOutcome> best(Search search) {
    List<TrialOutcome> ranked = search.ranked();
    return ranked.subList(0, Math.min(FINALISTS, ranked.size()));
  }

  private static Sweep.Entry entry(TrialSpec spec, Search.Kind kind, double alpha) {
    return new Sweep.Entry(
        new TrialSpec(
            spec.search() + " final",
            spec.number(),
            spec.family(),
            spec.temperature(),
            alpha,
            spec.hyperparameters(),
            spec.seed()),
        kind);
  }

  /** Those that did not fail; if all did, those of the search, which had not. */
  private static List<TrialOutcome> succeeded(
      List<TrialOutcome> finalists, List<TrialOutcome> otherwise) {
    List<TrialOutcome> good = finalists.stream().filter(o -> o.failure().isEmpty()).toList();
    return good.isEmpty() ? otherwise : good;
  }
}
