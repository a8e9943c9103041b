package dev.distill.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of which the teacher is about as sure: whether the student parts from it where it is sure,
 * or where it is not.
 *
 * @param from least probability of the teacher's own choice in these rows; below the next band's
 * @param rows how many there are
 * @param agreement share of them where student and teacher choose the same class; NaN without rows
 * @param studentAccuracy share of them where the student meets the label; NaN without rows
 * @param teacherAccuracy the same of the teacher
 */
public record ConfidenceBand(
    double from, int rows, double agreement, double studentAccuracy, double teacherAccuracy) {

  private static final double[] FROM = {0, 0.6, 0.8, 0.95};

  /**
   * The bands, the least sure one first.
   *
   * @param student rows × classes probabilities, row-major, and so the teacher's
   * @param labels class index a row
   */
  public static List<ConfidenceBand> of(
      double[] student, double[] teacher, int[] labels, int classes) {
    int[] rows = new int[FROM.length];
    int[] agreed = new int[FROM.length];
    int[] right = new int[FROM.length];
    int[] teacherRight = new int[FROM.length];
    for (int i = 0; i < labels.length; i++) {
      int choice = Argmax.row(student, i * classes, classes);
      int teachers = Argmax.row(teacher, i * classes, classes);
      int band = FROM.length - 1;
      while (band > 0 && teacher[i * classes + teachers] < FROM[band]) {
        band--;
      }
      rows[band]++;
      agreed[band] += choice == teachers ? 1 : 0;
      right[band] += choice == labels[i] ? 1 : 0;
      teacherRight[band] += teachers == labels[i] ? 1 : 0;
    }
    List<ConfidenceBand> bands = new ArrayList<>();
    for (int b = 0; b < FROM.length; b++) {
      double all = rows[b];
      bands.add(
          new ConfidenceBand(
              FROM[b], rows[b], agreed[b] / all, right[b] / all, teacherRight[b] / all));
    }
    return bands;
  }
}
