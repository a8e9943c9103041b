package dev.distill.metrics;

import static dev.distill.loss.KernelVectors.EPS;
import static dev.distill.loss.KernelVectors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.loss.KullbackLeibler;
import dev.distill.loss.RandomRows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  @Test
  void has_every_name_in_order() {
    RandomRows random = new RandomRows(30, 3);
    Evaluation evaluation =
        Evaluation.of(random.probabilities(), random.labels(), random.probabilities(), 30, 3);
    assertThat(evaluation.values().keySet())
        .containsExactly(
            "kl",
            "reverse_kl",
            "js",
            "tv",
            "agreement",
            "accuracy",
            "balanced_accuracy",
            "precision_macro",
            "recall_macro",
            "f1_macro",
            "precision_micro",
            "recall_micro",
            "f1_micro",
            "precision_weighted",
            "recall_weighted",
            "f1_weighted",
            "log_loss",
            "brier",
            "auc",
            "pr_auc",
            "ece",
            "ks_max",
            "ks_min_p",
            "r2_sorted");
    assertThat(evaluation.values().values()).noneMatch(v -> v.isNaN());
    assertThatThrownBy(() -> evaluation.values().put("kl", 0.0))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> evaluation.get("KL"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no metric 'KL', expected one of [kl, reverse_kl,");
  }

  @Test
  void a_student_that_is_its_teacher_is_perfect_by_every_figure_of_fidelity() {
    RandomRows random = new RandomRows(200, 4);
    double[] p = random.probabilities();
    Evaluation evaluation = Evaluation.of(p, random.labels(), p.clone(), 200, 4);
    assertThat(evaluation.get("kl")).isZero();
    assertThat(evaluation.get("reverse_kl")).isZero();
    assertThat(evaluation.get("js")).isZero();
    assertThat(evaluation.get("tv")).isZero();
    assertThat(evaluation.get("agreement")).isEqualTo(1);
    assertThat(evaluation.get("ks_max")).isZero();
    assertThat(evaluation.get("ks_min_p")).isEqualTo(1);
    assertThat(evaluation.get("r2_sorted")).isEqualTo(1);
  }

  @Test
  void without_a_teacher_fidelity_is_unknown_and_the_rest_is_the_same() {
    RandomRows random = new RandomRows(50, 3);
    double[] q = random.probabilities();
    int[] y = random.labels();
    Evaluation with = Evaluation.of(q, y, random.probabilities(), 50, 3);
    Evaluation without = Evaluation.of(q, y, null, 50, 3);
    assertThat(without.values().keySet()).isEqualTo(with.values().keySet());
    without
        .values()
        .forEach(
            (name, value) -> {
              if (!value.isNaN()) {
                assertThat(value).as(name).isEqualTo(with.get(name));
              }
            });
    assertThat(without.values().entrySet().stream().filter(e -> e.getValue().isNaN()))
        .extracting(e -> e.getKey())
        .containsExactly(
            "kl", "reverse_kl", "js", "tv", "agreement", "ks_max", "ks_min_p", "r2_sorted");
  }

  @Test
  void marginals_are_the_worst_of_the_classes() {
    RandomRows random = new RandomRows(120, 3);
    double[] p = random.probabilities();
    double[] q = random.probabilities();
    Evaluation evaluation = Evaluation.of(q, random.labels(), p, 120, 3);
    Marginals[] marginals = new Marginals[3];
    for (int k = 0; k < 3; k++) {
      double[] teacher = new double[120];
      double[] student = new double[120];
      for (int i = 0; i < 120; i++) {
        teacher[i] = p[3 * i + k];
        student[i] = q[3 * i + k];
      }
      marginals[k] = Marginals.of(teacher, student);
    }
    assertThat(evaluation.get("ks_max"))
        .isEqualTo(Arrays.stream(marginals).mapToDouble(Marginals::ks).max().orElseThrow());
    assertThat(evaluation.get("ks_min_p"))
        .isEqualTo(Arrays.stream(marginals).mapToDouble(Marginals::pValue).min().orElseThrow());
    double r2 = Arrays.stream(marginals).mapToDouble(Marginals::r2Sorted).average().orElseThrow();
    assertClose(random.toString(), evaluation.get("r2_sorted"), r2, 4 * EPS * (Math.abs(r2) + 1));
  }

  @Test
  void impossible_predictions_cost_the_floor_and_not_infinity() {
    double[] q = {1, 0, 1, 0};
    double[] p = {0, 1, 1, 0};
    Evaluation evaluation = Evaluation.of(q, new int[] {1, 0}, p, 2, 2);
    double floor = -Math.log(KullbackLeibler.FLOOR);
    assertClose("kl", evaluation.get("kl"), floor / 2, EPS * floor);
    assertClose("reverse_kl", evaluation.get("reverse_kl"), floor / 2, EPS * floor);
    assertClose("log_loss", evaluation.get("log_loss"), floor / 2, EPS * floor);
  }

  @Test
  void one_class_alone_has_no_auc() {
    double[] q = {0.2, 0.8, 0.4, 0.6};
    assertThat(Evaluation.of(q, new int[] {1, 1}, null, 2, 2).get("auc")).isNaN();
    assertThat(Evaluation.of(q, new int[] {0, 0}, null, 2, 2).get("auc")).isNaN();
    assertThat(Evaluation.of(q, new int[] {0, 0}, null, 2, 2).get("accuracy")).isZero();
  }

  @Test
  void one_row_is_enough() {
    double[] q = {0.2, 0.8};
    Evaluation evaluation = Evaluation.of(q, new int[] {1}, new double[] {0.1, 0.9}, 1, 2);
    assertThat(evaluation.get("accuracy")).isEqualTo(1);
    assertThat(evaluation.get("ks_max")).isEqualTo(1);
    assertThat(evaluation.get("ks_min_p")).isEqualTo(1);
    assertThat(evaluation.get("r2_sorted")).isNaN();
  }

  @Test
  void shuffled_rows_keep_their_marginals_and_lose_the_rest() {
    RandomRows random = new RandomRows(400, 3);
    double[] p = random.probabilities();
    double[] shuffled = new double[1200];
    for (int i = 0; i < 400; i++) {
      System.arraycopy(p, 3 * i, shuffled, 3 * ((i * 7 + 5) % 400), 3);
    }
    Evaluation evaluation = Evaluation.of(shuffled, random.labels(), p, 400, 3);
    assertThat(evaluation.get("ks_max")).as(random.toString()).isZero();
    assertThat(evaluation.get("r2_sorted")).as(random.toString()).isEqualTo(1);
    assertThat(evaluation.get("kl")).as(random.toString()).isGreaterThan(0.5);
  }

  @Test
  void permuting_classes_of_more_than_two_changes_nothing() {
    RandomRows random = new RandomRows(300, 4);
    int[] to = {2, 0, 3, 1};
    double[] p = random.probabilities();
    double[] q = random.probabilities();
    int[] y = random.labels();
    Evaluation before = Evaluation.of(q, y, p, 300, 4);
    Evaluation after =
        Evaluation.of(
            permuted(q, to), Arrays.stream(y).map(l -> to[l]).toArray(), permuted(p, to), 300, 4);
    before
        .values()
        .forEach(
            (name, value) ->
                assertClose(
                    random + " " + name,
                    after.get(name),
                    value,
                    EPS * (300 + 4) * (Math.abs(value) + 2)));
  }

  private static double[] permuted(double[] values, int[] to) {
    double[] result = new double[values.length];
    for (int j = 0; j < values.length; j++) {
      result[j - j % to.length + to[j % to.length]] = values[j];
    }
    return result;
  }

  @Test
  void says_what_is_wrong() {
    double[] q = {0.5, 0.5, 1, 0};
    int[] y = {0, 1};
    assertThatThrownBy(() -> Evaluation.of(q, y, null, 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("probabilities: got 4 values, expected at least 6 (3 rows × 2 classes)");
    assertThatThrownBy(() -> Evaluation.of(q, y, new double[3], 2, 2))
        .hasMessage("teacher: got 3 values, expected at least 4 (2 rows × 2 classes)");
    assertThatThrownBy(() -> Evaluation.of(q, y, null, 0, 2))
        .hasMessage("rows must be >= 1, got 0");
    assertThatThrownBy(() -> Evaluation.of(q, y, null, 4, 1))
        .hasMessage("classes must be >= 2, got 1");
    assertThatThrownBy(() -> Evaluation.of(q, new int[] {0}, null, 2, 2))
        .hasMessage("labels: got 1, expected at least 2");
    assertThatThrownBy(() -> Evaluation.of(q, new int[] {0, -1}, null, 2, 2))
        .hasMessage("label of row 1 must be in [0, 2), got -1");
    assertThatThrownBy(() -> Evaluation.of(new double[] {1, 0, 0, Double.NaN}, y, null, 2, 2))
        .hasMessage("probabilities: row 1 class 1 must be a finite number >= 0, got NaN");
    assertThatThrownBy(() -> Evaluation.of(q, y, new double[] {1, 0, -1, 2}, 2, 2))
        .hasMessage("teacher: row 1 class 0 must be a finite number >= 0, got -1.0");
  }
}
