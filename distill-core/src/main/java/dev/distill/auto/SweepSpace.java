package dev.distill.auto;

import dev.distill.search.Study;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The space of a sweep's search, and what a point in it is: the families' spaces, each under the
 * choice of its family and with its id before the names; then temperature and alpha.
 */
final class SweepSpace {
  static final String FAMILY = "family";
  private static final String TEMPERATURE = "temperature";
  private static final String ALPHA = "alpha";
  private static final String SOURCE = "source";
  private static final String AUGMENT = "augment";

  private final TrialSpec.Kind kind;
  private final List<StudentModel> families;
  private final TaskShape shape;
  private final long seed;
  private final List<String> sources;
  private final SearchSpace space;

  /**
   * A space.
   *
   * @param temperatures options, or empty for a range; ignored by a twin
   * @param alphas options, or empty for a range; ignored by a twin
   * @param sources options: names of what may be learned from; ignored by a twin
   * @param augment options: so many rows without labels for each training row; ignored by a twin
   * @param seed the seeds of fits are derived from it
   */
  SweepSpace(
      TrialSpec.Kind kind,
      List<StudentModel> families,
      TaskShape shape,
      List<Double> temperatures,
      List<Double> alphas,
      List<String> sources,
      List<Integer> augment,
      long seed) {
    this.kind = kind;
    this.families = families;
    this.shape = shape;
    this.seed = seed;
    this.sources = kind == TrialSpec.Kind.TWIN ? sources.subList(0, 1) : List.copyOf(sources);
    SearchSpace.Builder all = SearchSpace.builder();
    List<String> ids = families.stream().map(StudentModel::id).toList();
    all.add(new Hyperparameter.Choice(FAMILY, ids, ids.get(0), "student family"));
    for (StudentModel family : families) {
      addFamily(all, family);
    }
    if (kind != TrialSpec.Kind.TWIN) {
      all.add(
          dimension(TEMPERATURE, temperatures, 0.5, 5, true, 1, "temperature of the soft targets"));
      all.add(dimension(ALPHA, alphas, 0, 1, false, 0.7, "weight of the teacher"));
      if (sources.size() > 1) {
        all.add(
            new Hyperparameter.Choice(
                SOURCE,
                sources,
                sources.get(0),
                "which of the teacher's answers are learned from"));
      }
      if (!augment.equals(List.of(0))) {
        List<String> options = augment.stream().map(String::valueOf).toList();
        String most = options.get(options.size() - 1);
        all.add(
            new Hyperparameter.Choice(
                AUGMENT, options, most, "rows without labels for each training row"));
      }
    }
    space = all.build();
  }

