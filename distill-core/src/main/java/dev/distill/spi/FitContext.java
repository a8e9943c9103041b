package dev.distill.spi;

import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** What core gives a family while it trains. */
public interface FitContext {

  /** The seed of this fit. */
  long seed();

  /** A generator of its own for each purpose, derived from {@link #seed()} by name. */
  RandomGenerator random(String purpose);

  /** How many threads the library may use. */
  int threads();

  /** Rows to watch for early stopping, if there are any. */
  Optional<Validation> validation();

  /**
   * Call once a step (round, tree, epoch): shows progress and is the point where a fit ends early.
   *
   * @param step counts from 1
   * @param loss validation loss so far, NaN if unknown
   * @throws FitCancelledException if the fit is to end here; let it through
   */
  void report(int step, double loss);

  /**
   * What a library makes of a matrix (a DMatrix, a DataFrame): made at the first call, kept for the
   * whole sweep, shared by all its trials and closed at its end.
   *
   * @param form the type of the derived object, with {@code matrix} the key it is kept under
   */
  <T extends AutoCloseable> T shared(Matrix matrix, Class<T> form, Function<Matrix, T> make);
}
