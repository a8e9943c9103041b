package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FactorizationMachineTest {

  @Test
  void sums_over_all_pairs_as_the_paper_says() {
    for (long seed : Seeds.of(60).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(25);
      int classes = 2 + random.nextInt(20);
      FactorizationMachine machine = RandomModels.machine(features, classes, random);
      int factors = machine.factors();
      float[] bias = machine.bias();
      float[] weights = machine.weights();
      float[] vectors = machine.vectors();
      float[] row = new RandomTrees(features, 2, random).rows(1, 0);
      float[] actual = new float[classes];
      machine.logits(row, 0, actual, 0);
      for (int k = 0; k < classes; k++) {
        double expected = bias[k];
        double size = Math.abs(expected);
        for (int i = 0; i < features; i++) {
          double linear = weights[k * features + i] * (double) row[i];
          expected += linear;
          size += Math.abs(linear);
          for (int j = 0; j < features; j++) {
            for (int f = 0; f < factors; f++) {
              double pair =
                  (double) vectors[(k * features + i) * factors + f]
                      * vectors[(k * features + j) * factors + f]
                      * row[i]
                      * row[j];
              expected += j > i ? pair : 0;
              size += Math.abs(pair);
            }
          }
        }
        // Each term is rounded at most this often: in its product, its two sums, its square.
        double error = (4.0 * features + factors + 8) * 0x1p-24 * size;
        assertThat((double) actual[k])
            .as(Seeds.repeat(FactorizationMachineTest.class, seed))
            .isCloseTo(expected, within(error));
      }
    }
  }

  @Test
  void scores_what_arithmetic_says() {
    FactorizationMachine machine =
        new FactorizationMachine(
            2, 1, new float[] {1, 2}, new float[] {1, 2, 3, 4}, new float[] {1, 2, 3, 5});
    float[] out = new float[2];
    machine.logits(new float[] {10, 1}, 0, out, 0);
    assertThat(out).containsExactly(1 + 10 + 2 + 20, 2 + 30 + 4 + 150);
    assertThat(machine.predict(new float[] {10, 1}, 0)).isEqualTo(1);
    assertThat(machine.factors()).isEqualTo(1);
  }

  @Test
  void keeps_its_own_arrays() {
    float[] bias = new float[2];
    float[] weights = {1, 2, 3, 4};
    float[] vectors = {1, 2, 3, 4, 5, 6, 7, 8};
    FactorizationMachine machine = new FactorizationMachine(2, 2, bias, weights, vectors);
    bias[0] = 1;
    weights[0] = 9;
    vectors[0] = 9;
    assertThat(machine.bias()).containsExactly(0, 0);
    assertThat(machine.weights()).containsExactly(1, 2, 3, 4);
    assertThat(machine.vectors()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void refuses_what_does_not_fit() {
    refuses(0, 1, 2, 0, 0, "features must be > 0, got 0");
    refuses(1, 0, 2, 2, 0, "factors must be > 0, got 0");
    refuses(1, -1, 2, 2, 0, "factors must be > 0, got -1");
    refuses(1, 1, 1, 1, 1, "classes must be at least 2, got 1");
    refuses(3, 2, 2, 5, 12, "weights: expected 6 values, got 5");
    refuses(3, 2, 2, 6, 11, "vectors: expected 12 values, got 11");
    refuses(1 << 30, 1 << 28, 4, 0, 0, "weights: expected 4294967296 values, got 0");
    refuses(1, Integer.MAX_VALUE, 2, 2, 0, "2 classes × 2147483647 factors are too many");
    float[] broken = {0, 0, 0, Float.NaN};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactorizationMachine(2, 1, new float[2], broken, new float[4]))
        .withMessage("weights: value 3 must be finite, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactorizationMachine(2, 1, new float[2], new float[4], broken))
        .withMessage("vectors: value 3 must be finite, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new FactorizationMachine(
                    2, 1, new float[] {0, Float.NaN}, new float[4], new float[4]))
        .withMessage("bias: value 1 must be finite, got NaN");
  }

  private static void refuses(
      int features, int factors, int classes, int weights, int vectors, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new FactorizationMachine(
                    features, factors, new float[classes], new float[weights], new float[vectors]))
        .withMessage(message);
  }
}
