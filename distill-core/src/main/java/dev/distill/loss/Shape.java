package dev.distill.loss;

/** Argument checks of the public kernels: what was wrong, what was got, what is allowed. */
final class Shape {
  private Shape() {}

  static void temperature(double temperature) {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature must be > 0, got " + temperature);
    }
    if (temperature == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("temperature must be finite, got " + temperature);
    }
  }

  static void alpha(double alpha) {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha must be in [0, 1], got " + alpha);
    }
  }

  static void floor(double floor) {
    if (!(floor >= 0 && floor < 1)) {
      throw new IllegalArgumentException("floor must be in [0, 1), got " + floor);
    }
  }

  static void classes(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be >= 2, got " + classes);
    }
  }

  /** A mean needs rows to be a mean of. */
  static void rows(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be >= 1, got " + rows);
    }
  }

  /** Checks that an array of the given length holds rows × classes values. */
  static void matrix(String name, int length, int rows, int classes) {
    classes(classes);
    if (rows < 0) {
      throw new IllegalArgumentException("rows must be >= 0, got " + rows);
    }
    if (length < (long) rows * classes) {
      throw new IllegalArgumentException(
          "%s: got %d values, expected at least %d (%d rows × %d classes)"
              .formatted(name, length, (long) rows * classes, rows, classes));
    }
  }

  /** Checks that an array of the given length holds one row from the offset on. */
  static void row(String name, int length, int offset, int classes) {
    classes(classes);
    if (offset < 0 || offset > length - classes) {
      throw new IllegalArgumentException(
          "%s: got %d values, expected %d from offset %d on"
              .formatted(name, length, classes, offset));
    }
  }

  static void labels(int length, int rows) {
    if (length < rows) {
      throw new IllegalArgumentException(
          "labels: got %d, expected at least %d".formatted(length, rows));
    }
  }

  static int label(int[] labels, int row, int classes) {
    int label = labels[row];
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "label of row %d must be in [0, %d), got %d".formatted(row, classes, label));
    }
    return label;
  }
}
