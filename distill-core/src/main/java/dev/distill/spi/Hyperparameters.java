package dev.distill.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values by name, in a fixed order. Values are {@code Integer}, {@code Double} or {@code String}.
 */
public record Hyperparameters(Map<String, Object> values) {
  /** Copies the map, keeping its order. */
  public Hyperparameters {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The value of an {@link Hyperparameter.Int}. */
  public int integer(String name) {
    return (Integer) get(name, Integer.class);
  }

  /** The value of a {@link Hyperparameter.Real}. */
  public double real(String name) {
    return (Double) get(name, Double.class);
  }

  /** The value of a {@link Hyperparameter.Choice}. */
  public String choice(String name) {
    return (String) get(name, String.class);
  }

  /** The same with one value replaced or added. */
  public Hyperparameters with(String name, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.put(name, value);
    return new Hyperparameters(copy);
  }

  private Object get(String name, Class<?> type) {
    Object value = values.get(name);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "hyperparameter '%s' must be a %s, got %s; known are %s"
              .formatted(name, type.getSimpleName(), value, values.keySet()));
    }
    return value;
  }
}
