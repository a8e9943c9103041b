package dev.distill.models.smile;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import smile.data.DataFrame;
import smile.data.Tuple;
import smile.data.measure.CategoricalMeasure;
import smile.data.vector.BaseVector;

/** Makes a {@link Table} of a data frame of Smile's. */
public final class SmileTables {
  private SmileTables() {}

  /**
   * The rows of a data frame; copied. Numbers are numbers; a column with a nominal or ordinal scale
   * is its levels' texts, and so is everything else; null is missing.
   *
   * @param name what messages call the table
   * @throws IllegalArgumentException if a column holds arrays or structs
   */
  public static Table of(String name, DataFrame frame) {
    List<Table.Column> columns = new ArrayList<>();
    for (int c = 0; c < frame.ncol(); c++) {
      BaseVector<?, ?, ?> column = frame.column(c);
      if (column.measure() instanceof CategoricalMeasure scale) {
        columns.add(texts(column, value -> scale.level(((Number) value).intValue())));
      } else if (isNumeric(name, column)) {
        columns.add(numbers(column));
      } else {
        columns.add(texts(column, Object::toString));
      }
    }
    return new Table(name, columns);
  }

  private static boolean isNumeric(String name, BaseVector<?, ?, ?> column) {
    boolean numeric = true;
    for (int i = 0; i < column.size(); i++) {
      Object value = column.get(i);
      if (value instanceof Tuple || (value != null && value.getClass().isArray())) {
        throw new IllegalArgumentException(
            "%s: column '%s' is %s, expected numbers, texts or booleans"
                .formatted(name, column.name(), column.type()));
      }
      numeric &= value == null || value instanceof Number;
    }
    return numeric;
  }

  private static Table.Numbers numbers(BaseVector<?, ?, ?> column) {
    Table.NumbersBuilder cells = new Table.NumbersBuilder(column.size());
    for (int i = 0; i < column.size(); i++) {
      cells.add(column.get(i) instanceof Number number ? number.doubleValue() : Double.NaN);
    }
    return cells.build(column.name());
  }

  private interface Words {
    String of(Object value);
  }

  private static Table.Texts texts(BaseVector<?, ?, ?> column, Words words) {
    Table.TextsBuilder cells = new Table.TextsBuilder(column.size());
    for (int i = 0; i < column.size(); i++) {
      @Nullable Object value = column.get(i);
      cells.add(value == null ? null : words.of(Objects.requireNonNull(value)));
    }
    return cells.build(column.name());
  }
}
