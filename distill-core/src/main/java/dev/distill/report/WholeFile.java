package dev.distill.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;

/** Writes files whole or not at all, for others to read. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes a file; one of that name is replaced at once.
   *
   * @param target in a folder that is there
   * @throws IOException if it can't be written, naming it; then what was there is there still
   */
  public static void write(Path target, byte[] bytes) throws IOException {
    long unique = ThreadLocalRandom.current().nextLong();
    // Not a temporary file, which would be for its owner alone.
    Path beside = target.resolveSibling(".distill-%016x.tmp".formatted(unique));
    try {
      Files.write(beside, bytes);
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // A full disk is told without the file.
      FileSystemException named = new FileSystemException(target.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /** Writes a text in UTF-8. */
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }
}
