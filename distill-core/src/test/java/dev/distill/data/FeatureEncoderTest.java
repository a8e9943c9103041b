package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureEncoderTest {

  private static final float NAN = Float.NaN;

  static Table.Numbers numbers(String name, double... values) {
    return new Table.Numbers(name, values);
  }

  static Table.Texts texts(String name, String... cells) {
    Table.TextsBuilder builder = new Table.TextsBuilder(cells.length);
    for (String cell : cells) {
      builder.add(cell);
    }
    return builder.build(name);
  }

  static Table table(Table.Column... columns) {
    return new Table("train.csv", List.of(columns));
  }

  private static Table.Texts texts(String name, int rows, IntFunction<String> cell) {
    return texts(name, IntStream.range(0, rows).mapToObj(cell).toArray(String[]::new));
  }

  private static FeatureEncoder learn(Table table) {
    return FeatureEncoder.learn(table, "y", Set.of());
  }

  private static float[] encode(Table table) {
    return learn(table).encode(table).values();
  }

  @Test
  void numbers_are_one_feature_and_missing_is_nan() {
    Table table = table(numbers("a", 1.5, Double.NaN, 3), texts("y", "n", "n", "p"));
    assertThat(encode(table)).containsExactly(1.5f, NAN, 3f);
    assertThat(learn(table).schema().columns()).containsExactly(new NumberColumn("a"));
  }

  @Test
  void few_levels_become_indicators_by_frequency_then_name() {
    Table table =
        table(texts("c", "b", "c", "c", "a", "?", "b", "d"), numbers("y", 0, 1, 0, 1, 0, 1, 0));
    FeatureEncoder encoder = learn(table);
    assertThat(encoder.schema().columns())
        .containsExactly(new CategoryColumn("c", Coding.INDICATORS, List.of("b", "c", "a", "d")));
    assertThat(encoder.encode(table).values())
        .startsWith(1, 0, 0, 0, 0, 1, 0, 0)
        .endsWith(NAN, NAN, NAN, NAN, 1, 0, 0, 0, 0, 0, 0, 1);
  }

  @Test
  void the_limit_of_indicators_is_twelve_levels() {
    Table at = table(texts("c", 48, i -> "v" + i % 12));
    Table beyond = table(texts("c", 52, i -> "v" + i % 13));
    assertThat(learn(withLabel(at)).schema().features()).isEqualTo(12);
    assertThat(learn(withLabel(beyond)).schema().features()).isEqualTo(1);
  }

  private static Table withLabel(Table table) {
    Table.Column first = table.columns().get(0);
    return table(first, texts("y", first.rows(), i -> "k" + i % 2));
  }

  @Test
  void many_levels_become_the_rank_of_their_frequency() {
    // level i stands 14 − i times: v0 most often
    List<String> cells = new ArrayList<>();
    for (int level = 0; level < 14; level++) {
      cells.addAll(Collections.nCopies(14 - level, "v" + (char) ('a' + level)));
    }
    Collections.shuffle(cells, new Random(5));
    Table table = withLabel(table(texts("c", cells.toArray(String[]::new))));
    Matrix encoded = learn(table).encode(table);
    assertThat(encoded.columns()).isEqualTo(1);
    for (int i = 0; i < cells.size(); i++) {
      assertThat(encoded.get(i, 0)).isEqualTo(cells.get(i).charAt(1) - 'a');
    }
  }

  @Test
  void of_fifty_thousand_levels_the_thousand_most_frequent_are_told_apart() {
    Table table = withLabel(table(texts("c", 50_100, i -> "v" + (i % 50_000))));
    FeatureEncoder encoder = learn(table);
    CategoryColumn column = (CategoryColumn) encoder.schema().columns().get(0);
    assertThat(column.levels()).hasSize(1000).startsWith("v0", "v1", "v10");
    assertThat(encoder.notes())
        .containsExactly(
            "column 'c' has 50000 values: the 1000 most frequent are told apart, the rest are one");
    assertThat(encoder.encode(table).get(49_999, 0)).isEqualTo(1000f);
  }

  @Test
  void true_and_false_are_one_feature_in_any_spelling() {
    Table train = table(texts("c", "True", "False", "True", "NA"), numbers("y", 0, 1, 1, 0));
    FeatureEncoder encoder = learn(train);
    assertThat(encoder.schema().featureNames()).containsExactly("c=false");
    assertThat(encoder.encode(train).values()).containsExactly(0, 1, 0, NAN);
    Table test = table(texts("c", "false", "TRUE", "maybe"));
    assertThat(encoder.encode(test).values()).containsExactly(1, 0, NAN);
    float[] served = new float[1];
    encoder.schema().encode(Map.of("c", false), served);
    assertThat(served).containsExactly(1);
  }

  @Test
  void constant_copied_and_id_columns_are_left_out_with_a_note() {
    Table table =
        table(
            numbers("id", IntStream.range(100, 130).asDoubleStream().toArray()),
            texts("name", 30, i -> "n" + i),
            numbers("one", DoubleStream.generate(() -> 1).limit(30).toArray()),
            numbers("none", DoubleStream.generate(() -> Double.NaN).limit(30).toArray()),
            texts("same", 30, i -> "s"),
            texts("empty", 30, i -> ""),
            numbers("a", IntStream.range(0, 30).mapToDouble(i -> i % 7).toArray()),
            numbers("b", IntStream.range(0, 30).mapToDouble(i -> i % 7).toArray()),
            texts("c", 30, i -> "t" + i % 3),
            texts("d", 30, i -> "t" + i % 3),
            texts("e", 30, i -> "u" + i % 3),
            texts("y", 30, i -> "k" + i % 2));
    FeatureEncoder encoder = learn(table);
    assertThat(encoder.schema().columns())
        .extracting(Schema.Column::name)
        .containsExactly("a", "c", "e");
    assertThat(encoder.notes())
        .containsExactly(
            "column 'id' left out: counts the rows",
            "column 'name' left out: a different value in every row",
            "column 'one' left out: the same value in every row",
            "column 'same' left out: the same value in every row",
            "column 'none' left out: missing in every row",
            "column 'empty' left out: missing in every row",
            "column 'b' left out: a copy of column 'a'",
            "column 'd' left out: a copy of column 'c'");
  }

  @Test
  void many_columns_left_out_for_one_reason_are_one_note() {
    List<Table.Column> columns = new ArrayList<>();
    for (int c = 0; c < 10_000; c++) {
      columns.add(numbers("c" + c, 3, 3));
    }
    columns.add(numbers("x", 1, 2));
    columns.add(texts("y", "a", "b"));
    assertThat(learn(new Table("wide.csv", columns)).notes())
        .containsExactly(
            "columns 'c0', 'c1', 'c2', 'c3', 'c4' and 9995 more left out: the same value in every"
                + " row");
  }

  @Test
  void a_shuffled_row_counter_is_left_out_and_near_ones_are_kept() {
    double[] counter = IntStream.range(0, 21).mapToDouble(i -> (i * 5) % 21 - 4).toArray();
    double[] gap = counter.clone();
    gap[3] = 40;
    double[] twice = counter.clone();
    twice[3] = twice[4];
    double[] half = counter.clone();
    half[3] += 0.5;
    double[] hole = counter.clone();
    hole[3] = Double.NaN;
    double[] few = IntStream.range(0, 20).asDoubleStream().toArray();
    Table table =
        table(
            numbers("counter", counter),
            numbers("gap", gap),
            numbers("twice", twice),
            numbers("half", half),
            numbers("hole", hole),
            texts("y", 21, i -> "k" + i % 2));
    assertThat(learn(table).notes()).containsExactly("column 'counter' left out: counts the rows");
    assertThat(learn(withLabel(table(numbers("few", few)))).notes()).isEmpty();
  }

  @Test
  void a_single_value_with_missing_cells_is_kept() {
    Table table =
        table(texts("c", "x", "", "x"), numbers("d", 5, Double.NaN, 5), texts("y", "a", "b", "a"));
    assertThat(encode(table)).containsExactly(1, 5, NAN, NAN, 1, 5);
  }

  @Test
  void refuses_a_table_without_a_usable_column() {
    assertThatThrownBy(() -> learn(table(numbers("a", 1, 1), texts("y", "a", "b"))))
        .hasMessage(
            "train.csv: no column left to learn from: column 'a' left out: the same value in every"
                + " row");
    assertThatThrownBy(() -> learn(table(texts("y", "a", "b"))))
        .hasMessage("train.csv: no column left to learn from, there is only the label");
    assertThatThrownBy(() -> learn(table(numbers("a"), texts("y"))))
        .hasMessage("train.csv: no rows, expected at least one");
  }

  @Test
  void refuses_a_label_or_ignored_column_that_is_not_there() {
    Table table = table(numbers("age", 1, 2), texts("income", "a", "b"));
    assertThatThrownBy(() -> FeatureEncoder.learn(table, "incom", Set.of()))
        .hasMessage("train.csv: no column 'incom', did you mean 'income'?");
    assertThatThrownBy(() -> FeatureEncoder.learn(table, "income", Set.of("id")))
        .hasMessage("train.csv: no column 'id', there are 'age', 'income'");
  }

  @Test
  void finds_columns_by_name_in_another_table() {
    FeatureEncoder encoder =
        learn(table(numbers("a", 1, 2), texts("b", "u", "v"), numbers("y", 0, 1)));
    // two distinct texts in two rows are ids, so b was left out
    assertThat(encoder.schema().columns()).containsExactly(new NumberColumn("a"));
    Table test = new Table("test.csv", List.of(texts("extra", "z"), numbers("a", 7)));
    assertThat(encoder.encode(test).values()).containsExactly(7);
    assertThatThrownBy(() -> encoder.encode(new Table("test.csv", List.of(numbers("A", 7)))))
        .hasMessage("test.csv: no column 'a', did you mean 'A'?");
  }

  @Test
  void texts_where_training_had_numbers_are_parsed_or_refused_with_their_row() {
    FeatureEncoder encoder = new FeatureEncoder(Schema.numbers(List.of("age")));
    Table good = table(texts("age", "1", "2.5", "NA", " 3 ", "true", "-1e3"));
    assertThat(encoder.encode(good).values()).containsExactly(1, 2.5f, NAN, 3, 1, -1000);
    assertThatThrownBy(
            () -> encoder.encode(new Table("test.csv", List.of(texts("age", "1", "old", "x")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("test.csv row 2: column 'age' expected a number, got 'old'");
  }

  @Test
  void numbers_where_training_had_texts_are_compared_by_their_text() {
    FeatureEncoder encoder =
        new FeatureEncoder(
            new Schema(
                List.of(new CategoryColumn("c", Coding.INDICATORS, List.of("1", "2.5", "x")))));
    Table test = new Table("test.csv", List.of(numbers("c", 1, 2.5, 3, Double.NaN)));
    assertThat(encoder.encode(test).values())
        .containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 0, NAN, NAN, NAN);
  }

  @Test
  void says_when_no_value_of_a_category_is_known() {
    FeatureEncoder encoder =
        new FeatureEncoder(
            new Schema(List.of(new CategoryColumn("c", Coding.INDICATORS, List.of("yes", "no")))));
    List<String> notes = new ArrayList<>();
    encoder.encode(new Table("test.csv", List.of(numbers("c", 1, 0))), notes::add);
    assertThat(notes)
        .containsExactly("test.csv: no value of column 'c' was seen in training, the first is '1'");
    notes.clear();
    encoder.encode(new Table("test.csv", List.of(texts("c", "", "NA"))), notes::add);
    encoder.encode(new Table("test.csv", List.of(texts("c", "new", "no"))), notes::add);
    assertThat(notes).isEmpty();
  }

  @Test
  void refuses_numbers_beyond_float32() {
    for (double value : new double[] {Double.POSITIVE_INFINITY, -1e39}) {
      Table table = table(numbers("a", 1, value), texts("y", "n", "p"));
      assertThatThrownBy(() -> encode(table))
          .hasMessage(
              "train.csv row 2: column 'a' is "
                  + value
                  + ", allowed are numbers within ±3.4e38 (float32) and empty");
    }
  }

  @Test
  void agrees_with_the_schema_row_by_row() {
    Random random = new Random(11);
    int rows = 200;
    double[] numbers = random.doubles(rows, -5, 5).toArray();
    numbers[7] = Double.NaN;
    Table table =
        table(
            numbers("n", numbers),
            texts("two", rows, i -> i % 11 == 0 ? "" : "l" + random.nextInt(2)),
            texts("few", rows, i -> i % 13 == 0 ? "?" : "l" + random.nextInt(9)),
            texts("many", rows, i -> i % 17 == 0 ? "NA" : "l" + random.nextInt(60)),
            texts("y", rows, i -> "k" + i % 2));
    FeatureEncoder encoder = learn(table);
    Matrix encoded = encoder.encode(table);
    float[] row = new float[encoded.columns()];
    for (int i = 0; i < rows; i++) {
      Map<String, Object> named = new java.util.HashMap<>();
      for (Table.Column column : table.columns()) {
        named.put(
            column.name(),
            column instanceof Table.Numbers n ? (Object) n.values()[i] : column.text(i));
      }
      encoder.schema().encode(named, row);
      assertThat(encoded.select(new int[] {i}).values()).containsExactly(row);
    }
  }
}
