package dev.distill.search;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A search space as coordinates, one a dimension: numbers from 0 to 1 on the dimension's scale, a
 * choice as the index of its option, NaN where a dimension does not exist. A whole number owns the
 * interval of half a unit on either side of it.
 */
final class Axes {
  private final SearchSpace space;
  private final Hyperparameter[] parameters;
  // The choice that a dimension depends on and the option under which it exists; -1 without.
  private final int[] parent;
  private final int[] parentOption;
  private final int[] options;

  Axes(SearchSpace space) {
    this.space = space;
    List<SearchSpace.Dimension> dimensions = space.dimensions();
    int count = dimensions.size();
    parameters = new Hyperparameter[count];
    parent = new int[count];
    parentOption = new int[count];
    options = new int[count];
    Map<String, Integer> index = new HashMap<>();
    for (int d = 0; d < count; d++) {
      SearchSpace.Dimension dimension = dimensions.get(d);
      parameters[d] = dimension.parameter();
      index.put(parameters[d].name(), d);
      options[d] =
          parameters[d] instanceof Hyperparameter.Choice choice ? choice.options().size() : 0;
      parent[d] = -1;
      parentOption[d] = -1;
      String under = dimension.underChoice();
      if (under != null) {
        parent[d] = index.getOrDefault(under, -1);
        parentOption[d] =
            ((Hyperparameter.Choice) parameters[parent[d]])
                .options()
                .indexOf(String.valueOf(dimension.underOption()));
      }
    }
  }

  int count() {
    return parameters.length;
  }

  /** The number of options of a choice, 0 of a number. */
  int options(int d) {
    return options[d];
  }

  /** Whether a dimension exists at a point whose earlier coordinates are set. */
  boolean exists(int d, double[] point) {
    return parent[d] < 0 || point[parent[d]] == parentOption[d];
  }

  /** The width of a whole number's interval around a coordinate; 0 of a real one. */
  double width(int d, double coordinate) {
    if (!(parameters[d] instanceof Hyperparameter.Int p)) {
      return 0;
    }
    int value = (int) value(d, coordinate);
    return unit(value + 0.5, p.low() - 0.5, p.high() + 0.5, p.log())
        - unit(value - 0.5, p.low() - 0.5, p.high() + 0.5, p.log());
  }

  /** Whether no dimension that exists at a point is a real number. */
  boolean isDiscrete(double[] point) {
    for (int d = 0; d < parameters.length; d++) {
      if (parameters[d] instanceof Hyperparameter.Real p
          && p.low() < p.high()
          && !Double.isNaN(point[d])) {
        return false;
      }
    }
    return true;
  }

  /** The coordinates of a configuration, or null if it does not lie in this space. */
  double @Nullable [] encode(Hyperparameters configuration) {
    double[] point = new double[parameters.length];
    Map<String, Object> values = configuration.values();
    for (int d = 0; d < point.length; d++) {
      point[d] = Double.NaN;
      if (exists(d, point)) {
        Object value = values.get(parameters[d].name());
        if (value == null) {
          return null;
        }
        point[d] = coordinate(d, value);
        if (Double.isNaN(point[d])) {
          return null;
        }
      }
    }
    return point;
  }

  /** The configuration at a point. */
  Hyperparameters decode(double[] point) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int d = 0; d < point.length; d++) {
      if (exists(d, point)) {
        values.put(parameters[d].name(), value(d, point[d]));
      }
    }
    return space.complete(values);
  }

  /** Moves a point onto the whole numbers, and out of dimensions that do not exist. */
  double[] snap(double[] point) {
    for (int d = 0; d < point.length; d++) {
      if (!exists(d, point)) {
        point[d] = Double.NaN;
      } else if (parameters[d] instanceof Hyperparameter.Int) {
        point[d] = coordinate(d, value(d, point[d]));
      }
    }
    return point;
  }

  /** A point drawn evenly. */
  double[] draw(RandomGenerator random) {
    double[] point = new double[parameters.length];
    for (int d = 0; d < point.length; d++) {
      point[d] = exists(d, point) ? draw(d, random) : Double.NaN;
    }
    return point;
  }

  double draw(int d, RandomGenerator random) {
    return options[d] > 0 ? random.nextInt(options[d]) : random.nextDouble();
  }

  /** NaN if it is not within bounds or no option. */
  private double coordinate(int d, Object value) {
    Hyperparameter parameter = parameters[d];
    if (parameter instanceof Hyperparameter.Choice choice) {
      int index = choice.options().indexOf(String.valueOf(value));
      return index < 0 ? Double.NaN : index;
    }
    if (!(value instanceof Number number)) {
      return Double.NaN;
    }
    double x = number.doubleValue();
    double u =
        parameter instanceof Hyperparameter.Int p
            ? unit(x, p.low() - 0.5, p.high() + 0.5, p.log())
            : unit(
                x,
                ((Hyperparameter.Real) parameter).low(),
                ((Hyperparameter.Real) parameter).high(),
                ((Hyperparameter.Real) parameter).log());
    return u >= -1e-9 && u <= 1 + 1e-9 ? Math.min(1, Math.max(0, u)) : Double.NaN;
  }

  private Object value(int d, double coordinate) {
    Hyperparameter parameter = parameters[d];
    if (parameter instanceof Hyperparameter.Choice choice) {
      return choice.options().get((int) coordinate);
    }
    if (parameter instanceof Hyperparameter.Int p) {
      double x = value(coordinate, p.low() - 0.5, p.high() + 0.5, p.log());
      return (Object) (int) Math.min(p.high(), Math.max(p.low(), Math.rint(x)));
    }
    Hyperparameter.Real p = (Hyperparameter.Real) parameter;
    double x = value(coordinate, p.low(), p.high(), p.log());
    return Math.min(p.high(), Math.max(p.low(), x));
  }

  private static double unit(double x, double low, double high, boolean log) {
    if (!(low < high)) {
      return 0.5;
    }
    return log
        ? (StrictMath.log(x) - StrictMath.log(low)) / (StrictMath.log(high) - StrictMath.log(low))
        : (x - low) / (high - low);
  }

  private static double value(double u, double low, double high, boolean log) {
    if (!(low < high)) {
      return low;
    }
    return log
        ? StrictMath.exp(StrictMath.log(low) + u * (StrictMath.log(high) - StrictMath.log(low)))
        : low + u * (high - low);
  }
}
