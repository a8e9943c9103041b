package dev.distill.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns a student reads and how each becomes float32 features: learned once on the training
 * rows, carried in the student file, applied in training and in serving by this one class.
 *
 * <p>A number is one feature. A category is either a group of 0/1 indicators, one a level (one
 * indicator alone if there are two levels), or the rank of its level by frequency in the training
 * rows. Missing values are NaN in every feature of the column. A level not seen in training has all
 * indicators 0 (NaN where one indicator stands for two levels), or the rank after the rarest.
 */
public final class Schema {

  /** Texts that mean "missing", in files and in name→value rows. */
  public static final Set<String> MISSING =
      Set.of("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?");

  /** How the levels of a category become features. */
  public enum Coding {
    /** One 0/1 feature a level; for two levels one feature, 1 for the second. */
    INDICATORS,
    /** One feature: 0 for the most frequent level, 1 for the next, and so on. */
    FREQUENCY_RANK
  }

  /** One column of the user's data. */
  public sealed interface Column permits NumberColumn, CategoryColumn {
    /** The column's name in the data. */
    String name();

    /** How many features it becomes. */
    int width();
  }

  /** A numeric column: one feature, its value rounded to float32. */
  public record NumberColumn(String name) implements Column {
    /** Checks that there is a name. */
    public NumberColumn {
      Objects.requireNonNull(name, "name");
    }

    @Override
    public int width() {
      return 1;
    }
  }

  /**
   * A column of texts.
   *
   * @param levels the levels seen in training, in the order of their features or ranks
   */
  public record CategoryColumn(String name, Coding coding, List<String> levels) implements Column {
    /** Checks that there are levels, that all are Unicode and that none stands twice. */
    public CategoryColumn {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(coding, "coding");
      Texts texts = Texts.of(levels);
      levels = texts;
      if (levels.isEmpty()) {
        throw new IllegalArgumentException("category column '" + name + "' has no levels");
      }
      if (texts.repeated() >= 0) {
        throw new IllegalArgumentException("category column '" + name + "' has a level twice");
      }
    }

    @Override
    public int width() {
      return coding == Coding.FREQUENCY_RANK || levels.size() == 2 ? 1 : levels.size();
    }
  }

  private final List<Column> columns;
  private final int[] offsets;
  private final @Nullable Texts[] levels; // of categories
  private final Map<String, Integer> columnIndex;

  /**
   * Makes a schema of columns in the order of their features.
   *
   * @throws IllegalArgumentException if there is no column, or two have the same name
   */
  public Schema(List<? extends Column> columns) {
    this.columns = List.copyOf(columns);
    if (this.columns.isEmpty()) {
      throw new IllegalArgumentException("a schema needs at least one column, got none");
    }
    offsets = new int[this.columns.size() + 1];
    levels = new Texts[this.columns.size()];
    columnIndex = new LinkedHashMap<>();
    for (int c = 0; c < this.columns.size(); c++) {
      Column column = this.columns.get(c);
      offsets[c + 1] = Math.addExact(offsets[c], column.width());
      levels[c] = column instanceof CategoryColumn category ? Texts.of(category.levels()) : null;
      if (columnIndex.put(column.name(), c) != null) {
        throw new IllegalArgumentException("column '" + column.name() + "' stands twice");
      }
    }
  }

