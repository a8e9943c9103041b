package dev.distill.search;

import org.jspecify.annotations.Nullable;

/** A store could not be read or written; the message says which, why and what to do, in a line. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for people and what lies behind it. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
