package dev.distill.runtime.vector;

import dev.distill.runtime.AffineKernel;
import org.jspecify.annotations.Nullable;

/** The vector API's sums where this Java can do them quickly; elsewhere it leaves them undone. */
public final class Kernel implements AffineKernel {
  private final @Nullable AffineKernel vectors;

  /** Made by {@link java.util.ServiceLoader}. */
  public Kernel() {
    AffineKernel made = null;
    try {
      made = new VectorKernel();
    } catch (LinkageError | UnsupportedOperationException e) {
      // The module is not there, or plain loops are quicker: the bits are the same without.
    }
    vectors = made;
  }

  @Override
  public boolean apply(
      float[] in, int from, int count, float[] weights, float[] bias, float[] out, int to) {
    return vectors != null && vectors.apply(in, from, count, weights, bias, out, to);
  }
}
