package dev.distill.data;

import dev.distill.runtime.PortableModel;
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
    float[] out = new float[Math.multiplyExact(rows.rows(), outputs())];
    for (int i = 0; i < rows.rows(); i++) {
      encode(rows.values(), i * features(), out, i * outputs());
    }
    return new Matrix(out, rows.rows(), outputs());
  }
}
