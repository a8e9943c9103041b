package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final float NAN = Float.NaN;

  // age | city: Oslo, Århus, 東京 | smoker: no, yes | job: nurse, smith, "" | height in cm
  private static float[] encode(Map<String, ? extends @Nullable Object> row) {
    float[] features = new float[Students.SCHEMA.features()];
    Arrays.fill(features, 99);
    Students.SCHEMA.encode(row, features);
    return features;
  }

  @Test
  void a_row_of_names_becomes_features() {
    Map<String, Object> row =
        Map.of("age", 41, "city", "Århus", "smoker", "yes", "job", "smith", "height in cm", 180.5);
    assertThat(encode(row)).containsExactly(41, 0, 1, 0, 1, 1, 180.5f);
    assertThat(Students.SCHEMA.featureNames())
        .containsExactly(
            "age", "city=Oslo", "city=Århus", "city=東京", "smoker=yes", "job", "height in cm");
  }

  @Test
  void what_is_missing_is_nan() {
    float[] missing = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    assertThat(encode(Map.of())).containsExactly(missing);
    Map<String, @Nullable Object> nulls = new HashMap<>();
    nulls.put("age", null);
    nulls.put("city", null);
    assertThat(encode(nulls)).containsExactly(missing);
    for (String text : Schema.MISSING) {
      Map<String, String> row = new HashMap<>();
      for (Schema.Column column : Students.SCHEMA.columns()) {
        row.put(column.name(), text);
      }
      assertThat(encode(row)).as(text).containsExactly(missing);
    }
    assertThat(encode(Map.of("age", Double.NaN))).containsExactly(missing);
    assertThat(encode(Map.of("age", "  "))).containsExactly(missing);
  }

  @Test
  void levels_that_training_did_not_see() {
    assertThat(encode(Map.of("city", "Bergen", "smoker", "maybe", "job", "pilot")))
        .containsExactly(NAN, 0, 0, 0, NAN, 3, NAN);
  }

  @Test
  void unknown_names_are_ignored() {
    assertThat(encode(Map.of("age", 1, "shoe size", "large")))
        .containsExactly(1, NAN, NAN, NAN, NAN, NAN, NAN);
  }

  @Test
  void numbers_come_as_numbers_texts_or_booleans() {
    for (Object one :
        new Object[] {
          1, 1L, 1f, 1.0, (short) 1, new BigDecimal("1.00"), "1", " 1 ", "1.0", "1e0", "+1", true
        }) {
      assertThat(encode(Map.of("age", one))[0]).as("%s", one).isEqualTo(1);
    }
    assertThat(encode(Map.of("age", false))[0]).isZero();
    assertThat(encode(Map.of("age", "-Infinity"))[0]).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(encode(Map.of("age", 1e300))[0]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(encode(Map.of("age", 0.1))[0]).isEqualTo(0.1f);
  }

  @Test
  void texts_in_a_numeric_column_are_refused_with_its_name() {
    for (String text : new String[] {"tall", "1,5", "1f", "2d", "0x", "1 2", "true", "é"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> encode(Map.of("height in cm", text)))
          .withMessage("column 'height in cm': expected a number, got '" + text + "'");
    }
  }

  @Test
  void booleans_and_numbers_are_levels_by_their_text() {
    Schema schema =
        new Schema(
            List.of(
                new CategoryColumn("flag", Coding.INDICATORS, List.of("false", "true")),
                new CategoryColumn("code", Coding.FREQUENCY_RANK, List.of("7", "12"))));
    float[] features = new float[2];
    schema.encode(Map.of("flag", true, "code", 12), features);
    assertThat(features).containsExactly(1, 1);
  }

  @Test
  void a_single_level_is_an_indicator() {
    CategoryColumn column = new CategoryColumn("c", Coding.INDICATORS, List.of("only"));
    Schema schema = new Schema(List.of(column));
    float[] features = new float[1];
    schema.encode(Map.of("c", "only"), features);
    assertThat(features).containsExactly(1);
    schema.encode(Map.of("c", "other"), features);
    assertThat(features).containsExactly(0);
    schema.encode(Map.of(), features);
    assertThat(features).containsExactly(NAN);
  }

  @Test
  void what_is_no_schema_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Schema(List.of()))
        .withMessage("a schema needs at least one column, got none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schema.numbers(List.of("a", "b", "a")))
        .withMessage("column 'a' stands twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CategoryColumn("c", Coding.INDICATORS, List.of()))
        .withMessage("category column 'c' has no levels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CategoryColumn("c", Coding.INDICATORS, List.of("x", "x")))
        .withMessage("category column 'c' has a level twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Students.SCHEMA.encode(Map.of(), new float[6]))
        .withMessage("expected room for 7 features, got 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Students.SCHEMA.encodeCategory(0, "x", new float[7], 0))
        .withMessage("column 'age' is no category");
  }

  @Test
  void encodes_into_the_middle_of_an_array() {
    float[] rows = new float[14];
    Students.SCHEMA.encodeNumber(0, 5, rows, 7);
    Students.SCHEMA.encodeCategory(1, "Oslo", rows, 7);
    assertThat(Arrays.copyOfRange(rows, 7, 11)).containsExactly(5, 1, 0, 0);
    assertThat(Students.SCHEMA.offset(4)).isEqualTo(6);
  }

  @Test
  void schemas_of_the_same_columns_are_equal() {
    assertThat(Students.numbers(2)).isEqualTo(Students.numbers(2));
    assertThat(Students.numbers(2)).hasSameHashCodeAs(Students.numbers(2));
    assertThat(Students.numbers(2)).isNotEqualTo(Students.numbers(3));
    assertThat(new NumberColumn("a")).isEqualTo(new NumberColumn("a"));
  }
}
