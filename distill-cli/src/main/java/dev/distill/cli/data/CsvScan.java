package dev.distill.cli.data;

import dev.distill.runtime.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass over the bytes of a CSV file before DuckDB reads it: finds the separator, the names, and
 * which columns are numbers in every row, and names the exact line of whatever is wrong. DuckDB is
 * then told all of it, so that nothing is guessed from a sample, and nothing wrong is repaired in
 * silence. Needs no memory beyond a buffer that holds the longest field.
 */
final class CsvScan {

  /**
   * What a file is like.
   *
   * @param names the header's names, without blanks around
   * @param cells what each column holds
   * @param rows rows without the header and without empty lines
   * @param longest bytes of the longest row
   * @param mixedLineEnds whether lines end in more than one way
   */
  record Shape(
      char separator,
      List<String> names,
      List<Cells> cells,
      int rows,
      int longest,
      boolean mixedLineEnds) {}

  /** What the cells of a column are. */
  enum Cells {
    /** Numbers and missing cells as DuckDB reads them. */
    NUMBERS,
    /** Numbers too, but with decimal commas, or missing cells that are blanks or within blanks. */
    LOOSE_NUMBERS,
    /** Anything. */
    TEXTS
  }

  private static final byte[] SEPARATORS = {',', ';', '\t', '|'};
  private static final int SNIFFED_ROWS = 50;

  /** The texts for "missing" by their bytes, for a lookup without making a text. */
  private static final byte[][] MISSING =
      Schema.MISSING.stream()
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  private static final int MAX_MISSING =
      Arrays.stream(MISSING).mapToInt(text -> text.length).max().orElse(0);

  private enum End {
    FIELD,
    ROW,
    FILE
  }

  private final String file;
  private final InputStream in;
  private byte[] buffer = new byte[1 << 20];
  private int position;
  private int limit;
  private boolean ended;
  private final boolean[] stops = new boolean[256];
  private byte separator;

  // The current field.
  private int start;
  private int end;
  private boolean quoted;
  private boolean escaped;

  // By column: whether all cells so far are numbers with a decimal point, and with a comma.
  private boolean[] point = {};
  private boolean[] comma = {};
  private boolean[] padded = {};

  private int line = 1;
  private int fieldLine = 1;
  private boolean lf;
  private boolean crlf;
  private boolean cr;

  private CsvScan(String file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Scans a file.
   *
   * @param file what messages call it
   * @param in its bytes, decompressed
   * @throws InputException if it is no well-formed CSV with a header and at least one row
   */
  static Shape scan(String file, InputStream in) throws IOException {
    return new CsvScan(file, in).scan();
  }

  private Shape scan() throws IOException {
    fill();
    skipByteOrderMark();
    if (position == limit) {
      throw new InputException(file + ": empty file, expected a header line and rows");
    }
    separator = sniffSeparator();
    stops[separator & 0xff] = true;
    stops['\n'] = true;
    stops['\r'] = true;
    stops[0] = true;

    List<String> names = header();
    int columns = names.size();
    point = new boolean[columns];
    Arrays.fill(point, true);
    comma = new boolean[columns];
    Arrays.fill(comma, separator == ';'); // elsewhere 1,234 may be a thousand
    padded = new boolean[columns];
    int rows = 0;
    long longest = 0;
    while (!atEnd()) {
      int rowLine = line;
      int field = 0;
      long bytes = 0;
      boolean blank = false;
      End ending;
      do {
        ending = next();
        if (field < columns && (point[field] || comma[field])) {
          classify(field);
        }
        bytes += end - start + 3L;
        blank = field == 0 && start == end && !quoted && ending != End.FIELD;
        field++;
      } while (ending == End.FIELD);
      if (field != columns) {
        if (blank) {
          continue; // DuckDB skips empty lines too
        }
        throw new InputException(
            "%s line %s: %s fields, expected %s".formatted(file, rowLine, field, columns));
      }
      longest = Math.max(longest, bytes);
      rows = Math.addExact(rows, 1);
    }
    if (rows == 0) {
      throw new InputException(file + ": only a header, expected at least one row");
    }
    boolean mixed = (lf ? 1 : 0) + (crlf ? 1 : 0) + (cr ? 1 : 0) > 1;
    List<Cells> cells = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      cells.add(
          point[c] && !padded[c]
              ? Cells.NUMBERS
              : point[c] || comma[c] ? Cells.LOOSE_NUMBERS : Cells.TEXTS);
    }
    return new Shape((char) separator, names, cells, rows, Math.toIntExact(longest), mixed);
  }

