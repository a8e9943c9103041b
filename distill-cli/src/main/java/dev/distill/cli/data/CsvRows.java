package dev.distill.cli.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/** The second pass over a CSV file: its cells, as what the first pass said they are. */
final class CsvRows {
  /** So many texts of a column are remembered by their bytes; a power of two. */
  private static final int REMEMBERED = 256;

  private CsvRows() {}

  /**
   * Reads a file that {@link CsvScan} has scanned.
   *
   * @param file what messages call it
   * @param in its bytes, decompressed
   * @param cells what each column holds, or texts
   * @param rows takes the cells; the file has ended when this returns, {@link Parts#end} is the
   *     caller's
   */
  static void read(String file, InputStream in, List<CsvScan.Cells> cells, Parts rows)
      throws IOException {
    CsvFields fields = new CsvFields(file, in);
    fields.header();
    int columns = cells.size();
    char[] points = new char[columns];
    Texts[] texts = new Texts[columns];
    for (int c = 0; c < columns; c++) {
      points[c] = cells.get(c) == CsvScan.Cells.COMMA_NUMBERS ? ',' : '.';
      texts[c] = cells.get(c) == CsvScan.Cells.TEXTS ? new Texts() : null;
    }
    while (!fields.atEnd()) {
      CsvFields.End ending = fields.next();
      if (columns > 1 && ending != CsvFields.End.FIELD && fields.isBlank()) {
        continue;
      }
      boolean taken = rows.takes();
      for (int c = 0; c < columns; c++) {
        if (c > 0) {
          ending = fields.next();
        }
        if ((ending == CsvFields.End.FIELD) != (c < columns - 1)) {
          throw new InputException(file + ": was changed while it was read");
        }
        Texts known = texts[c];
        if (!taken) {
          continue;
        }
        if (known == null) {
          rows.number(c, number(fields, points[c]));
        } else {
          rows.text(c, known.of(fields));
        }
      }
      rows.endRow();
    }
  }

  private static double number(CsvFields fields, char point) {
    byte[] bytes = fields.bytes();
    int from = fields.from();
    int to = fields.to();
    return CsvNumbers.isMissing(bytes, from, to)
        ? Double.NaN
        : CsvNumbers.parse(bytes, from, to, point);
  }

  /** The texts of a column: a cell whose bytes were seen lately is the same text again. */
  private static final class Texts {
    private final byte[][] keys = new byte[REMEMBERED][];
    private final String[] known = new String[REMEMBERED];

    String of(CsvFields fields) {
      if (fields.isEscaped()) {
        return fields.text();
      }
      byte[] bytes = fields.bytes();
      int from = fields.from();
      int to = fields.to();
      int hash = 0;
      for (int p = from; p < to; p++) {
        hash = 31 * hash + bytes[p];
      }
      int place = (hash ^ hash >>> 8) & (REMEMBERED - 1);
      byte[] key = keys[place];
      if (key == null || !Arrays.equals(bytes, from, to, key, 0, key.length)) {
        keys[place] = Arrays.copyOfRange(bytes, from, to);
        known[place] = fields.text();
      }
      return known[place];
    }
  }
}
