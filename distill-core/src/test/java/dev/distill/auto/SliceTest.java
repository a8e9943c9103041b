package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.spi.Table;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A student that is wrong where it was planted, or nowhere in particular. */
class SliceTest {
  private static final int ROWS = 2_000;

  private final Random random = new Random(3);
  private final double[] age = new double[ROWS];
  private final String[] city = new String[ROWS];
  private final double[] teacher = new double[2 * ROWS];
  private final double[] student = new double[2 * ROWS];
  private final Dataset test = rows();

  private Dataset rows() {
    Table.TextsBuilder cities = new Table.TextsBuilder(ROWS);
    Table.TextsBuilder labels = new Table.TextsBuilder(ROWS);
    for (int i = 0; i < ROWS; i++) {
      age[i] = 18 + random.nextInt(60);
      city[i] = List.of("Oslo", "Bergen", "Narvik").get(random.nextInt(3));
      cities.add(city[i]);
      labels.add(random.nextBoolean() ? "yes" : "no");
    }
    Table table =
        new Table(
            "people",
            List.of(new Table.Numbers("age", age), cities.build("city"), labels.build("label")));
    return Dataset.of(table, "label", FeatureEncoder.learn(table, "label", Set.of()));
  }

  private List<Slice> worst(boolean[] wrong) {
    for (int i = 0; i < ROWS; i++) {
      teacher[2 * i] = 0.3 + 0.4 * random.nextDouble();
      student[2 * i] = teacher[2 * i] + (wrong[i] ? 0.25 : 0.05) * (random.nextBoolean() ? 1 : -1);
      teacher[2 * i + 1] = 1 - teacher[2 * i];
      student[2 * i + 1] = 1 - student[2 * i];
    }
    return Slice.worst(test, teacher, student);
  }

  @Test
  void finds_the_level_that_was_planted() {
    boolean[] wrong = new boolean[ROWS];
    int expected = 0;
    for (int i = 0; i < ROWS; i++) {
      wrong[i] = city[i].equals("Narvik");
      expected += wrong[i] ? 1 : 0;
    }
    List<Slice> worst = worst(wrong);
    assertThat(worst).hasSize(1);
    assertThat(worst.get(0).where()).isEqualTo("city = Narvik");
    assertThat(worst.get(0).rows()).isEqualTo(expected);
    assertThat(worst.get(0).kl()).isGreaterThan(5 * worst.get(0).klElsewhere());
  }

  @Test
  void finds_the_range_that_was_planted() {
    boolean[] wrong = new boolean[ROWS];
    for (int i = 0; i < ROWS; i++) {
      wrong[i] = age[i] >= 70;
    }
    assertThat(worst(wrong)).extracting(Slice::column).containsExactly("age");
    assertThat(worst(wrong).get(0).where()).startsWith("age >= 6");
  }

  @Test
  void says_nothing_where_nothing_stands_out() {
    int found = 0;
    for (int repeat = 0; repeat < 40; repeat++) {
      boolean[] wrong = new boolean[ROWS];
      for (int i = 0; i < ROWS; i++) {
        wrong[i] = random.nextInt(4) == 0;
      }
      found += worst(wrong).isEmpty() ? 0 : 1;
    }
    assertThat(found).isLessThanOrEqualTo(5);
  }
}
