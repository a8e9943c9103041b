package dev.distill.data;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;

/** Turns rows into the form that a family wants, and its portable model back into one for rows. */
interface RowEncoder {
  /** Number of features that come in. */
  int features();

  /** Number of features that go out. */
  int outputs();

  /** Encodes one row. */
  void encode(float[] row, int at, float[] out, int o);

  /** The model of rows as they are that a model of encoded rows stands for. */
  PortableModel portable(PortableModel model);

  /** Encodes all rows. */
  default Matrix encode(Matrix rows) {
    if (rows.columns() != features()) {
      throw new IllegalArgumentException("got %s, expected %s columns".formatted(rows, features()));
    }
    if ((long) rows.rows() * outputs() > Integer.MAX_VALUE - 8) {
      throw new FitException(
          "%s has %s features when encoded, which is more than an array holds"
              .formatted(rows, outputs()));
    }
    float[] out = new float[rows.rows() * outputs()];
    for (int i = 0; i < rows.rows(); i++) {
      encode(rows.values(), i * features(), out, i * outputs());
    }
    return new Matrix(out, rows.rows(), outputs());
  }
}
