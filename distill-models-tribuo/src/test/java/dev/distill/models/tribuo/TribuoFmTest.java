package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.spi.Matrix;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TribuoFmTest extends DescentTest {
  TribuoFmTest() {
    super(new TribuoFm());
  }

  @Test
  void learns_a_product_of_features_which_a_linear_student_cannot() {
    float[] x = {-1, -1, -1, 1, 1, -1, 1, 1};
    float[] features = new float[400 * 2];
    float[] targets = new float[400 * 2];
    for (int i = 0; i < 400; i++) {
      int corner = i % 4;
      System.arraycopy(x, 2 * corner, features, 2 * i, 2);
      targets[2 * i] = corner == 0 || corner == 3 ? .9f : .1f;
      targets[2 * i + 1] = 1 - targets[2 * i];
    }
    Task task = new Task(new Matrix(features, 400, 2), 2, targets);
    assertThat(task.divergence(task.fitted(family, Map.of(), 1))).isLessThan(.01);
    assertThat(task.divergence(task.fitted(new TribuoLinear(), Map.of(), 1))).isGreaterThan(.3);
  }
}
