package dev.distill.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.distill.monitor.Report.Finding;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MonitorTest {
  private static final StudentFile STUDENT = Rows.student();

  private static Report report(Rows rows, int count) {
    Monitor monitor = new Monitor(STUDENT, Rules.DEFAULTS);
    Table table = rows.table(count);
    monitor.add(table, Rows.labels(table));
    return monitor.report();
  }

  @Test
  void rows_like_the_training_rows_raise_no_more_alarms_than_they_may() {
    for (int count : new int[] {20, 200, 3000}) {
      int alarms = 0;
      int significant = 0;
      for (int seed = 0; seed < 200; seed++) {
        Report report = report(new Rows(1000 + seed), count);
        alarms += report.state() == State.OK ? 0 : 1;
        significant += report.columns().stream().anyMatch(c -> c.pValue() < report.level()) ? 1 : 0;
      }
      // One in a hundred may; ten of 200 would be five times that.
      assertThat(significant).as("p-values of %s rows", count).isLessThan(10);
      assertThat(alarms).as("findings of %s rows", count).isLessThan(6);
    }
  }

  @Test
  void a_shift_is_found_in_the_column_that_has_it_and_in_the_answers() {
    Rows rows = new Rows(3);
    rows.shift = 1;
    Report report = report(rows, 1000);
    assertThat(report.findings())
        .extracting(Finding::of)
        .contains("column 'size'")
        .doesNotContain("column 'weight'", "column 'colour'", "column 'member'");
    assertThat(report.state()).isEqualTo(State.ALARM);
    ColumnDrift size = report.columns().get(0);
    // The index of two normals a deviation apart is 1, and KS 0.383.
    assertThat(size.psi()).isBetween(0.7, 1.3);
    assertThat(size.ks()).isCloseTo(0.383, within(0.06));
    assertThat(size.ksPValue()).isLessThan(1e-9);
    assertThat(report.scores())
        .filteredOn(score -> score.state() == State.ALARM)
        .extracting(ColumnDrift::name)
        .containsExactly("class", "p_b");
  }

  @Test
  void missing_values_and_unseen_categories_are_found_where_they_are() {
    Rows rows = new Rows(4);
    rows.missing = 0.3;
    rows.unseen = 0.05;
    rows.neither = 0.04;
    Report report = report(rows, 1000);
    assertThat(report.findings())
        .extracting(Finding::of)
        .containsExactlyInAnyOrder("column 'weight'", "column 'colour'", "column 'member'");
    ColumnDrift weight = report.columns().get(1);
    assertThat(weight.missing()).isCloseTo(0.3, within(0.05));
    assertThat(weight.missingIncrease().estimate()).isCloseTo(0.2, within(0.05));
    assertThat(weight.reasons().get(0)).startsWith("missing in ");
    assertThat(report.columns().get(2).unseen()).isCloseTo(0.05, within(0.02));
    ColumnDrift member = report.columns().get(3);
    assertThat(member.unseen()).isCloseTo(0.04, within(0.02));
    assertThat(member.missing()).isZero(); // though two levels are one feature
  }

  @Test
  void fewer_missing_values_than_in_training_are_a_change_too() {
    Rows rows = new Rows(5);
    rows.missing = 0;
    assertThat(report(rows, 2000).findings())
        .extracting(Finding::of)
        .containsExactly("column 'weight'");
  }

  @Test
  void labels_that_no_longer_follow_the_rows_are_found() {
    Report same = report(new Rows(6), 2000);
    Quality quality = Objects.requireNonNull(same.quality());
    assertThat(quality.state()).isEqualTo(State.OK);
    assertThat(quality.rows()).isEqualTo(2000);
    assertThat(quality.calibrationPValue()).isGreaterThan(0.001);
    Rows rows = new Rows(7);
    rows.noise = 0.6;
    Quality worse = Objects.requireNonNull(report(rows, 2000).quality());
    assertThat(worse.state()).isEqualTo(State.ALARM);
    assertThat(worse.logLossIncrease().lower()).isGreaterThan(0.05);
    assertThat(worse.calibrationPValue()).isLessThan(0.001);
    assertThat(worse.accuracy().estimate()).isLessThan(quality.accuracy().lower());
  }

  @Test
  void rows_whose_label_is_not_known_count_for_everything_else() {
    Monitor monitor = new Monitor(STUDENT, Rules.DEFAULTS);
    Table table = new Rows(8).table(500);
    int[] labels = Rows.labels(table);
    Arrays.fill(labels, 100, 500, -1);
    monitor.add(table, labels);
    monitor.add(table, null);
    Report report = monitor.report();
    assertThat(report.rows()).isEqualTo(1000);
    assertThat(Objects.requireNonNull(report.quality()).rows()).isEqualTo(100);
  }

  @Test
  void batches_or_all_at_once_is_the_same() {
    Table table = new Rows(9).table(1000);
    Monitor once = new Monitor(STUDENT, Rules.DEFAULTS);
    once.add(table, null);
    Monitor batches = new Monitor(STUDENT, Rules.DEFAULTS);
    for (int from = 0; from < 1000; from += 100) {
      batches.add(table.rows(from, 100), null);
    }
    assertThat(batches.report()).isEqualTo(once.report());
  }

  @Test
  void shadow_mode_asks_about_a_share_of_the_rows_always_the_same() {
    Table table = new Rows(10).table(4000);
    int[][] asked = new int[2][];
    for (int round = 0; round < 2; round++) {
      int r = round;
      Monitor monitor =
          new Monitor(STUDENT, Rules.DEFAULTS)
              .shadow(
                  (rows, chosen) -> {
                    asked[r] = chosen;
                    return disagreeing(rows, chosen, 0);
                  },
                  0.05);
      monitor.add(table, null);
      Agreement shadow = Objects.requireNonNull(monitor.report().shadow());
      assertThat(shadow.rows()).isBetween(150L, 250L);
      assertThat(shadow.agreement().estimate()).isEqualTo(1);
      assertThat(shadow.kl().estimate()).isCloseTo(0, within(1e-12));
    }
    assertThat(asked[0]).isEqualTo(asked[1]);
  }

  @Test
  void a_teacher_that_disagrees_is_told_by_rule() {
    Rules rules = new Rules(0.1, 0.25, 0.05, 0.01, 0.05, 0.95, 0.01);
    Monitor monitor =
        new Monitor(STUDENT, rules).shadow((rows, chosen) -> disagreeing(rows, chosen, 5), 1);
    monitor.add(new Rows(11).table(2000), null);
    Report report = monitor.report();
    Agreement shadow = Objects.requireNonNull(report.shadow());
    assertThat(shadow.rows()).isEqualTo(2000);
    assertThat(shadow.agreement().estimate()).isCloseTo(0.8, within(1e-9));
    assertThat(shadow.agreement().lower()).isBetween(0.78, 0.8);
    assertThat(shadow.kl().lower()).isGreaterThan(0);
    assertThat(report.findings())
        .containsExactly(
            new Finding(State.ALARM, "teacher", "agreement 0.8000, expected at least 0.95"));
  }

  /** The student's own answer, the other way round for each {@code every}-th row. */
  private static double[] disagreeing(Table rows, int[] chosen, int every) {
    double[] own = new Monitor(STUDENT, Rules.DEFAULTS).add(rows.rows(chosen), null);
    for (int i = 0; every > 0 && i < chosen.length; i += every) {
      double first = own[2 * i];
      own[2 * i] = own[2 * i + 1];
      own[2 * i + 1] = first;
    }
    return own;
  }

  @Test
  void a_student_without_a_profile_or_no_rows_is_told() {
    StudentFile without =
        new StudentFile(
            STUDENT.schema(),
            STUDENT.model(),
            STUDENT.classes(),
            "label",
            1,
            new float[0],
            Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Monitor(without, Rules.DEFAULTS))
        .withMessageStartingWith("the student has no profile of its training rows");
    Monitor monitor = new Monitor(STUDENT, Rules.DEFAULTS);
    assertThatIllegalArgumentException()
        .isThrownBy(monitor::report)
        .withMessageStartingWith("no rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> monitor.add(new Rows(1).table(3).select(List.of("size")), null))
        .withMessageContaining("no column 'weight'");
  }
}
