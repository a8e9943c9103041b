package dev.distill.metrics;

import dev.distill.loss.CrossEntropy;
import dev.distill.loss.JensenShannon;
import dev.distill.loss.KullbackLeibler;
import dev.distill.loss.TotalVariation;
import dev.distill.metrics.ConfusionMatrix.Average;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.statistics.inference.PValueMethod;
import org.jspecify.annotations.Nullable;

/**
 * Every figure of merit of one student on one set of rows, by name.
 *
 * <table>
 * <caption>Names, in order</caption>
 * <tr><td>{@code kl}</td><td>KL(teacher‖student), student clipped below at 1e-15</td></tr>
 * <tr><td>{@code reverse_kl}</td><td>KL(student‖teacher), teacher clipped below at 1e-15</td></tr>
 * <tr><td>{@code js}, {@code tv}</td><td>Jensen–Shannon divergence, total variation</td></tr>
 * <tr><td>{@code agreement}</td><td>part of rows with the teacher's predicted class</td></tr>
 * <tr><td>{@code accuracy}, {@code balanced_accuracy}</td><td>against the labels</td></tr>
 * <tr><td>{@code precision_}, {@code recall_}, {@code f1_}</td><td>each {@code macro}, {@code micro}
 * and {@code weighted}</td></tr>
 * <tr><td>{@code log_loss}, {@code brier}</td><td>log loss clipped below at 1e-15; Σ(q−y)²</td></tr>
 * <tr><td>{@code auc}, {@code pr_auc}</td><td>class 1 of two, or one-vs-rest averaged over the
 * classes that occur</td></tr>
 * <tr><td>{@code ece}</td><td>expected calibration error, 15 bins</td></tr>
 * <tr><td>{@code ks_max}, {@code ks_min_p}</td><td>marginals only: the largest Kolmogorov–Smirnov
 * statistic of a class, the smallest p-value of a class</td></tr>
 * <tr><td>{@code r2_sorted}</td><td>marginals only: R² of sorted scores, mean over classes</td></tr>
 * </table>
 *
 * <p>Divergences and losses are means per row, in nats. Figures against the teacher are NaN without
 * a teacher, and the AUC is NaN if only one class occurs.
 *
 * @param values name → value, in the order above; every name is always there
 */
public record Evaluation(Map<String, Double> values) {

  /** Keeps an unmodifiable copy in the same order. */
  public Evaluation {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Evaluates a student's probabilities; O(K · n log n).
   *
   * @param probabilities the student's, rows × classes, row-major, at temperature 1
   * @param labels one class index a row
   * @param teacher the teacher's probabilities, likewise, or null if there is no teacher
   * @param rows at least 1
   * @param classes K ≥ 2
   */
  public static Evaluation of(
      double[] probabilities, int[] labels, double @Nullable [] teacher, int rows, int classes) {
    Shape.probabilities("probabilities", probabilities, rows, classes);
    Shape.labels(labels, rows, classes);
    Map<String, Double> values = new LinkedHashMap<>();
    putFidelity(values, probabilities, teacher, rows, classes);

    ConfusionMatrix confusion = ConfusionMatrix.of(probabilities, labels, rows, classes);
    values.put("accuracy", confusion.accuracy());
    values.put("balanced_accuracy", confusion.balancedAccuracy());
    for (Average average : Average.values()) {
      String suffix = "_" + average.name().toLowerCase(Locale.ROOT);
      values.put("precision" + suffix, confusion.precision(average));
      values.put("recall" + suffix, confusion.recall(average));
      values.put("f1" + suffix, confusion.f1(average));
    }
    values.put(
        "log_loss", CrossEntropy.hard(labels, probabilities, rows, classes, KullbackLeibler.FLOOR));
    values.put("brier", Calibration.brier(probabilities, labels, rows, classes));
    Ranking ranking = Ranking.of(probabilities, labels, rows, classes);
    values.put("auc", ranking.rocAuc());
    values.put("pr_auc", ranking.averagePrecision());
    values.put("ece", Calibration.expectedCalibrationError(probabilities, labels, rows, classes));

    putMarginals(values, probabilities, teacher, rows, classes);
    return new Evaluation(values);
  }

  /**
   * One value by its name.
   *
   * @throws IllegalArgumentException if there is no such name
   */
  public double get(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "no metric '%s', expected one of %s".formatted(name, values.keySet()));
    }
    return value;
  }

  private static void putFidelity(
      Map<String, Double> values, double[] q, double @Nullable [] p, int rows, int classes) {
    if (p != null) {
      Shape.probabilities("teacher", p, rows, classes);
    }
    double floor = KullbackLeibler.FLOOR;
    double none = Double.NaN;
    values.put("kl", p == null ? none : KullbackLeibler.mean(p, q, rows, classes, floor));
    values.put("reverse_kl", p == null ? none : KullbackLeibler.mean(q, p, rows, classes, floor));
    values.put("js", p == null ? none : JensenShannon.mean(p, q, rows, classes));
    values.put("tv", p == null ? none : TotalVariation.mean(p, q, rows, classes));
    values.put("agreement", p == null ? none : Comparison.agreement(p, q, rows, classes));
  }

  private static void putMarginals(
      Map<String, Double> values, double[] q, double @Nullable [] p, int rows, int classes) {
    double ksMax = Double.NaN;
    double ksMinP = Double.NaN;
    double r2 = Double.NaN;
    if (p != null) {
      double[] teacher = new double[rows];
      double[] student = new double[rows];
      int worst = 0;
      ksMax = 0;
      r2 = 0;
      for (int k = 0; k < classes; k++) {
        sortedColumn(p, k, classes, teacher);
        sortedColumn(q, k, classes, student);
        double ks = Marginals.ks(teacher, student);
        worst = ks > ksMax ? k : worst;
        ksMax = Math.max(ksMax, ks);
        r2 += Marginals.r2(teacher, student) / classes;
      }
      // The largest statistic has the smallest p-value, which is what costs.
      sortedColumn(p, worst, classes, teacher);
      sortedColumn(q, worst, classes, student);
      ksMinP = Marginals.pValue(teacher, student, PValueMethod.AUTO);
    }
    values.put("ks_max", ksMax);
    values.put("ks_min_p", ksMinP);
    values.put("r2_sorted", r2);
  }

  private static void sortedColumn(double[] matrix, int column, int classes, double[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = matrix[i * classes + column];
    }
    Arrays.sort(out);
  }
}
