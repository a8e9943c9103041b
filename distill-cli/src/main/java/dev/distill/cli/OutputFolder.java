package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.report.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A folder that files are written to whole or not at all. */
final class OutputFolder implements AutoCloseable {
  /** A run's files, without large students. */
  private static final long LEAST = 2_000_000;

  private final Path folder;
  private final boolean made;

  private OutputFolder(Path folder, boolean made) {
    this.folder = folder;
    this.made = made;
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
      boolean made = !Files.exists(folder);
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".distill", ".tmp"));
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < LEAST) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s: %,d kB are free there, expected at least %,d; make room or name another folder",
                folder,
                free / 1_000,
                LEAST / 1_000));
      }
      return new OutputFolder(folder, made);
    } catch (IOException e) {
      throw new InputException(
          "%s: can't be written to: %s; name another folder, or make it writable"
              .formatted(folder, reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return e instanceof NoSuchFileException ? "no such folder" : String.valueOf(e.getMessage());
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
    open(parent).close();
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
    write(absolute, text.getBytes(StandardCharsets.UTF_8));
  }

  void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  void write(String name, byte[] bytes) {
    write(folder.resolve(name), bytes);
  }

  private static void write(Path target, byte[] bytes) {
    try {
      WholeFile.write(target, bytes);
    } catch (IOException e) {
      throw new InputException(
          "%s: can't be written: %s; is there room on the disk?".formatted(target, reason(e)), e);
    }
  }

  /** Takes a folder away that was made for files of which none came. */
  @Override
  public void close() {
    if (made) {
      // Does nothing where it holds something.
      folder.toFile().delete();
    }
  }
}
