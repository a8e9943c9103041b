package dev.distill.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The distributions of a class's probabilities under teacher, student and twin, by their quantiles.
 * These are marginals, like {@link Marginals}: which row has which probability does not count.
 *
 * @param targetClass index of the class
 * @param ks the Kolmogorov–Smirnov statistic of student against teacher
 * @param teacher its {@link #POINTS} quantiles at 0, 1/(POINTS − 1), … 1, ascending; each is a
 *     probability that occurs
 * @param student the same of the student
 * @param twin the same of the hard-label twin
 */
public record ScoreQuantiles(
    int targetClass, double ks, double[] teacher, double[] student, double[] twin) {
  /** How many quantiles there are. */
  public static final int POINTS = 101;

  /**
   * The quantiles of the classes where student and teacher differ most, the first by {@code ks}
   * first; of two classes, which mirror each other, the second alone.
   *
   * @param teacher rows × classes probabilities, row-major, and so the student's and the twin's
   * @param classes number of classes
   * @param most so many classes, at most
   */
  public static List<ScoreQuantiles> of(
      double[] teacher, double[] student, double[] twin, int classes, int most) {
    List<ScoreQuantiles> all = new ArrayList<>();
    for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
      double[] teachers = sorted(teacher, k, classes);
      double[] students = sorted(student, k, classes);
      all.add(
          new ScoreQuantiles(
              k,
              Marginals.ks(teachers, students),
              quantiles(teachers),
              quantiles(students),
              quantiles(sorted(twin, k, classes))));
    }
    return all.stream()
        .sorted(Comparator.comparingDouble((ScoreQuantiles q) -> -q.ks))
        .limit(most)
        .toList();
  }

  private static double[] sorted(double[] matrix, int column, int classes) {
    double[] values = new double[matrix.length / classes];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix[i * classes + column];
    }
    Arrays.sort(values);
    return values;
  }

  private static double[] quantiles(double[] sorted) {
    double[] values = new double[POINTS];
    for (int q = 0; q < POINTS; q++) {
      values[q] = sorted[(int) Math.round((sorted.length - 1.0) * q / (POINTS - 1))];
    }
    return values;
  }
}
