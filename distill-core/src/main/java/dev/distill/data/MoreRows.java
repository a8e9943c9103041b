package dev.distill.data;

import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Rows without labels beside the training rows, which a teacher answers for as far as they are
 * wanted: made ones, or the user's own. Each belongs to training rows, so that a student that is
 * judged on some of these does not learn from it.
 */
public interface MoreRows {

  /**
   * Some of the rows.
   *
   * @param features rows × features
   * @param teacher rows × classes probabilities of the teacher
   */
  record Batch(Matrix features, double[] teacher) {}

  /** How many there are; {@link Long#MAX_VALUE} if there is no end. */
  long most();

  /** The training row that the one of this index comes from, or is counted with. */
  int source(long row);

  /** The other training row that it has something of; the source again if there is none. */
  int partner(long row);

  /** So many rows from this index on: the same ones at every call. */
  Batch rows(long from, int count);

  /**
   * Rows that are there.
   *
   * @param teacher rows × classes probabilities for them
   * @param trainingRows number of training rows: one after the other they are counted with these
   */
  static MoreRows given(Matrix features, double[] teacher, int trainingRows) {
    int classes = teacher.length / Math.max(1, features.rows());
    return new MoreRows() {
      @Override
      public long most() {
        return features.rows();
      }

      @Override
      public int source(long row) {
        return (int) (row % trainingRows);
      }

      @Override
      public int partner(long row) {
        return source(row);
      }

      @Override
      public Batch rows(long from, int count) {
        int columns = features.columns();
        int at = Math.toIntExact(from);
        float[] values =
            Arrays.copyOfRange(features.values(), at * columns, (at + count) * columns);
        return new Batch(
            new Matrix(values, count, columns),
            Arrays.copyOfRange(teacher, at * classes, (at + count) * classes));
      }
    };
  }

  /**
   * Rows that are made, and made again when wanted again; the teacher is asked about each once.
   *
   * @param teacher gives rows × classes probabilities
   */
  static MoreRows generated(
      RowGenerator generator, FeatureEncoder encoder, Function<Table, double[]> teacher) {
    return new GeneratedRows(generator, encoder, teacher);
  }
}
