package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One try in a study.
 *
 * @param number counts from 0 in the order of asking
 * @param state what became of it
 * @param parameters what was suggested
 * @param values what was told, one an objective; empty unless complete
 * @param curve what was reported while it ran: value by step
 * @param userAttributes what its user noted; values are strings, booleans, numbers, or lists and
 *     maps of these
 * @param systemAttributes what the study noted, such as {@link #CONSTRAINTS}; values likewise
 * @param started when it began to run; null if it waits
 * @param ended when it ended; null if it has not
 */
public record Trial(
    int number,
    State state,
    Hyperparameters parameters,
    List<Double> values,
    SortedMap<Integer, Double> curve,
    Map<String, Object> userAttributes,
    Map<String, Object> systemAttributes,
    @Nullable Instant started,
    @Nullable Instant ended) {

  /** System attribute: a list of numbers, each at most 0 where the constraint is met. */
  public static final String CONSTRAINTS = "constraints";

  /** System attribute: why a trial failed. */
  public static final String FAILURE = "fail_reason";

  /** System attribute: the name that its draws were made under. */
  static final String PURPOSE = "distill:purpose";

  /**
   * System attribute of a failed trial whose worker died: it was given again under a new number.
   */
  static final String ABANDONED = "distill:abandoned";

  /** System attribute of a trial that is given again: the number of the first one. */
  static final String INSTEAD_OF = "distill:instead_of";

  /** What became of a trial. */
  public enum State {
    /** Enqueued; nobody has asked for it yet. */
    WAITING,
    /** Asked for, nothing told yet. */
    RUNNING,
    /** Values were told. */
    COMPLETE,
    /** It was ended early, since its curve promised nothing. */
    PRUNED,
    /** It failed; the reason is kept. */
    FAILED;

    /** Whether nothing more will be told. */
    public boolean ended() {
      return this != WAITING && this != RUNNING;
    }
  }

  /** Copies lists and maps. */
  public Trial {
    values = List.copyOf(values);
    curve = Collections.unmodifiableSortedMap(new TreeMap<>(curve));
    userAttributes = Collections.unmodifiableMap(new LinkedHashMap<>(userAttributes));
    systemAttributes = Collections.unmodifiableMap(new LinkedHashMap<>(systemAttributes));
  }

  /** A trial that nothing was told of. */
  static Trial of(int number, State state, Hyperparameters parameters, String purpose) {
    return new Trial(
        number,
        state,
        parameters,
        List.of(),
        new TreeMap<>(),
        Map.of(),
        Map.of(PURPOSE, purpose),
        state == State.WAITING ? null : Instant.now(),
        null);
  }

  /** The value of the first objective; NaN unless complete. */
  public double value() {
    return values.isEmpty() ? Double.NaN : values.get(0);
  }

  /** By how much it breaks the constraints: the sum of what is above 0. */
  public double violation() {
    double sum = 0;
    if (systemAttributes.get(CONSTRAINTS) instanceof List<?> constraints) {
      for (Object constraint : constraints) {
        sum += constraint instanceof Number number ? Math.max(0, number.doubleValue()) : 0;
      }
    }
    return sum;
  }

  /** Why it failed, if it did and said so. */
  public Optional<String> failure() {
    return Optional.ofNullable(systemAttributes.get(FAILURE)).map(String::valueOf);
  }

  /** How long it ran, if it ended. */
  public Optional<Duration> duration() {
    return started == null || ended == null
        ? Optional.empty()
        : Optional.of(Duration.between(started, ended));
  }

  /** The name that its draws were made under, empty if another program made it. */
  public String purpose() {
    return String.valueOf(systemAttributes.getOrDefault(PURPOSE, ""));
  }

  boolean abandoned() {
    return state == State.FAILED && systemAttributes.containsKey(ABANDONED);
  }

  /** Where it stands among the trials: where the one stood that it is given again for. */
  public int place() {
    return systemAttributes.get(INSTEAD_OF) instanceof Number other ? other.intValue() : number;
  }

  /** The same with values to be minimised. */
  Trial minimized(List<Direction> directions) {
    List<Double> turned = new ArrayList<>(values);
    for (int i = 0; i < turned.size(); i++) {
      if (directions.get(i) == Direction.MAXIMIZE) {
        turned.set(i, -turned.get(i));
      }
    }
    SortedMap<Integer, Double> down = new TreeMap<>(curve);
    if (directions.get(0) == Direction.MAXIMIZE) {
      down.replaceAll((step, value) -> -value);
    }
    return new Trial(
        number, state, parameters, turned, down, userAttributes, systemAttributes, started, ended);
  }

  Trial numbered(int other) {
    return new Trial(
        other, state, parameters, values, curve, userAttributes, systemAttributes, started, ended);
  }

  /** The same in another state, which begins or ends it now. */
  Trial in(State next, List<Double> told) {
    return new Trial(
        number,
        next,
        parameters,
        told,
        curve,
        userAttributes,
        systemAttributes,
        next == State.RUNNING ? Instant.now() : started,
        next.ended() ? Instant.now() : null);
  }

  /** The same as it looks to one who does not know yet how it will end. */
  Trial unended() {
    return new Trial(
        number,
        State.RUNNING,
        parameters,
        List.of(),
        new TreeMap<>(),
        userAttributes,
        systemAttributes,
        started,
        null);
  }

  Trial with(Hyperparameters others) {
    return new Trial(
        number, state, others, values, curve, userAttributes, systemAttributes, started, ended);
  }

  Trial reported(int step, double value) {
    SortedMap<Integer, Double> longer = new TreeMap<>(curve);
    longer.put(step, value);
    return new Trial(
        number,
        state,
        parameters,
        values,
        longer,
        userAttributes,
        systemAttributes,
        started,
        ended);
  }

  Trial withUser(String key, Object value) {
    return new Trial(
        number,
        state,
        parameters,
        values,
        curve,
        with(userAttributes, key, value),
        systemAttributes,
        started,
        ended);
  }

  Trial withSystem(String key, Object value) {
    return new Trial(
        number,
        state,
        parameters,
        values,
        curve,
        userAttributes,
        with(systemAttributes, key, value),
        started,
        ended);
  }

  private static Map<String, Object> with(Map<String, Object> map, String key, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(map);
    more.put(key, value);
    return more;
  }
}
