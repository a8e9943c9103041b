package dev.distill.spark;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Rows of DataFrames as tables in memory: numbers as numbers, texts and booleans as texts. */
public final class FrameTables {
  private FrameTables() {}

  /**
   * Brings all rows to this process, the driver, partition by partition.
   *
   * @param name what messages call it
   * @throws IllegalArgumentException if a column holds something else than numbers, texts and
   *     booleans
   */
  public static Table collect(String name, Dataset<Row> rows) {
    List<Column> columns = columns(name, rows.schema(), List.of(rows.columns()));
    Iterator<Row> all = rows.toLocalIterator();
    while (all.hasNext()) {
      Row row = all.next();
      columns.forEach(column -> column.add(row));
    }
    return new Table(name, columns.stream().map(Column::build).toList());
  }

  /** Some columns of some rows. */
  static Table of(String name, StructType schema, List<String> names, Iterable<Row> rows) {
    List<Column> columns = columns(name, schema, names);
    for (Row row : rows) {
      columns.forEach(column -> column.add(row));
    }
    return new Table(name, columns.stream().map(Column::build).toList());
  }

  /**
   * Checks that columns are there and can stand in a table.
   *
   * @throws IllegalArgumentException if not
   */
  static void check(String name, StructType schema, List<String> names) {
    columns(name, schema, names);
  }

  private static List<Column> columns(String name, StructType schema, List<String> names) {
    List<Column> columns = new ArrayList<>();
    List<String> known = List.of(schema.fieldNames());
    for (String wanted : names) {
      if (!known.contains(wanted)) {
        throw new IllegalArgumentException(
            "%s: no column '%s'; there are: %s".formatted(name, wanted, String.join(", ", known)));
      }
      int place = schema.fieldIndex(wanted);
      StructField field = schema.fields()[place];
      DataType type = field.dataType();
      if (type instanceof NumericType) {
        columns.add(new Numbers(wanted, place));
      } else if (type instanceof StringType || type instanceof BooleanType) {
        columns.add(new Texts(wanted, place));
      } else {
        throw new IllegalArgumentException(
            "%s: column '%s' is %s, expected numbers, texts or booleans"
                .formatted(name, wanted, type.simpleString()));
      }
    }
    return columns;
  }

  /** A column as it grows. */
  private interface Column {
    void add(Row row);

    Table.Column build();
  }

  private static final class Numbers implements Column {
    private final String name;
    private final int place;
    private final Table.NumbersBuilder cells = new Table.NumbersBuilder(0);

    Numbers(String name, int place) {
      this.name = name;
      this.place = place;
    }

    @Override
    public void add(Row row) {
      cells.add(row.get(place) instanceof Number number ? number.doubleValue() : Double.NaN);
    }

    @Override
    public Table.Column build() {
      return cells.build(name);
    }
  }

  private static final class Texts implements Column {
    private final String name;
    private final int place;
    private final Table.TextsBuilder cells = new Table.TextsBuilder(0);

    Texts(String name, int place) {
      this.name = name;
      this.place = place;
    }

    @Override
    public void add(Row row) {
      Object value = row.get(place);
      cells.add(value == null ? null : value.toString());
    }

    @Override
    public Table.Column build() {
      return cells.build(name);
    }
  }
}
