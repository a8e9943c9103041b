package dev.distill.data;

import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Feature rows with their labels.
 *
 * @param schema how the columns became features
 * @param features rows × {@link Schema#features()}
 * @param labels the class index of each row; shared, must not be changed
 * @param classes the labels' texts as the data writes them, K ≥ 2: in the order of their numbers if
 *     all are numbers, else of their texts
 * @param labelName the label's column
 */
public record Dataset(
    Schema schema, Matrix features, int[] labels, List<String> classes, String labelName) {

  /** More classes than this are refused: that is a number to predict, or an id. */
  public static final int MAX_CLASSES = 1000;

  /** Checks the shapes and that labels are classes. */
  public Dataset {
    classes = List.copyOf(classes);
    if (classes.size() < 2) {
      throw new IllegalArgumentException(
          "label column '%s': %s, expected at least two classes"
              .formatted(labelName, classes.isEmpty() ? "no class" : "only " + classes));
    }
    if (features.columns() != schema.features() || features.rows() != labels.length) {
      throw new IllegalArgumentException(
          "%s and %s labels, expected %s columns and a label a row"
              .formatted(features, labels.length, schema.features()));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new IllegalArgumentException(
            "row %s: label %s, allowed 0 to %s".formatted(i + 1, labels[i], classes.size() - 1));
      }
    }
  }

  /**
   * The rows of a training table; learns the classes from its label column.
   *
   * @throws IllegalArgumentException if the label column is not there, a label is missing, there is
   *     only one class, or there are so many that the column is no label
   */
  public static Dataset of(Table table, String label, FeatureEncoder encoder) {
    Table.Column column = table.column(label);
    Map<String, Integer> index = new HashMap<>();
    List<String> classes = new ArrayList<>();
    int[] labels = new int[table.rows()];
    for (int i = 0; i < labels.length; i++) {
      String text = label(table, column, i);
      Integer known = index.putIfAbsent(text, classes.size());
      labels[i] = known == null ? classes.size() : known;
      if (known == null) {
        classes.add(text);
      }
    }
    int count = classes.size();
    if (count == 1) {
      throw new IllegalArgumentException(
          "%s: label column '%s' has only one class ('%s'), expected at least two"
              .formatted(table.name(), label, classes.get(0)));
    }
    if (count > MAX_CLASSES || (count > 20 && count > labels.length / 2)) {
      throw new IllegalArgumentException(
          "%s: label column '%s' has %s different values in %s rows, expected at most %s classes,"
                  .formatted(table.name(), label, count, labels.length, MAX_CLASSES)
              + " each in more than one row; is it the column to predict? Numbers are cut into ranges first");
    }
    Integer[] order = IntStream.range(0, count).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparing(classes::get, order(classes)));
    int[] place = new int[count];
    List<String> sorted = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      place[order[k]] = k;
      sorted.add(classes.get(order[k]));
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = place[labels[i]];
    }
    return new Dataset(encoder.schema(), encoder.encode(table), labels, sorted, label);
  }

  /**
   * Rows of plain numbers from arrays.
   *
   * @param columns the features' names
   * @param rows rows × columns, NaN = missing; copied
   * @param labels the label of each row
   */
  public static Dataset of(List<String> columns, float[][] rows, List<String> labels) {
    String label = "label";
    while (columns.contains(label)) {
      label += "_";
    }
    List<Table.Column> all = new ArrayList<>(Table.of("rows", columns, rows).columns());
    all.add(Table.texts(label, labels));
    return of(new Table("rows", all), label, new FeatureEncoder(Schema.numbers(columns)));
  }

  /**
   * The rows of another table with the same columns and the same classes; a class may be absent.
   *
   * @param notes takes what is allowed but worth a look, see {@link FeatureEncoder#encode(Table,
   *     Consumer)}
   * @throws IllegalArgumentException if a column is missing or wrong, or a label is missing or is
   *     none of the classes
   */
  public Dataset more(Table table, Consumer<String> notes) {
    Table.Column column = table.column(labelName);
    Map<String, Integer> index = new HashMap<>();
    int[] labels = new int[table.rows()];
    for (int i = 0; i < labels.length; i++) {
      String text = label(table, column, i);
      labels[i] = index.computeIfAbsent(text, t -> Names.indexOf(classes, t));
      if (labels[i] < 0) {
        throw new IllegalArgumentException(
            "%s row %s: label '%s' is not a class of the training rows, allowed are %s"
                .formatted(table.name(), i + 1, text, Names.quoted(classes)));
      }
    }
    Matrix encoded = new FeatureEncoder(schema).encode(table, notes);
    return new Dataset(schema, encoded, labels, classes, labelName);
  }

  /** Number of rows. */
  public int rows() {
    return labels.length;
  }

  /** Copies the given rows, in the given order. */
  public Dataset select(int[] rows) {
    int[] picked = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      picked[i] = labels[rows[i]];
    }
    return new Dataset(schema, features.select(rows), picked, classes, labelName);
  }

  private static String label(Table table, Table.Column column, int row) {
    String text = column.text(row);
    if (text == null) {
      throw new IllegalArgumentException(
          "%s row %s: the label in column '%s' is missing, expected a class"
              .formatted(table.name(), row + 1, column.name()));
    }
    return text;
  }

  private static Comparator<String> order(List<String> classes) {
    Map<String, Double> numbers = new HashMap<>();
    for (String text : classes) {
      Double number = Names.number(text.strip());
      if (number == null) {
        return Comparator.naturalOrder();
      }
      numbers.put(text, number);
    }
    return Comparator.comparing((String text) -> numbers.getOrDefault(text, 0.0))
        .thenComparing(Comparator.naturalOrder());
  }
}
