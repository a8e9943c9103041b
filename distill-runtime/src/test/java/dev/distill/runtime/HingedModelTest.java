package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HingedModelTest {

  @Test
  void a_linear_model_bends_at_its_knots() {
    // Class 1: x up to 1, then flat, and from 3 on x again.
    DenseNetwork linear = DenseNetwork.linear(3, 2, new float[] {0, 1, 0, -1, 0, 1}, new float[2]);
    HingedModel model = new HingedModel(1, new int[] {0, 0}, new float[] {1, 3}, linear);
    float[] out = new float[2];
    float[][] expected = {{-2, -2}, {0.5f, 0.5f}, {1, 1}, {2, 1}, {3, 1}, {5, 3}};
    for (float[] pair : expected) {
      model.logits(new float[] {pair[0]}, 0, out, 0);
      assertThat(out).containsExactly(0, pair[1]);
    }
  }

  @Test
  void refuses_what_does_not_fit() {
    DenseNetwork linear = DenseNetwork.linear(3, 2, new float[6], new float[2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HingedModel(1, new int[] {0, 1}, new float[2], linear))
        .withMessage("hinges must be in 0…0, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HingedModel(2, new int[] {0, 1}, new float[2], linear))
        .withMessage("the model reads 3 features, expected 2 and 2 hinges");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HingedModel(1, new int[] {0, 0}, new float[1], linear))
        .withMessage("knots: expected 2 values, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HingedModel(1, new int[] {0, 0}, new float[] {0, Float.NaN}, linear))
        .withMessage("knots: value 1 must be finite, got NaN");
  }
}
