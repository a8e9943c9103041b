package dev.distill.auto;

import dev.distill.search.Study;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The last round: the best trials of a search again on all rows, and the student's best ones at
 * several weights of the teacher. How much weight the teacher deserves depends on how many rows
 * there are more than hyperparameters do: what few rows don't say, the teacher does.
 */
final class Finals {
  private static final int FINALISTS = 2;

  /** Few rows: the teacher knows much that they don't say. */
  private static final List<Double> FEW_ROWS_ALPHAS = List.of(0.3, 0.5, 0.7, 0.9);

  /** Many rows: labels say it themselves, and validation flatters those who listen to a teacher. */
  private static final List<Double> MANY_ROWS_ALPHAS = List.of(0.1, 0.3, 0.5);

  /** Who wants to predict well has the twin among the finalists. */
  private static final List<Double> PREDICTING_ALPHAS = List.of(0.0, 0.3, 0.6, 0.9);

  /** Who wants the teacher alone need not listen to labels. */
  private static final List<Double> MIMICKING_ALPHAS = List.of(0.5, 0.8, 1.0);

  private final DistillConfig config;
  private final Rows rows;
  private final Sweep sweep;
  private final Deadline deadline;
  private final BiFunction<Search, List<Study.Start>, Search> searches;

  /**
   * The last round of a sweep.
   *
   * @param searches makes the last round of a search, which has these trials
   */
  Finals(
      DistillConfig config,
      Rows rows,
      Sweep sweep,
      Deadline deadline,
      BiFunction<Search, List<Study.Start>, Search> searches) {
    this.config = config;
    this.rows = rows;
    this.sweep = sweep;
    this.deadline = deadline;
    this.searches = searches;
  }

  /** The hard-label twin: the lowest log loss among the best trials of its search. */
  TrialOutcome twin(Search search) {
    List<TrialOutcome> best = best(search);
    if (rows.full() != rows.search()) {
      int count = best.size();
      while (count > 0 && !inTime(best.get(count - 1))) {
        count--;
      }
      // Without time for one, students are to have what there is: last fits see all rows anyway.
      if (count > 0) {
        List<TrialSpec> entries = best.stream().limit(count).map(TrialOutcome::spec).toList();
        best = succeeded(run(search, entries), best);
      }
    }
    return best.stream().min(Comparator.comparingDouble(TrialOutcome::logLoss)).orElseThrow();
  }

  /** Whether half of the time that is left will do for this one on all rows. */
  private boolean inTime(TrialOutcome outcome) {
    return deadline
        .left()
        .map(left -> 2 * rows.lastRound() * outcome.seconds() <= left.toMillis() / 1e3)
        .orElse(true);
  }

  /**
   * The students to choose from: the best trials of the search and the twin's configuration, each
   * at several weights of the teacher. In the reference plan: each cell's best trial, as it is.
   *
   * @throws SweepException if all trials of all searches failed
   */
  List<TrialOutcome> students(List<Search> searches, TrialOutcome twin) {
    if (config.plan() == SweepPlan.REFERENCE) {
      return cells(searches);
    }
    Search search = searches.get(0);
    List<TrialOutcome> best =
        config.tolerance().any() ? List.of(smallest(search.ranked(), config)) : best(search);
    boolean fewRows = rows.crossValidated();
    List<Double> alphas = config.alphas();
    if (alphas.isEmpty()) {
      alphas = alphas(fewRows);
    }
    TrialSpec own = best.get(0).spec();
    // The twin was chosen by its loss alone, so it may be of any size.
    List<TrialSpec> configurations =
        config.tolerance().any() ? List.of(own) : List.of(own, twin.spec().as(own));
    // Time may end before all are done.
    List<Double> order = new ArrayList<>(alphas);
    Collections.swap(order, 0, order.size() / 2);
    List<TrialSpec> entries = new ArrayList<>();
    for (double alpha : order) {
      for (TrialSpec spec : configurations) {
        entries.add(spec.in(spec.search(), temperature(spec), alpha));
      }
    }
    // A short search may not have come to all that can be learned from.
    for (String source : search.space().sources()) {
      entries.add(
          own.in(own.search(), temperature(own), Collections.max(alphas)).learningFrom(source));
    }
    List<TrialOutcome> finalists = new ArrayList<>(fewRows ? best : List.of());
    finalists.addAll(run(search, entries.stream().distinct().toList()));
    return succeeded(finalists, best);
  }

  /** Softer targets than T = 1 were worth searching, but on many rows did not hold on test rows. */
  private double temperature(TrialSpec spec) {
    return rows.crossValidated() || !config.temperatures().isEmpty() ? spec.temperature() : 1;
  }

  private List<Double> alphas(boolean fewRows) {
    if (config.teacherWeight() == 0) {
      return PREDICTING_ALPHAS;
    }
    return config.teacherWeight() == 1
        ? MIMICKING_ALPHAS
        : fewRows ? FEW_ROWS_ALPHAS : MANY_ROWS_ALPHAS;
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

  /** The smallest student among those whose loss is near enough to the lowest. */
  static TrialOutcome smallest(List<TrialOutcome> ranked, DistillConfig config) {
    double most = config.tolerance().most(ranked.get(0));
    return ranked.stream()
        .filter(o -> o.loss() <= most && config.limits().kept(o))
        .min(Comparator.comparingLong(Finals::bytes))
        .orElse(ranked.get(0));
  }

  private static long bytes(TrialOutcome outcome) {
    return outcome.cost() == null ? Long.MAX_VALUE : outcome.cost().bytes();
  }

  /** The outcomes of these on all rows, in their order. */
  private List<TrialOutcome> run(Search search, List<TrialSpec> entries) {
    SweepSpace space = search.space();
    List<Study.Start> starts = entries.stream().map(space::start).toList();
    Search round = searches.apply(search, starts);
    sweep.run(List.of(round), Cut.of(rows.full()));
    return round.outcomes();
  }

  /**
   * Those that succeeded within the limits; where there are none, those of the search, which had.
   */
  private List<TrialOutcome> succeeded(List<TrialOutcome> finalists, List<TrialOutcome> otherwise) {
    List<TrialOutcome> good =
        finalists.stream().filter(o -> o.succeeded() && config.limits().kept(o)).toList();
    return good.isEmpty() ? otherwise : good;
  }
}