  /** A schema of plain numbers with the given names. */
  public static Schema numbers(List<String> names) {
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(new NumberColumn(name));
    }
    return new Schema(columns);
  }

  /** The columns, in the order of their features. */
  public List<Column> columns() {
    return columns;
  }

  /** Number of features a row becomes. */
  public int features() {
    return offsets[columns.size()];
  }

  /** The index of the column's first feature. */
  public int offset(int column) {
    return offsets[column];
  }

  /** A readable name a feature: the column's, with {@code =level} for an indicator. */
  public List<String> featureNames() {
    List<String> names = new ArrayList<>(features());
    for (Column column : columns) {
      if (column instanceof CategoryColumn category && category.coding() == Coding.INDICATORS) {
        List<String> levels = category.levels();
        for (String level : levels.size() == 2 ? levels.subList(1, 2) : levels) {
          names.add(category.name() + "=" + level);
        }
      } else {
        names.add(column.name());
      }
    }
    return names;
  }

  /**
   * Encodes the value of a numeric column.
   *
   * @param value the number, NaN for missing
   * @param out the row's features from {@code offset} on
   */
  public void encodeNumber(int column, double value, float[] out, int offset) {
    out[offset + offsets[column]] = (float) value;
  }

  /**
   * Encodes the value of a category column.
   *
   * @param level the text, null for missing
   * @param out the row's features from {@code offset} on
   */
  public void encodeCategory(int column, @Nullable String level, float[] out, int offset) {
    Texts known = levels[column];
    if (!(columns.get(column) instanceof CategoryColumn category) || known == null) {
      throw new IllegalArgumentException(
          "column '" + columns.get(column).name() + "' is no category");
    }
    int first = offset + offsets[column];
    int found = level == null ? -1 : known.find(level);
    if (category.coding() == Coding.FREQUENCY_RANK) {
      out[first] = level == null ? Float.NaN : found < 0 ? known.size() : found;
    } else if (known.size() == 2) {
      out[first] = found < 0 ? Float.NaN : found;
    } else {
      Arrays.fill(out, first, first + known.size(), level == null ? Float.NaN : 0);
      if (found >= 0) {
        out[first + found] = 1;
      }
    }
  }

  /**
   * Encodes a value as a text, as {@link #encode(Map, float[])} reads it.
   *
   * @param text null and the texts of {@link #MISSING} mean missing
   * @param out the row's features from {@code offset} on
   * @throws IllegalArgumentException if the column is numeric and the text is not a number
   */
  public void encodeText(int column, @Nullable String text, float[] out, int offset) {
    if (columns.get(column) instanceof NumberColumn number) {
      encodeNumber(column, number(number.name(), text), out, offset);
    } else {
      encodeCategory(column, text == null || MISSING.contains(text) ? null : text, out, offset);
    }
  }

  /**
   * Encodes a row given by column names. Columns that are not in the row are missing; names that
   * the schema does not know are ignored, so that a whole record can be passed.
   *
   * @param row numbers, booleans or texts by column name; null and the texts of {@link #MISSING}
   *     mean missing
   * @param out takes {@link #features()} features; owned by the caller
   * @throws IllegalArgumentException if a numeric column holds something that is not a number, or
   *     {@code out} has another length
   */
  public void encode(Map<String, ? extends @Nullable Object> row, float[] out) {
    if (out.length != features()) {
      throw new IllegalArgumentException(
          "expected room for %d features, got %d".formatted(features(), out.length));
    }
    for (int c = 0; c < columns.size(); c++) {
      encode(c, row.get(columns.get(c).name()), out);
    }
  }

  /** Encodes any value of any column. */
  void encode(int column, @Nullable Object value, float[] out) {
    if (isNumber(column)) {
      encodeNumber(column, number(columns.get(column).name(), value), out, 0);
    } else {
      encodeText(column, value == null ? null : value.toString(), out, 0);
    }
  }

  boolean isNumber(int column) {
    return columns.get(column) instanceof NumberColumn;
  }

  /** The index of a column. */
  int column(String name) {
    Integer column = columnIndex.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "no column '%s'; there are: %s".formatted(name, String.join(", ", columnIndex.keySet())));
    }
    return column;
  }

  private static double number(String column, @Nullable Object value) {
    if (value == null) {
      return Double.NaN;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    String text = value.toString().trim();
    if (MISSING.contains(text)) {
      return Double.NaN;
    }
    try {
      // Java's own suffixes, as in "1d" and "1f", are no numbers elsewhere.
      if ("dDfF".indexOf(text.charAt(text.length() - 1)) < 0) {
        return Double.parseDouble(text);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "column '" + column + "': expected a number, got '" + text + "'");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Schema schema && columns.equals(schema.columns);
  }

  @Override
  public int hashCode() {
    return Objects.hash(columns);
  }
}
