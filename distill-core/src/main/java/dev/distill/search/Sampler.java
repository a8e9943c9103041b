package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Suggests where to try next. Stateless: what it knows is in the question. */
@FunctionalInterface
public interface Sampler {

  /**
   * Suggests a configuration.
   *
   * @return a configuration of the question's space, or empty if there is nothing left to try
   */
  Optional<Hyperparameters> suggest(Question question);

  /**
   * What a sampler is asked.
   *
   * @param space where to suggest: the study's space or the part of it where a choice is made
   * @param trials all trials so far in the order of asking: also those of other parts of the space,
   *     running ones (to be kept away from) and failed ones; lower values are better
   * @param index which suggestion within this space this is, from 0
   * @param seed the study's seed
   * @param purpose a name for the draws of this suggestion, unique in the study
   */
  record Question(SearchSpace space, List<Trial> trials, int index, long seed, String purpose) {

    /** Copies the list. */
    public Question {
      trials = List.copyOf(trials);
    }

    /** A generator that depends on seed and purpose alone, not on other trials. */
    public RandomGenerator random() {
      return Seeds.random(seed, purpose);
    }
  }
}
