package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import org.jspecify.annotations.Nullable;

/**
 * One try in a study.
 *
 * @param number counts from 0 in the order of asking
 * @param parameters what was suggested
 * @param state what became of it
 * @param value what was told, lower is better; NaN unless complete
 * @param failure why it failed, null unless it did
 */
public record Trial(
    int number,
    Hyperparameters parameters,
    State state,
    double value,
    @Nullable Throwable failure) {

  /** What became of a trial. */
  public enum State {
    /** Asked for, nothing told yet. */
    RUNNING,
    /** A finite value was told. */
    COMPLETE,
    /** It failed; the cause is kept. */
    FAILED
  }
}
