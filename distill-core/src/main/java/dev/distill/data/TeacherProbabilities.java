package dev.distill.data;

import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes sure that what a teacher gave are probabilities of the data's classes: finds the classes'
 * columns by name, checks every row, and converts percentages and logits.
 */
public final class TeacherProbabilities {
  private TeacherProbabilities() {}

  /**
   * The teacher's probabilities from a table of its own, one row a row of the data.
   *
   * <p>A class's column is called {@code p_<class>} or by the class alone; {@code p_1.0} is found
   * for class 1. For two classes one column is enough; the other is its complement. A column {@code
   * class}, as predictions have it, is ignored.
   *
   * @param classes the data's classes, in their order
   * @param ignored columns that are not classes: the id
   * @param byPosition takes the columns in their order whatever their names are
   * @param notes takes what is allowed but worth a look
   * @return rows × classes, row-major, each row summing to 1; new, the caller's
   * @throws IllegalArgumentException if the columns are not the classes, or a row is not valid
   */
  public static double[] of(
      Table table,
      List<String> classes,
      TeacherKind kind,
      Set<String> ignored,
      boolean byPosition,
      Consumer<String> notes) {
    List<Table.Column> given = new ArrayList<>();
    for (Table.Column column : table.columns()) {
      if (!ignored.contains(column.name())) {
        given.add(column);
      }
    }
    Table.Column[] columns =
        byPosition
            ? byPosition(table, given, classes, notes)
            : byName(table, given, classes, kind, notes);
    int rows = table.rows();
    int k = classes.size();
    double[] values = new double[Math.multiplyExact(rows, k)];
    int absent = -1;
    for (int c = 0; c < k; c++) {
      Table.Column column = columns[c];
      if (column == null) {
        absent = c;
      } else {
        double[] cells = FeatureEncoder.numbers(table, column).values();
        for (int i = 0; i < rows; i++) {
          values[i * k + c] = cells[i];
        }
      }
    }
    if (absent >= 0) {
      complement(values, rows, absent, kind);
    }
    return check(table.name(), values, rows, classes, kind);
  }

  /** Fills in the class of two that has no column; what is no probability is left to the check. */
  private static void complement(double[] values, int rows, int absent, TeacherKind kind) {
    double most = 0;
    for (int i = 0; i < rows; i++) {
      most = Math.max(most, values[2 * i + 1 - absent]);
    }
    double whole = kind == TeacherKind.PERCENT || (most > 1 && most <= 100) ? 100 : 1;
    for (int i = 0; i < rows; i++) {
      double other = values[2 * i + 1 - absent];
      boolean inside = kind != TeacherKind.LOGITS && other >= 0 && other <= whole;
      values[2 * i + absent] = inside ? whole - other : 0;
    }
  }

  private static Table.Column[] byPosition(
      Table table, List<Table.Column> given, List<String> classes, Consumer<String> notes) {
    List<String> names = given.stream().map(Table.Column::name).toList();
    if (given.size() != classes.size()) {
      throw new IllegalArgumentException(
          "%s: %s columns (%s), expected %s, one a class in the order %s"
              .formatted(
                  table.name(),
                  given.size(),
                  Names.quoted(names),
                  classes.size(),
                  Names.quoted(classes)));
    }
    notes.accept(
        "%s: columns %s are taken by position for the classes %s"
            .formatted(table.name(), Names.quoted(names), Names.quoted(classes)));
    return given.toArray(Table.Column[]::new);
  }

