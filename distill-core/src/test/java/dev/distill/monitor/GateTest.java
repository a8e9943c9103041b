package dev.distill.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.monitor.Gate.Check;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Gate.Rules NONE = new Gate.Rules(null, null, null, null, null, null, false);
  private static final Gate.Latency FAST = new Gate.Latency(100, 150);
  private static final Dataset DATA = data();

  private static Dataset data() {
    Table table = new Rows(20).table(3000);
    return Dataset.of(table, "label", FeatureEncoder.learn(table, "label", Set.of()));
  }

  private static double[] answers(double slope) {
    double[] answers = new double[2 * DATA.rows()];
    Rows.student(DATA, slope).score(DATA.features().values(), DATA.rows(), answers);
    return answers;
  }

  private static Gate.Rows rows(
      double[] candidate, double @org.jspecify.annotations.Nullable [] teacher, boolean labels) {
    return new Gate.Rows(
        DATA.schema(),
        DATA.features(),
        DATA.classes(),
        answers(2),
        candidate,
        teacher,
        labels ? DATA.labels() : null);
  }

  private static Check only(Gate.Result result) {
    assertThat(result.checks()).hasSize(1);
    return result.checks().get(0);
  }

  private static void passes(Gate.Rows rows, Gate.Rules strict, Gate.Rules loose, String name) {
    Check fails = only(Gate.of(rows, FAST, strict));
    assertThat(fails.passed()).as(fails.figures()).isFalse();
    assertThat(fails.name()).isEqualTo(name);
    Check passes = only(Gate.of(rows, FAST, loose));
    assertThat(passes.passed()).as(passes.figures()).isTrue();
  }

  /** Where colour is red the answers are turned round in each fourth row. */
  private static double[] flippedWhereRed() {
    double[] answers = answers(2);
    int feature = DATA.schema().featureNames().indexOf("colour=red");
    for (int i = 0; i < DATA.rows(); i += 4) {
      if (DATA.features().get(i, feature) == 1) {
        double first = answers[2 * i];
        answers[2 * i] = answers[2 * i + 1];
        answers[2 * i + 1] = first;
      }
    }
    return answers;
  }

  @Test
  void each_rule_passes_and_fails() {
    Gate.Rows rows = rows(flippedWhereRed(), null, true);
    passes(rows, rules(1e-3, null, null, null), rules(10.0, null, null, null), "max-kl");
    passes(rows, rules(null, 0.999, null, null), rules(null, 0.5, null, null), "min-agreement");
    passes(
        rows, rules(null, null, 0.0, null), rules(null, null, 5.0, null), "max-log-loss-increase");
    passes(rows, rules(null, null, null, 0.0), rules(null, null, null, 0.5), "max-negative-flips");
    passes(
        rows,
        new Gate.Rules(null, null, null, null, 149.0, null, false),
        new Gate.Rules(null, null, null, null, 150.0, null, false),
        "max-latency");
    passes(
        rows,
        new Gate.Rules(null, null, null, null, null, 1.4, false),
        new Gate.Rules(null, null, null, null, null, 1.5, false),
        "max-latency-ratio");
  }

  private static Gate.Rules rules(
      @org.jspecify.annotations.Nullable Double kl,
      @org.jspecify.annotations.Nullable Double agreement,
      @org.jspecify.annotations.Nullable Double loss,
      @org.jspecify.annotations.Nullable Double flips) {
    return new Gate.Rules(kl, agreement, loss, flips, null, null, false);
  }

  @Test
  void a_slice_that_got_worse_is_named_and_chance_is_not() {
    Gate.Rules rules = new Gate.Rules(null, null, null, null, null, null, true);
    Gate.Result result = Gate.of(rows(flippedWhereRed(), null, true), FAST, rules);
    assertThat(only(result).passed()).isFalse();
    assertThat(result.worseSlices().get(0).where()).isEqualTo("colour = red");
    assertThat(only(result).figures()).startsWith("colour = red (");
    assertThat(result.worseSlices()).noneMatch(slice -> slice.where().equals("colour = green"));
    assertThat(only(Gate.of(rows(answers(2), null, true), FAST, rules)).passed()).isTrue();
    // Without labels, a teacher says what is worse.
    Gate.Result asked = Gate.of(rows(flippedWhereRed(), answers(2), false), FAST, rules);
    assertThat(asked.worseSlices().get(0).where()).isEqualTo("colour = red");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.of(rows(answers(2), null, false), FAST, rules))
        .withMessage("no-worse-slices needs labels or a teacher");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Gate.of(rows(answers(2), null, false), FAST, rules(null, null, 0.1, null)))
        .withMessage("max-log-loss-increase needs labels, the data has none");
  }

  @Test
  void a_candidate_as_good_is_worse_on_a_slice_by_chance_alone() {
    int worse = 0;
    Gate.Rules rules = new Gate.Rules(null, null, null, null, null, null, true);
    for (int seed = 0; seed < 100; seed++) {
      java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
      double[] first = answers(2);
      double[] second = answers(2);
      for (int i = 0; i < DATA.rows(); i++) {
        for (double[] answers : List.of(first, second)) {
          double p = Math.min(0.99, Math.max(0.01, answers[2 * i] + 0.05 * random.nextGaussian()));
          answers[2 * i] = p;
          answers[2 * i + 1] = 1 - p;
        }
      }
      Gate.Rows rows =
          new Gate.Rows(
              DATA.schema(), DATA.features(), DATA.classes(), first, second, null, DATA.labels());
      worse += Gate.of(rows, FAST, rules).passed() ? 0 : 1;
    }
    assertThat(worse).isLessThan(14); // 5 are allowed
  }

  @Test
  void flips_are_listed_by_row() {
    Gate.Result result = Gate.of(rows(flippedWhereRed(), null, true), FAST, NONE);
    double share = result.negativeFlips().estimate();
    assertThat(result.flips()).isNotEmpty().hasSizeLessThanOrEqualTo(Gate.MOST_FLIPS);
    for (Gate.Flip flip : result.flips()) {
      assertThat((flip.row() - 1) % 4).isZero();
      assertThat(flip.label()).isEqualTo(flip.baseline()).isNotEqualTo(flip.candidate());
    }
    Gate.Result without = Gate.of(rows(flippedWhereRed(), null, false), FAST, NONE);
    assertThat(without.negativeFlips().estimate())
        .isGreaterThan(share)
        .isCloseTo(1 - without.agreement().estimate(), within(1e-12));
    assertThat(without.flips().get(0).label()).isNull();
    assertThat(without.passed()).isTrue();
    assertThat(without.checks()).isEmpty();
  }

  @Test
  void the_teacher_is_the_reference_where_there_is_one() {
    Gate.Result result = Gate.of(rows(answers(2), answers(3), true), FAST, NONE);
    assertThat(result.reference()).isEqualTo("teacher");
    assertThat(result.kl().estimate()).isGreaterThan(0.001);
    Gate.Result own = Gate.of(rows(answers(2), null, true), FAST, NONE);
    assertThat(own.reference()).isEqualTo("baseline");
    assertThat(own.kl().estimate()).isCloseTo(0, within(1e-12));
    assertThat(own.agreement().estimate()).isEqualTo(1);
  }

  @Test
  void students_of_other_columns_or_classes_are_not_comparable() {
    StudentFile student = Rows.student(DATA, 2);
    Gate.requireComparable(student, student);
    Table table = new Rows(1).table(200).select(List.of("size", "weight", "colour", "label"));
    Dataset other = Dataset.of(table, "label", FeatureEncoder.learn(table, "label", Set.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.requireComparable(student, Rows.student(other, 2)))
        .withMessage(
            "the columns differ: only the baseline has [member (category)], only the candidate []");
    StudentFile renamed =
        new StudentFile(
            student.schema(),
            student.model(),
            List.of("a", "c"),
            "label",
            1,
            new float[0],
            Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.requireComparable(student, renamed))
        .withMessage("the classes differ: baseline [a, b], candidate [a, c]");
  }
}
