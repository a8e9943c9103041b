package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.data.Dataset;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DisagreementTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.NumberColumn("size"),
              new Schema.CategoryColumn(
                  "hue", Schema.Coding.INDICATORS, List.of("red", "green", "blue")),
              new Schema.CategoryColumn("wet", Schema.Coding.INDICATORS, List.of("no", "yes")),
              new Schema.CategoryColumn("city", Schema.Coding.FREQUENCY_RANK, List.of("A", "B"))));

  private static final float[] ROWS = {
    1.1f, 0, 1, 0, 1, 1, 3, 0, 0, 0, Float.NaN, 2, Float.NaN, Float.NaN, Float.NaN, Float.NaN, 0, 0
  };

  private static Dataset test() {
    return new Dataset(
        SCHEMA, new Matrix(ROWS, 3, 6), new int[] {0, 1, 1}, List.of("x", "y"), "label");
  }

  /** Says y where size is 2 and more. */
  private static StudentFile student(boolean covers) {
    TreeEnsemble tree =
        TreeEnsemble.builder(6, new float[2])
            .vectorTree(3)
            .split(0, 0, 2, 1, 2, true)
            .leaf(1, 2, 0)
            .leaf(2, 0, 2)
            .build();
    StudentFile file = new StudentFile(SCHEMA, tree, List.of("x", "y"), "label", 1, ROWS, Map.of());
    return covers ? file.withCovers(ROWS, 3) : file;
  }

  private static List<Disagreement> largest(double[] teacher, boolean covers) {
    double[] answers = new double[6];
    student(covers).score(ROWS, 3, answers);
    return Disagreement.largest(test(), teacher, answers, student(covers));
  }

  @Test
  void the_farthest_row_comes_first_with_what_speaks_for_it() {
    List<Disagreement> rows = largest(new double[] {0.8, 0.2, 0.9, 0.1, 0.6, 0.4}, true);
    Disagreement first = rows.get(0);
    assertThat(first.row()).isEqualTo(1);
    assertThat(first.label()).isEqualTo(1);
    assertThat(first.above()).isEqualTo(1);
    assertThat(first.below()).isZero();
    assertThat(first.classes()).containsExactly(0, 1);
    assertThat(first.teacher()).containsExactly(0.9, 0.1);
    assertThat(first.values().get(0).column()).isEqualTo("size");
    assertThat(first.values().get(0).text()).isEqualTo("3");
    // Base: two rows of three go left. (2 - 0) less the mean of that, for y and against x.
    assertThat(first.values().get(0).contribution()).isBetween(2.6, 2.7);
    assertThat(first.values().get(1).contribution()).isZero();
    assertThat(rows).extracting(Disagreement::kl).isSortedAccordingTo((a, b) -> -a.compareTo(b));
  }

  @Test
  void values_are_told_as_the_data_had_them() {
    List<Disagreement> rows = largest(new double[] {0.1, 0.9, 0.9, 0.1, 0.1, 0.9}, true);
    assertThat(values(rows, 0)).containsEntry("size", "1.1").containsEntry("hue", "green");
    assertThat(values(rows, 0)).containsEntry("wet", "yes").containsEntry("city", "B");
    assertThat(values(rows, 1)).containsEntry("hue", "(other)").containsEntry("city", "(other)");
    assertThat(values(rows, 1)).containsEntry("wet", "null");
    assertThat(values(rows, 2)).containsEntry("size", "null").containsEntry("hue", "null");
    assertThat(values(rows, 2)).containsEntry("wet", "no").containsEntry("city", "A");
  }

  private static Map<String, String> values(List<Disagreement> rows, int row) {
    return rows.stream()
        .filter(r -> r.row() == row)
        .flatMap(r -> r.values().stream())
        .collect(
            java.util.stream.Collectors.toMap(
                Disagreement.Value::column, v -> String.valueOf(v.text())));
  }

  @Test
  void a_student_that_can_not_be_explained_has_the_first_columns() {
    Disagreement first = largest(new double[] {0.8, 0.2, 0.9, 0.1, 0.6, 0.4}, false).get(0);
    assertThat(first.values()).extracting(Disagreement.Value::column).startsWith("size", "hue");
    assertThat(first.values()).allMatch(v -> Double.isNaN(v.contribution()));
  }

  @Test
  void there_are_at_most_twenty_and_none_where_both_say_the_same() {
    double[] same = new double[6];
    student(true).score(ROWS, 3, same);
    assertThat(largest(same, true)).isEmpty();
    int rows = 50;
    float[] features = new float[6 * rows];
    double[] teacher = IntStream.range(0, 2 * rows).mapToDouble(i -> 0.5).toArray();
    Dataset many =
        new Dataset(
            SCHEMA, new Matrix(features, rows, 6), new int[rows], List.of("x", "y"), "label");
    double[] answers = new double[2 * rows];
    student(true).score(features, rows, answers);
    assertThat(Disagreement.largest(many, teacher, answers, student(true))).hasSize(20);
  }
}
