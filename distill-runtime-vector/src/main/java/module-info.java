/**
 * Sums of wide linear models by the vector API. Optional in every way: without {@code --add-modules
 * jdk.incubator.vector} the runtime's own loops do them.
 */
module dev.distill.runtime.vector {
  // Static, so that a Java without it starts all the same.
  requires static jdk.incubator.vector;
  requires static org.jspecify;
  requires dev.distill.runtime;

  provides dev.distill.runtime.AffineKernel with
      dev.distill.runtime.vector.Kernel;
}
