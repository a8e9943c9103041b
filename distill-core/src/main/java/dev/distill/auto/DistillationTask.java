package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.Split;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.Teacher;

/**
 * What is to be distilled: labelled rows and the teacher's probabilities for them.
 *
 * @param train rows to learn and choose from
 * @param trainTeacher rows × classes probabilities of the teacher for them
 * @param test rows that are looked at once, for the chosen student
 * @param testTeacher rows × classes probabilities of the teacher for them
 * @param heldOut whether the test rows were cut from the training rows for want of others
 */
public record DistillationTask(
    Dataset train, double[] trainTeacher, Dataset test, double[] testTeacher, boolean heldOut) {

  /** Checks that the parts fit together. */
  public DistillationTask {
    if (!train.classes().equals(test.classes())) {
      throw new IllegalArgumentException(
          "training classes %s and test classes %s differ"
              .formatted(train.classes(), test.classes()));
    }
    check("training", train, trainTeacher);
    check("test", test, testTeacher);
  }

  private static void check(String what, Dataset data, double[] teacher) {
    int expected = data.features().rows() * data.classes().size();
    if (teacher.length != expected) {
      throw new IllegalArgumentException(
          "%s rows: got %d teacher probabilities, expected %d rows × %d classes = %d"
              .formatted(
                  what, teacher.length, data.features().rows(), data.classes().size(), expected));
    }
  }

  /** A task with test rows of its own. */
  public static DistillationTask of(
      Dataset train, double[] trainTeacher, Dataset test, double[] testTeacher) {
    return new DistillationTask(train, trainTeacher, test, testTeacher, false);
  }

  /** A task without test rows: a stratified share of the rows is held out as such. */
  public static DistillationTask holdOut(Dataset rows, double[] teacher, double share, long seed) {
    int classes = rows.classes().size();
    Split split = Split.stratified(rows.labels(), classes, share, Seeds.derive(seed, "test rows"));
    return new DistillationTask(
        rows.select(split.train()),
        Distiller.pick(teacher, split.train(), classes),
        rows.select(split.heldOut()),
        Distiller.pick(teacher, split.heldOut(), classes),
        true);
  }

  /** A task whose teacher answers for itself. */
  public static DistillationTask of(Dataset train, Dataset test, Teacher teacher) {
    return of(train, ask(teacher, train), test, ask(teacher, test));
  }

  private static double[] ask(Teacher teacher, Dataset data) {
    Matrix rows = data.features();
    double[] answer = teacher.probabilities(rows);
    if (answer.length != rows.rows() * data.classes().size()) {
      throw new IllegalArgumentException(
          "the teacher gave %d probabilities, expected %d rows × %d classes"
              .formatted(answer.length, rows.rows(), data.classes().size()));
    }
    return answer;
  }
}
