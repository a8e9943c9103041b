package dev.distill.spi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The dimensions of a search, in order; some exist only under a choice made before them.
 *
 * <p>Built by {@link #builder()}. One {@link Hyperparameter.Int} may be named as the steps of the
 * training (rounds, trees, epochs): early stopping may keep fewer than its value, and the final fit
 * uses what was kept. Another may be named as the capacity: with many more rows more of it pays.
 */
public final class SearchSpace {

  /** A dimension and, if it is conditional, the choice and option under which it exists. */
  public record Dimension(
      Hyperparameter parameter, @Nullable String underChoice, @Nullable String underOption) {
    /** Whether the dimension exists, given the values chosen before it. */
    public boolean active(Map<String, Object> values) {
      return underChoice == null || String.valueOf(underOption).equals(values.get(underChoice));
    }
  }

  private final List<Dimension> dimensions;
  private final @Nullable String steps;
  private final Hyperparameter.@Nullable Int capacity;
  private final List<Map<String, Object>> starts;

  private SearchSpace(
      List<Dimension> dimensions,
      @Nullable String steps,
      Hyperparameter.@Nullable Int capacity,
      List<Map<String, Object>> starts) {
    this.dimensions = List.copyOf(dimensions);
    this.steps = steps;
    this.capacity = capacity;
    this.starts = List.copyOf(starts);
  }

  /** An empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** All dimensions; a conditional one stands after the choice it depends on. */
  public List<Dimension> dimensions() {
    return dimensions;
  }

  /** The name of the dimension that counts training steps, if the family has one. */
  public Optional<String> steps() {
    return Optional.ofNullable(steps);
  }

  /** The name of the dimension that limits how much a student can hold, if the family has one. */
  public Optional<String> capacity() {
    return Optional.ofNullable(capacity).map(Hyperparameter.Int::name);
  }

  /**
   * The same configuration with more capacity, as far as the space goes.
   *
   * @param times so many times the leaves or units
   * @return empty if the family has no dimension that says its capacity, or is at its end
   */
  public Optional<Hyperparameters> wider(Hyperparameters configuration, int times) {
    if (capacity == null) {
      return Optional.empty();
    }
    int own = configuration.integer(capacity.name());
    // A level more of a tree is twice as many leaves.
    long more =
        capacity.log() ? (long) own * times : own + Math.round(Math.log(times) / Math.log(2));
    int wider = (int) Math.min(more, capacity.high());
    return wider > own ? Optional.of(configuration.with(capacity.name(), wider)) : Optional.empty();
  }

  /** The default configuration. */
  public Hyperparameters defaults() {
    return complete(Map.of());
  }

  /** The configurations known to be good, to be tried first: the default, then the others. */
  public List<Hyperparameters> starts() {
    List<Hyperparameters> all = new ArrayList<>();
    all.add(defaults());
    starts.forEach(start -> all.add(complete(start)));
    return all;
  }

  /**
   * Checks the given values and fills in the defaults of the others.
   *
   * @throws IllegalArgumentException for an unknown name or a value out of bounds
   */
  public Hyperparameters complete(Map<String, Object> given) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Dimension dimension : dimensions) {
      if (dimension.active(values)) {
        Hyperparameter parameter = dimension.parameter();
        Object value = given.getOrDefault(parameter.name(), parameter.defaultValue());
        parameter.check(value);
        values.put(parameter.name(), value);
      }
    }
    for (String name : given.keySet()) {
      if (!values.containsKey(name)) {
        throw new IllegalArgumentException(absent(name, values));
      }
    }
    return new Hyperparameters(values);
  }

  /**
   * The part of the space where a choice is made: that choice has one option, and what exists only
   * under its others is left out.
   *
   * @throws IllegalArgumentException if there is no such choice or option
   */
  public SearchSpace where(String choice, String option) {
    return where(choice, List.of(option));
  }

  /**
   * The part of the space where a choice is among some of its options.
   *
   * @throws IllegalArgumentException if there is no such choice or one of the options, or no option
   */
  public SearchSpace where(String choice, List<String> options) {
    Builder part = builder();
    Set<String> kept = new HashSet<>();
    for (Dimension dimension : dimensions) {
      Hyperparameter parameter = dimension.parameter();
      boolean elsewhere =
          dimension.underChoice() != null
              && (!kept.contains(dimension.underChoice())
                  || (dimension.underChoice().equals(choice)
                      && !options.contains(String.valueOf(dimension.underOption()))));
      if (elsewhere) {
        continue;
      }
      kept.add(parameter.name());
      if (parameter.name().equals(choice)) {
        options.forEach(parameter::check);
        Object initial = parameter.defaultValue();
        parameter =
            new Hyperparameter.Choice(
                choice,
                options,
                options.stream().filter(initial::equals).findFirst().orElse(options.get(0)),
                parameter.description());
      }
      part.dimensions.add(
          new Dimension(parameter, dimension.underChoice(), dimension.underOption()));
    }
    if (!kept.contains(choice)) {
      throw new IllegalArgumentException("there is no choice '" + choice + "'");
    }
    part.steps = steps;
    part.capacity = capacity;
    return part.build();
  }

  /** All dimensions in words, one a line: equal for equal spaces. */
  public List<String> describe() {
    return dimensions.stream().map(SearchSpace::describe).toList();
  }

  private static String describe(Dimension dimension) {
    Hyperparameter parameter = dimension.parameter();
    String words;
    if (parameter instanceof Hyperparameter.Int p) {
      words = "whole number %s to %s%s".formatted(p.low(), p.high(), p.log() ? " (log)" : "");
    } else if (parameter instanceof Hyperparameter.Real p) {
      words = "number %s to %s%s".formatted(p.low(), p.high(), p.log() ? " (log)" : "");
    } else {
      words = "one of " + ((Hyperparameter.Choice) parameter).options();
    }
    String where =
        dimension.underChoice() == null
            ? ""
            : " where %s = %s".formatted(dimension.underChoice(), dimension.underOption());
    return parameter.name() + ": " + words + where;
  }

  private String absent(String name, Map<String, Object> values) {
    for (Dimension dimension : dimensions) {
      if (dimension.parameter().name().equals(name)) {
        return "hyperparameter '%s' exists only under %s=%s, got %s=%s"
            .formatted(
                name,
                dimension.underChoice(),
                dimension.underOption(),
                dimension.underChoice(),
                values.getOrDefault(String.valueOf(dimension.underChoice()), "none"));
      }
    }
    return "unknown hyperparameter '" + name + "'; known are " + values.keySet();
  }

  /** Collects dimensions in order. */
  public static final class Builder {
    private final List<Dimension> dimensions = new ArrayList<>();
    private final List<Map<String, Object>> starts = new ArrayList<>();
    private @Nullable String steps;
    private Hyperparameter.@Nullable Int capacity;

    private Builder() {}

    /** Adds a dimension that always exists. */
    public Builder add(Hyperparameter parameter) {
      dimensions.add(new Dimension(parameter, null, null));
      return this;
    }

    /** Adds a dimension that exists only where an earlier choice has the given option. */
    public Builder addUnder(String choice, String option, Hyperparameter parameter) {
      dimensions.add(new Dimension(parameter, choice, option));
      return this;
    }

    /** Adds the dimension that counts training steps. */
    public Builder addSteps(Hyperparameter.Int parameter) {
      steps = parameter.name();
      return add(parameter);
    }

    /**
     * Adds the dimension that limits how much a student can hold: by logarithm it counts (leaves,
     * units), else it is a depth, of which each level doubles them.
     */
    public Builder addCapacity(Hyperparameter.Int parameter) {
      capacity = parameter;
      return add(parameter);
    }

    /** Adds a configuration known to be good; what it leaves out has its default. */
    public Builder start(Map<String, Object> values) {
      starts.add(Map.copyOf(values));
      return this;
    }

    /**
     * The space.
     *
     * @throws IllegalArgumentException if a start is not in the space, if a name stands twice or a
     *     condition names no earlier choice or none of its options
     */
    public SearchSpace build() {
      Map<String, Hyperparameter> seen = new LinkedHashMap<>();
      for (Dimension dimension : dimensions) {
        String name = dimension.parameter().name();
        if (dimension.underChoice() != null) {
          checkCondition(dimension, seen.get(dimension.underChoice()));
        }
        if (seen.put(name, dimension.parameter()) != null) {
          throw new IllegalArgumentException("hyperparameter '" + name + "' stands twice");
        }
      }
      SearchSpace space = new SearchSpace(dimensions, steps, capacity, starts);
      space.starts();
      return space;
    }

    private static void checkCondition(Dimension dimension, @Nullable Hyperparameter under) {
      String name = dimension.parameter().name();
      if (!(under instanceof Hyperparameter.Choice choice)) {
        throw new IllegalArgumentException(
            name + " depends on '" + dimension.underChoice() + "', which is no choice before it");
      }
      if (dimension.underOption() == null || !choice.options().contains(dimension.underOption())) {
        throw new IllegalArgumentException(
            "%s depends on %s=%s, allowed are %s"
                .formatted(name, choice.name(), dimension.underOption(), choice.options()));
      }
    }
  }
}
