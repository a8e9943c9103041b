package dev.distill.data.jdbc;

import dev.distill.spi.Table;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a database answers into a {@link Table}: any database with a JDBC driver, and with
 * DuckDB's also Parquet, CSV and Arrow files.
 */
public final class JdbcTable {
  private static final Set<Integer> NUMBERS =
      Set.of(
          Types.TINYINT,
          Types.SMALLINT,
          Types.INTEGER,
          Types.BIGINT,
          Types.REAL,
          Types.FLOAT,
          Types.DOUBLE,
          Types.DECIMAL,
          Types.NUMERIC);

  private static final Set<Integer> REFUSED =
      Set.of(
          Types.BINARY,
          Types.VARBINARY,
          Types.LONGVARBINARY,
          Types.BLOB,
          Types.ARRAY,
          Types.STRUCT,
          Types.REF);

  private JdbcTable() {}

  /**
   * Reads all rows that are left, and closes nothing. Columns of numeric types are numbers; truth
   * values are the texts {@code true} and {@code false}; all others are text, as the driver writes
   * them. NULL is missing.
   *
   * @param name what messages call the table
   * @param rows standing before the first row that is wanted
   * @throws SQLException if the database fails
   * @throws IllegalArgumentException if a column has no name or one that another has, or holds what
   *     is neither number nor text
   */
  public static Table read(String name, ResultSet rows) throws SQLException {
    ResultSetMetaData types = rows.getMetaData();
    List<String> names = new ArrayList<>();
    boolean[] numbers = new boolean[types.getColumnCount()];
    for (int c = 0; c < numbers.length; c++) {
      String column = types.getColumnLabel(c + 1);
      int type = types.getColumnType(c + 1);
      if (column.isBlank()) {
        throw new IllegalArgumentException(
            "%s: column %s has no name, expected one for every column".formatted(name, c + 1));
      }
      if (REFUSED.contains(type)) {
        throw new IllegalArgumentException(
            "%s: column '%s' is %s, expected numbers, texts or booleans"
                .formatted(name, column, types.getColumnTypeName(c + 1)));
      }
      names.add(column);
      // DuckDB's whole numbers of 128 bits and SQLite's of any name have no type of JDBC's.
      numbers[c] =
          NUMBERS.contains(type)
              || types.getColumnTypeName(c + 1).toUpperCase(Locale.ROOT).endsWith("INT");
    }
    Table.NumbersBuilder[] numberCells = new Table.NumbersBuilder[numbers.length];
    Table.TextsBuilder[] textCells = new Table.TextsBuilder[numbers.length];
    for (int c = 0; c < numbers.length; c++) {
      numberCells[c] = new Table.NumbersBuilder(0);
      textCells[c] = new Table.TextsBuilder(0);
    }
    for (int row = 1; rows.next(); row++) {
      for (int c = 0; c < numbers.length; c++) {
        Object value = rows.getObject(c + 1);
        if (numbers[c]) {
          numberCells[c].add(number(name, names.get(c), row, value));
        } else {
          textCells[c].add(text(rows, c + 1, value));
        }
      }
    }
    List<Table.Column> columns = new ArrayList<>();
    for (int c = 0; c < numbers.length; c++) {
      columns.add(
          numbers[c] ? numberCells[c].build(names.get(c)) : textCells[c].build(names.get(c)));
    }
    return new Table(name, columns);
  }

  /** A database may keep texts in a column of numbers: SQLite does. */
  private static double number(String name, String column, int row, @Nullable Object value) {
    if (value == null) {
      return Double.NaN;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "%s row %s: column '%s' holds '%s', expected a number".formatted(name, row, column, value));
  }

  private static @Nullable String text(ResultSet rows, int column, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      return null;
    }
    if (value instanceof Number number) {
      return Table.text(number.doubleValue());
    }
    return value instanceof Boolean truth ? truth.toString() : rows.getString(column);
  }
}
