package dev.distill.search.jdbc;

import dev.distill.spi.Hyperparameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Optuna calls the distribution of a parameter: its type and bounds in JSON, and how a value
 * stands in a column of doubles.
 */
final class Distribution {
  private enum Kind {
    INT,
    REAL,
    CHOICE
  }

  private final Kind kind;
  private final double low;
  private final double high;
  private final boolean log;

  /** As they stand in the JSON: strings, numbers, booleans, null. */
  private final List<@Nullable Object> options;

  private final String json;

  private Distribution(
      Kind kind,
      double low,
      double high,
      boolean log,
      List<@Nullable Object> options,
      String json) {
    this.kind = kind;
    this.low = low;
    this.high = high;
    this.log = log;
    this.options = options;
    this.json = json;
  }

  /** Of a dimension of ours. */
  static Distribution of(Hyperparameter parameter) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    String name;
    if (parameter instanceof Hyperparameter.Choice choice) {
      name = "CategoricalDistribution";
      attributes.put("choices", choice.options());
    } else if (parameter instanceof Hyperparameter.Int p) {
      name = "IntDistribution";
      attributes.put("log", p.log());
      attributes.put("step", 1);
      attributes.put("low", p.low());
      attributes.put("high", p.high());
    } else {
      Hyperparameter.Real p = (Hyperparameter.Real) parameter;
      name = "FloatDistribution";
      attributes.put("step", null);
      attributes.put("low", p.low());
      attributes.put("high", p.high());
      attributes.put("log", p.log());
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("name", name);
    whole.put("attributes", attributes);
    return parse(Json.write(whole));
  }

  /** Reads also what Optuna wrote before its version 3. */
  static Distribution parse(String json) {
    if (!(Json.read(json) instanceof Map<?, ?> whole)
        || !(whole.get("name") instanceof String name)
        || !(whole.get("attributes") instanceof Map<?, ?> attributes)) {
      throw new IllegalArgumentException("not a distribution: " + json);
    }
    if (name.startsWith("Categorical")) {
      List<@Nullable Object> options = new ArrayList<>(Json.list(attributes, "choices"));
      return new Distribution(Kind.CHOICE, 0, 0, false, options, json);
    }
    return new Distribution(
        name.startsWith("Int") ? Kind.INT : Kind.REAL,
        Json.number(attributes, "low").doubleValue(),
        Json.number(attributes, "high").doubleValue(),
        Boolean.TRUE.equals(attributes.get("log")) || name.contains("LogUniform"),
        List.of(),
        json);
  }

  boolean isChoice() {
    return kind == Kind.CHOICE;
  }

  String json() {
    return json;
  }

  /** The value that stands in the column. */
  Object decode(double stored) {
    return switch (kind) {
      case REAL -> stored;
      case INT -> whole(stored);
      case CHOICE -> text(options.get((int) stored));
    };
  }

  private static Object whole(double stored) {
    // Two branches of ?: would be widened to one type.
    if (stored == (int) stored) {
      return (int) stored;
    }
    return (long) stored;
  }

  /** What stands in the column for a value. */
  double encode(Object value) {
    if (kind != Kind.CHOICE) {
      return ((Number) value).doubleValue();
    }
    return index(value);
  }

  /** The value as Python's objective would be given it. */
  @Nullable Object external(Object value) {
    return kind == Kind.CHOICE ? options.get(index(value)) : value;
  }

  /** The value that Python's objective would be given, as one of ours. */
  Object internal(@Nullable Object external) {
    return switch (kind) {
      case REAL -> external instanceof Number n ? (Object) n.doubleValue() : text(external);
      case INT -> external instanceof Number n ? whole(n.doubleValue()) : text(external);
      case CHOICE -> text(external);
    };
  }

  private int index(Object value) {
    for (int i = 0; i < options.size(); i++) {
      if (text(options.get(i)).equals(value)) {
        return i;
      }
    }
    throw new IllegalArgumentException(value + " is none of " + options);
  }

  /** An option in words: strings as they are, others as in JSON. */
  static String text(@Nullable Object option) {
    return option instanceof String string ? string : Json.write(option);
  }

  /** With bounds wide enough for both. */
  Distribution wider(Distribution other) {
    return new Distribution(
        kind, Math.min(low, other.low), Math.max(high, other.high), log, options, json);
  }

  /** As a dimension, if there is one: whole numbers fit an int, options differ in words. */
  Optional<Hyperparameter> parameter(String name) {
    String by = "";
    if (kind == Kind.CHOICE) {
      List<String> texts = options.stream().map(Distribution::text).toList();
      return new HashSet<>(texts).size() < texts.size()
          ? Optional.empty()
          : Optional.of(new Hyperparameter.Choice(name, texts, texts.get(0), by));
    }
    if (kind == Kind.REAL) {
      double middle = log ? Math.sqrt(low) * Math.sqrt(high) : low / 2 + high / 2;
      double inside = Math.min(high, Math.max(low, middle));
      return Optional.of(new Hyperparameter.Real(name, low, high, log, inside, by));
    }
    if (low != (int) low || high != (int) high) {
      return Optional.empty();
    }
    double middle = log ? Math.sqrt(low * high) : (low + high) / 2;
    int inside = (int) Math.min(high, Math.max(low, Math.rint(middle)));
    return Optional.of(new Hyperparameter.Int(name, (int) low, (int) high, log, inside, by));
  }
}