  /** The column of each class; null for the one class of two that has none. */
  private static Table.Column[] byName(
      Table table,
      List<Table.Column> given,
      List<String> classes,
      TeacherKind kind,
      Consumer<String> notes) {
    Table.Column[] columns = new Table.Column[classes.size()];
    List<String> unknown = new ArrayList<>();
    // A class may itself be called p_…: then its bare name counts, unless all have the prefix.
    boolean prefixed = classes.stream().allMatch(name -> table.has("p_" + name));
    for (Table.Column column : given) {
      String name = column.name();
      int k = -1;
      if (name.startsWith("p_") && (prefixed || !classes.contains(name))) {
        k = Names.indexOf(classes, name.substring(2));
      }
      if (k < 0) {
        k = Names.indexOf(classes, name);
      }
      if (k < 0) {
        if (!name.equals("class")) {
          unknown.add(name);
        }
      } else if (columns[k] != null) {
        throw new IllegalArgumentException(
            "%s: columns '%s' and '%s' both stand for class '%s', expected one"
                .formatted(table.name(), columns[k].name(), name, classes.get(k)));
      } else {
        columns[k] = column;
      }
    }
    List<String> expected = classes.stream().map(c -> "p_" + c).toList();
    List<String> missing = new ArrayList<>();
    for (int k = 0; k < columns.length; k++) {
      if (columns[k] == null) {
        missing.add(expected.get(k));
      }
    }
    if (!unknown.isEmpty()) {
      String next = "";
      if (missing.size() == unknown.size()) {
        next = "; name it so, or pass --teacher-by-position if the columns stand in this order";
      } else if (missing.isEmpty()) {
        next = "; leave it out, or name it with --id if it tells rows apart";
      }
      throw new IllegalArgumentException(
          "%s: column %s is of no class, expected %s%s"
              .formatted(table.name(), Names.quoted(unknown), Names.quoted(expected), next));
    }
    if (missing.size() == 1 && classes.size() == 2) {
      int absent = columns[0] == null ? 0 : 1;
      notes.accept(
          "%s: only class '%s' has a column; '%s' is taken as %s"
              .formatted(
                  table.name(),
                  classes.get(1 - absent),
                  classes.get(absent),
                  kind == TeacherKind.LOGITS ? "logit 0" : "the rest"));
    } else if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: no column %s, expected %s; there are %s; the teacher must give each class of the label"
              .formatted(
                  table.name(),
                  Names.quoted(missing),
                  Names.quoted(expected),
                  Names.quoted(given.stream().map(Table.Column::name).toList())));
    }
    return columns;
  }

  /**
   * Checks a teacher's numbers and makes probabilities of them.
   *
   * <p>A row may miss its sum by as much as rounding to three decimals explains (0.0005 a class, at
   * least 0.001, at most 0.01; for percentages by 1), and is then scaled to sum to 1. Anything
   * beyond is refused.
   *
   * @param name what messages call the teacher
   * @param values rows × classes, row-major; changed in place
   * @param classes the classes' names
   * @return {@code values}, each row summing to 1
   * @throws IllegalArgumentException naming the first row that is wrong; if most rows are, says
   *     what the numbers look like instead
   */
  public static double[] check(
      String name, double[] values, int rows, List<String> classes, TeacherKind kind) {
    int k = classes.size();
    if (values.length != Math.multiplyExact(rows, k)) {
      throw new IllegalArgumentException(
          "%s: %s values, expected %s rows × %s classes".formatted(name, values.length, rows, k));
    }
    for (int i = 0; i < values.length; i++) {
      boolean allowed =
          kind == TeacherKind.LOGITS
              ? values[i] < Double.POSITIVE_INFINITY // −infinity is a probability of 0
              : Math.abs(values[i]) < Double.POSITIVE_INFINITY;
      if (!allowed) {
        throw new IllegalArgumentException(
            "%s row %s: class '%s' is %s, expected a number"
                .formatted(
                    name,
                    i / k + 1,
                    classes.get(i % k),
                    Double.isNaN(values[i]) ? "missing (or NaN)" : values[i]));
      }
    }
    if (kind == TeacherKind.LOGITS) {
      if (rows > 0 && valid(values, rows, k, 1) == rows) {
        throw new IllegalArgumentException(
            name
                + ": every row sums to 1, these look like probabilities and not logits;"
                + " pass --teacher-kind probabilities");
      }
      softmax(name, values, rows, k);
    } else {
      double whole = kind == TeacherKind.PERCENT ? 100 : 1;
      if (valid(values, rows, k, whole) < rows) {
        throw new IllegalArgumentException(complaint(name, values, rows, classes, whole));
      }
      for (int i = 0; i < rows; i++) {
        double sum = sum(values, i * k, k);
        for (int c = 0; c < k; c++) {
          values[i * k + c] /= sum;
        }
      }
    }
    return values;
  }

  private static String complaint(
      String name, double[] values, int rows, List<String> classes, double whole) {
    int k = classes.size();
    double other = whole == 1 ? 100 : 1;
    if (2 * valid(values, rows, k, other) > rows) {
      return "%s row 1: sums to %s, these look like %s"
              .formatted(
                  name, (float) sum(values, 0, k), whole == 1 ? "percentages" : "probabilities")
          + "; pass --teacher-kind "
          + (whole == 1 ? "percent" : "probabilities");
    }
    int outside = 0;
    for (int i = 0; i < rows; i++) {
      int at = i * k;
      outside += Arrays.stream(values, at, at + k).anyMatch(v -> v < 0 || v > whole) ? 1 : 0;
    }
    String next = "; if these are logits pass --teacher-kind logits";
    if (2 * outside <= rows && 2 * valid(values, rows, k, whole) >= rows) {
      next = "; other rows are fine, so look at this one";
    } else if (Arrays.stream(values).allMatch(v -> v >= 0)) {
      next += ", if weights divide each row by its sum";
    }
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int c = 0; c < k; c++) {
        double value = values[i * k + c];
        if (value < 0 || value > whole + tolerance(k, whole)) {
          return "%s row %s: class '%s' is %s, allowed 0 to %s%s"
              .formatted(name, i + 1, classes.get(c), value, Table.text(whole), next);
        }
        sum += value;
      }
      if (Math.abs(sum - whole) > tolerance(k, whole)) {
        return "%s row %s: sums to %s, expected %s ± %s%s"
            .formatted(name, i + 1, (float) sum, Table.text(whole), tolerance(k, whole), next);
      }
    }
    throw new AssertionError("a row is wrong");
  }

  /** How many rows are probabilities of that whole. */
  private static int valid(double[] values, int rows, int k, double whole) {
    double tolerance = tolerance(k, whole);
    int valid = 0;
    for (int i = 0; i < rows; i++) {
      boolean inside = Math.abs(sum(values, i * k, k) - whole) <= tolerance;
      for (int c = 0; c < k && inside; c++) {
        inside = values[i * k + c] >= 0;
      }
      valid += inside ? 1 : 0;
    }
    return valid;
  }

  private static double tolerance(int k, double whole) {
    return whole == 100 ? 1 : Math.min(0.01, Math.max(0.001, 0.0005 * k));
  }

  private static double sum(double[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static void softmax(String name, double[] values, int rows, int k) {
    for (int i = 0; i < rows; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < k; c++) {
        max = Math.max(max, values[i * k + c]);
      }
      if (max == Double.NEGATIVE_INFINITY) {
        throw new IllegalArgumentException(
            "%s row %s: every logit is -Infinity, expected a number".formatted(name, i + 1));
      }
      double sum = 0;
      for (int c = 0; c < k; c++) {
        double e = Math.exp(values[i * k + c] - max);
        values[i * k + c] = e;
        sum += e;
      }
      for (int c = 0; c < k; c++) {
        values[i * k + c] /= sum;
      }
    }
  }
}
