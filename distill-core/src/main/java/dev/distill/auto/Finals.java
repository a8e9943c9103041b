package dev.distill.auto;

import dev.distill.search.Study;
import dev.distill.spi.Hyperparameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The last round: the best trials of a search again on all rows, and the student's best ones at
 * several weights of the teacher. How much weight the teacher deserves depends on how many rows
 * there are more than hyperparameters do: what few rows don't say, the teacher does.
 */
final class Finals {
  /** Configurations of a search's last round. A twin's cost less: they have no made rows. */
  private static final int TWINS = 3;

  private static final int STUDENTS = 2;

  /** With so many times the rows of the search or more, at most as many times the capacity pays. */
  static final int WIDER = 4;

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
    List<TrialOutcome> best = best(search, TWINS);
    if (rows.full() != rows.search()) {
      int count = best.size();
      while (count > 0 && !inTime(rows.lastRound() * best.get(count - 1).seconds())) {
        count--;
      }
      // Without time for one, students are to have what there is: last fits see all rows anyway.
      if (count > 0) {
        List<TrialSpec> entries =
            Stream.concat(
                    best.stream().limit(count).map(TrialOutcome::spec), mayGrow(search).stream())
                .toList();
        best = new ArrayList<>(succeeded(run(search, entries), best));
        Optional<TrialSpec> wider = wider(search, lowest(best).spec());
        if (wider.isPresent()) {
          best.addAll(succeeded(run(search, List.of(wider.get())), List.of()));
        }
      }
    }
    return lowest(best);
  }

  /**
   * The twin, or the best student's own configuration on labels alone where that has a lower log
   * loss: what it knows better is to be the teacher's doing.
   */
  TrialOutcome twin(Search search, TrialOutcome twin, List<TrialOutcome> students) {
    TrialOutcome student = best(students);
    TrialSpec own = student.spec().as(twin.spec());
    if (config.plan() == SweepPlan.REFERENCE
        || sameParameters(search, own, twin.spec())
        || !inTime(student.seconds())) {
      return twin;
    }
    List<TrialOutcome> both = new ArrayList<>(List.of(twin));
    both.addAll(succeeded(run(search, List.of(own)), List.of()));
    return lowest(both);
  }

  private static boolean sameParameters(Search search, TrialSpec one, TrialSpec other) {
    SweepSpace space = search.space();
    return space.start(one).parameters().equals(space.start(other).parameters());
  }

  private static TrialOutcome best(List<TrialOutcome> outcomes) {
    return outcomes.stream().min(Comparator.comparingDouble(TrialOutcome::loss)).orElseThrow();
  }

  private static TrialOutcome lowest(List<TrialOutcome> outcomes) {
    return outcomes.stream().min(Comparator.comparingDouble(TrialOutcome::logLoss)).orElseThrow();
  }

  /** The same with as many times the capacity as there are rows, if the family says what it is. */
  private Optional<TrialSpec> wider(Search search, TrialSpec spec) {
    int times = (int) Math.min(WIDER, rows.lastRound());
    return times < 2 || config.tolerance().any()
        ? Optional.empty()
        : search.space().wider(spec, times);
  }

  /** Whether half of the time that is left will do for a fit of so many seconds. */
  private boolean inTime(double seconds) {
    return deadline.left().map(left -> 2 * seconds <= left.toMillis() / 1e3).orElse(true);
  }

  /**
   * The students to choose from: configurations at one weight of the teacher, and the best of these
   * at the others too. Configurations are the best of the search, of two families where it knows
   * more than one, and the twin's: which one is best depends on how many rows there are. In the
   * reference plan: each cell's best trial, as it is.
   *
   * @throws SweepException if all trials of all searches failed
   */
  List<TrialOutcome> students(List<Search> searches, TrialOutcome twin) {
    if (config.plan() == SweepPlan.REFERENCE) {
      return cells(searches);
    }
    Search search = searches.get(0);
    boolean tolerant = config.tolerance().any();
    List<TrialOutcome> best =
        tolerant ? List.of(smallest(search.ranked(), config)) : best(search, STUDENTS);
    boolean fewRows = rows.crossValidated();
    List<Double> alphas = new ArrayList<>(config.alphas());
    if (alphas.isEmpty()) {
      alphas.addAll(alphas(fewRows));
    }
    double middle = alphas.remove(alphas.size() / 2);
    TrialSpec own = best.get(0).spec();
    // And without the rows that only the teacher labelled.
    List<TrialSpec> entries =
        new ArrayList<>(best.stream().flatMap(o -> affordable(o, o.spec())).toList());
    if (!tolerant) {
      // The twin was chosen by its loss alone, so it may be of any size.
      affordable(twin, twin.spec().as(own)).forEach(entries::add);
      if (rows.full() != rows.search()) {
        mayGrow(search).stream().flatMap(Finals::withAndWithout).forEach(entries::add);
      }
    }
    List<TrialOutcome> first = run(search, entries.stream().map(c -> at(c, middle)).toList());
    List<TrialOutcome> finalists = new ArrayList<>(fewRows ? best : List.of());
    finalists.addAll(first);
    List<TrialOutcome> good = succeeded(first, List.of());
    if (!good.isEmpty()) {
      TrialSpec chosen = best(good).spec();
      List<TrialSpec> more = new ArrayList<>(alphas.stream().map(a -> at(chosen, a)).toList());
      wider(search, chosen).ifPresent(wider -> more.add(0, at(wider, middle)));
      // A short search may not have come to all that can be learned from.
      double most = Math.max(middle, alphas.isEmpty() ? middle : Collections.max(alphas));
      for (String source : search.space().sources()) {
        more.add(at(chosen, most).learningFrom(source));
      }
      finalists.addAll(run(search, more));
    }
    return succeeded(finalists, best);
  }

  /** With its rows without labels, and without. */
  private static Stream<TrialSpec> withAndWithout(TrialSpec spec) {
    return Stream.of(spec, spec.augmented(0)).distinct();
  }

  /** Those of both for which there is time, by what a trial of the same configuration took. */
  private Stream<TrialSpec> affordable(TrialOutcome known, TrialSpec spec) {
    return withAndWithout(spec).filter(entry -> hasTime(known, entry.augment()));
  }

  private TrialSpec at(TrialSpec spec, double alpha) {
    return spec.in(spec.search(), temperature(spec), alpha);
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

  /**
   * So many of the best trials that have time for a last round; where these are of one family, the
   * last is the best of another.
   */
  private List<TrialOutcome> best(Search search, int count) {
    List<TrialOutcome> ranked = search.ranked().stream().filter(o -> hasTime(o, 0)).toList();
    if (ranked.isEmpty()) {
      ranked = search.ranked();
    }
    List<TrialOutcome> best = new ArrayList<>(ranked.subList(0, Math.min(count, ranked.size())));
    String family = ranked.get(0).spec().family();
    if (best.stream().allMatch(o -> o.spec().family().equals(family))) {
      ranked.stream()
          .filter(o -> !o.spec().family().equals(family))
          .findFirst()
          .ifPresent(other -> best.set(best.size() - 1, other));
    }
    return best;
  }

  /**
   * Whether a trial would not be ended for taking too much of the time on all rows.
   *
   * @param known a trial of the same configuration
   * @param augment with so many rows without labels for each training row
   */
  private boolean hasTime(TrialOutcome known, int augment) {
    double times = (1.0 + augment) / (1 + known.spec().augment());
    if (!Searches.isLast(known.spec().search())) {
      times *= rows.lastRound();
    }
    Duration taken = Duration.ofMillis(Math.round(1e3 * times * known.seconds()));
    return rows.full() == rows.search() || deadline.tooLong(taken).isEmpty();
  }

  /**
   * Few rows favour what is at the limits, so that what may grow with rows (a single tree, to a
   * tenth of the time) was only looked at, or small: the largest of each family of which no trial
   * is left, or one that leaves room.
   */
  private List<TrialSpec> mayGrow(Search search) {
    Limits limits = config.limits();
    if (!limits.any() || config.tolerance().any()) {
      return List.of();
    }
    Set<String> atLimits =
        search.ranked().stream()
            .map(o -> o.spec().family())
            .collect(Collectors.toCollection(HashSet::new));
    search.ranked().stream()
        .filter(limits::leaveRoom)
        .forEach(o -> atLimits.remove(o.spec().family()));
    return search.space().widest(search.ranked().get(0).spec()).stream()
        .filter(spec -> !atLimits.contains(spec.family()))
        .toList();
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
    if (entries.isEmpty()) {
      return List.of();
    }
    SweepSpace space = search.space();
    // The twin's configuration may be the student's own.
    Map<Hyperparameters, Study.Start> starts = new LinkedHashMap<>();
    entries.stream().map(space::start).forEach(s -> starts.putIfAbsent(s.parameters(), s));
    Search round = searches.apply(search, List.copyOf(starts.values()));
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
