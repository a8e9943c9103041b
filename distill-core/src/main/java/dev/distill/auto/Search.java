package dev.distill.auto;

import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One study of a sweep with its budget: turns a study's trials into specs and takes their outcomes.
 *
 * <p>Its space is the families' spaces, each under the choice of its family, then temperature and
 * alpha: last, so that the n-th trial of a family has the same hyperparameters in the student's and
 * in the twin's search and their comparison is a paired one.
 *
 * <p>Families compete in rungs (successive halving; Jamieson and Talwalkar, 2016): first each one's
 * default, then a part of the budget for the best third, and so on until the best one is alone with
 * the rest. What a rung decides depends on the outcomes of the one before it as a whole, so not on
 * the order in which they came.
 */
final class Search {

  private static final String FAMILY = "family";
  private static final String TEMPERATURE = "temperature";
  private static final String ALPHA = "alpha";

  /** Of so many families one stays for the next rung. */
  private static final int SURVIVING = 3;

  /** A rung that is not the last gets one part in so many of what is left. */
  private static final int REST = 4;

  private final String name;
  private final TrialSpec.Kind kind;
  private final List<StudentModel> families;
  private final TaskShape shape;
  private final long seed;
  private final int budget;
  private final SearchSpace space;
  private final Study study;
  private final List<TrialOutcome> outcomes = new ArrayList<>();
  private final Map<String, Integer> tried = new HashMap<>();
  // The families that are still in, and whose turn it is in this rung.
  private List<String> competing;
  private final Deque<String> turns = new ArrayDeque<>();
  private int asked;
  private int given;
  // Read by running fits too.
  private volatile @Nullable TrialOutcome best;
  private volatile boolean settled;

  /**
   * A search.
   *
   * @param temperatures options, or empty for a range; ignored by a twin
   * @param alphas options, or empty for a range; ignored by a twin
   * @param budget trials; a family's first is given even if that is more
   */
  Search(
      String name,
      TrialSpec.Kind kind,
      List<StudentModel> families,
      TaskShape shape,
      List<Double> temperatures,
      List<Double> alphas,
      Sampler sampler,
      int budget,
      long seed) {
    this.name = name;
    this.kind = kind;
    this.families = families;
    this.shape = shape;
    this.seed = seed;
    this.budget = Math.max(budget, families.size());
    competing = families.stream().map(StudentModel::id).toList();
    SearchSpace.Builder all = SearchSpace.builder();
    all.add(new Hyperparameter.Choice(FAMILY, competing, competing.get(0), "student family"));
    for (StudentModel family : families) {
      addFamily(all, family);
    }
    if (kind != TrialSpec.Kind.TWIN) {
      all.add(
          dimension(TEMPERATURE, temperatures, 0.5, 5, true, 1, "temperature of the soft targets"));
      all.add(dimension(ALPHA, alphas, 0, 1, false, 0.7, "weight of the teacher"));
    }
    space = all.build();
    study =
        Study.builder(space)
            .name(name)
            .seed(Seeds.derive(seed, "search"))
            .sampler(sampler)
            .create();
  }

  private void addFamily(SearchSpace.Builder space, StudentModel family) {
    SearchSpace own = family.searchSpace(shape);
    for (SearchSpace.Dimension dimension : own.dimensions()) {
      if (earlyStopped(own, dimension.parameter().name())) {
        continue;
      }
      Hyperparameter named = prefixed(dimension.parameter(), family.id() + ".");
      if (dimension.underChoice() != null && dimension.underOption() != null) {
        space.addUnder(family.id() + "." + dimension.underChoice(), dimension.underOption(), named);
      } else {
        space.addUnder(FAMILY, family.id(), named);
      }
    }
  }

  /** Steps are not searched where validation rows say when to stop. */
  private boolean earlyStopped(SearchSpace own, String parameter) {
    return kind != TrialSpec.Kind.REFERENCE && own.steps().filter(parameter::equals).isPresent();
  }

  private static Hyperparameter prefixed(Hyperparameter parameter, String prefix) {
    String name = prefix + parameter.name();
    if (parameter instanceof Hyperparameter.Int p) {
      return new Hyperparameter.Int(name, p.low(), p.high(), p.log(), p.initial(), p.description());
    }
    if (parameter instanceof Hyperparameter.Real p) {
      return new Hyperparameter.Real(
          name, p.low(), p.high(), p.log(), p.initial(), p.description());
    }
    Hyperparameter.Choice p = (Hyperparameter.Choice) parameter;
    return new Hyperparameter.Choice(name, p.options(), p.initial(), p.description());
  }

  private static Hyperparameter dimension(
      String name,
      List<Double> options,
      double low,
      double high,
      boolean log,
      double initial,
      String description) {
    if (options.isEmpty()) {
      return new Hyperparameter.Real(name, low, high, log, initial, description);
    }
    List<String> texts = options.stream().distinct().map(String::valueOf).toList();
    String nearest =
        options.stream()
            .min(Comparator.comparingDouble(v -> Math.abs(v - initial)))
            .map(String::valueOf)
            .orElseThrow();
    return new Hyperparameter.Choice(name, texts, nearest, description);
  }

