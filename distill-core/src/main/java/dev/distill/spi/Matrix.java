package dev.distill.spi;

/**
 * Feature rows: float32, row-major, NaN = missing. The array is shared and must not be changed.
 *
 * @param values rows × columns, row-major
 */
public record Matrix(float[] values, int rows, int columns) {
  /** Checks the shape. */
  public Matrix {
    if (rows < 0 || columns < 1 || values.length != Math.multiplyExact(rows, columns)) {
      throw new IllegalArgumentException(
          "matrix: got %s values for %s rows × %s columns".formatted(values.length, rows, columns));
    }
  }

  /** Copies rows of equal length. */
  public static Matrix of(float[][] rows) {
    int columns = rows.length == 0 ? 1 : rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, columns)];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "row %s has %s values, expected %s".formatted(i, rows[i].length, columns));
      }
      System.arraycopy(rows[i], 0, values, i * columns, columns);
    }
    return new Matrix(values, rows.length, columns);
  }

  /** One value. */
  public float get(int row, int column) {
    return values[row * columns + column];
  }

  /** Copies the given rows, in the given order. */
  public Matrix select(int[] indices) {
    float[] picked = new float[Math.multiplyExact(indices.length, columns)];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(values, indices[i] * columns, picked, i * columns, columns);
    }
    return new Matrix(picked, indices.length, columns);
  }

  /** Identity, not contents: a matrix is a key for what is derived from it once a sweep. */
  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "Matrix[" + rows + " × " + columns + "]";
  }
}
