package dev.distill.search;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All combinations of a few values a dimension: every option of a choice, and {@code points} values
 * evenly spaced between the bounds (on the scale of the dimension) of a number.
 */
public final class GridSampler implements Sampler {
  private final int points;

  /**
   * A grid.
   *
   * @param points values a numeric dimension, at least 1 (1 takes the default)
   */
  public GridSampler(int points) {
    if (points < 1) {
      throw new IllegalArgumentException("points must be >= 1, got " + points);
    }
    this.points = points;
  }

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    // Not the trial's number: enqueued trials have numbers too and may stand anywhere in the grid.
    Set<Hyperparameters> tried = new HashSet<>();
    question.trials().forEach(trial -> tried.add(trial.parameters()));
    return untried(question.space(), 0, new LinkedHashMap<>(), tried);
  }

  /** The first combination that was not tried, the last dimension changing fastest. */
  private Optional<Hyperparameters> untried(
      SearchSpace space, int index, Map<String, Object> values, Set<Hyperparameters> tried) {
    if (index == space.dimensions().size()) {
      Hyperparameters combination = new Hyperparameters(values);
      return tried.contains(combination) ? Optional.empty() : Optional.of(combination);
    }
    SearchSpace.Dimension dimension = space.dimensions().get(index);
    if (!dimension.active(values)) {
      return untried(space, index + 1, values, tried);
    }
    for (Object value : values(dimension.parameter())) {
      Map<String, Object> next = new LinkedHashMap<>(values);
      next.put(dimension.parameter().name(), value);
      Optional<Hyperparameters> found = untried(space, index + 1, next, tried);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private List<Object> values(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Choice choice) {
      return new ArrayList<>(choice.options());
    }
    if (points == 1) {
      return List.of(parameter.defaultValue());
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      double share = (double) i / (points - 1);
      Object value =
          parameter instanceof Hyperparameter.Int p
              ? (Object) (int) Math.round(between(p.low(), p.high(), p.log(), share))
              : real((Hyperparameter.Real) parameter, share);
      if (!values.contains(value)) {
        values.add(value);
      }
    }
    return values;
  }

  private static double real(Hyperparameter.Real p, double share) {
    return Math.min(p.high(), Math.max(p.low(), between(p.low(), p.high(), p.log(), share)));
  }

  private static double between(double low, double high, boolean log, double share) {
    if (share == 0 || share == 1) {
      return share == 0 ? low : high;
    }
    return log
        ? StrictMath.exp(StrictMath.log(low) + share * (StrictMath.log(high) - StrictMath.log(low)))
        : low + share * (high - low);
  }
}
