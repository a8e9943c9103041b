package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Table;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MungeTest {
  private static final int ROWS = 400;

  /** Two clouds far apart, each with words, whole numbers and gaps of its own. */
  private static Table clouds() {
    Random random = new Random(1);
    double[] place = new double[ROWS];
    double[] count = new double[ROWS];
    double[] gaps = new double[ROWS];
    Table.TextsBuilder words = new Table.TextsBuilder(ROWS);
    for (int i = 0; i < ROWS; i++) {
      boolean far = i % 2 == 1;
      place[i] = (far ? 100 : 0) + random.nextGaussian();
      count[i] = (far ? 50 : 0) + random.nextInt(10);
      gaps[i] = random.nextInt(4) == 0 ? Double.NaN : random.nextDouble();
      words.add(random.nextInt(5) == 0 ? null : (far ? "far" : "near") + random.nextInt(3));
    }
    return new Table(
        "clouds",
        List.of(
            new Table.Numbers("place", place),
            new Table.Numbers("count", count),
            new Table.Numbers("gaps", gaps),
            words.build("words")));
  }

  private static double[] numbers(Table table, String column) {
    return ((Table.Numbers) table.column(column)).values();
  }

  private final Table real = clouds();
  private final Munge munge = new Munge(real, 7);
  private final Table made = munge.rows(0, 10 * ROWS);

  @Test
  void makes_new_rows_of_one_cloud_each() {
    double[] place = numbers(made, "place");
    double[] count = numbers(made, "count");
    Table.Column words = made.column("words");
    for (int i = 0; i < made.rows(); i++) {
      boolean far = place[i] > 50;
      assertThat(count[i] > 30).as("row %s", i).isEqualTo(far);
      String word = words.text(i);
      assertThat(word == null || word.startsWith(far ? "far" : "near")).as("row %s", i).isTrue();
      assertThat(munge.source(i) % 2 == 1).isEqualTo(far);
      assertThat(munge.partner(i) % 2 == 1).isEqualTo(far);
      assertThat(munge.partner(i)).isNotEqualTo(munge.source(i));
    }
    Set<Double> seen = new HashSet<>();
    for (double value : numbers(real, "place")) {
      seen.add(value);
    }
    assertThat(Arrays.stream(place).filter(p -> !seen.contains(p)).count())
        .isBetween(4L * ROWS, 6L * ROWS);
  }

  @Test
  void whole_numbers_stay_whole_and_all_stay_in_the_range_seen() {
    for (double value : numbers(made, "count")) {
      assertThat(value).isEqualTo(Math.rint(value));
    }
    for (String column : List.of("place", "count", "gaps")) {
      double low =
          Arrays.stream(numbers(real, column)).filter(v -> !Double.isNaN(v)).min().orElseThrow();
      double high =
          Arrays.stream(numbers(real, column)).filter(v -> !Double.isNaN(v)).max().orElseThrow();
      for (double value : numbers(made, column)) {
        assertThat(Double.isNaN(value) ? low : value).isBetween(low, high);
      }
    }
  }

  @Test
  void as_many_cells_are_missing_as_in_the_data() {
    double expected =
        Arrays.stream(numbers(real, "gaps")).filter(Double::isNaN).count() / (double) ROWS;
    double got =
        Arrays.stream(numbers(made, "gaps")).filter(Double::isNaN).count() / (double) made.rows();
    assertThat(got).isBetween(expected - 0.05, expected + 0.05);
    assertThat(numbers(made, "place")).doesNotContain(Double.NaN);
  }

  @Test
  void rows_are_the_same_whatever_they_are_asked_with() {
    Table some = munge.rows(1_000, 50);
    for (String column : List.of("place", "count", "gaps")) {
      assertThat(numbers(some, column))
          .containsExactly(Arrays.copyOfRange(numbers(made, column), 1_000, 1_050));
    }
    assertThat(numbers(new Munge(real, 7).rows(1_000, 50), "place"))
        .containsExactly(numbers(some, "place"));
    assertThat(numbers(new Munge(real, 8).rows(1_000, 50), "place"))
        .isNotEqualTo(numbers(some, "place"));
  }

  @Test
  void draws_of_rows_in_a_row_have_nothing_in_common() {
    double[] place = numbers(made, "place");
    double[] noise = new double[place.length];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = place[i] - numbers(real, "place")[munge.source(i)];
    }
    double product = 0;
    double square = 0;
    for (int i = 0; i + ROWS < noise.length; i++) {
      product += noise[i] * noise[i + 1];
      square += noise[i] * noise[i];
    }
    assertThat(product / square).isBetween(-0.1, 0.1);
  }

  @Test
  void neighbours_are_the_nearest() {
    double[] line = new double[3_000];
    Arrays.setAll(line, i -> i);
    int[] nearest = Neighbours.of(new Table("line", List.of(new Table.Numbers("x", line))), 4, 1);
    for (int i = 2; i < line.length - 2; i++) {
      assertThat(Arrays.copyOfRange(nearest, 4 * i, 4 * i + 4))
          .containsExactlyInAnyOrder(i - 2, i - 1, i + 1, i + 2);
    }
  }

  @Test
  void one_row_has_no_neighbour() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Munge(real.rows(0, 1), 1))
        .withMessage("clouds: 1 rows, expected at least two to make others of");
    assertThat(new Munge(real.rows(0, 2), 1).rows(0, 9).rows()).isEqualTo(9);
  }
}
