package dev.distill.cli.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes predictions as CSV, row by row: {@code p_<class>} for each class, then {@code class}, the
 * most probable one; an id column first and a column of reasons last if asked for. The file appears
 * at its place when {@link #finish()} is called, whole or not at all.
 */
public final class PredictionWriter implements AutoCloseable {
  private final CsvFile file;
  private final List<String> classes;
  private final boolean withIds;
  private final boolean withReasons;

  /**
   * Opens a file next to {@code out} and writes the header.
   *
   * @param classes the classes, in the order of the probabilities
   * @param id the id column's name, null for none
   * @throws InputException if the folder is not there or can't be written to
   */
  public PredictionWriter(Path out, List<String> classes, @Nullable String id) {
    this(out, classes, id, false);
  }

  /** As the other one; with a column {@code reasons}, if so. */
  public PredictionWriter(
      Path out, List<String> classes, @Nullable String id, boolean withReasons) {
    this.classes = List.copyOf(classes);
    this.withReasons = withReasons;
    withIds = id != null;
    file = new CsvFile(out);
    try {
      if (id != null) {
        file.text(id);
      }
      for (String name : classes) {
        file.text("p_" + name);
      }
      file.text("class");
      if (withReasons) {
        file.text("reasons");
      }
      file.endLine();
    } catch (IOException e) {
      throw new InputException(out + ": can't be written: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a row.
   *
   * @param id its id, null or ignored if there is no id column
   * @param probabilities holds one a class from {@code offset} on
   */
  public void row(@Nullable String id, double[] probabilities, int offset) throws IOException {
    row(id, probabilities, offset, "");
  }

  /**
   * Writes a row.
   *
   * @param reasons ignored if there is no such column
   */
  public void row(@Nullable String id, double[] probabilities, int offset, String reasons)
      throws IOException {
    if (withIds && id != null) {
      file.text(id);
    } else if (withIds) {
      file.empty();
    }
    int best = 0;
    for (int k = 0; k < classes.size(); k++) {
      double p = probabilities[offset + k];
      best = p > probabilities[offset + best] ? k : best;
      file.plain(Double.toString(p));
    }
    file.text(classes.get(best));
    if (withReasons) {
      file.text(reasons);
    }
    file.endLine();
  }

  /** Puts the file at its place, over one that may be there. */
  public void finish() throws IOException {
    file.finish();
  }

  /** Drops what was written, unless it was finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
