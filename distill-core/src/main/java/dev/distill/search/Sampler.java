package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Suggests where to try next. */
@FunctionalInterface
public interface Sampler {

  /**
   * Suggests a configuration.
   *
   * @param trials all trials so far in the order of asking, running ones included
   * @param random a generator that depends on the study's seed and the trial alone, not on other
   *     trials
   * @return a configuration of the space, or empty if there is nothing left to try
   */
  Optional<Hyperparameters> suggest(SearchSpace space, List<Trial> trials, RandomGenerator random);
}