  String name() {
    return name;
  }

  int budget() {
    return budget;
  }

  int asked() {
    return asked;
  }

  /**
   * Begins the next rung, when all trials of the one before have ended.
   *
   * @return whether there is one
   */
  boolean nextRung() {
    int left = budget - asked;
    if (asked > 0) {
      competing = survivors(Math.max(1, left / REST));
    }
    if (left <= 0 || competing.isEmpty()) {
      asked = budget;
      settled = true;
      return false;
    }
    int each = competing.size() == 1 ? left : asked == 0 ? 1 : left / REST / competing.size();
    turns.clear();
    for (int i = 0; i < Math.max(1, each); i++) {
      turns.addAll(competing);
    }
    return true;
  }

  /**
   * The best third of the families, or fewer where the trials would not do; the best first. All, if
   * none has had a success.
   */
  private List<String> survivors(int most) {
    Map<String, Double> lowest = new LinkedHashMap<>();
    for (TrialOutcome outcome : ranked(outcomes())) {
      if (competing.contains(outcome.spec().family())) {
        lowest.putIfAbsent(outcome.spec().family(), outcome.loss());
      }
    }
    int places = Math.min(most, (competing.size() + SURVIVING - 1) / SURVIVING);
    return lowest.isEmpty() ? competing : lowest.keySet().stream().limit(places).toList();
  }

  /** The next trial of this rung, within the budget. */
  Optional<TrialSpec> ask() {
    while (asked < budget && !turns.isEmpty()) {
      String family = turns.poll();
      SearchSpace own = space.where(FAMILY, family);
      int number = tried.merge(family, 1, Integer::sum) - 1;
      String purpose = family + " " + number;
      if (number == 0) {
        study.enqueue(own.defaults(), purpose, Map.of());
      }
      Optional<TrialSpec> spec = study.ask(own, family, number).map(trial -> spec(trial, purpose));
      if (spec.isPresent()) {
        asked++;
        given++;
        return spec;
      }
      // The sampler has nothing left for it.
      competing = competing.stream().filter(id -> !id.equals(family)).toList();
      turns.removeIf(family::equals);
    }
    return Optional.empty();
  }

  private TrialSpec spec(Trial trial, String purpose) {
    Map<String, Object> values = trial.parameters().values();
    String id = String.valueOf(values.get(FAMILY));
    StudentModel family =
        families.stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
    SearchSpace own = family.searchSpace(shape);
    Map<String, Object> hyperparameters = new LinkedHashMap<>();
    for (SearchSpace.Dimension dimension : own.dimensions()) {
      Hyperparameter parameter = dimension.parameter();
      Object value = values.get(id + "." + parameter.name());
      if (earlyStopped(own, parameter.name()) && parameter instanceof Hyperparameter.Int steps) {
        value = steps.high();
      }
      if (value != null) {
        hyperparameters.put(parameter.name(), value);
      }
    }
    boolean twin = kind == TrialSpec.Kind.TWIN;
    return new TrialSpec(
        name,
        kind,
        trial.number(),
        id,
        twin ? 1 : number(values.get(TEMPERATURE)),
        twin ? 0 : number(values.get(ALPHA)),
        new Hyperparameters(hyperparameters),
        Seeds.derive(seed, "fit " + purpose));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Double number ? number : Double.parseDouble(String.valueOf(value));
  }

  /** Takes an outcome and passes it on to the study. */
  void tell(TrialOutcome outcome) {
    outcomes.add(outcome);
    Throwable cause = outcome.cause();
    if (cause != null) {
      study.fail(outcome.spec().number(), cause);
    } else {
      study.tell(outcome.spec().number(), outcome.loss());
      if (better(outcome, best)) {
        best = outcome;
      }
    }
    settled = best != null || (asked == budget && outcomes.size() == given);
  }

  /** Of equal losses the lower number, so that the order in which trials end does not matter. */
  private static boolean better(TrialOutcome outcome, @Nullable TrialOutcome best) {
    return best == null
        || outcome.loss() < best.loss()
        || (outcome.loss() == best.loss() && outcome.spec().number() < best.spec().number());
  }

  /** Whether it can end: a trial succeeded, or all there are have failed. */
  boolean settled() {
    return settled;
  }

  /** The lowest loss so far; of equals the lowest number. */
  Optional<TrialOutcome> best() {
    return Optional.ofNullable(best);
  }

  /** All outcomes by trial number. */
  List<TrialOutcome> outcomes() {
    return outcomes.stream().sorted(Comparator.comparingInt(o -> o.spec().number())).toList();
  }

  /**
   * The outcomes that did not fail, the lowest loss first.
   *
   * @throws SweepException if all trials failed, with every cause
   */
  List<TrialOutcome> ranked() {
    List<TrialOutcome> good = ranked(outcomes());
    if (good.isEmpty()) {
      throw SweepException.ofSearches(List.of(this));
    }
    return good;
  }

  private static List<TrialOutcome> ranked(List<TrialOutcome> outcomes) {
    return outcomes.stream()
        .filter(o -> o.failure().isEmpty())
        .sorted(Comparator.comparingDouble(TrialOutcome::loss))
        .toList();
  }
}
