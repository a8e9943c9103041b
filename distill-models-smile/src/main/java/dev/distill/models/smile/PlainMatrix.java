package dev.distill.models.smile;

import smile.math.blas.Transpose;
import smile.math.matrix.Matrix;

/**
 * Smile's matrix with the few products that a perceptron takes in plain Java: a native library of
 * 71 MB would be called with a copy of a small matrix for each row, and sums could depend on how
 * many threads it has.
 */
final class PlainMatrix extends Matrix {
  private static final long serialVersionUID = 1;

  private final int rows;
  private final int columns;

  /** Column by column. */
  private final double[] values;

  PlainMatrix(int rows, int columns) {
    this(rows, columns, new double[rows * columns]);
  }

  private PlainMatrix(int rows, int columns, double[] values) {
    super(rows, columns, rows, values);
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /** A copy of a matrix. */
  static PlainMatrix of(Matrix other) {
    PlainMatrix copy = new PlainMatrix(other.nrow(), other.ncol());
    for (int j = 0; j < copy.columns; j++) {
      for (int i = 0; i < copy.rows; i++) {
        copy.values[j * copy.rows + i] = other.get(i, j);
      }
    }
    return copy;
  }

  /** The values, column by column; writes go through. */
  double[] values() {
    return values;
  }

  @Override
  public void mv(Transpose trans, double alpha, double[] x, double beta, double[] y) {
    if (trans == Transpose.NO_TRANSPOSE) {
      for (int i = 0; i < rows; i++) {
        y[i] *= beta;
      }
      for (int j = 0; j < columns; j++) {
        double factor = alpha * x[j];
        int at = j * rows;
        for (int i = 0; i < rows; i++) {
          y[i] += factor * values[at + i];
        }
      }
      return;
    }
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      int at = j * rows;
      for (int i = 0; i < rows; i++) {
        sum += values[at + i] * x[i];
      }
      // As BLAS has it: with 0 the old value does not count, not even if it is not a number.
      y[j] = alpha * sum + (beta == 0 ? 0 : beta * y[j]);
    }
  }

  @Override
  public Matrix add(double alpha, double[] x, double[] y) {
    for (int j = 0; j < columns; j++) {
      double factor = alpha * y[j];
      if (factor != 0) {
        int at = j * rows;
        for (int i = 0; i < rows; i++) {
          values[at + i] += factor * x[i];
        }
      }
    }
    return this;
  }
}
