package dev.distill.cli.data;

import dev.distill.spi.Table;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes tables of the same columns one after the other as one CSV. The file appears at its place
 * when {@link #finish()} is called, whole or not at all.
 */
public final class TableWriter implements AutoCloseable {
  private final CsvFile file;
  private boolean headed;

  /**
   * Opens a file next to {@code out}.
   *
   * @param out gzipped if its name ends with {@code .gz}
   * @throws InputException if the folder is not there or can't be written to
   */
  public TableWriter(Path out) {
    file = new CsvFile(out);
  }

  /** Writes the rows, after the columns' names if they are the first. */
  public void rows(Table table) throws IOException {
    if (!headed) {
      for (Table.Column column : table.columns()) {
        file.text(column.name());
      }
      file.endLine();
      headed = true;
    }
    for (int i = 0; i < table.rows(); i++) {
      for (Table.Column column : table.columns()) {
        cell(column, i);
      }
      file.endLine();
    }
  }

  private void cell(Table.Column column, int row) {
    String text = column.text(row);
    if (text == null) {
      file.empty();
    } else if (column instanceof Table.Numbers) {
      file.plain(text);
    } else {
      file.text(text);
    }
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
