package dev.distill.metrics;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * How often each class was predicted as each, and the scores that follow: accuracy, precision,
 * recall and F1.
 *
 * <p>A ratio 0/0 counts as 0: the precision of a class never predicted, the recall of a class not
 * among the labels.
 */
public final class ConfusionMatrix {

  /** How the scores of K classes become one. */
  public enum Average {
    /** The mean over all K classes, whether they occur or not. */
    MACRO,
    /** From the summed counts; with one label a row this is the accuracy. */
    MICRO,
    /** The mean over classes, weighted by their number of labels. */
    WEIGHTED
  }

  private final int classes;
  private final int rows;
  private final int[] counts;
  private final int[] predicted;
  private final int[] support;

  private ConfusionMatrix(int classes, int rows, int[] counts) {
    this.classes = classes;
    this.rows = rows;
    this.counts = counts;
    predicted = new int[classes];
    support = new int[classes];
    for (int j = 0; j < counts.length; j++) {
      support[j / classes] += counts[j];
      predicted[j % classes] += counts[j];
    }
  }

  /**
   * Counts the predictions of {@link Argmax} against the labels.
   *
   * @param probabilities rows × classes, row-major
   * @param labels one class index a row
   * @param rows at least 1
   */
  public static ConfusionMatrix of(double[] probabilities, int[] labels, int rows, int classes) {
    Shape.matrix("probabilities", probabilities, rows, classes);
    Shape.labels(labels, rows, classes);
    int[] counts = new int[Math.multiplyExact(classes, classes)];
    for (int i = 0; i < rows; i++) {
      counts[labels[i] * classes + Argmax.row(probabilities, i * classes, classes)]++;
    }
    return new ConfusionMatrix(classes, rows, counts);
  }

  /** Number of classes K. */
  public int classes() {
    return classes;
  }

  /** Rows of class {@code label} that were predicted as {@code predicted}. */
  public int count(int label, int predicted) {
    return counts[label * classes + predicted];
  }

  /** Rows whose label is class {@code k}. */
  public int support(int k) {
    return support[k];
  }

  /** Part of the rows that were predicted right. */
  public double accuracy() {
    int right = 0;
    for (int k = 0; k < classes; k++) {
      right += count(k, k);
    }
    return right / (double) rows;
  }

  /** The mean recall of the classes that occur among the labels. */
  public double balancedAccuracy() {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += recall(k);
    }
    return sum / Arrays.stream(support).filter(s -> s > 0).count();
  }

  /** Part of the rows predicted as class {@code k} that are of it. */
  public double precision(int k) {
    return ratio(count(k, k), predicted[k]);
  }

  /** Part of the rows of class {@code k} that were predicted as it. */
  public double recall(int k) {
    return ratio(count(k, k), support[k]);
  }

  /** The harmonic mean of precision and recall of class {@code k}. */
  public double f1(int k) {
    return ratio(2 * count(k, k), predicted[k] + support[k]);
  }

  /** Precision over all classes. */
  public double precision(Average average) {
    return average(average, this::precision);
  }

  /** Recall over all classes. */
  public double recall(Average average) {
    return average(average, this::recall);
  }

  /** F1 over all classes: the average of the classes' F1, not the F1 of averages. */
  public double f1(Average average) {
    return average(average, this::f1);
  }

  private double average(Average average, IntToDoubleFunction score) {
    if (average == Average.MICRO) {
      return accuracy();
    }
    double sum = 0;
    double weights = 0;
    for (int k = 0; k < classes; k++) {
      double weight = average == Average.MACRO ? 1 : support[k];
      sum += weight * score.applyAsDouble(k);
      weights += weight;
    }
    return sum / weights;
  }

  private static double ratio(int part, int whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }
}
