package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final List<String> TEXTS =
      List.of("Oslo", "Århus", "東京", "Rome", "yes", "no", "smith", "nurse", "", "NA", "?", "null");

  @Test
  void a_row_has_the_features_that_a_map_has_bit_for_bit() {
    StudentFile student = Students.boosted();
    Schema schema = student.schema();
    Row row = student.row();
    for (long seed : Seeds.of(200).toArray()) {
      Random random = new Random(seed);
      Map<String, @Nullable Object> map = new HashMap<>();
      if (random.nextBoolean()) {
        row.reset();
      } else {
        schema.columns().forEach(column -> row.missing(column.name()));
      }
      for (int c = 0; c < schema.columns().size(); c++) {
        String name = schema.columns().get(c).name();
        if (random.nextInt(5) > 0) {
          put(row, c, random.nextBoolean() ? name : null, schema.isNumber(c), random, name, map);
        }
      }
      float[] expected = new float[schema.features()];
      schema.encode(map, expected);
      float[] features = new float[schema.features() + 1];
      row.copyTo(features, 1);
      for (int j = 0; j < expected.length; j++) {
        assertThat(Float.floatToRawIntBits(features[j + 1]))
            .as(Seeds.repeat(RowTest.class, seed) + " feature " + j)
            .isEqualTo(Float.floatToRawIntBits(expected[j]));
      }
      double[] probabilities = new double[3];
      student.score(row, probabilities);
      Prediction prediction = student.score(map);
      assertThat(probabilities).isEqualTo(values(prediction, student));
      assertThat(student.classes().get(student.predict(row))).isEqualTo(prediction.label());
    }
  }

  private static void put(
      Row row,
      int column,
      @Nullable String byName,
      boolean number,
      Random random,
      String name,
      Map<String, @Nullable Object> map) {
    switch (random.nextInt(4)) {
      case 0 -> {
        double value = random.nextInt(6) == 0 ? Double.NaN : random.nextGaussian() * 1e20;
        Row same = byName == null ? row.set(column, value) : row.set(byName, value);
        assertThat(same).isSameAs(row);
        map.put(name, value);
      }
      case 1 -> {
        long value = random.nextLong() >> random.nextInt(60);
        Row same = byName == null ? row.set(column, value) : row.set(byName, value);
        assertThat(same).isSameAs(row);
        map.put(name, value);
      }
      case 2 -> {
        Object value = number ? random.nextBoolean() : TEXTS.get(random.nextInt(TEXTS.size()));
        Row same = byName == null ? row.set(column, value) : row.set(byName, value);
        assertThat(same).isSameAs(row);
        map.put(name, value);
      }
      default -> {
        String text = number ? random.nextBoolean() ? " 1e3 " : "NA" : null;
        Row same = byName == null ? row.set(column, text) : row.set(byName, text);
        assertThat(same).isSameAs(row);
        map.put(name, text);
      }
    }
  }

  private static double[] values(Prediction prediction, StudentFile student) {
    return student.classes().stream()
        .mapToDouble(name -> prediction.probabilities().get(name))
        .toArray();
  }

  @Test
  void a_number_for_a_category_is_a_text() {
    Schema schema =
        new Schema(
            List.of(
                new Schema.CategoryColumn(
                    "code", Schema.Coding.FREQUENCY_RANK, List.of("7", "7.0", "true"))));
    Row row = new Row(schema);
    float[] rank = new float[1];
    row.set("code", 7).copyTo(rank, 0);
    assertThat(rank).containsExactly(0);
    row.set("code", 7.0).copyTo(rank, 0);
    assertThat(rank).containsExactly(1);
    row.set("code", true).copyTo(rank, 0);
    assertThat(rank).containsExactly(2);
    row.set("code", 8).copyTo(rank, 0);
    assertThat(rank).containsExactly(3);
    row.missing(row.column("code")).copyTo(rank, 0);
    assertThat(rank).containsExactly(Float.NaN);
  }

  @Test
  void a_name_that_is_no_column_is_refused_with_those_there_are() {
    Row row = Students.boosted().row();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> row.set("Age", 41))
        .withMessage("no column 'Age'; there are: age, city, smoker, job, height in cm");
    assertThatIllegalArgumentException().isThrownBy(() -> row.missing("Age"));
    assertThatIllegalArgumentException().isThrownBy(() -> row.column(""));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> row.set(5, 1.0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> row.missing(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> row.set("age", "old"))
        .withMessage("column 'age': expected a number, got 'old'");
  }

  @Test
  void a_row_of_another_student_is_refused_unless_its_columns_are_the_same() throws Exception {
    StudentFile student = Students.boosted();
    StudentFile other = StudentFile.load(Students.joint().toBytes());
    double[] probabilities = new double[3];
    student.score(other.row(), probabilities);
    Row strange = new Row(Students.numbers(student.schema().features()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> student.score(strange, probabilities))
        .withMessage("the row has other columns than the student reads");
    assertThatIllegalArgumentException().isThrownBy(() -> student.predict(strange));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> student.score(student.row(), new double[2]));
  }

  @Test
  void filling_and_scoring_a_row_allocates_nothing() {
    for (StudentFile student : Students.each()) {
      Row row = student.row();
      int height = row.column("height in cm");
      double[] probabilities = new double[student.classes().size()];
      int[] sum = new int[1];
      Allocation.none(
          () -> {
            for (int i = 0; i < 1000; i++) {
              row.reset()
                  .set("age", i)
                  .set("city", TEXTS.get(i % TEXTS.size()))
                  .set("job", "smith")
                  .set(height, 1.5 * i)
                  .missing("smoker");
              student.score(row, probabilities);
              sum[0] += student.predict(row);
            }
          });
    }
  }
}
