package dev.distill.spi;

import dev.distill.runtime.StudentFile;
import java.util.List;

/** A teacher that answers for any rows, asked in batches. Safe for one thread at a time. */
public interface TeacherModel extends AutoCloseable {

  /** What it is, in a line: kind, size, number of classes. */
  String description();

  /**
   * Checks before any row is asked that a table has the columns that the model takes, of their
   * types, and that the classes are as many as, and named as, the model's where it has names.
   *
   * @param rows feature columns alone, as in the user's file, in its order
   * @param classes the classes' names, in the order in which answers are wanted
   * @throws IllegalArgumentException naming the column or class that does not fit
   */
  void check(Table rows, List<String> classes);

  /**
   * Answers for rows of a table that was checked. What it answers is not trusted: the caller checks
   * it.
   *
   * @return rows × classes probabilities, row-major, in the order of {@code classes}
   * @throws IllegalStateException if the model gives no answer; says why, in a {@link
   *     NoAnswerException} where the cause is outside of the program
   */
  double[] probabilities(Table rows, List<String> classes);

  /**
   * The model as student files that are asked one after the other, where it can be that: then what
   * it costs to serve can be compared with what students cost. Otherwise none.
   *
   * @param columns the feature columns of a table that was checked
   */
  default List<StudentFile> portable(List<String> columns, List<String> classes) {
    return List.of();
  }

  /** Frees what it holds. */
  @Override
  void close();
}
