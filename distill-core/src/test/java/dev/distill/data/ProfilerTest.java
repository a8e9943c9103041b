package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.Profile;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProfilerTest {
  @Test
  void bins_of_a_continuous_column_hold_a_twentieth_each_and_no_raw_value() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[20_000];
    Set<Float> raw = new HashSet<>();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1000 * random.nextGaussian());
      raw.add(values[i]);
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    Profile.Numbers numbers = Profiler.numbers(values, 20);
    assertThat(numbers.cuts()).hasSizeBetween(18, 20);
    assertThat(Arrays.stream(numbers.counts()).max().orElseThrow()).isLessThan(1300);
    assertThat(Arrays.stream(numbers.counts()).sum()).isEqualTo(20_000);
    for (float cut : numbers.cuts()) {
      assertThat(cut).isEqualTo(10 * Math.round(cut / 10)).isLessThan(largest - 100);
      assertThat(raw).doesNotContain(cut);
    }
  }

  @Test
  void a_value_that_many_rows_share_has_a_bin_of_its_own() {
    float[] values = new float[1000];
    Arrays.fill(values, 0, 600, 0);
    Arrays.fill(values, 600, 900, 1);
    Arrays.fill(values, 900, 990, Float.NaN);
    Arrays.fill(values, 990, 1000, 77);
    Profile.Numbers numbers = Profiler.numbers(values, 20);
    assertThat(numbers.missing()).isEqualTo(90);
    assertThat(numbers.counts()[numbers.bin(0)]).isEqualTo(600);
    assertThat(numbers.counts()[numbers.bin(-0.0)]).isEqualTo(600);
    assertThat(numbers.counts()[numbers.bin(0.5)]).isZero();
    assertThat(numbers.counts()[numbers.bin(1)]).isEqualTo(300);
    assertThat(numbers.counts()[numbers.bin(-1)]).isZero();
    assertThat(numbers.counts()[numbers.bin(77)]).isEqualTo(10);
    assertThat(Profiler.numbers(new float[] {3, 3, 3}, 20).counts()).containsExactly(0);
    assertThat(Profiler.numbers(new float[] {Float.NaN}, 20).missing()).isEqualTo(1);
  }

  @Test
  void fewer_than_five_are_not_told() {
    float[] values = new float[100];
    Arrays.fill(values, 0, 97, 1);
    Arrays.fill(values, 97, 100, 5);
    Profile.Numbers numbers = Profiler.numbers(values, 20);
    assertThat(numbers.counts()[numbers.bin(5)]).isZero();
    assertThat(Arrays.stream(numbers.counts()).filter(count -> count > 0 && count < 5)).isEmpty();
  }

  @Test
  void levels_are_counted_from_their_codes() {
    List<Table.Column> columns = new ArrayList<>();
    Table.TextsBuilder three = new Table.TextsBuilder(100);
    Table.TextsBuilder two = new Table.TextsBuilder(100);
    Table.TextsBuilder label = new Table.TextsBuilder(100);
    for (int i = 0; i < 100; i++) {
      three.add(i < 50 ? "a" : i < 90 ? "b" : i < 97 ? null : "c");
      two.add(i % 10 == 0 ? null : i % 2 == 0 ? "x" : "y");
      label.add(i % 3 == 0 ? "0" : "1");
    }
    columns.add(three.build("three"));
    columns.add(two.build("two"));
    columns.add(label.build("label"));
    Table table = new Table("t", columns);
    Dataset rows = Dataset.of(table, "label", FeatureEncoder.learn(table, "label", Set.of()));
    List<Profile.Column> profile = Profiler.columns(rows);
    Profile.Levels first = (Profile.Levels) profile.get(0);
    assertThat(first.counts()).containsExactly(50, 40, 0); // of c there are three
    assertThat(first.missing()).isEqualTo(7);
    Profile.Levels second = (Profile.Levels) profile.get(1);
    assertThat(second.counts()).containsExactly(50, 40);
    assertThat(second.missing()).isEqualTo(10);
  }

  @Test
  void probabilities_are_of_the_second_of_two_classes_or_of_each_of_some() {
    assertThat(Profiler.probabilities(new double[200], 2)).hasSize(1);
    assertThat(Profiler.probabilities(new double[300], 3)).hasSize(3);
    assertThat(Profiler.probabilities(new double[2100], 21)).isEmpty();
  }
}
