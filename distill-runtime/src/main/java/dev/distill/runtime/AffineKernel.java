package dev.distill.runtime;

/**
 * What computes the sums of wide linear models for many rows, if something quicker than plain loops
 * is there. The runtime looks for one by {@link java.util.ServiceLoader}. {@code
 * distill-runtime-vector} has one, for a JVM that was started with {@code --add-modules
 * jdk.incubator.vector}; no API for others.
 */
public interface AffineKernel {
  /**
   * For each row the bias plus inputs times weights, added in float32 one product after the other,
   * in the order of the inputs, each rounded by itself: the bits of plain loops.
   *
   * @param in count × inputs from {@code from} on, row-major; any values
   * @param weights inputs × outputs, row-major
   * @param bias one an output
   * @param out takes count × outputs from {@code to} on, and nothing beyond
   * @return false if it can't here, and has done nothing
   */
  boolean apply(
      float[] in, int from, int count, float[] weights, float[] bias, float[] out, int to);
}
