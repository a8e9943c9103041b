package dev.distill.data;

import static dev.distill.data.FeatureEncoderTest.numbers;
import static dev.distill.data.FeatureEncoderTest.texts;
import static dev.distill.data.TeacherKind.LOGITS;
import static dev.distill.data.TeacherKind.PERCENT;
import static dev.distill.data.TeacherKind.PROBABILITIES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TeacherProbabilitiesTest {

  private static final Offset<Double> ROUNDING = Offset.offset(1e-15);

  private final List<String> notes = new ArrayList<>();

  private double[] named(List<String> classes, TeacherKind kind, Table.Column... columns) {
    return TeacherProbabilities.of(
        new Table("t.csv", List.of(columns)), classes, kind, Set.of("id"), false, notes::add);
  }

  private static double[] check(TeacherKind kind, double... twoClasses) {
    return TeacherProbabilities.check(
        "t.csv", twoClasses, twoClasses.length / 2, List.of("a", "b"), kind);
  }

  private static AbstractThrowableAssert<?, ?> refused(TeacherKind kind, double... twoClasses) {
    return assertThatThrownBy(() -> check(kind, twoClasses))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- columns ----

  @Test
  void columns_are_matched_by_class_name_in_any_order() {
    double[] expected = {0.9, 0.1, 0.2, 0.8};
    assertThat(
            named(
                List.of("a", "b"),
                PROBABILITIES,
                numbers("p_b", 0.1, 0.8),
                texts("id", "x", "y"),
                numbers("p_a", 0.9, 0.2)))
        .containsExactly(expected);
    assertThat(
            named(List.of("a", "b"), PROBABILITIES, numbers("b", 0.1, 0.8), numbers("a", 0.9, 0.2)))
        .containsExactly(expected);
    assertThat(
            named(
                List.of("0", "1"),
                PROBABILITIES,
                numbers("p_1.0", 0.1, 0.8),
                numbers("0", 0.9, 0.2)))
        .containsExactly(expected);
    assertThat(notes).isEmpty();
  }

  @Test
  void a_class_may_look_like_a_prefixed_name() {
    assertThat(
            named(List.of("p_a", "a"), PROBABILITIES, numbers("p_a", 0.25), numbers("p_p_a", 0.75)))
        .containsExactly(0.75, 0.25);
    assertThat(named(List.of("p_a", "b"), PROBABILITIES, numbers("b", 0.25), numbers("p_a", 0.75)))
        .containsExactly(0.75, 0.25);
  }

  @Test
  void one_column_is_enough_for_two_classes() {
    assertThat(named(List.of("no", "yes"), PROBABILITIES, numbers("p_yes", 0.25, 1)))
        .containsExactly(0.75, 0.25, 0, 1);
    assertThat(notes)
        .containsExactly("t.csv: only class 'yes' has a column; 'no' is taken as the rest");
    assertThat(named(List.of("no", "yes"), PERCENT, numbers("no", 25))).containsExactly(0.25, 0.75);
    assertThat(named(List.of("no", "yes"), LOGITS, numbers("yes", Math.log(3)))[1])
        .isCloseTo(0.75, ROUNDING);
  }

  @Test
  void one_column_of_percentages_or_logits_is_recognised() {
    assertThatThrownBy(() -> named(List.of("no", "yes"), PROBABILITIES, numbers("yes", 97, 0.5)))
        .hasMessage(
            "t.csv row 1: sums to 100.0, these look like percentages; pass --teacher-kind percent");
    assertThatThrownBy(() -> named(List.of("no", "yes"), PROBABILITIES, numbers("yes", -3, 0.5)))
        .hasMessageContaining("t.csv row 1: class 'yes' is -3.0, allowed 0 to 1");
  }

  @Test
  void refuses_unknown_missing_and_doubled_columns() {
    Table.Column a = numbers("p_a", 0.5);
    Table.Column b = numbers("p_b", 0.5);
    assertThatThrownBy(() -> named(List.of("a", "b"), PROBABILITIES, a, b, numbers("p_c", 0)))
        .hasMessage(
            "t.csv: column 'p_c' is of no class, expected 'p_a', 'p_b'; leave it out, or name it"
                + " with --id if it tells rows apart");
    assertThatThrownBy(() -> named(List.of("a", "c"), PROBABILITIES, a, b))
        .hasMessage(
            "t.csv: column 'p_b' is of no class, expected 'p_a', 'p_c'; name it so, or pass"
                + " --teacher-by-position if the columns stand in this order");
    assertThatThrownBy(() -> named(List.of("a", "b", "c"), PROBABILITIES, a, b))
        .hasMessage(
            "t.csv: no column 'p_c', expected 'p_a', 'p_b', 'p_c'; there are 'p_a', 'p_b'; the"
                + " teacher must give each class of the label");
    assertThatThrownBy(() -> named(List.of("a", "b"), PROBABILITIES, a, b, numbers("a", 1)))
        .hasMessage("t.csv: columns 'p_a' and 'a' both stand for class 'a', expected one");
    assertThatThrownBy(() -> named(List.of("a", "b"), PROBABILITIES, texts("id", "7")))
        .hasMessageStartingWith("t.csv: no column 'p_a', 'p_b'");
  }

  @Test
  void the_predicted_class_of_a_file_of_predictions_is_ignored() {
    assertThat(
            named(
                List.of("a", "b"),
                PROBABILITIES,
                numbers("p_a", 0.5),
                numbers("p_b", 0.5),
                texts("class", "a")))
        .containsExactly(0.5, 0.5);
  }

  @Test
  void refuses_texts_for_probabilities() {
    assertThatThrownBy(
            () ->
                named(
                    List.of("a", "b"),
                    PROBABILITIES,
                    texts("p_a", "0.5", "half"),
                    numbers("p_b", 0.5, 0.5)))
        .hasMessage("t.csv row 2: column 'p_a' expected a number, got 'half'");
  }

  @Test
  void by_position_takes_any_names_but_not_any_number() {
    Table table = new Table("t.csv", List.of(numbers("u", 0.1), numbers("v", 0.9)));
    assertThat(
            TeacherProbabilities.of(
                table, List.of("a", "b"), PROBABILITIES, Set.of(), true, notes::add))
        .containsExactly(0.1, 0.9);
    assertThat(notes)
        .containsExactly("t.csv: columns 'u', 'v' are taken by position for the classes 'a', 'b'");
    assertThatThrownBy(
            () ->
                TeacherProbabilities.of(
                    table, List.of("a", "b", "c"), PROBABILITIES, Set.of(), true, notes::add))
        .hasMessage(
            "t.csv: 2 columns ('u', 'v'), expected 3, one a class in the order 'a', 'b', 'c'");
  }

  // ---- values ----

  @Test
  void rounding_is_scaled_away() {
    double[] p = check(PROBABILITIES, 0.333, 0.666, 1, 0);
    assertThat(p[0] + p[1]).isCloseTo(1, ROUNDING);
    assertThat(p[2]).isEqualTo(1);
    assertThat(check(PERCENT, 33, 66)[0]).isCloseTo(1 / 3.0, ROUNDING);
  }

  private static final String FINE = "; other rows are fine, so look at this one";

  @Test
  void refuses_one_wrong_row_by_its_number() {
    refused(PROBABILITIES, 0.5, 0.5, 0.5, 0.4, 1, 0)
        .hasMessage("t.csv row 2: sums to 0.9, expected 1 ± 0.001" + FINE);
    refused(PROBABILITIES, 0.5, 0.5, -0.1, 1.1, 1, 0)
        .hasMessage("t.csv row 2: class 'a' is -0.1, allowed 0 to 1" + FINE);
    refused(PROBABILITIES, 0.5, 0.5, 0, 0, 1, 0)
        .hasMessage("t.csv row 2: sums to 0.0, expected 1 ± 0.001" + FINE);
    refused(PROBABILITIES, 0.5, 0.5, 0.5, 1.7, 1, 0)
        .hasMessage("t.csv row 2: class 'b' is 1.7, allowed 0 to 1" + FINE);
    refused(PROBABILITIES, 0.5, Double.NaN)
        .hasMessage("t.csv row 1: class 'b' is missing (or NaN), expected a number");
    refused(PROBABILITIES, 0.5, 0.5, Double.POSITIVE_INFINITY, 0)
        .hasMessage("t.csv row 2: class 'a' is Infinity, expected a number");
  }

  @Test
  void recognises_percentages_logits_and_probabilities() {
    refused(PROBABILITIES, 90, 10, 99.5, 0.5, 50, 50)
        .hasMessage(
            "t.csv row 1: sums to 100.0, these look like percentages; pass --teacher-kind percent");
    refused(PERCENT, 0.9, 0.1, 0.5, 0.5)
        .hasMessage(
            "t.csv row 1: sums to 1.0, these look like probabilities; pass --teacher-kind"
                + " probabilities");
    refused(PROBABILITIES, -2, 3, 0.5, 0.6, -1, 1)
        .hasMessage(
            "t.csv row 1: class 'a' is -2.0, allowed 0 to 1; if these are logits pass"
                + " --teacher-kind logits");
    refused(PROBABILITIES, 0.5, 0.6, 0.1, 0.3)
        .hasMessage(
            "t.csv row 1: sums to 1.1, expected 1 ± 0.001; if these are logits pass --teacher-kind"
                + " logits, if weights divide each row by its sum");
    refused(LOGITS, 0.9, 0.1, 0.5, 0.5)
        .hasMessage(
            "t.csv: every row sums to 1, these look like probabilities and not logits; pass"
                + " --teacher-kind probabilities");
  }

  @Test
  void logits_become_probabilities_whatever_their_size() {
    double[] p = check(LOGITS, 1e4, -1e4, -1e4, -1e4 + Math.log(3), 0, Double.NEGATIVE_INFINITY);
    assertThat(p[0]).isEqualTo(1);
    assertThat(p[1]).isZero();
    assertThat(p[3]).isCloseTo(0.75, Offset.offset(1e-12)); // log 3 is rounded at 1e4
    assertThat(p[4]).isEqualTo(1);
    double[] logs = check(LOGITS, Math.log(0.2), Math.log(0.8));
    assertThat(logs[1]).isCloseTo(0.8, ROUNDING);
    double none = Double.NEGATIVE_INFINITY;
    refused(LOGITS, 1, 2, none, none)
        .hasMessage("t.csv row 2: every logit is -Infinity, expected a number");
    refused(LOGITS, 1, Double.POSITIVE_INFINITY)
        .hasMessage("t.csv row 1: class 'b' is Infinity, expected a number");
  }
}
