package dev.distill.spi;

import org.jspecify.annotations.Nullable;

/** A teacher gave no answer for a cause outside of the program; the message is for its user. */
public final class NoAnswerException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** Says which teacher, and why. */
  public NoAnswerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
