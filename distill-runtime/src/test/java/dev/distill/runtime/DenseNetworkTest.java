package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DenseNetworkTest {

  @Test
  void rows_side_by_side_give_the_bits_of_each_row() {
    for (long seed : Seeds.of(12).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(40);
      int classes = 2 + random.nextInt(30);
      Standardizer standardizer = RandomModels.standardizer(features, random);
      List<PortableModel> models =
          List.of(
              RandomModels.linear(features, 20, random),
              RandomModels.network(features, classes, random),
              new StandardizedModel(
                  standardizer, RandomModels.network(standardizer.outputs(), classes, random)));
      for (PortableModel model : models) {
        for (int count : new int[] {0, 1, 127, 128, 129, 255, 256, 257, 600}) {
          float[] rows = new RandomTrees(features, 2, random).rows(count, 0.1);
          float[] out = new float[count * model.classes()];
          double[] wide = new double[out.length];
          model.logits(rows, count, out);
          model.logits(rows, count, wide);
          for (int i = 0; i < count; i++) {
            float[] row = new float[model.classes()];
            model.logits(rows, i * features, row, 0);
            for (int k = 0; k < row.length; k++) {
              int at = i * row.length + k;
              String where =
                  "%s, row %d of %d"
                      .formatted(Seeds.repeat(DenseNetworkTest.class, seed), i, count);
              assertThat(Float.floatToIntBits(out[at]))
                  .as(where)
                  .isEqualTo(Float.floatToIntBits(row[k]));
              assertThat(Double.compare(wide[at], row[k])).as(where).isZero();
            }
          }
        }
      }
    }
  }

  @Test
  void scores_what_arithmetic_says() {
    DenseNetwork network =
        new DenseNetwork(
            List.of(
                new Layer(
                    2, 3, Activation.RELU, new float[] {1, -1, 2, 3, 1, -2}, new float[] {1, 0, 0}),
                new Layer(
                    3, 2, Activation.TANH, new float[] {.1f, 0, 0, .5f, 0, 1}, new float[2])));
    float[] out = new float[2];
    network.logits(new float[] {2, 1}, 0, out, 0);
    // Hidden: 1 + 2 + 3 = 6, −2 + 1 = −1 → 0, 4 − 2 = 2.
    assertThat(out[0]).isCloseTo((float) Math.tanh(0.6), within(Math.ulp(1f)));
    assertThat(out[1]).isCloseTo((float) Math.tanh(2), within(Math.ulp(1f)));
    assertThat(network.features()).isEqualTo(2);
    assertThat(network.classes()).isEqualTo(2);
    assertThat(network.layers().get(0).activation()).isEqualTo(Activation.RELU);
  }

  @Test
  void is_as_exact_as_float32_sums_are() {
    for (long seed : Seeds.of(60).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(60);
      DenseNetwork network = RandomModels.network(features, 2 + random.nextInt(30), random);
      float[] row = new RandomTrees(features, 2, random).rows(1, 0);
      float[] actual = new float[network.classes()];
      network.logits(row, 0, actual, 0);
      double[] values = new double[features];
      double[] errors = new double[features];
      for (int j = 0; j < features; j++) {
        values[j] = row[j];
      }
      for (Layer layer : network.layers()) {
        float[] weights = layer.weights();
        float[] bias = layer.bias();
        double[] next = new double[layer.outputs()];
        double[] nextErrors = new double[layer.outputs()];
        for (int k = 0; k < next.length; k++) {
          double sum = bias[k];
          double size = Math.abs(sum);
          double inherited = 0;
          for (int j = 0; j < values.length; j++) {
            double weight = weights[j * next.length + k];
            sum += weight * values[j];
            size += Math.abs(weight) * (Math.abs(values[j]) + errors[j]);
            inherited += Math.abs(weight) * errors[j];
          }
          next[k] =
              switch (layer.activation()) {
                case IDENTITY -> sum;
                case RELU -> Math.max(0, sum);
                case TANH -> Math.tanh(sum);
              };
          // One rounding a product, one a sum, one for the activation; no activation is steeper
          // than 1.
          nextErrors[k] = inherited + (values.length + 2) * size * 0x1p-24 * 1.001 + 0x1p-24;
        }
        values = next;
        errors = nextErrors;
      }
      for (int k = 0; k < actual.length; k++) {
        assertThat((double) actual[k])
            .as(Seeds.repeat(DenseNetworkTest.class, seed))
            .isCloseTo(values[k], within(errors[k]));
      }
    }
  }

  @Test
  void layers_of_every_width_agree_with_the_plain_form() {
    Random random = new Random(1);
    for (int width = 1; width <= 70; width++) {
      for (int inputs : new int[] {1, 2, 3, 4, 5, 13}) {
        DenseNetwork network =
            new DenseNetwork(
                List.of(
                    new Layer(
                        inputs,
                        width,
                        Activation.IDENTITY,
                        gaussian(inputs * width, random),
                        gaussian(width, random)),
                    new Layer(
                        width,
                        width + 1,
                        Activation.IDENTITY,
                        gaussian(width * (width + 1), random),
                        gaussian(width + 1, random))));
        float[] row = gaussian(inputs, random);
        float[] actual = new float[width + 1];
        network.logits(row, 0, actual, 0);
        assertThat(actual).isEqualTo(RandomModels.logits(network, row));
      }
    }
  }

  private static float[] gaussian(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void ties_go_to_the_first_class() {
    DenseNetwork network = DenseNetwork.linear(1, 4, new float[4], new float[] {-1, 2, 2, 0});
    assertThat(network.predict(new float[1], 0)).isEqualTo(1);
  }

  @Test
  void a_sum_that_overflows_is_scored_all_the_same() {
    float max = Float.MAX_VALUE;
    DenseNetwork network =
        DenseNetwork.linear(
            2, 4, new float[] {max, -max, max, 1, max, -max, -max, 1}, new float[4]);
    StudentFile student = student(network);
    double[] p = new double[4];
    float[] row = {2, 2};
    float[] logits = new float[4];
    network.logits(row, 0, logits, 0);
    float infinity = Float.POSITIVE_INFINITY;
    assertThat(logits).containsExactly(infinity, -infinity, Float.NaN, 4);
    student.score(row, p);
    assertThat(p).containsExactly(1, 0, 0, 0);
    assertThat(student.predict(row)).isZero();
  }

  @Test
  void not_a_number_never_wins() {
    DenseNetwork network = DenseNetwork.linear(2, 3, new float[] {1, 0, 0, 0, 0, 0}, new float[3]);
    // 0 × ∞ is NaN, in the last two classes.
    float[] row = {Float.NEGATIVE_INFINITY, 1};
    assertThat(network.predict(row, 0)).isZero();
    float[] missing = {Float.NaN, 1};
    double[] p = new double[3];
    student(network).score(missing, p);
    assertThat(p).containsExactly(1 / 3.0, 1 / 3.0, 1 / 3.0);
    assertThat(network.predict(missing, 0)).isZero();
    DenseNetwork half =
        new DenseNetwork(
            List.of(
                new Layer(
                    1, 2, Activation.RELU, new float[] {Float.MAX_VALUE, 0}, new float[] {0, 0}),
                new Layer(2, 2, Activation.IDENTITY, new float[] {0, 0, 0, 0}, new float[] {1, 2}),
                new Layer(2, 2, Activation.RELU, new float[] {1, 0, 0, 1}, new float[2])));
    float[] logits = new float[2];
    half.logits(new float[] {2}, 0, logits, 0);
    // ∞ × 0 is NaN and stays NaN behind the rectifier.
    assertThat(logits).containsExactly(Float.NaN, Float.NaN);
  }

  private static StudentFile student(PortableModel model) {
    return new StudentFile(
        Students.numbers(model.features()),
        model,
        Students.classes(model.classes()),
        "y",
        1,
        new float[0],
        Map.of());
  }

  @Test
  void keeps_its_own_arrays() {
    for (int outputs : new int[] {2, 20}) {
      float[] weights = new float[3 * outputs];
      float[] bias = new float[outputs];
      bias[1] = 1;
      DenseNetwork network = DenseNetwork.linear(3, outputs, weights, bias);
      weights[0] = 100;
      bias[0] = 100;
      network.layers().get(0).weights()[0] = 100;
      network.layers().get(0).bias()[0] = 100;
      assertThat(network.predict(new float[] {1, 1, 1}, 0)).isEqualTo(1);
      assertThat(network.layers().get(0).weights()).containsOnly(0);
    }
  }

  @Test
  void refuses_what_is_no_layer() {
    refuses(0, 1, new float[0], new float[1], "a layer needs inputs and outputs, got 0 and 1");
    refuses(1, 0, new float[0], new float[0], "a layer needs inputs and outputs, got 1 and 0");
    refuses(2, 2, new float[3], new float[2], "weights: expected 4 values, got 3");
    refuses(2, 2, new float[4], new float[3], "bias: expected 2 values, got 3");
    refuses(
        1 << 16, 1 << 16, new float[0], new float[0], "weights: expected 4294967296 values, got 0");
    refuses(
        1, 2, new float[] {0, Float.NaN}, new float[2], "weights: value 1 must be finite, got NaN");
    refuses(
        1,
        2,
        new float[2],
        new float[] {Float.NEGATIVE_INFINITY, 0},
        "bias: value 0 must be finite, got -Infinity");
  }

  private static void refuses(
      int inputs, int outputs, float[] weights, float[] bias, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Layer(inputs, outputs, Activation.RELU, weights, bias))
        .withMessage(message);
  }

  @Test
  void refuses_what_is_no_network() {
    Layer layer = new Layer(2, 3, Activation.RELU, new float[6], new float[3]);
    Layer one = new Layer(3, 1, Activation.RELU, new float[3], new float[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DenseNetwork(List.of()))
        .withMessage("a network has 1 to 256 layers, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new DenseNetwork(
                    Collections.nCopies(
                        257, new Layer(2, 2, Activation.RELU, new float[4], new float[2]))))
        .withMessage("a network has 1 to 256 layers, got 257");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DenseNetwork(List.of(layer, layer)))
        .withMessage("layer 1 has 2 inputs, but the layer before it has 3 outputs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DenseNetwork(List.of(layer, one)))
        .withMessage("classes must be at least 2, got 1");
  }
}
