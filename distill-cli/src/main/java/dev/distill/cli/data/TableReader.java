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
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

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
 * <p>Holds a DuckDB in memory. Not thread-safe.
 */
public final class TableReader implements AutoCloseable {

  private enum Format {
    CSV,
    CSV_GZ,
    PARQUET,
    JSON
  }

  /** DuckDB's own limit on the bytes of a row, unless told otherwise. */
  private static final int DUCKDB_LINE = 2_000_000;

  private final FutureTask<Connection> starting = new FutureTask<>(TableReader::start);

  /**
   * Starts a DuckDB, in the background: the first in a process unpacks its library, which costs a
   * quarter of a second, in which the first file is already scanned.
   */
  public TableReader() {
    Thread thread = new Thread(starting, "duckdb-start");
    thread.setDaemon(true);
    thread.start();
  }

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

  private Connection connection() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return starting.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw doesNotStart(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Its library is unpacked first, for which there may be no place. */
  private static RuntimeException doesNotStart(ExecutionException e) {
    Throwable root = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    Path temp = Path.of(System.getProperty("java.io.tmpdir"));
    if (!Files.isDirectory(temp) || !Files.isWritable(temp)) {
      return new InputException(
          temp
              + ": no folder for temporary files that can be written to, where DuckDB unpacks its"
              + " library; name another with DISTILL_JAVA_OPTS=-Djava.io.tmpdir=DIR",
          e);
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
    List<Table> tables = new ArrayList<>(1);
    read(file, asText, Integer.MAX_VALUE, tables::add);
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
    String name = file.toString();
    try {
      Format format = format(file);
      switch (format) {
        case CSV, CSV_GZ -> csv(file, format == Format.CSV_GZ, asText, most, parts);
        case PARQUET -> other(name, "read_parquet(" + path(file) + ")", asText, most, parts);
        case JSON ->
            other(name, "read_json_auto(" + path(file) + ", sample_size=-1)", asText, most, parts);
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
      connection().close();
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
    return lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson")
        ? Format.JSON
        : Format.CSV;
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

  private void csv(Path file, boolean gzip, Set<String> asText, int most, Consumer<Table> parts)
      throws IOException, SQLException {
    String name = file.toString();
    CsvScan.Shape shape;
    try (InputStream raw = Files.newInputStream(file);
        InputStream in =
            gzip ? new GZIPInputStream(new BufferedInputStream(raw, 1 << 16), 1 << 16) : raw) {
      shape = CsvScan.scan(name, in);
    }
    int columns = shape.names().size();
    boolean[] numbers = new boolean[columns];
    StringBuilder types = new StringBuilder();
    StringBuilder cells = new StringBuilder();
    for (int c = 0; c < columns; c++) {
      CsvScan.Cells kind = shape.cells().get(c);
      numbers[c] = kind != CsvScan.Cells.TEXTS && !asText.contains(shape.names().get(c));
      boolean loose = numbers[c] && kind == CsvScan.Cells.LOOSE_NUMBERS;
      types.append(c == 0 ? "" : ",").append("'c").append(c);
      types.append(numbers[c] && !loose ? "':'DOUBLE'" : "':'VARCHAR'");
      cells.append(c == 0 ? "" : ",");
      cells.append(
          loose ? "TRY_CAST(replace(trim(c" + c + ", E' \\t'), ',', '.') AS DOUBLE)" : "c" + c);
    }
    String options =
        ", header=true, auto_detect=false, quote='\"', escape='\"', comment='', compression='%s'"
                .formatted(gzip ? "gzip" : "none")
            + ", delim='%s', strict_mode=%s, nullstr=[%s], columns={%s}"
                .formatted(
                    shape.separator(),
                    !shape.mixedLineEnds(),
                    Schema.MISSING.stream()
                        .sorted()
                        .map(TableReader::quoted)
                        .collect(Collectors.joining(",")),
                    types);
    if (shape.longest() > DUCKDB_LINE / 2) {
      options += ", max_line_size=" + (shape.longest() + DUCKDB_LINE);
    }
    Parts read = new Parts(name, shape.names(), numbers, Math.min(shape.rows(), most));
    long rows =
        read.all(
            "SELECT " + cells + " FROM read_csv(" + path(file) + options + ")",
            most,
            parts,
            shape.rows());
    if (rows != shape.rows()) {
      throw new InputException(
          "%s: %s rows were read, expected %s; are there stray quotes?"
              .formatted(name, rows, shape.rows()));
    }
  }

  // ---- formats that know their types ----

  private void other(
      String name, String source, Set<String> asText, int most, Consumer<Table> parts)
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
    Parts read = new Parts(name, names, numbers, 0);
    if (read.all("SELECT " + cells + " FROM " + source, most, parts, -1) == 0) {
      throw new InputException(name + ": no rows, expected at least one");
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

  // ---- rows ----

  /** Rows of a query, by columns. */
  private final class Parts {
    private final String name;
    private final List<String> names;
    private final boolean[] numbers;
    private final int room;
    private final Table.NumbersBuilder[] numberCells;
    private final Table.TextsBuilder[] textCells;

    Parts(String name, List<String> names, boolean[] numbers, int room) {
      this.name = name;
      this.names = names;
      this.numbers = numbers;
      this.room = room;
      numberCells = new Table.NumbersBuilder[numbers.length];
      textCells = new Table.TextsBuilder[numbers.length];
      clear();
    }

    private void clear() {
      for (int c = 0; c < numbers.length; c++) {
        if (numbers[c]) {
          numberCells[c] = new Table.NumbersBuilder(room);
        } else {
          textCells[c] = new Table.TextsBuilder(room);
        }
      }
    }

    /** How many rows there were. The last part is held back where they are not as many as told. */
    long all(String query, int most, Consumer<Table> parts, long expected) throws SQLException {
      long rows = 0;
      int held = 0;
      try (Statement statement = connection().createStatement();
          ResultSet cells = statement.executeQuery(query)) {
        while (cells.next()) {
          if (held == most) {
            parts.accept(part(rows - held));
            clear();
            held = 0;
          }
          for (int c = 0; c < numbers.length; c++) {
            if (numbers[c]) {
              double value = cells.getDouble(c + 1);
              numberCells[c].add(cells.wasNull() ? Double.NaN : value);
            } else {
              textCells[c].add(cells.getString(c + 1));
            }
          }
          rows++;
          held++;
        }
      }
      if (held > 0 && (expected < 0 || rows == expected)) {
        parts.accept(part(rows - held));
      }
      return rows;
    }

    private Table part(long after) {
      List<Table.Column> columns = new ArrayList<>(numbers.length);
      for (int c = 0; c < numbers.length; c++) {
        columns.add(
            numbers[c] ? numberCells[c].build(names.get(c)) : textCells[c].build(names.get(c)));
      }
      return new Table(after == 0 ? name : name + " after row " + after + ":", columns);
    }
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
