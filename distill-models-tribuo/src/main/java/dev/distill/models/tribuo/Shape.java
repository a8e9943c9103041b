package dev.distill.models.tribuo;

import dev.distill.spi.Matrix;

/** What a student takes and gives. */
record Shape(int features, int classes) {

  void check(Matrix rows, float[] logits) {
    if (rows.columns() != features || logits.length != rows.rows() * classes) {
      throw new IllegalArgumentException(
          "got %s and room for %d logits, expected %d columns and %d logits"
              .formatted(rows, logits.length, features, rows.rows() * classes));
    }
  }

  static void open(boolean closed) {
    if (closed) {
      throw new IllegalStateException("this student is closed");
    }
  }
}
