package dev.distill.cli.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first pass over a CSV file, which says what its columns are: nothing is guessed from a
 * sample.
 */
final class CsvScan {

  /**
   * What a file is like.
   *
   * @param names the header's names, without blanks around
   * @param cells what each column holds
   * @param rows rows without the header and without empty lines
   */
  record Shape(List<String> names, List<Cells> cells, int rows) {}

  /** What the cells of a column are. */
  enum Cells {
    /** Numbers, and missing cells. */
    NUMBERS,
    /** The same with decimal commas. */
    COMMA_NUMBERS,
    /** Anything. */
    TEXTS
  }

  private CsvScan() {}

  /**
   * Scans a file.
   *
   * @param file what messages call it
   * @param in its bytes, decompressed
   * @throws InputException if it is no well-formed CSV with a header and at least one row
   */
  static Shape scan(String file, InputStream in) throws IOException {
    CsvFields fields = new CsvFields(file, in);
    List<String> names = fields.header();
    int columns = names.size();
    // By column: whether all cells so far are numbers with a decimal point, and with a comma.
    boolean[] point = new boolean[columns];
    Arrays.fill(point, true);
    boolean[] comma = new boolean[columns];
    Arrays.fill(comma, fields.separator() == ';'); // elsewhere 1,234 may be a thousand
    int rows = 0;
    while (!fields.atEnd()) {
      int line = fields.line();
      int field = 0;
      boolean blank = false;
      CsvFields.End ending;
      do {
        ending = fields.next();
        if (field < columns && (point[field] || comma[field])) {
          byte[] bytes = fields.bytes();
          int from = fields.from();
          int to = fields.to();
          if (!CsvNumbers.isMissing(bytes, from, to)) {
            point[field] = point[field] && CsvNumbers.isNumber(bytes, from, to, '.');
            comma[field] = comma[field] && CsvNumbers.isNumber(bytes, from, to, ',');
          }
        }
        blank = field == 0 && fields.isBlank() && ending != CsvFields.End.FIELD;
        field++;
      } while (ending == CsvFields.End.FIELD);
      if (field != columns) {
        if (blank) {
          continue;
        }
        throw new InputException(
            "%s line %s: %s fields, expected %s".formatted(file, line, field, columns));
      }
      rows = Math.addExact(rows, 1);
    }
    if (rows == 0) {
      throw new InputException(file + ": only a header, expected at least one row");
    }
    List<Cells> cells = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      cells.add(point[c] ? Cells.NUMBERS : comma[c] ? Cells.COMMA_NUMBERS : Cells.TEXTS);
    }
    return new Shape(names, cells, rows);
  }
}
