package dev.distill.spi;

/** Thrown by {@link FitContext#report} to end a fit early; families let it through. */
public final class FitCancelledException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An exception with the reason. */
  public FitCancelledException(String reason) {
    super(reason, null, false, false);
  }
}
