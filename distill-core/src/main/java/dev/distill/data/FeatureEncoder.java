package dev.distill.data;

import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Learns on the training rows which columns become features and how, and turns tables into feature
 * rows. What it learns is a {@link Schema}, and every value goes through that schema, so that
 * training and serving see the same bits.
 *
 * <ul>
 *   <li>A numeric column is a number.
 *   <li>A text column of up to {@value #MAX_INDICATORS} levels becomes indicators, most frequent
 *       level first (equals by name): a student can then use each level by itself.
 *   <li>One of more levels becomes the rank of its level by frequency: one feature, whatever the
 *       number of levels, and learned without looking at labels, so that nothing of the labels
 *       leaks into it. At most {@value #MAX_LEVELS} levels are kept; the rarer count as unseen.
 *   <li>A column of true and false (in any case) is a category whose levels are {@code true} and
 *       {@code false}: one 0/1 feature like a number would be, but named by what 1 means, and equal
 *       for texts of a file, truth values of Parquet and a {@code Boolean} at serving.
 * </ul>
 *
 * <p>Left out, each with a note: columns with the same value in every row, exact copies of an
 * earlier column, texts that differ in every row (ids), and row counters (whole numbers without a
 * gap, in any order, over more than {@value #MIN_COUNTER_ROWS} rows).
 */
public final class FeatureEncoder {
  /** Text columns of up to this many levels become indicators. */
  public static final int MAX_INDICATORS = 12;

  /** This many levels of a text column are told apart, the most frequent ones. */
  public static final int MAX_LEVELS = 1000;

  /** Row counters are looked for in tables of more rows than this. */
  public static final int MIN_COUNTER_ROWS = 20;

  private static final String CONSTANT = "the same value in every row";
  private static final String ALL_MISSING = "missing in every row";
  private static final String ID = "a different value in every row";
  private static final String COUNTER = "counts the rows";

  /** So many rows of a few hundred features stay in a core's cache. */
  private static final int BLOCK = 256;

  private final Schema schema;
  private final List<String> notes;

  /** An encoder of a schema that was learned before, as a student file carries it. */
  public FeatureEncoder(Schema schema) {
    this(schema, List.of());
  }

  private FeatureEncoder(Schema schema, List<String> notes) {
    this.schema = schema;
    this.notes = List.copyOf(notes);
  }

  /**
   * Learns the schema of a training table.
   *
   * @param label the label's column, which is no feature
   * @param ignored further columns that are no features
   * @throws IllegalArgumentException if one of these columns is not there, there are no rows, or no
   *     column is left to learn from
   */
  public static FeatureEncoder learn(Table train, String label, Set<String> ignored) {
    train.column(label);
    ignored.forEach(train::column);
    if (train.rows() == 0) {
      throw new IllegalArgumentException(train.name() + ": no rows, expected at least one");
    }
    List<Schema.Column> kept = new ArrayList<>();
    Map<String, String> leftOut = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    Map<Integer, List<Table.Column>> seen = new HashMap<>();
    for (Table.Column column : train.columns()) {
      if (column.name().equals(label) || ignored.contains(column.name())) {
        continue;
      }
      String reason = uselessness(column);
      if (reason == null) {
        reason = copied(column, seen);
      }
      if (reason != null) {
        leftOut.put(column.name(), reason);
      } else {
        kept.add(learned(column, notes));
      }
    }
    notes.addAll(0, leftOutNotes(leftOut));
    if (kept.isEmpty()) {
      throw new IllegalArgumentException(
          train.name()
              + ": no column left to learn from"
              + (leftOut.isEmpty()
                  ? ", there is only the label"
                  : ": " + String.join("; ", leftOutNotes(leftOut))));
    }
    return new FeatureEncoder(new Schema(kept), notes);
  }

  /** How each column becomes features. */
  public Schema schema() {
    return schema;
  }

  /** What a user should know about what was learned: which columns were left out, and why. */
  public List<String> notes() {
    return notes;
  }

  /**
   * Turns a table into feature rows. Columns are found by name; those that the schema does not know
   * are ignored. Numbers where training had texts are compared by their text form.
   *
   * @throws IllegalArgumentException if a column is missing, or a numeric column holds something
   *     that is not a number within float32
   */
  public Matrix encode(Table table) {
    return encode(table, note -> {});
  }

  /**
   * As {@link #encode(Table)}.
   *
   * @param notes takes what is allowed but worth a look: a category of which no value is known
   */
  public Matrix encode(Table table, Consumer<String> notes) {
    int rows = table.rows();
    int features = schema.features();
    if ((long) rows * features > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "%s: %s rows × %s features, allowed are %s values in all"
              .formatted(table.name(), rows, features, Integer.MAX_VALUE - 8));
    }
    float[] out = new float[rows * features];
    List<Encoded> columns = new ArrayList<>();
    for (int c = 0; c < schema.columns().size(); c++) {
      Schema.Column column = schema.columns().get(c);
      Table.Column cells = table.column(column.name());
      if (column instanceof Schema.NumberColumn) {
        int at = c;
        Table.Numbers numbers = numbers(table, cells);
        columns.add((from, to) -> encodeNumbers(at, table.name(), numbers, from, to, out));
      } else {
        columns.add(
            encodedTexts(
                c, (Schema.CategoryColumn) column, table.name(), texts(cells), out, notes));
      }
    }
    // Some rows after the other: a column of all rows would touch all of the memory for itself.
    for (int from = 0; from < rows; from += BLOCK) {
      for (Encoded column : columns) {
        column.write(from, Math.min(rows, from + BLOCK));
      }
    }
    return new Matrix(out, rows, features);
  }

  /** Writes the features of a column in some rows. */
  private interface Encoded {
    void write(int from, int to);
  }

  private void encodeNumbers(
      int c, String table, Table.Numbers cells, int from, int to, float[] out) {
    int features = schema.features();
    double[] values = cells.values();
    for (int i = from; i < to; i++) {
      if (Float.isInfinite((float) values[i])) {
        throw new IllegalArgumentException(
            "%s row %s: column '%s' is %s, allowed are numbers within ±3.4e38 (float32) and empty"
                .formatted(table, i + 1, cells.name(), values[i]));
      }
      schema.encodeNumber(c, values[i], out, i * features);
    }
  }

  private Encoded encodedTexts(
      int c,
      Schema.CategoryColumn column,
      String table,
      Table.Texts cells,
      float[] out,
      Consumer<String> notes) {
    int features = schema.features();
    int offset = schema.offset(c);
    int width = column.width();
    List<String> levels = cells.levels();
    // Each level is encoded once; row 0 of the codes is "missing".
    float[] codes = new float[Math.multiplyExact(levels.size() + 1, width)];
    float[] row = new float[features];
    boolean truth = column.levels().stream().allMatch(Names::isTruth);
    Set<String> known = Set.copyOf(column.levels());
    boolean anyKnown = levels.isEmpty();
    for (int k = -1; k < levels.size(); k++) {
      String level = k < 0 ? null : levels.get(k);
      if (level != null && truth && Names.isTruth(level)) {
        level = level.toLowerCase(Locale.ROOT);
      }
      anyKnown |= level != null && known.contains(level);
      schema.encodeCategory(c, level, row, 0);
      System.arraycopy(row, offset, codes, (k + 1) * width, width);
    }
    if (!anyKnown) {
      notes.accept(
          "%s: no value of column '%s' was seen in training, the first is '%s'"
              .formatted(table, cells.name(), levels.get(0)));
    }
    int[] cellCodes = cells.codes();
    return (from, to) -> {
      for (int i = from; i < to; i++) {
        System.arraycopy(codes, (cellCodes[i] + 1) * width, out, i * features + offset, width);
      }
    };
  }

  /** The column as numbers, as it was in training. */
  static Table.Numbers numbers(Table table, Table.Column column) {
    if (column instanceof Table.Numbers numbers) {
      return numbers;
    }
    Table.Texts texts = (Table.Texts) column;
    double[] parsed = new double[texts.levels().size()];
    boolean[] bad = new boolean[parsed.length];
    for (int k = 0; k < parsed.length; k++) {
      String level = texts.levels().get(k).strip();
      Double number = Names.number(level);
      if (number != null) {
        parsed[k] = number;
      } else if (Names.isTruth(level)) {
        parsed[k] = level.equalsIgnoreCase("true") ? 1 : 0;
      } else if (Schema.MISSING.contains(level)) {
        parsed[k] = Double.NaN;
      } else {
        bad[k] = true;
      }
    }
    double[] values = new double[texts.rows()];
    for (int i = 0; i < values.length; i++) {
      int code = texts.codes()[i];
      if (code >= 0 && bad[code]) {
        throw new IllegalArgumentException(
            "%s row %s: column '%s' expected a number, got '%s'"
                .formatted(table.name(), i + 1, column.name(), texts.levels().get(code)));
      }
      values[i] = code < 0 ? Double.NaN : parsed[code];
    }
    return new Table.Numbers(column.name(), values);
  }

  /** The column as texts, as it was in training. */
  private static Table.Texts texts(Table.Column column) {
    if (column instanceof Table.Texts texts) {
      return texts;
    }
    Table.TextsBuilder builder = new Table.TextsBuilder(column.rows());
    for (int i = 0; i < column.rows(); i++) {
      builder.add(column.text(i));
    }
    return builder.build(column.name());
  }

  // ---- learning ----

  private static Schema.Column learned(Table.Column column, List<String> notes) {
    if (column instanceof Table.Numbers) {
      return new Schema.NumberColumn(column.name());
    }
    Table.Texts texts = (Table.Texts) column;
    boolean truth = texts.levels().stream().allMatch(Names::isTruth);
    Map<String, Integer> counts = new HashMap<>();
    int[] codeCounts = counts(texts);
    for (int k = 0; k < codeCounts.length; k++) {
      String level = texts.levels().get(k);
      if (codeCounts[k] > 0) {
        counts.merge(truth ? level.toLowerCase(Locale.ROOT) : level, codeCounts[k], Integer::sum);
      }
    }
    List<String> levels = new ArrayList<>(counts.keySet());
    levels.sort(
        Comparator.comparing((String level) -> counts.getOrDefault(level, 0))
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    if (levels.size() > MAX_LEVELS) {
      notes.add(
          "column '%s' has %s values: the %s most frequent are told apart, the rest are one"
              .formatted(column.name(), levels.size(), MAX_LEVELS));
      levels = levels.subList(0, MAX_LEVELS);
    }
    return new Schema.CategoryColumn(
        column.name(),
        levels.size() <= MAX_INDICATORS ? Schema.Coding.INDICATORS : Schema.Coding.FREQUENCY_RANK,
        levels);
  }

  /** Rows of each level. */
  private static int[] counts(Table.Texts texts) {
    int[] counts = new int[texts.levels().size()];
    for (int code : texts.codes()) {
      if (code >= 0) {
        counts[code]++;
      }
    }
    return counts;
  }

  /** Why a column by itself can't help, or null. */
  private static @Nullable String uselessness(Table.Column column) {
    if (column instanceof Table.Numbers numbers) {
      double[] values = numbers.values();
      boolean constant = true;
      for (int i = 1; i < values.length && constant; i++) {
        constant = Double.compare(values[i] + 0.0, values[0] + 0.0) == 0; // −0 is 0
      }
      if (constant) {
        return Double.isNaN(values[0]) ? ALL_MISSING : CONSTANT;
      }
      return isCounter(values) ? COUNTER : null;
    }
    Table.Texts texts = (Table.Texts) column;
    int present = 0;
    int used = 0;
    for (int count : counts(texts)) {
      present += count;
      used += count > 0 ? 1 : 0;
    }
    if (present == 0) {
      return ALL_MISSING;
    }
    if (used == 1) {
      return present == texts.rows() ? CONSTANT : null;
    }
    return used == present ? ID : null;
  }

  /** Whether the values are whole numbers without a gap, in any order. */
  private static boolean isCounter(double[] values) {
    if (values.length <= MIN_COUNTER_ROWS) {
      return false;
    }
    double least = Double.POSITIVE_INFINITY;
    for (double value : values) {
      if (value != Math.rint(value) || Math.abs(value) > 1e15) {
        return false; // NaN too
      }
      least = Math.min(least, value);
    }
    BitSet found = new BitSet(values.length);
    for (double value : values) {
      double place = value - least;
      if (place >= values.length || found.get((int) place)) {
        return false;
      }
      found.set((int) place);
    }
    return true;
  }

  /** "A copy of" an earlier column, or null; remembers the column. */
  private static @Nullable String copied(
      Table.Column column, Map<Integer, List<Table.Column>> seen) {
    int hash =
        column instanceof Table.Numbers numbers
            ? Arrays.hashCode(numbers.values())
            : Arrays.hashCode(((Table.Texts) column).codes());
    List<Table.Column> candidates = seen.computeIfAbsent(hash, h -> new ArrayList<>());
    for (Table.Column candidate : candidates) {
      if (sameCells(candidate, column)) {
        return "a copy of column '" + candidate.name() + "'";
      }
    }
    candidates.add(column);
    return null;
  }

  private static boolean sameCells(Table.Column a, Table.Column b) {
    if (a instanceof Table.Numbers x && b instanceof Table.Numbers y) {
      return Arrays.equals(x.values(), y.values());
    }
    return a instanceof Table.Texts x
        && b instanceof Table.Texts y
        && Arrays.equals(x.codes(), y.codes())
        && x.levels().equals(y.levels());
  }

  /** One note a column; one for all if more than three share the reason. */
  private static List<String> leftOutNotes(Map<String, String> leftOut) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    leftOut.forEach(
        (column, reason) -> byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(column));
    List<String> notes = new ArrayList<>();
    byReason.forEach(
        (reason, columns) -> {
          if (columns.size() > 3) {
            notes.add("columns " + Names.quoted(columns) + " left out: " + reason);
          } else {
            columns.forEach(column -> notes.add("column '" + column + "' left out: " + reason));
          }
        });
    return notes;
  }
}
