package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.spi.Matrix;
import org.junit.jupiter.api.Test;
import org.tribuo.math.la.DenseVector;

class RowsTest {

  /** Tribuo numbers features by name: "10" would come before "2". */
  @Test
  void features_and_classes_keep_their_order_and_zeros() {
    float[] x = new float[120];
    float[] targets = new float[120];
    for (int j = 0; j < 120; j++) {
      x[j] = j % 5;
      targets[j] = j / 200f;
    }
    Rows.Targeted rows = new Rows(new Matrix(x, 1, 120)).targeted(targets, 120);
    double[] row =
        DenseVector.createDenseVector(rows.getExample(0), rows.getFeatureIDMap(), false).toArray();
    double[] output = rows.getExample(0).getOutput().getValues();
    for (int j = 0; j < 120; j++) {
      assertThat(row[j]).isEqualTo(j % 5);
      assertThat(output[j]).isEqualTo(targets[j]);
    }
  }
}
