package dev.distill.cli;

import dev.distill.cli.data.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A folder that files are written to whole or not at all. */
final class OutputFolder {
  private final Path folder;

  private OutputFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder if it is not there and tries to write to it, before any work is done.
   *
   * @throws InputException if it can't be made or written to
   */
  static OutputFolder open(Path folder) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new InputException(folder + ": is a file, expected a folder for what comes out");
      }
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".distill", ".tmp"));
      return new OutputFolder(folder);
    } catch (IOException e) {
      throw new InputException(folder + ": can't be written to: " + e, e);
    }
  }

  /**
   * Checks that a file can be written, before any work is done.
   *
   * @throws InputException if it is a folder, or there is none for it and none can be made
   */
  static void check(@Nullable Path file) {
    if (file == null) {
      return;
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || Files.isDirectory(file)) {
      throw new InputException(file + ": is a folder, expected a file to write");
    }
    open(parent);
  }

  /** Writes a file, whole or not at all, for others to read; none if there is no path. */
  static void write(@Nullable Path file, String text) throws IOException {
    if (file == null) {
      return;
    }
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null || Files.isDirectory(absolute)) {
      throw new InputException(file + ": is a folder, expected a file to write");
    }
    Files.createDirectories(parent);
    // Not a temporary file, which would be for its owner alone: collectors are other users.
    Path beside = parent.resolve("." + absolute.getFileName() + ".tmp");
    try {
      Files.writeString(beside, text);
      Files.move(
          beside, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  void write(String name, byte[] bytes) throws IOException {
    Path temporary = Files.createTempFile(folder, ".distill", ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(
          temporary,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
