package dev.distill.data;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What teachers that answer say of rows: asked in batches, and not trusted. Of several, the mean of
 * their probabilities.
 */
public final class Answers {
  private static final int BATCH = 4_096;

  private final List<TeacherModel> teachers;
  private final LongConsumer progress;
  private List<String> columns = List.of();
  private long rows;
  private long nanos;

  /**
   * Answers to come.
   *
   * @param teachers at least one
   * @param progress told how many rows were answered so far, of all tables, after each batch
   */
  public Answers(List<? extends TeacherModel> teachers, LongConsumer progress) {
    if (teachers.isEmpty()) {
      throw new IllegalArgumentException("no teacher to ask, expected at least one");
    }
    this.teachers = List.copyOf(teachers);
    this.progress = progress;
  }

  /**
   * Asks about each row of a table. Further tables are asked about in the columns of the first one,
   * in its order, for a model may know columns by their place alone.
   *
   * @param table feature columns, and others in further tables
   * @return rows × classes probabilities, row-major
   * @throws IllegalArgumentException if a teacher can't be asked with these columns or for these
   *     classes, or answers what are no probabilities; says which, and which row
   */
  public double[] of(Table table, List<String> classes) {
    if (columns.isEmpty()) {
      columns = table.columns().stream().map(Table.Column::name).toList();
    }
    Table asked = table.select(columns);
    teachers.forEach(teacher -> teacher.check(asked, classes));
    int k = classes.size();
    double[][] answers = new double[teachers.size()][Math.multiplyExact(asked.rows(), k)];
    long start = System.nanoTime();
    for (int from = 0; from < asked.rows(); from += BATCH) {
      int count = Math.min(BATCH, asked.rows() - from);
      Table batch = asked.rows(from, count);
      for (int t = 0; t < answers.length; t++) {
        double[] answer = teachers.get(t).probabilities(batch, classes);
        if (answer.length != count * k) {
          throw new IllegalArgumentException(
              "%s: answered %s rows with %s numbers, expected %s, one a row and class"
                  .formatted(teachers.get(t).description(), count, answer.length, count * k));
        }
        System.arraycopy(answer, 0, answers[t], from * k, answer.length);
      }
      progress.accept(rows + from + count);
    }
    nanos += System.nanoTime() - start;
    rows += asked.rows();
    return mean(answers, asked.rows(), classes);
  }

  private double[] mean(double[][] answers, int count, List<String> classes) {
    double[] mean = new double[answers[0].length];
    for (int t = 0; t < answers.length; t++) {
      double[] checked =
          TeacherProbabilities.check(
              teachers.get(t).description(), answers[t], count, classes, TeacherKind.PROBABILITIES);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += checked[i] / answers.length;
      }
    }
    return mean;
  }

  /** A line about each teacher. */
  public List<String> teachers() {
    List<String> lines = new ArrayList<>();
    teachers.forEach(teacher -> lines.add(teacher.description()));
    return lines;
  }

  /** How many rows were answered. */
  public long rows() {
    return rows;
  }

  /** Rows a second, of all teachers together; NaN before any. */
  public double rowsPerSecond() {
    return rows == 0 ? Double.NaN : rows / (nanos / 1e9);
  }
}
