package dev.distill.spi;

/** An export that was opened to be asked. Safe for one thread at a time. */
public interface ExportedStudent extends AutoCloseable {

  /**
   * What an export says about some rows.
   *
   * @param probabilities rows × classes, row-major, in the order of the student's classes
   * @param classes the index of each row's class, as the export itself names it
   */
  record Scores(double[] probabilities, int[] classes) {}

  /**
   * Scores raw rows: what a user gives, before any encoding.
   *
   * @param rows the columns of the student's schema, by name: {@link Table.Numbers} for a number,
   *     {@link Table.Texts} for a category
   * @throws IllegalStateException if it gives no answer; says why
   */
  Scores score(Table rows);

  /** Frees what it holds. */
  @Override
  void close();
}
