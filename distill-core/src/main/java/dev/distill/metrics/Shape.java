package dev.distill.metrics;

/** Argument checks of the metrics: what was wrong, what was got, what is allowed. */
final class Shape {
  private Shape() {}

  static void matrix(String name, double[] values, int rows, int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be >= 2, got " + classes);
    }
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be >= 1, got " + rows);
    }
    if (values.length < (long) rows * classes) {
      throw new IllegalArgumentException(
          "%s: got %d values, expected at least %d (%d rows × %d classes)"
              .formatted(name, values.length, (long) rows * classes, rows, classes));
    }
  }

  static void labels(int[] labels, int rows, int classes) {
    if (labels.length < rows) {
      throw new IllegalArgumentException(
          "labels: got %d, expected at least %d".formatted(labels.length, rows));
    }
    for (int i = 0; i < rows; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "label of row %d must be in [0, %d), got %d".formatted(i, classes, labels[i]));
      }
    }
  }

  static void probabilities(String name, double[] values, int rows, int classes) {
    matrix(name, values, rows, classes);
    for (int j = 0; j < rows * classes; j++) {
      if (!(values[j] >= 0 && values[j] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "%s: row %d class %d must be a finite number >= 0, got %s"
                .formatted(name, j / classes, j % classes, values[j]));
      }
    }
  }
}