  private List<String> header() throws IOException {
    List<String> names = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    End ending;
    do {
      ending = next();
      int from = start + (quoted ? 1 : 0);
      int to = end - (quoted ? 1 : 0);
      String name = new String(buffer, from, to - from, StandardCharsets.UTF_8);
      name = (escaped ? name.replace("\"\"", "\"") : name).strip();
      names.add(name);
      if (name.isEmpty() && ending != End.FIELD && names.size() == 1) {
        throw new InputException(file + " line 1: is blank, expected the header");
      }
      if (name.isEmpty()) {
        throw new InputException(
            file
                + ": column "
                + names.size()
                + " has no name, expected a name for every column (is it an index column?)");
      }
      Integer before = places.put(name, names.size());
      if (before != null) {
        throw new InputException(
            "%s: column name '%s' stands twice (columns %s and %s), expected different names"
                .formatted(file, name, before, names.size()));
      }
    } while (ending == End.FIELD);
    return names;
  }

  // ---- fields ----

  /** Moves to the next field; {@code start} to {@code end} are its bytes, with its quotes. */
  private End next() throws IOException {
    start = position;
    quoted = false;
    escaped = false;
    fieldLine = line;
    int or = 0;
    // Blanks before a quote belong to neither.
    while (available() && isBlank(buffer[position]) && buffer[position] != separator) {
      position++;
    }
    if (available() && buffer[position] == '"') {
      start = position;
      quoted = true;
      or = quotedField();
    } else {
      while (true) {
        byte[] bytes = buffer;
        int p = position;
        int stop = limit;
        while (p < stop && !stops[bytes[p] & 0xff]) {
          or |= bytes[p++];
        }
        position = p;
        if (p < stop || !available()) {
          break;
        }
      }
      end = position;
    }
    if (or < 0) {
      checkUtf8();
    }
    return terminator();
  }

  /** Reads on to the closing quote and the blanks behind it; returns the or of all bytes. */
  private int quotedField() throws IOException {
    int or = 0;
    position++;
    while (true) {
      if (!available()) {
        throw new InputException(
            "%s line %s: a quote is opened and never closed".formatted(file, fieldLine));
      }
      byte b = buffer[position++];
      or |= b;
      if (b == '"') {
        if (available() && buffer[position] == '"') {
          escaped = true;
          position++;
        } else {
          break;
        }
      } else if (b == '\n' || (b == '\r' && !(available() && buffer[position] == '\n'))) {
        line++;
      } else if (b == 0) {
        throw nul();
      }
    }
    end = position;
    while (available() && isBlank(buffer[position]) && buffer[position] != separator) {
      position++;
    }
    if (available() && !stops[buffer[position] & 0xff]) {
      throw new InputException(
          "%s line %s: text after a closing quote, expected '%s' or the end of the line"
              .formatted(file, fieldLine, separator == '\t' ? "tab" : (char) separator));
    }
    return or;
  }

  private End terminator() throws IOException {
    if (!available()) {
      return End.FILE;
    }
    byte b = buffer[position++];
    if (b == separator) {
      return End.FIELD;
    }
    if (b == 0) {
      throw nul();
    }
    if (b == '\n') {
      lf = true;
    } else if (available() && buffer[position] == '\n') {
      position++;
      crlf = true;
    } else {
      cr = true;
    }
    line++;
    return End.ROW;
  }

  private boolean atEnd() throws IOException {
    start = position;
    return !available();
  }

  private boolean available() throws IOException {
    return position < limit || fill();
  }

