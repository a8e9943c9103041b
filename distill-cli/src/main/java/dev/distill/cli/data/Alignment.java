package dev.distill.cli.data;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the teacher's row of each row of the data by an id column that both have. */
final class Alignment {
  private Alignment() {}

  /**
   * The index of the teacher's row for each row of the data. Rows of the teacher that the data does
   * not have are left unused, with a note: one file of scores may serve training and test.
   *
   * @throws InputException if an id is missing or stands twice, or the teacher lacks one
   * @throws IllegalArgumentException if one of them has no such column
   */
  static int[] rows(Table data, Table teacher, String id, List<String> notes) {
    Map<String, Integer> wanted = index(data, id);
    Map<String, Integer> given = index(teacher, id);
    int[] rows = new int[data.rows()];
    List<String> lacking = new ArrayList<>();
    wanted.forEach(
        (text, row) -> {
          Integer found = given.get(text);
          if (found == null) {
            lacking.add(text);
          } else {
            rows[row] = found;
          }
        });
    if (!lacking.isEmpty()) {
      lacking.sort((a, b) -> Integer.compare(wanted.getOrDefault(a, 0), wanted.getOrDefault(b, 0)));
      throw new InputException(
          "%s (%s rows) lacks %s of the %s ids of %s, expected all; the first: %s"
              .formatted(
                  teacher.name(),
                  teacher.rows(),
                  lacking.size(),
                  data.rows(),
                  data.name(),
                  String.join(", ", lacking.subList(0, Math.min(5, lacking.size())))));
    }
    int unused = teacher.rows() - data.rows();
    if (unused > 0) {
      notes.add(
          "%s: %s of %s rows have ids that %s has not, they are left unused"
              .formatted(teacher.name(), unused, teacher.rows(), data.name()));
    }
    return rows;
  }

  private static Map<String, Integer> index(Table table, String id) {
    Table.Column ids = table.column(id);
    Map<String, Integer> index = new HashMap<>(2 * table.rows());
    for (int i = 0; i < table.rows(); i++) {
      String text = ids.text(i);
      if (text == null) {
        throw new InputException(
            "%s row %s: id column '%s' is missing, expected an id"
                .formatted(table.name(), i + 1, id));
      }
      Integer before = index.put(text, i);
      if (before != null) {
        throw new InputException(
            "%s rows %s and %s: id '%s' stands twice in column '%s', expected different ids"
                .formatted(table.name(), before + 1, i + 1, text, id));
      }
    }
    return index;
  }
}
