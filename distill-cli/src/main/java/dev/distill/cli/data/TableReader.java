package dev.distill.cli.data;

import dev.distill.runtime.Schema;
import dev.distill.spi.Table;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files into tables: CSV with any of {@code , ; | tab}, gzipped or not, Parquet, and JSON
 * ({@code .json}, {@code .jsonl}, {@code .ndjson}). What a file is, its first bytes say.
 *
 * <p>CSV is UTF-8 with a header. A column is a number if every cell that is not missing is; else it
 * is text, as it stands in the file. Numbers may have a decimal comma where {@code ;} separates.
 * Missing are the texts of {@link Schema#MISSING}, quoted too, and blanks in a column of numbers. A
 * row has a row number (from 1, without the header) and a line (from 1, with it); they differ by
 * more than one where quoted cells hold line ends.
 *
 * <p>Parquet and JSON are read by a DuckDB in memory. Not thread-safe.
 */
public final class TableReader implements AutoCloseable {

  private enum Format {
    CSV,
    CSV_GZ,
    PARQUET,
    JSON
  }

  /** Says which rows of a file to read, before any of them is in memory. */
  interface Taking {
    /** All of them. */
    Taking ALL = (file, rows, columns) -> null;

    /** Which of so many rows; null for all. */
    @Nullable BitSet of(String file, int rows, int columns);
  }

  private @Nullable Connection connection;

  private static Connection start() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
    try (Statement statement = connection.createStatement()) {
      // Nothing is fetched from the network, and nothing is written next to the user's files.
      statement.execute("SET autoinstall_known_extensions = false");
      statement.execute("SET autoload_known_extensions = false");
      statement.execute("SET temp_directory = ''");
    }
    return connection;
  }

  /** The first in a process unpacks DuckDB's library, which takes a quarter of a second. */
  private Connection connection() {
    Connection started = connection;
    if (started == null) {
      try {
        started = start();
      } catch (SQLException | LinkageError e) {
        throw doesNotStart(e);
      }
      connection = started;
    }
    return started;
  }

  /** Its library is unpacked first, for which there may be no place. */
  private static RuntimeException doesNotStart(Throwable e) {
    Throwable root = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    Optional<String> problem = TempFolder.problem();
    if (problem.isPresent()) {
      return new InputException(problem.get(), e);
    }
    return new IllegalStateException("DuckDB does not start: " + root, e);
  }

  /**
   * Reads a file.
   *
   * @param asText columns that are text whatever they hold, exactly as written: labels, ids,
   *     categories of a schema. Names that the file does not have are ignored
   * @return at least one column and one row, named by the path as given
   * @throws InputException if the file can't be read, or is not well-formed
   */
  public Table read(Path file, Set<String> asText) {
    return read(file, asText, Taking.ALL);
  }

  /** Reads some rows of a file. */
  Table read(Path file, Set<String> asText, Taking taking) {
    List<Table> tables = new ArrayList<>(1);
    read(file, asText, Integer.MAX_VALUE, taking, tables::add);
    return tables.get(0);
  }

  /**
   * Reads a file in parts, so that it is never in memory whole. What a column is, all rows say.
   *
   * @param most rows of a part, at least 1
   * @param parts takes at least one, each of at least one row; later ones have in their name after
   *     which row of the file they begin
   * @throws InputException if the file can't be read, or is not well-formed, perhaps after some
   *     parts were taken
   */
  public void read(Path file, Set<String> asText, int most, Consumer<Table> parts) {
    read(file, asText, most, Taking.ALL, parts);
  }

  private void read(Path file, Set<String> asText, int most, Taking taking, Consumer<Table> parts) {
    String name = file.toString();
    try {
      Format format = format(file);
      switch (format) {
        case CSV, CSV_GZ -> csv(file, format == Format.CSV_GZ, asText, most, taking, parts);
        case PARQUET ->
            other(name, "read_parquet(" + path(file) + ")", asText, most, taking, parts);
        case JSON ->
            other(
                name,
                "read_json_auto(" + path(file) + ", sample_size=-1)",
                asText,
                most,
                taking,
                parts);
      }
    } catch (IOException e) {
      throw new InputException(name + ": can't be read: " + reason(e), e);
    } catch (SQLException e) {
      throw new InputException(name + ": can't be read: " + reason(e), e);
    }
  }

  @Override
  public void close() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not close: " + e.getMessage(), e);
    }
  }

  // ---- what a file is ----

  private static Format format(Path file) throws IOException {
    String name = file.toString();
    if (Files.isDirectory(file)) {
      throw new InputException(name + ": is a folder, expected a CSV, Parquet or JSON file");
    }
    if (!Files.exists(file)) {
      throw new InputException(name + ": no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new InputException(name + ": is not a regular file, it is read more than once");
    }
    if (!Files.isReadable(file)) {
      throw new InputException(name + ": can't be read, permission denied");
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(4);
    }
    if (head.length == 0) {
      throw new InputException(name + ": empty file, expected a header line and rows");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (startsWith(head, 'P', 'A', 'R', '1')) {
      return Format.PARQUET;
    }
    if (lower.endsWith(".parquet")) {
      throw new InputException(name + ": not a Parquet file, it does not start with PAR1");
    }
    if (startsWith(head, 0x1f, 0x8b)) {
      return Format.CSV_GZ;
    }
    if (startsWith(head, 'P', 'K', 3, 4)) {
      throw new InputException(
          name + ": a zip archive or Excel workbook, expected CSV, Parquet or JSON");
    }
    if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)
        || startsWith(head, 'B', 'Z', 'h')
        || startsWith(head, 0xfd, '7', 'z')) {
      throw new InputException(name + ": compressed, expected gzip or no compression");
    }
    return isJson(name) ? Format.JSON : Format.CSV;
  }

  /** Whether a file of this name is read as JSON. */
  public static boolean isJson(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson");
  }

  private static boolean startsWith(byte[] head, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= head.length || (head[i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  // ---- CSV ----

  private static void csv(
      Path file, boolean gzip, Set<String> asText, int most, Taking taking, Consumer<Table> sink)
      throws IOException {
    String name = file.toString();
    CsvScan.Shape shape;
    try (InputStream in = bytes(file, gzip)) {
      shape = CsvScan.scan(name, in);
    }
    List<CsvScan.Cells> cells = new ArrayList<>();
    boolean[] numbers = new boolean[shape.names().size()];
    for (int c = 0; c < numbers.length; c++) {
      boolean text = asText.contains(shape.names().get(c));
      cells.add(text ? CsvScan.Cells.TEXTS : shape.cells().get(c));
      numbers[c] = cells.get(c) != CsvScan.Cells.TEXTS;
    }
    BitSet taken = taking.of(name, shape.rows(), numbers.length);
    int count = taken == null ? shape.rows() : taken.cardinality();
    Parts parts = new Parts(name, shape.names(), numbers, Math.min(count, most), most, taken, sink);
    try (InputStream in = bytes(file, gzip)) {
      CsvRows.read(name, in, cells, parts);
    }
    if (parts.rows() != shape.rows()) {
      throw new InputException(
          "%s: had %s rows, then %s: it was changed while it was read"
              .formatted(name, shape.rows(), parts.rows()));
    }
    parts.end();
  }

  private static InputStream bytes(Path file, boolean gzip) throws IOException {
    InputStream raw = Files.newInputStream(file);
    return gzip ? new GZIPInputStream(new BufferedInputStream(raw, 1 << 16), 1 << 16) : raw;
  }

  // ---- formats that know their types ----

  private void other(
      String name, String source, Set<String> asText, int most, Taking taking, Consumer<Table> sink)
      throws SQLException {
    List<String> names = new ArrayList<>();
    boolean[] numbers;
    StringBuilder cells = new StringBuilder();
    try (Statement statement = connection().createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + source + " LIMIT 0")) {
      ResultSetMetaData types = none.getMetaData();
      numbers = new boolean[types.getColumnCount()];
      for (int c = 0; c < numbers.length; c++) {
        String column = types.getColumnName(c + 1);
        if (column.isBlank()) {
          throw new InputException(
              name + ": column " + (c + 1) + " has no name, expected a name for every column");
        }
        names.add(column);
        String identifier = '"' + column.replace("\"", "\"\"") + '"';
        int type = types.getColumnType(c + 1);
        String typeName = types.getColumnTypeName(c + 1);
        if (isNested(typeName)) {
          throw new InputException(
              "%s: column '%s' is %s, expected numbers, texts or booleans"
                  .formatted(name, column, typeName));
        }
        numbers[c] = isNumber(type, typeName) && !asText.contains(column);
        cells.append(c == 0 ? "" : ",");
        if (numbers[c]) {
          cells.append("CAST(").append(identifier).append(" AS DOUBLE)");
        } else if (isFraction(type)) {
          // Labels that became 1.0 because a tool keeps whole numbers as fractions.
          cells.append(
              "CASE WHEN isnan(%1$s::DOUBLE) THEN NULL WHEN abs(%1$s) < 1e15 AND %1$s = trunc(%1$s)"
                      .formatted(identifier)
                  + " THEN CAST(CAST(%1$s AS BIGINT) AS VARCHAR) ELSE CAST(%1$s AS VARCHAR) END"
                      .formatted(identifier));
        } else {
          cells.append("CAST(").append(identifier).append(" AS VARCHAR)");
        }
      }
    }
    BitSet taken = null;
    if (taking != Taking.ALL) {
      taken = taking.of(name, count(source), numbers.length);
    }
    Parts parts = new Parts(name, names, numbers, 0, most, taken, sink);
    try (Statement statement = connection().createStatement();
        ResultSet rows = statement.executeQuery("SELECT " + cells + " FROM " + source)) {
      while (rows.next()) {
        for (int c = 0; c < numbers.length && parts.takes(); c++) {
          if (numbers[c]) {
            double value = rows.getDouble(c + 1);
            parts.number(c, rows.wasNull() ? Double.NaN : value);
          } else {
            parts.text(c, rows.getString(c + 1));
          }
        }
        parts.endRow();
      }
    }
    if (parts.rows() == 0) {
      throw new InputException(name + ": no rows, expected at least one");
    }
    parts.end();
  }

  private int count(String source) throws SQLException {
    try (Statement statement = connection().createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + source)) {
      rows.next();
      return Math.toIntExact(rows.getLong(1));
    }
  }

  private static boolean isFraction(int type) {
    return type == Types.DOUBLE
        || type == Types.FLOAT
        || type == Types.REAL
        || type == Types.DECIMAL
        || type == Types.NUMERIC;
  }

  private static boolean isNumber(int type, String name) {
    return isFraction(type)
        || type == Types.TINYINT
        || type == Types.SMALLINT
        || type == Types.INTEGER
        || type == Types.BIGINT
        || name.endsWith("INT")
        || name.endsWith("INTEGER");
  }

  private static boolean isNested(String type) {
    return type.startsWith("STRUCT")
        || type.startsWith("MAP")
        || type.startsWith("UNION")
        || type.startsWith("BLOB")
        || type.startsWith("BIT")
        || type.startsWith("JSON")
        || type.endsWith("]");
  }

  // ---- words ----

  /** For DuckDB, to which a leading ~ is a home, a scheme is a network, and * is any file. */
  private static String path(Path file) {
    return quoted(file.toAbsolutePath().toString().replaceAll("[*?\\[]", "[$0]"));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** The first sentence of what DuckDB says, which otherwise goes on for a page. */
  private static String reason(SQLException e) {
    String message = String.valueOf(e.getMessage()).strip();
    int lineEnd = message.indexOf('\n');
    String first = lineEnd < 0 ? message : message.substring(0, lineEnd);
    return first.replaceFirst("^[A-Z][A-Za-z ]* Error: ", "");
  }
}