  /** Reads more, keeping the bytes from {@code start} on. */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, limit - start);
      position -= start;
      limit -= start;
      end -= start;
      start = 0;
    }
    if (limit == buffer.length) {
      if (buffer.length > Integer.MAX_VALUE / 2 - 8) {
        throw new InputException(
            "%s line %s: a field of more than 1 GB".formatted(file, fieldLine));
      }
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int read = in.readNBytes(buffer, limit, buffer.length - limit);
    ended = read < buffer.length - limit;
    limit += read;
    return read > 0;
  }

  // ---- what a field is ----

  private void classify(int column) {
    int from = start;
    int to = end;
    if (quoted) {
      from++;
      to--;
    }
    if (isMissing(from, to)) {
      return;
    }
    while (from < to && isBlank(buffer[from])) {
      from++;
    }
    while (to > from && isBlank(buffer[to - 1])) {
      to--;
    }
    if (isMissing(from, to)) {
      padded[column] = true; // to DuckDB only the bare text is missing
    } else {
      point[column] &= isNumber(buffer, from, to, '.');
      comma[column] = comma[column] && isNumber(buffer, from, to, ',');
    }
  }

  private boolean isMissing(int from, int to) {
    if (to - from <= MAX_MISSING) {
      for (byte[] text : MISSING) {
        if (Arrays.equals(buffer, from, to, text, 0, text.length)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Decimal numbers with or without exponent, and infinities: a part of what DuckDB takes. */
  private static boolean isNumber(byte[] text, int from, int to, char point) {
    int p = from;
    if (p < to && (text[p] == '-' || text[p] == '+')) {
      p++;
    }
    int digits = p;
    while (p < to && isDigit(text[p])) {
      p++;
    }
    digits = p - digits;
    if (p < to && text[p] == point) {
      int fraction = ++p;
      while (p < to && isDigit(text[p])) {
        p++;
      }
      digits += p - fraction;
    }
    if (digits == 0) {
      return to - p <= 8
          && to - p >= 3
          && isInfinity(new String(text, p, to - p, StandardCharsets.ISO_8859_1));
    }
    if (p < to && (text[p] == 'e' || text[p] == 'E')) {
      p++;
      if (p < to && (text[p] == '-' || text[p] == '+')) {
        p++;
      }
      if (p == to) {
        return false;
      }
      while (p < to && isDigit(text[p])) {
        p++;
      }
    }
    return p == to;
  }

  private static boolean isInfinity(String text) {
    return text.equalsIgnoreCase("inf") || text.equalsIgnoreCase("infinity");
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  // ---- encoding ----

  private void skipByteOrderMark() {
    if (limit >= 3
        && (buffer[0] & 0xff) == 0xEF
        && (buffer[1] & 0xff) == 0xBB
        && (buffer[2] & 0xff) == 0xBF) {
      position = 3;
    } else if (limit >= 2
        && (buffer[0] & 0xff) + (buffer[1] & 0xff) == 0xFF + 0xFE
        && buffer[0] != buffer[1]) {
      throw new InputException(file + ": UTF-16 text, expected UTF-8" + convert("UTF-16"));
    }
  }

  private void checkUtf8() {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, end - start));
    } catch (CharacterCodingException e) {
      throw new InputException(
          "%s line %s: not UTF-8 text".formatted(file, fieldLine) + convert("WINDOWS-1252"), e);
    }
  }

  private InputException nul() {
    return new InputException(
        "%s line %s: a NUL byte, expected UTF-8 text (a binary file, or UTF-16?)"
            .formatted(file, line));
  }

  private String convert(String from) {
    return "; convert it, for example: iconv -f %s -t UTF-8 '%s' > utf8.csv".formatted(from, file);
  }

  // ---- separator ----

  /**
   * The separator that splits the first rows into equally many fields; of several, the one that
   * makes most of the header. A comma if none makes more than one field.
   */
  private byte sniffSeparator() {
    byte best = ',';
    long bestScore = 0;
    for (byte candidate : SEPARATORS) {
      long score = score(candidate);
      if (score > bestScore) {
        bestScore = score;
        best = candidate;
      }
    }
    return best;
  }

  private long score(byte candidate) {
    int headerFields = 0;
    int fields = 1;
    int rows = 0;
    boolean even = true;
    boolean inQuotes = false;
    boolean fieldStart = true;
    for (int p = position; p < limit && rows < SNIFFED_ROWS; p++) {
      byte b = buffer[p];
      if (inQuotes) {
        inQuotes = b != '"'; // a doubled quote closes and opens again
        fieldStart = !inQuotes;
      } else if (b == '"' && fieldStart) {
        inQuotes = true;
      } else if (b == candidate) {
        fields++;
        fieldStart = true;
      } else if (b == '\n' || b == '\r') {
        boolean blank = p == position || buffer[p - 1] == '\n' || buffer[p - 1] == '\r';
        if (!blank) {
          if (rows == 0) {
            headerFields = fields;
          }
          even &= fields == headerFields;
          rows++;
        }
        fields = 1;
        fieldStart = true;
      } else {
        fieldStart &= isBlank(b);
      }
    }
    if (rows == 0) {
      headerFields = fields;
    }
    return headerFields == 1 ? 0 : headerFields + (even ? 1L << 40 : 0);
  }
}
