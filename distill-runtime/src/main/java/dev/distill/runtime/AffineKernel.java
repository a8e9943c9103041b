package dev.distill.runtime;

/**
 * What computes the sums of wide layers, if something quicker than plain loops is there. The
 * runtime looks for one by {@link java.util.ServiceLoader} and does without one that can't be made.
 * {@code distill-runtime-vector} has one, for a JVM that was started with {@code --add-modules
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
   * @param out takes count × outputs from 0 on, and nothing beyond
   */
  void apply(float[] in, int from, int count, float[] weights, float[] bias, float[] out);
}
