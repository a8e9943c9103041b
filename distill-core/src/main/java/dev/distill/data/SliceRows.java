package dev.distill.data;

import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Rows with the same value, or a range of values, in a column.
 *
 * @param column the column
 * @param where what its values are, such as {@code age >= 61}
 * @param in whether a row, by its index, is one of them
 */
public record SliceRows(String column, String where, IntPredicate in) {
  private static final int MOST_LEVELS = 12;

  /**
   * All slices of rows: of a category each of its first twelve levels, of a number the lowest and
   * the highest quarter, and where it is missing.
   */
  public static List<SliceRows> of(Schema schema, Matrix rows) {
    List<SliceRows> all = new ArrayList<>();
    for (int c = 0; c < schema.columns().size(); c++) {
      if (schema.columns().get(c) instanceof Schema.CategoryColumn category) {
        levels(schema, rows, category, c, all);
      } else {
        ranges(rows, schema.columns().get(c).name(), schema.offset(c), all);
      }
    }
    return all;
  }

  private static void levels(
      Schema schema, Matrix rows, Schema.CategoryColumn column, int c, List<SliceRows> all) {
    int first = schema.offset(c);
    int some = Math.min(MOST_LEVELS, column.levels().size());
    for (int l = -1; l < some; l++) {
      String level = l < 0 ? null : column.levels().get(l);
      float[] code = new float[rows.columns()];
      schema.encodeCategory(c, level, code, 0);
      all.add(
          new SliceRows(
              column.name(),
              column.name() + (level == null ? " is missing" : " = " + level),
              i ->
                  Arrays.equals(
                      rows.values(),
                      i * rows.columns() + first,
                      i * rows.columns() + first + column.width(),
                      code,
                      first,
                      first + column.width())));
    }
  }

  private static void ranges(Matrix rows, String name, int feature, List<SliceRows> all) {
    float[] sorted = new float[rows.rows()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = rows.get(i, feature);
    }
    Arrays.sort(sorted); // NaN last
    int present = sorted.length;
    while (present > 0 && Float.isNaN(sorted[present - 1])) {
      present--;
    }
    all.add(new SliceRows(name, name + " is missing", i -> Float.isNaN(rows.get(i, feature))));
    if (present > 0) {
      float low = sorted[(present - 1) / 4];
      float high = sorted[3 * (present - 1) / 4];
      all.add(new SliceRows(name, name + " <= " + text(low), i -> rows.get(i, feature) <= low));
      all.add(new SliceRows(name, name + " >= " + text(high), i -> rows.get(i, feature) >= high));
    }
  }

  private static String text(float value) {
    return String.valueOf(Table.text(Double.parseDouble(Float.toString(value))));
  }
}
