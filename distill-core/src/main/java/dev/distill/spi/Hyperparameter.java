package dev.distill.spi;

import java.util.List;

/** One dimension of a search: name, bounds, scale, default and what it does. */
public sealed interface Hyperparameter {

  /** Unique within its {@link SearchSpace}. */
  String name();

  /** The value of the first configuration that is tried. */
  Object defaultValue();

  /** One line for people. */
  String description();

  /**
   * Checks a value.
   *
   * @throws IllegalArgumentException if it is of another type or out of bounds
   */
  void check(Object value);

  /**
   * Whole numbers from {@code low} to {@code high}, both included; searched by logarithm if told.
   */
  record Int(String name, int low, int high, boolean log, int initial, String description)
      implements Hyperparameter {
    /** Checks bounds and default. */
    public Int {
      bounds(name, low, high, log);
      range(name, initial, initial >= low && initial <= high, low, high);
    }

    @Override
    public Object defaultValue() {
      return initial;
    }

    @Override
    public void check(Object value) {
      if (!(value instanceof Integer number)) {
        throw new IllegalArgumentException(name + " must be an Integer, got " + typed(value));
      }
      range(name, number, number >= low && number <= high, low, high);
    }
  }

  /**
   * Real numbers from {@code low} to {@code high}, both included; searched by logarithm if told.
   */
  record Real(String name, double low, double high, boolean log, double initial, String description)
      implements Hyperparameter {
    /** Checks bounds and default. */
    public Real {
      bounds(name, low, high, log);
      range(name, initial, initial >= low && initial <= high, low, high);
    }

    @Override
    public Object defaultValue() {
      return initial;
    }

    @Override
    public void check(Object value) {
      if (!(value instanceof Double number)) {
        throw new IllegalArgumentException(name + " must be a Double, got " + typed(value));
      }
      range(name, number, number >= low && number <= high, low, high);
    }
  }

  /** One of a few options. */
  record Choice(String name, List<String> options, String initial, String description)
      implements Hyperparameter {
    /** Checks options and default. */
    public Choice {
      options = List.copyOf(options);
      if (!options.contains(initial)) {
        throw new IllegalArgumentException(
            name + ": default " + initial + " is not one of " + options);
      }
      if (options.stream().distinct().count() < options.size()) {
        throw new IllegalArgumentException(name + ": an option stands twice in " + options);
      }
    }

    @Override
    public Object defaultValue() {
      return initial;
    }

    @Override
    public void check(Object value) {
      if (!(value instanceof String text) || !options.contains(text)) {
        throw new IllegalArgumentException(name + " must be one of " + options + ", got " + value);
      }
    }
  }

  private static void bounds(String name, Number low, Number high, boolean log) {
    double from = low.doubleValue();
    double to = high.doubleValue();
    if (!(from <= to) || Double.isInfinite(from) || Double.isInfinite(to) || (log && from <= 0)) {
      throw new IllegalArgumentException(
          "%s: bounds must be finite, low <= high%s, got %s to %s"
              .formatted(name, log ? " and > 0 for a log scale" : "", low, high));
    }
  }

  private static void range(String name, Number value, boolean inside, Number low, Number high) {
    if (!inside) {
      throw new IllegalArgumentException(
          "%s must be from %s to %s, got %s".formatted(name, low, high, value));
    }
  }

  private static String typed(Object value) {
    return value + " (" + value.getClass().getSimpleName() + ")";
  }
}
