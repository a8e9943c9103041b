package dev.distill.spi;

import dev.distill.runtime.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Named, typed columns of equal length in memory: what a file or arrays are before they become
 * features. Immutable by contract: the arrays are shared and must not be changed.
 */
public final class Table {

  /** A column of a table. */
  public sealed interface Column permits Numbers, Texts {
    /** Its name. */
    String name();

    /** How many rows it has. */
    int rows();

    /** The cell as text, null if missing; a whole number has no decimal point. */
    @Nullable String text(int row);
  }

  /**
   * A column of numbers.
   *
   * @param values one a row, NaN = missing; shared, not copied
   */
  public record Numbers(String name, double[] values) implements Column {
    @Override
    public int rows() {
      return values.length;
    }

    @Override
    public @Nullable String text(int row) {
      return Table.text(values[row]);
    }
  }

  /**
   * A column of texts, each distinct text kept once.
   *
   * @param codes one a row: the index of its text in {@code levels}, −1 = missing; shared, not
   *     copied
   * @param levels the distinct texts, in the order in which they first stand in the column
   */
  public record Texts(String name, int[] codes, List<String> levels) implements Column {
    /** Checks that the codes are inside the levels, and that no level stands twice. */
    public Texts {
      levels = List.copyOf(levels);
      if (new HashSet<>(levels).size() != levels.size()) {
        throw new IllegalArgumentException("column '" + name + "' has a level twice");
      }
      for (int i = 0; i < codes.length; i++) {
        if (codes[i] < -1 || codes[i] >= levels.size()) {
          throw new IllegalArgumentException(
              "column '%s' row %s: code %s, allowed -1 to %s"
                  .formatted(name, i + 1, codes[i], levels.size() - 1));
        }
      }
    }

    @Override
    public int rows() {
      return codes.length;
    }

    @Override
    public @Nullable String text(int row) {
      return codes[row] < 0 ? null : levels.get(codes[row]);
    }
  }

  private final String name;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final int rows;

  /**
   * Makes a table of columns.
   *
   * @param name what messages call it: the file, for a file
   * @throws IllegalArgumentException if there is no column, a name stands twice, or lengths differ
   */
  public Table(String name, List<? extends Column> columns) {
    this.name = name;
    if (columns.isEmpty()) {
      throw new IllegalArgumentException(name + ": no columns, expected at least one");
    }
    rows = columns.get(0).rows();
    for (Column column : columns) {
      if (column.rows() != rows) {
        throw new IllegalArgumentException(
            "%s: column '%s' has %s rows, expected %s"
                .formatted(name, column.name(), column.rows(), rows));
      }
      if (this.columns.put(column.name(), column) != null) {
        throw new IllegalArgumentException(
            name + ": column '" + column.name() + "' stands twice, expected one of each name");
      }
    }
  }

