package dev.distill.data;

import static dev.distill.data.FeatureEncoderTest.numbers;
import static dev.distill.data.FeatureEncoderTest.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DatasetTest {

  private static Dataset dataset(Table.Column label) {
    Table.Column x =
        numbers("x", IntStream.range(0, label.rows()).mapToDouble(i -> i * 0.5).toArray());
    Table table = new Table("train.csv", List.of(x, label));
    return Dataset.of(table, "y", FeatureEncoder.learn(table, "y", Set.of()));
  }

  private static Dataset more(Dataset known, Table.Column label) {
    Table.Column x = numbers("x", new double[label.rows()]);
    return known.more(new Table("test.csv", List.of(x, label)), note -> {});
  }

  @Test
  void classes_that_are_numbers_stand_in_their_order() {
    Dataset dataset = dataset(texts("y", "10", "2", "1", "10"));
    assertThat(dataset.classes()).containsExactly("1", "2", "10");
    assertThat(dataset.labels()).containsExactly(2, 1, 0, 2);
  }

  @Test
  void classes_that_are_texts_stand_in_the_order_of_texts() {
    Dataset dataset = dataset(texts("y", ">50K", "<=50K", "10"));
    assertThat(dataset.classes()).containsExactly("10", "<=50K", ">50K");
  }

  @Test
  void a_number_label_is_written_without_a_point() {
    assertThat(dataset(numbers("y", 1, 0, 1)).classes()).containsExactly("0", "1");
    assertThat(dataset(numbers("y", 0.5, 1, 1)).classes()).containsExactly("0.5", "1");
  }

  @Test
  void a_class_of_one_row_works() {
    assertThat(dataset(texts("y", "a", "a", "b")).labels()).containsExactly(0, 0, 1);
  }

  @Test
  void refuses_a_missing_label_with_its_row() {
    assertThatThrownBy(() -> dataset(texts("y", "a", "b", "")))
        .hasMessage("train.csv row 3: the label in column 'y' is missing, expected a class");
  }

  @Test
  void refuses_one_class_and_too_many() {
    assertThatThrownBy(() -> dataset(texts("y", "a", "a")))
        .hasMessage("train.csv: label column 'y' has only one class ('a'), expected at least two");
    assertThatThrownBy(
            () -> dataset(numbers("y", IntStream.range(0, 50).asDoubleStream().toArray())))
        .hasMessage(
            "train.csv: label column 'y' has 50 different values in 50 rows, expected at most 1000"
                + " classes, each in more than one row; is it the column to predict? Numbers are cut into"
                + " ranges first");
  }

  @Test
  void more_rows_have_the_same_classes_and_one_may_be_absent() {
    Dataset train = dataset(texts("y", "a", "b", "c"));
    Dataset test = more(train, texts("y", "c", "a"));
    assertThat(test.classes()).isEqualTo(train.classes());
    assertThat(test.labels()).containsExactly(2, 0);
    assertThatThrownBy(() -> more(train, texts("y", "a", "d")))
        .hasMessage(
            "test.csv row 2: label 'd' is not a class of the training rows, allowed are 'a', 'b',"
                + " 'c'");
  }

  @Test
  void labels_of_more_rows_may_be_written_otherwise() {
    assertThat(more(dataset(texts("y", "0", "1")), texts("y", "1.0", "0")).labels())
        .containsExactly(1, 0);
    assertThat(more(dataset(texts("y", "True", "False")), texts("y", "true", "false")).labels())
        .containsExactly(1, 0);
    assertThat(more(dataset(texts("y", "a", "b")), texts("y", " b")).labels()).containsExactly(1);
  }

  @Test
  void from_arrays() {
    Dataset dataset =
        Dataset.of(List.of("u", "v"), new float[][] {{1, 2}, {3, Float.NaN}}, List.of("no", "yes"));
    assertThat(dataset.features().values()).containsExactly(1, 2, 3, Float.NaN);
    assertThat(dataset.classes()).containsExactly("no", "yes");
    assertThat(dataset.schema().featureNames()).containsExactly("u", "v");
  }

  @Test
  void select_keeps_schema_and_classes() {
    Dataset dataset = dataset(texts("y", "a", "b", "c")).select(new int[] {2, 0});
    assertThat(dataset.labels()).containsExactly(2, 0);
    assertThat(dataset.features().values()).containsExactly(1f, 0f);
    assertThat(dataset.classes()).hasSize(3);
  }

  @Test
  void a_table_checks_its_shape() {
    List<Table.Column> uneven = List.of(numbers("a", 1), numbers("b", 1, 2));
    assertThatThrownBy(() -> new Table("t", uneven))
        .hasMessage("t: column 'b' has 2 rows, expected 1");
    List<Table.Column> twice = List.of(numbers("a", 1), numbers("a", 2));
    assertThatThrownBy(() -> new Table("t", twice))
        .hasMessage("t: column 'a' stands twice, expected one of each name");
    assertThatThrownBy(() -> Table.of("t", List.of("a"), new float[][] {{1}, {1, 2}}))
        .hasMessage("t row 2: 2 values, expected 1");
    assertThatThrownBy(() -> new Table.Texts("c", new int[] {0, 2}, List.of("a", "b")))
        .hasMessage("column 'c' row 2: code 2, allowed -1 to 1");
  }

  @Test
  void builders_grow() {
    Table.NumbersBuilder numbers = new Table.NumbersBuilder(0);
    Table.TextsBuilder texts = new Table.TextsBuilder(0);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      numbers.add(i);
      texts.add("v" + i % 3);
      expected.add("v" + i % 3);
    }
    assertThat(numbers.build("n").values()).hasSize(1000).endsWith(998, 999);
    Table.Texts built = texts.build("t");
    assertThat(IntStream.range(0, 1000).mapToObj(built::text)).isEqualTo(expected);
    assertThat(built.levels()).containsExactly("v0", "v1", "v2");
  }
}
