package dev.distill.auto;

import dev.distill.data.MoreRows;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Rows to fit on and rows to judge on, cut once a sweep.
 *
 * @param train features of the rows to fit on
 * @param trainRows where they stand in the data
 * @param validation features of the rows to judge on; null where all rows are fitted on
 * @param validationRows where those stand in the data
 * @param more rows that students, not twins, are fitted on too; null for none
 */
record Fold(
    Matrix train,
    int[] trainRows,
    @Nullable Matrix validation,
    int[] validationRows,
    @Nullable More more) {

  private static final int BATCH = 16_384;

  /**
   * Rows without labels.
   *
   * @param from what they are of
   * @param first of how many
   * @param together features of the rows to fit on, then of these
   * @param teacher rows × classes probabilities of these
   */
  record More(MoreRows from, long first, Matrix together, double[] teacher) {}

  /** Cuts the rows out of the data. */
  static Fold of(Matrix features, int[] trainRows, int[] validationRows) {
    return new Fold(
        features.select(trainRows),
        trainRows,
        features.select(validationRows),
        validationRows,
        null);
  }

  /**
   * Adds those of the first of these rows that come from rows to fit on and have nothing of rows to
   * judge on.
   */
  Fold with(MoreRows rows, long first) {
    BitSet fitted = bits(trainRows);
    BitSet judged = bits(validationRows);
    BitSet kept = new BitSet();
    for (int i = 0; i < first; i++) {
      kept.set(i, fitted.get(rows.source(i)) && !judged.get(rows.partner(i)));
    }
    int columns = train.columns();
    int count = trainRows.length + kept.cardinality();
    float[] values = Arrays.copyOf(train.values(), Math.multiplyExact(count, columns));
    double[] teacher = new double[0];
    int at = 0;
    for (int from = 0; from < first; from += BATCH) {
      MoreRows.Batch batch = rows.rows(from, (int) Math.min(BATCH, first - from));
      int classes = batch.teacher().length / batch.features().rows();
      if (from == 0) {
        teacher = new double[Math.multiplyExact(kept.cardinality(), classes)];
      }
      for (int i = 0; i < batch.features().rows(); i++) {
        if (kept.get(from + i)) {
          System.arraycopy(
              batch.features().values(),
              i * columns,
              values,
              (trainRows.length + at) * columns,
              columns);
          System.arraycopy(batch.teacher(), i * classes, teacher, at * classes, classes);
          at++;
        }
      }
    }
    return new Fold(
        train,
        trainRows,
        validation,
        validationRows,
        new More(rows, first, new Matrix(values, count, columns), teacher));
  }

  private static BitSet bits(int[] rows) {
    BitSet bits = new BitSet();
    for (int row : rows) {
      bits.set(row);
    }
    return bits;
  }
}