  /**
   * A table of numbers from rows of equal length.
   *
   * @param columns their names
   * @param rows rows × columns, NaN = missing; copied
   */
  public static Table of(String name, List<String> columns, double[][] rows) {
    double[][] values = new double[columns.size()][rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns.size()) {
        throw new IllegalArgumentException(
            "%s row %s: %s values, expected %s"
                .formatted(name, i + 1, rows[i].length, columns.size()));
      }
      for (int c = 0; c < values.length; c++) {
        values[c][i] = rows[i][c];
      }
    }
    List<Column> made = new ArrayList<>();
    for (int c = 0; c < values.length; c++) {
      made.add(new Numbers(columns.get(c), values[c]));
    }
    return new Table(name, made);
  }

  /** As {@link #of(String, List, double[][])}. */
  public static Table of(String name, List<String> columns, float[][] rows) {
    double[][] wide = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      wide[i] = new double[rows[i].length];
      for (int c = 0; c < wide[i].length; c++) {
        wide[i][c] = rows[i][c];
      }
    }
    return of(name, columns, wide);
  }

  /**
   * A column of texts.
   *
   * @param texts one a row; null and the texts of {@link Schema#MISSING} mean missing
   */
  public static Texts texts(String name, Iterable<? extends @Nullable String> texts) {
    TextsBuilder column = new TextsBuilder(0);
    texts.forEach(column::add);
    return column.build(name);
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** How many rows it has. */
  public int rows() {
    return rows;
  }

  /** The columns, in their order. */
  public List<Column> columns() {
    return List.copyOf(columns.values());
  }

  /** Whether there is a column of that name. */
  public boolean has(String column) {
    return columns.containsKey(column);
  }

  /**
   * The column of that name.
   *
   * @throws IllegalArgumentException if there is none; says which name is near
   */
  public Column column(String column) {
    Column found = columns.get(column);
    if (found == null) {
      throw new IllegalArgumentException(
          name + ": no column '" + column + "'" + Names.suggestion(column, columns.keySet()));
    }
    return found;
  }

  /**
   * Some of the columns, in this order.
   *
   * @throws IllegalArgumentException if one is not there
   */
  public Table select(List<String> names) {
    return new Table(name, names.stream().map(this::column).toList());
  }

  /** All columns but these; names that are none of them are ignored. */
  public Table without(String... names) {
    Set<String> left = new LinkedHashSet<>(columns.keySet());
    left.removeAll(Set.of(names));
    return select(List.copyOf(left));
  }

  /** The rows from the one of this index, so many of them; copied. */
  public Table rows(int from, int count) {
    List<Column> some = new ArrayList<>();
    for (Column column : columns.values()) {
      if (column instanceof Numbers numbers) {
        some.add(
            new Numbers(column.name(), Arrays.copyOfRange(numbers.values(), from, from + count)));
      } else {
        Texts texts = (Texts) column;
        some.add(
            new Texts(
                column.name(),
                Arrays.copyOfRange(texts.codes(), from, from + count),
                texts.levels()));
      }
    }
    return new Table(name, some);
  }

  /** The rows of these indices, in this order; copied. */
  public Table rows(int[] indices) {
    List<Column> some = new ArrayList<>();
    for (Column column : columns.values()) {
      if (column instanceof Numbers numbers) {
        double[] values = new double[indices.length];
        Arrays.setAll(values, i -> numbers.values()[indices[i]]);
        some.add(new Numbers(column.name(), values));
      } else {
        Texts texts = (Texts) column;
        int[] codes = new int[indices.length];
        Arrays.setAll(codes, i -> texts.codes()[indices[i]]);
        some.add(new Texts(column.name(), codes, texts.levels()));
      }
    }
    return new Table(name, some);
  }

  /**
   * The rows as a schema encodes them.
   *
   * @return rows × features, row-major, NaN = missing
   * @throws IllegalArgumentException if a column of the schema is not there, or holds texts where
   *     it wants numbers
   */
  public float[] features(Schema schema) {
    int features = schema.features();
    float[] values = new float[Math.multiplyExact(rows, features)];
    for (int c = 0; c < schema.columns().size(); c++) {
      Schema.Column wanted = schema.columns().get(c);
      Column column = column(wanted.name());
      if (wanted instanceof Schema.CategoryColumn) {
        for (int i = 0; i < rows; i++) {
          schema.encodeCategory(c, column.text(i), values, i * features);
        }
      } else if (column instanceof Numbers numbers) {
        for (int i = 0; i < rows; i++) {
          schema.encodeNumber(c, numbers.values[i], values, i * features);
        }
      } else {
        throw new IllegalArgumentException(
            "%s: column '%s' holds texts, expected numbers".formatted(name, wanted.name()));
      }
    }
    return values;
  }

  /** A number as text: null if NaN, without a decimal point if whole. */
  public static @Nullable String text(double value) {
    if (Double.isNaN(value)) {
      return null;
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** Collects a column of numbers cell by cell. */
  public static final class NumbersBuilder {
    private double[] values;
    private int size;

    /** A builder with room for that many rows; it grows if there are more. */
    public NumbersBuilder(int expectedRows) {
      values = new double[Math.max(16, expectedRows)];
    }

    /** Adds a cell, NaN = missing. */
    public void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, grown(size));
      }
      values[size++] = value;
    }

    /** The column. The builder must not be used after. */
    public Numbers build(String name) {
      return new Numbers(name, size == values.length ? values : Arrays.copyOf(values, size));
    }
  }

  /** Collects a column of texts cell by cell. */
  public static final class TextsBuilder {
    private int[] codes;
    private int size;
    private final Map<String, Integer> index = new HashMap<>();
    private final List<String> levels = new ArrayList<>();

    /** A builder with room for that many rows; it grows if there are more. */
    public TextsBuilder(int expectedRows) {
      codes = new int[Math.max(16, expectedRows)];
    }

    /** Adds a cell; null and the texts of {@link Schema#MISSING} mean missing. */
    public void add(@Nullable String text) {
      if (size == codes.length) {
        codes = Arrays.copyOf(codes, grown(size));
      }
      codes[size++] = text == null ? -1 : code(text);
    }

    private int code(String text) {
      Integer known = index.get(text);
      if (known == null) {
        if (Schema.MISSING.contains(text)) {
          known = -1;
        } else {
          known = levels.size();
          levels.add(text);
        }
        index.put(text, known);
      }
      return known;
    }

    /** The column. The builder must not be used after. */
    public Texts build(String name) {
      return new Texts(name, size == codes.length ? codes : Arrays.copyOf(codes, size), levels);
    }
  }

  private static int grown(int size) {
    if (size == Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("a table holds at most " + size + " rows");
    }
    return (int) Math.min(Integer.MAX_VALUE - 8, size + (size >> 1) + 16L);
  }
}
