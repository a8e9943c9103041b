package dev.distill.spi;

import dev.distill.runtime.PortableModel;
import java.util.Optional;

/** One trained student: immutable and thread-safe until closed. */
public interface FittedStudent extends AutoCloseable {

  /**
   * Scores rows with the library's own code.
   *
   * @param logits takes rows × classes logits, row-major; owned by the caller
   * @throws IllegalStateException after {@link #close()}
   */
  void logits(Matrix rows, float[] logits);

  /** The library-free form, which gives the same classes and, within float rounding, logits. */
  Optional<PortableModel> portable();

  /**
   * How many steps (the values of {@link SearchSpace#steps()}) the student kept after early
   * stopping, or 0 if the family has none.
   */
  int steps();

  /** Frees native memory; does nothing the second time. */
  @Override
  void close();
}