  private void addFamily(SearchSpace.Builder all, StudentModel family) {
    SearchSpace own = family.searchSpace(shape);
    for (SearchSpace.Dimension dimension : own.dimensions()) {
      if (earlyStopped(own, dimension.parameter().name())) {
        continue;
      }
      Hyperparameter named = prefixed(dimension.parameter(), family.id() + ".");
      if (dimension.underChoice() != null && dimension.underOption() != null) {
        all.addUnder(family.id() + "." + dimension.underChoice(), dimension.underOption(), named);
      } else {
        all.addUnder(FAMILY, family.id(), named);
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

  SearchSpace space() {
    return space;
  }

  /** Names of what may be learned from. */
  List<String> sources() {
    return sources;
  }

  /** Each family's default configuration. */
  List<Study.Start> defaults() {
    return families.stream()
        .map(StudentModel::id)
        .map(id -> new Study.Start(id, space.where(FAMILY, id).defaults()))
        .toList();
  }

  /**
   * The family's configurations known to be good, as the values of its dimensions in this space;
   * the default is the first.
   */
  List<Map<String, Object>> starts(String family) {
    SearchSpace own = family(family).searchSpace(shape);
    List<Map<String, Object>> starts = new ArrayList<>();
    for (Hyperparameters start : own.starts()) {
      Map<String, Object> values = new LinkedHashMap<>();
      start
          .values()
          .forEach(
              (name, value) -> {
                if (!earlyStopped(own, name)) {
                  values.put(family + "." + name, value);
                }
              });
      starts.add(values);
    }
    return starts;
  }

  private StudentModel family(String id) {
    return families.stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
  }

  /**
   * Of each family that says its capacity, the configuration known to be good that has most of it,
   * as a trial like this one.
   */
  List<TrialSpec> widest(TrialSpec like) {
    List<TrialSpec> widest = new ArrayList<>();
    for (StudentModel family : families) {
      SearchSpace own = family.searchSpace(shape);
      own.capacity()
          .ifPresent(
              capacity ->
                  own.starts().stream()
                      .max(Comparator.comparingInt(start -> start.integer(capacity)))
                      .ifPresent(start -> widest.add(like.of(family.id(), start))));
    }
    return widest;
  }

  /** The same trial with so many times the capacity, or as much as the family knows of. */
  Optional<TrialSpec> wider(TrialSpec spec, int times) {
    return family(spec.family())
        .searchSpace(shape)
        .wider(spec.hyperparameters(), times)
        .map(spec::with);
  }

  /**
   * The value of the hyperparameter that limits how much a student of a trial can hold.
   *
   * @throws java.util.NoSuchElementException if its family has none
   */
  int capacity(TrialSpec spec) {
    return spec.hyperparameters()
        .integer(family(spec.family()).searchSpace(shape).capacity().orElseThrow());
  }

  /**
   * The point of this space at which a trial does what the spec says; the nearest one, where that
   * comes from a space of more rows.
   */
  Study.Start start(TrialSpec spec) {
    SearchSpace part = space.where(FAMILY, spec.family());
    Map<String, Object> values = new LinkedHashMap<>();
    for (SearchSpace.Dimension dimension : part.dimensions()) {
      Hyperparameter parameter = dimension.parameter();
      @Nullable Object value =
          switch (parameter.name()) {
            case FAMILY -> spec.family();
            case TEMPERATURE -> typed(parameter, spec.temperature());
            case ALPHA -> typed(parameter, spec.alpha());
            case SOURCE -> spec.source();
            case AUGMENT -> Integer.toString(spec.augment());
            default ->
                nearest(
                    parameter,
                    spec.hyperparameters()
                        .values()
                        .get(parameter.name().substring(spec.family().length() + 1)));
          };
      if (value != null) {
        values.put(parameter.name(), value);
      }
    }
    return new Study.Start(spec.purpose(), new Hyperparameters(values));
  }

  private static @Nullable Object nearest(Hyperparameter parameter, @Nullable Object value) {
    return parameter instanceof Hyperparameter.Int p && value instanceof Integer own
        ? (Object) Math.max(p.low(), Math.min(p.high(), own))
        : value;
  }

  private static Object typed(Hyperparameter parameter, double value) {
    return parameter instanceof Hyperparameter.Choice ? (Object) Double.toString(value) : value;
  }

  /** What a trial at a point of this space is to do. */
  TrialSpec spec(String search, Trial trial) {
    Map<String, Object> values = trial.parameters().values();
    String id = String.valueOf(values.get(FAMILY));
    SearchSpace own = family(id).searchSpace(shape);
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
        search,
        kind,
        trial.number(),
        id,
        twin ? 1 : number(values.get(TEMPERATURE)),
        twin ? 0 : number(values.get(ALPHA)),
        String.valueOf(values.getOrDefault(SOURCE, sources.get(0))),
        values.containsKey(AUGMENT) ? (int) number(values.get(AUGMENT)) : 0,
        new Hyperparameters(hyperparameters),
        trial.purpose(),
        Seeds.derive(seed, "fit " + trial.purpose()));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Double number ? number : Double.parseDouble(String.valueOf(value));
  }
}
