package dev.distill.spi;

/** This data can't be learned by this family; the message says why. */
public class FitException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An exception with a message. */
  public FitException(String message) {
    super(message);
  }

  /** An exception with a message and its cause. */
  public FitException(String message, Throwable cause) {
    super(message, cause);
  }
}
