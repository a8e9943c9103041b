package dev.distill.models.smile;

import dev.distill.spi.Matrix;

/** Rows in double, one array a row, as Smile's networks read them: made once a sweep. */
final class WideRows implements AutoCloseable {
  private final double[][] rows;

  WideRows(Matrix matrix) {
    rows = new double[matrix.rows()][matrix.columns()];
    for (int i = 0; i < rows.length; i++) {
      copy(matrix, i, rows[i]);
    }
  }

  /** Not to be changed. */
  double[][] rows() {
    return rows;
  }

  /** Copies a row. */
  static void copy(Matrix matrix, int row, double[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = matrix.get(row, j);
    }
  }

  @Override
  public void close() {}
}
