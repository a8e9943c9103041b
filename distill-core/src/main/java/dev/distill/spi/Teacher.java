package dev.distill.spi;

/** Maps rows to class probabilities: any model at all, or a lambda around one. */
@FunctionalInterface
public interface Teacher {

  /**
   * Answers for rows.
   *
   * @return rows × classes probabilities, row-major, each row summing to 1
   */
  double[] probabilities(Matrix rows);
}
