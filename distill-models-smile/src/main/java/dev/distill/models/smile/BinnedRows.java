package dev.distill.models.smile;

import dev.distill.spi.Matrix;
import smile.data.DataFrame;
import smile.data.vector.BaseVector;
import smile.data.vector.ShortVector;

/** Binned rows by column, as Smile's trees read them: made once a sweep. */
final class BinnedRows implements AutoCloseable {
  private final short[][] columns;
  private final DataFrame frame;

  BinnedRows(Matrix rows) {
    int count = rows.rows();
    columns = new short[rows.columns()][count];
    for (int j = 0; j < columns.length; j++) {
      for (int i = 0; i < count; i++) {
        float x = rows.get(i, j);
        short bin = (short) x;
        if (bin != x || bin < -1 || bin > HistogramTree.MOST_BINS - 2) {
          throw new IllegalArgumentException(
              "row %d column %d: a bin must be a whole number from -1 to %d, got %s"
                  .formatted(i, j, HistogramTree.MOST_BINS - 2, x));
        }
        columns[j][i] = bin;
      }
    }
    BaseVector<?, ?, ?>[] vectors = new BaseVector<?, ?, ?>[columns.length + 1];
    for (int j = 0; j < columns.length; j++) {
      vectors[j] = ShortVector.of("x" + j, columns[j]);
    }
    // A column that no tree looks at: see HistogramTree.
    vectors[columns.length] = ShortVector.of("none", new short[count]);
    frame = DataFrame.of(vectors);
  }

  int rows() {
    return frame.size();
  }

  int features() {
    return columns.length;
  }

  /** The bins of a column, -1 for a missing value. */
  short[] column(int feature) {
    return columns[feature];
  }

  /** The rows in Smile's form, with a column more than there are features. */
  DataFrame frame() {
    return frame;
  }

  @Override
  public void close() {}
}
