package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static final List<String> CLASSES = List.of("no", "yes");

  /** Answers from the first column, and notes what it was asked. */
  private static final class Fake implements TeacherModel {
    private final DoubleFunction<double[]> row;
    private final List<List<String>> asked = new ArrayList<>();

    Fake(DoubleFunction<double[]> row) {
      this.row = row;
    }

    @Override
    public String description() {
      return "fake";
    }

    @Override
    public void check(Table rows, List<String> classes) {
      assertThat(classes).isEqualTo(CLASSES);
    }

    @Override
    public double[] probabilities(Table rows, List<String> classes) {
      asked.add(rows.columns().stream().map(Table.Column::name).toList());
      Table.Numbers first = (Table.Numbers) rows.columns().get(0);
      List<Double> all = new ArrayList<>();
      for (double value : first.values()) {
        for (double p : row.apply(value)) {
          all.add(p);
        }
      }
      return all.stream().mapToDouble(p -> p).toArray();
    }

    @Override
    public void close() {}
  }

  private static Table table(int rows, String... names) {
    float[][] values = new float[rows][names.length];
    for (int i = 0; i < rows; i++) {
      values[i][0] = i;
    }
    return Table.of("t.csv", List.of(names), values);
  }

  private static double[] sure(double value) {
    double p = value / 10_000;
    return new double[] {1 - p, p};
  }

  @Test
  void batches_are_put_together_in_the_order_of_the_rows() {
    List<Long> progress = new ArrayList<>();
    Fake fake = new Fake(AnswersTest::sure);
    Answers answers = new Answers(List.of(fake), progress::add);
    double[] given = answers.of(table(9_000, "a", "b"), CLASSES);
    for (int i = 0; i < 9_000; i++) {
      assertThat(given[2 * i + 1]).isCloseTo(i / 10_000.0, within(1e-12));
    }
    assertThat(fake.asked).hasSizeGreaterThan(1);
    assertThat(progress).hasSameSizeAs(fake.asked).isSorted().endsWith(9_000L);
    assertThat(answers.rows()).isEqualTo(9_000);
    assertThat(answers.rowsPerSecond()).isPositive();
  }

  @Test
  void of_several_teachers_the_mean_counts() {
    Fake no = new Fake(x -> new double[] {1, 0});
    Fake half = new Fake(x -> new double[] {0.5, 0.5});
    double[] given = new Answers(List.of(no, half), n -> {}).of(table(2, "a"), CLASSES);
    assertThat(given).containsExactly(0.75, 0.25, 0.75, 0.25);
  }

  @Test
  void further_tables_are_asked_about_in_the_columns_of_the_first() {
    Fake fake = new Fake(AnswersTest::sure);
    Answers answers = new Answers(List.of(fake), n -> {});
    answers.of(table(3, "a", "b"), CLASSES);
    answers.of(table(3, "c", "b", "a"), CLASSES);
    assertThat(fake.asked).containsExactly(List.of("a", "b"), List.of("a", "b"));
    assertThatThrownBy(() -> answers.of(table(3, "a", "c"), CLASSES))
        .hasMessageContaining("no column 'b'");
  }

  @Test
  void a_lying_teacher_is_found_out_by_row() {
    assertRefused(x -> new double[] {x == 5_000 ? Double.NaN : 0.5, 0.5}, "fake row 5001");
    assertRefused(x -> new double[] {x == 17 ? 0.9 : 0.5, 0.5}, "fake row 18: sums to 1.4");
    assertRefused(x -> new double[] {0.2, 0.3, 0.5}, "answered 4096 rows with 12288 numbers");
  }

  private static void assertRefused(DoubleFunction<double[]> row, String words) {
    Answers answers = new Answers(List.of(new Fake(row)), n -> {});
    assertThatThrownBy(() -> answers.of(table(6_000, "a"), CLASSES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }
}
