package dev.distill.cli.data;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/**
 * A CSV that is written cell by cell, gzipped if its name ends with {@code .gz}. The file appears
 * at its place when {@link #finish()} is called, whole or not at all.
 *
 * <p>Texts with a separator, quote or line end are quoted. So are those that begin with {@code = +
 * - @}, which a spreadsheet may take for a formula: they are written as they are, because readers
 * match them by name, and quoting alone does not stop a spreadsheet.
 */
final class CsvFile implements AutoCloseable {
  private final Path out;
  private final Path temporary;
  private final BufferedWriter writer;
  private final StringBuilder line = new StringBuilder();
  private boolean begun;

  /**
   * Opens a file next to {@code out}.
   *
   * @throws InputException if the folder is not there or can't be written to
   */
  CsvFile(Path out) {
    this.out = out;
    if (Files.isDirectory(out)) {
      throw new InputException(out + ": is a folder, expected a file to write");
    }
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InputException(out + ": can't be written, there is no folder " + folder);
    }
    try {
      // Not createTempFile, which makes files that only their owner may read.
      temporary =
          folder.resolve(
              "." + out.getFileName() + "." + ProcessHandle.current().pid() + ".unfinished");
      // Whoever ends the process, by Ctrl-C or SIGTERM, leaves it no time to close this.
      temporary.toFile().deleteOnExit();
      OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(temporary));
      boolean zipped = out.toString().endsWith(".gz");
      writer =
          new BufferedWriter(
              new OutputStreamWriter(
                  zipped ? new GZIPOutputStream(bytes) : bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InputException(out + ": can't be written: " + reason(e), e);
    }
  }

  /** Adds a text to the line. */
  void text(String text) {
    separate();
    line.append(quoted(text));
  }

  /** Adds what needs no quotes, such as a number, to the line. */
  void plain(String text) {
    separate();
    line.append(text);
  }

  /** Adds an empty cell to the line. */
  void empty() {
    separate();
  }

  private void separate() {
    if (begun) {
      line.append(',');
    }
    begun = true;
  }

  /** Ends the line. */
  void endLine() throws IOException {
    try {
      writer.append(line.append('\n'));
    } catch (IOException e) {
      throw failed(e);
    }
    line.setLength(0);
    begun = false;
  }

  /** Puts the file at its place, over one that may be there. */
  void finish() throws IOException {
    try {
      writer.close();
      Files.move(
          temporary, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IOException failed(IOException e) {
    return new IOException(
        "%s: can't be written: %s; is there room on the disk?".formatted(out, reason(e)), e);
  }

  /** Drops what was written, unless it was finished. */
  @Override
  public void close() throws IOException {
    try {
      writer.close();
    } catch (IOException e) {
      // What does not fit on the disk is to be dropped.
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String quoted(String text) {
    boolean plain = !text.isEmpty() && "=+-@ \t".indexOf(text.charAt(0)) < 0;
    for (int i = 0; i < text.length() && plain; i++) {
      plain = ",;|\t\"\n\r".indexOf(text.charAt(i)) < 0;
    }
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }
}
