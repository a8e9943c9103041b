package dev.distill.models.tribuo;

import dev.distill.spi.Matrix;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;

/**
 * What Tribuo's parameters make of rows.
 *
 * @param bias whether a row ends with a value of 1, whose weight is the bias
 */
record Scores(int classes, boolean bias) {

  /** Writes rows × classes scores. */
  void write(FeedForwardParameters parameters, Matrix rows, float[] logits) {
    int columns = rows.columns();
    double[] values = new double[bias ? columns + 1 : columns];
    if (bias) {
      values[columns] = 1;
    }
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < columns; j++) {
        values[j] = rows.get(i, j);
      }
      SGDVector scores = parameters.predict(DenseVector.createDenseVector(values));
      for (int k = 0; k < classes; k++) {
        logits[i * classes + k] = (float) scores.get(k);
      }
    }
  }
}
