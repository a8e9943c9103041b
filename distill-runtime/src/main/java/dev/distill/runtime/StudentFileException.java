package dev.distill.runtime;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Says why a file is no student that can be used: nothing of it has been scored with. */
public final class StudentFileException extends IOException {
  private static final long serialVersionUID = 1;

  StudentFileException(String message) {
    super(message);
  }

  StudentFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
