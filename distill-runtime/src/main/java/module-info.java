import org.jspecify.annotations.NullMarked;

/** Loads a student file and scores rows. Needs {@code java.base} alone, and no reflection. */
@NullMarked
module dev.distill.runtime {
  requires static org.jspecify;

  exports dev.distill.runtime;

  uses dev.distill.runtime.AffineKernel;
}
