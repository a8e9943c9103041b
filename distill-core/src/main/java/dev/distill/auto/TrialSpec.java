package dev.distill.auto;

import dev.distill.spi.Hyperparameters;

/**
 * What a trial is to do: all that a worker needs besides the data.
 *
 * @param search which search it belongs to, such as "student" or "twin"
 * @param kind what it trains on and is judged by
 * @param number counts from 0 within the search
 * @param family id of the family
 * @param temperature T that the teacher's distribution is softened by, &gt; 0
 * @param alpha weight of the teacher in training, 0 to 1
 * @param source which of the teacher's answers it learns from
 * @param augment so many rows without labels for each training row, at most
 * @param hyperparameters the family's own
 * @param purpose a name for its draws, unique within the search it comes from
 * @param seed seed of the fit
 */
public record TrialSpec(
    String search,
    Kind kind,
    int number,
    String family,
    double temperature,
    double alpha,
    String source,
    int augment,
    Hyperparameters hyperparameters,
    String purpose,
    long seed) {

  /** What a trial trains on and is judged by. */
  public enum Kind {
    /** Trained on teacher and labels, judged by both. */
    STUDENT,
    /** Trained on labels alone, judged by labels alone: what could be had without a teacher. */
    TWIN,
    /** Trained on labels alone, judged by the reference method's loss. */
    REFERENCE
  }

  /** The same in another search, at another temperature and weight of the teacher. */
  TrialSpec in(String otherSearch, double otherTemperature, double otherAlpha) {
    return new TrialSpec(
        otherSearch,
        kind,
        number,
        family,
        otherTemperature,
        otherAlpha,
        source,
        augment,
        hyperparameters,
        purpose,
        seed);
  }

  /** The same, learning from other answers of the teacher. */
  TrialSpec learningFrom(String otherSource) {
    return new TrialSpec(
        search,
        kind,
        number,
        family,
        temperature,
        alpha,
        otherSource,
        augment,
        hyperparameters,
        purpose,
        seed);
  }

  /** The same with so many rows without labels for each training row. */
  TrialSpec augmented(int rows) {
    return with(rows, hyperparameters);
  }

  /** The same with other hyperparameters. */
  TrialSpec with(Hyperparameters others) {
    return with(augment, others);
  }

  private TrialSpec with(int rows, Hyperparameters others) {
    return new TrialSpec(
        search, kind, number, family, temperature, alpha, source, rows, others, purpose, seed);
  }

  /** A trial of another family, all else the same. */
  TrialSpec of(String other, Hyperparameters others) {
    return new TrialSpec(
        search, kind, number, other, temperature, alpha, source, augment, others, purpose, seed);
  }

  /**
   * This family and its hyperparameters as another search's trial: its kind, temperature, alpha.
   */
  TrialSpec as(TrialSpec other) {
    return new TrialSpec(
        other.search,
        other.kind,
        number,
        family,
        other.temperature,
        other.alpha,
        other.source,
        other.augment,
        hyperparameters,
        purpose,
        seed);
  }
}
