package dev.distill.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a student says about one row.
 *
 * @param label the name of the class with the largest logit; of equal ones the first
 * @param probabilities the probability of each class by its name, in the order of the classes
 */
public record Prediction(String label, Map<String, Double> probabilities) {
  /** Copies the map; checks that the label is in it. */
  public Prediction {
    probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    if (!probabilities.containsKey(label)) {
      throw new IllegalArgumentException(
          "label '%s' is none of %s".formatted(label, probabilities.keySet()));
    }
  }
}
