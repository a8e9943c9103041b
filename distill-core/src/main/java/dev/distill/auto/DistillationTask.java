package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.MoreRows;
import org.jspecify.annotations.Nullable;

/**
 * What is to be distilled: labelled rows and the teacher's probabilities for them.
 *
 * @param train rows to learn and choose from
 * @param trainTeacher rows × classes probabilities of the teacher for them, out-of-fold where they
 *     can be had
 * @param inSample its probabilities for the same rows when it was fitted on these, where the others
 *     are out-of-fold: students may learn from either; empty for none
 * @param test rows that are looked at once, for the chosen student
 * @param testTeacher rows × classes probabilities of the teacher for them
 * @param heldOut whether the test rows were cut from the training rows for want of others
 * @param more rows without labels that the teacher answers for; null for none
 */
public record DistillationTask(
    Dataset train,
    double[] trainTeacher,
    double[] inSample,
    Dataset test,
    double[] testTeacher,
    boolean heldOut,
    @Nullable MoreRows more) {

  /** What float32 arithmetic and printed digits explain. */
  private static final double SUM_TOLERANCE = 1e-3;

  private static final double[] NONE = {};

  /** Checks that the parts fit together. */
  public DistillationTask {
    if (!train.classes().equals(test.classes())) {
      throw new IllegalArgumentException(
          "training classes %s and test classes %s differ"
              .formatted(train.classes(), test.classes()));
    }
    if (!train.schema().equals(test.schema())) {
      throw new IllegalArgumentException(
          "training rows and test rows differ in their columns: %s and %s"
              .formatted(train.schema().featureNames(), test.schema().featureNames()));
    }
    check("training", train, trainTeacher);
    if (inSample.length > 0) {
      check("training", train, inSample);
    }
    check("test", test, testTeacher);
  }

  static void check(String what, Dataset data, double[] teacher) {
    int classes = data.classes().size();
    if (data.rows() == 0) {
      throw new IllegalArgumentException(what + " rows: got none, expected at least one");
    }
    if (teacher.length != (long) data.rows() * classes) {
      throw new IllegalArgumentException(
          "%s rows: got %s teacher probabilities, expected %s rows × %s classes = %s"
              .formatted(what, teacher.length, data.rows(), classes, (long) data.rows() * classes));
    }
    for (int i = 0; i < data.rows(); i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double p = teacher[i * classes + k];
        if (!(p >= 0 && p <= 1 + SUM_TOLERANCE)) {
          throw new IllegalArgumentException(
              "%s row %s: teacher probability of class '%s' must be from 0 to 1, got %s"
                  .formatted(what, i + 1, data.classes().get(k), p));
        }
        sum += p;
      }
      if (Math.abs(sum - 1) > SUM_TOLERANCE) {
        throw new IllegalArgumentException(
            "%s row %s: teacher probabilities must sum to 1, got %s".formatted(what, i + 1, sum));
      }
    }
  }

  /** A task with test rows of its own. */
  public static DistillationTask of(
      Dataset train, double[] trainTeacher, Dataset test, double[] testTeacher) {
    return new DistillationTask(train, trainTeacher, NONE, test, testTeacher, false, null);
  }

  /** The same with more rows that the teacher answers for. */
  public DistillationTask with(MoreRows rows) {
    return new DistillationTask(train, trainTeacher, inSample, test, testTeacher, heldOut, rows);
  }

  /**
   * The same where the answers for training rows so far are of a teacher that was fitted on them.
   *
   * @param outOfFold rows × classes probabilities for training rows, of teachers that were not
   */
  public DistillationTask outOfFold(double[] outOfFold) {
    return new DistillationTask(train, outOfFold, trainTeacher, test, testTeacher, heldOut, more);
  }
}
