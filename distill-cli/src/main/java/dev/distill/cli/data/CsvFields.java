package dev.distill.cli.data;

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
 * The fields of a CSV file, one after the other, as bytes; finds the separator, and names the exact
 * line of whatever is no CSV. Needs no memory beyond a buffer that holds the longest field.
 */
final class CsvFields {

  /** What stands behind a field. */
  enum End {
    FIELD,
    ROW,
    FILE
  }

  private static final byte[] SEPARATORS = {',', ';', '\t', '|'};
  private static final int SNIFFED_ROWS = 50;

  private final String file;
  private final InputStream in;
  private byte[] buffer = new byte[1 << 20];
  private int position;
  private int limit;
  private boolean ended;
  private final boolean[] stops = new boolean[256];
  private final byte separator;

  // The current field.
  private int start;
  private int end;
  private boolean quoted;
  private boolean escaped;

  private int line = 1;
  private int fieldLine = 1;

  /**
   * Begins a file.
   *
   * @param file what messages call it
   * @param in its bytes, decompressed
   * @throws InputException if it is empty, or no UTF-8
   */
  CsvFields(String file, InputStream in) throws IOException {
    this.file = file;
    this.in = in;
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
  }

  char separator() {
    return (char) separator;
  }

  /**
   * Reads the header: the columns' names, without blanks around.
   *
   * @throws InputException if one is empty or stands twice
   */
  List<String> header() throws IOException {
    List<String> names = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    End ending;
    do {
      ending = next();
      String name = text().strip();
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

  /**
   * Moves to the next field.
   *
   * @throws InputException if it is not well-formed
   */
  End next() throws IOException {
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
    if (b == '\r' && available() && buffer[position] == '\n') {
      position++;
    }
    line++;
    return End.ROW;
  }

  /** Whether there is nothing behind the last field. */
  boolean atEnd() throws IOException {
    start = position;
    return !available();
  }

  /** The line that the next row begins in, from 1. */
  int line() {
    return line;
  }

  /** Whether the field is there, but for its line's end, without anything, not even quotes. */
  boolean isBlank() {
    return start == end && !quoted;
  }

  /** What the field's bytes are in, until the next one is read. */
  byte[] bytes() {
    return buffer;
  }

  /** Where the field begins, behind its quote. */
  int from() {
    return quoted ? start + 1 : start;
  }

  /** Where the field ends, before its quote. */
  int to() {
    return quoted ? end - 1 : end;
  }

  /** Whether there are quotes in the field, which are doubled. */
  boolean isEscaped() {
    return escaped;
  }

  /** The field as a text. */
  String text() {
    String text = new String(buffer, from(), to() - from(), StandardCharsets.UTF_8);
    return escaped ? text.replace("\"\"", "\"") : text;
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

  /** Whether it is a blank or a tab. */
  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
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
