package dev.distill.cli.data;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes predictions as CSV, row by row: {@code p_<class>} for each class, then {@code class}, the
 * most probable one; an id column first if asked for. The file appears at its place when {@link
 * #finish()} is called, whole or not at all.
 *
 * <p>Names with a separator, quote or line end are quoted. So are those that begin with {@code = +
 * - @}, which a spreadsheet may take for a formula: they are written as they are, because readers
 * match them by name, and quoting alone does not stop a spreadsheet.
 */
public final class PredictionWriter implements AutoCloseable {
  private final Path out;
  private final Path temporary;
  private final BufferedWriter writer;
  private final List<String> classes;
  private final String[] quotedClasses;
  private final boolean withIds;
  private final StringBuilder line = new StringBuilder();

  /**
   * Opens a file next to {@code out} and writes the header.
   *
   * @param classes the classes, in the order of the probabilities
   * @param id the id column's name, null for none
   * @throws InputException if the folder is not there or can't be written to
   */
  public PredictionWriter(Path out, List<String> classes, @Nullable String id) {
    this.out = out;
    this.classes = List.copyOf(classes);
    withIds = id != null;
    quotedClasses = classes.stream().map(PredictionWriter::quoted).toArray(String[]::new);
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
      writer = Files.newBufferedWriter(temporary);
      if (id != null) {
        line.append(quoted(id)).append(',');
      }
      for (String name : classes) {
        line.append(quoted("p_" + name)).append(',');
      }
      writeLine("class");
    } catch (IOException e) {
      throw new InputException(out + ": can't be written: " + reason(e), e);
    }
  }

  /**
   * Writes a row.
   *
   * @param id its id, null or ignored if there is no id column
   * @param probabilities holds one a class from {@code offset} on
   */
  public void row(@Nullable String id, double[] probabilities, int offset) throws IOException {
    if (withIds) {
      line.append(id == null ? "" : quoted(id)).append(',');
    }
    int best = 0;
    for (int k = 0; k < classes.size(); k++) {
      double p = probabilities[offset + k];
      best = p > probabilities[offset + best] ? k : best;
      line.append(p).append(',');
    }
    writeLine(quotedClasses[best]);
  }

  /** Puts the file at its place, over one that may be there. */
  public void finish() throws IOException {
    writer.close();
    Files.move(temporary, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Drops what was written, unless it was finished. */
  @Override
  public void close() throws IOException {
    writer.close();
    Files.deleteIfExists(temporary);
  }

  private void writeLine(String last) throws IOException {
    line.append(last).append('\n');
    writer.append(line);
    line.setLength(0);
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
