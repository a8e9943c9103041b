package dev.distill.spi;

/**
 * The size of the task, for families whose search space depends on it.
 *
 * @param rows training rows
 * @param features values of a row
 * @param classes classes
 * @param small whether students must be small or quick: there is a limit of their bytes or time, so
 *     a space may begin with few trees or units
 */
public record TaskShape(int rows, int features, int classes, boolean small) {

  /** A task without limits. */
  public TaskShape(int rows, int features, int classes) {
    this(rows, features, classes, false);
  }

  /**
   * How many leaves a single tree may have at most: an eighth of the rows up to 1,024, and more
   * where a teacher labelled many rows, which have no noise that a leaf must average out.
   */
  public int leaves() {
    return Math.max(8, Math.max(Math.min(1_024, rows / 8), Math.min(65_536, rows / 32)));
  }
}
