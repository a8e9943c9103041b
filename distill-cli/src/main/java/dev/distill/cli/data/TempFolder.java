package dev.distill.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where native libraries are unpacked before they are loaded. */
public final class TempFolder {
  private TempFolder() {}

  /** What is wrong with it, if anything is, and what to do. */
  public static Optional<String> problem() {
    Path temp = Path.of(System.getProperty("java.io.tmpdir"));
    return Files.isDirectory(temp) && Files.isWritable(temp)
        ? Optional.empty()
        : Optional.of(
            temp
                + ": no folder for temporary files that can be written to, where the libraries of"
                + " XGBoost, ONNX Runtime and DuckDB are unpacked; name another with"
                + " DISTILL_JAVA_OPTS=-Djava.io.tmpdir=DIR");
  }
}
