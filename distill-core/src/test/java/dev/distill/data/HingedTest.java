package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HingedTest {
  private static final Schema SCHEMA = Schema.numbers(List.of("many", "two", "constant", "gaps"));

  private static Matrix rows(int count) {
    Random random = new Random(3);
    float[] values = new float[count * 4];
    for (int i = 0; i < count; i++) {
      values[4 * i] = i;
      values[4 * i + 1] = i % 2;
      values[4 * i + 2] = 7;
      values[4 * i + 3] = i % 5 == 0 ? Float.NaN : random.nextInt(3);
    }
    return new Matrix(values, count, 4);
  }

  @Test
  void hinges_stand_at_quartiles_that_lie_within() {
    Matrix rows = rows(101);
    Hinged hinged = Hinged.learn(rows, SCHEMA);
    // Four features, an indicator of the gaps, three hinges of the first and one of the last.
    assertThat(hinged.outputs()).isEqualTo(4 + 1 + 3 + 1);
    Matrix encoded = hinged.encode(rows);
    for (int i = 0; i < 101; i++) {
      float x = encoded.get(i, 0);
      for (int h = 0; h < 3; h++) {
        float knot = encoded.get(25 * (h + 1), 0);
        assertThat(encoded.get(i, 5 + h)).isEqualTo(Math.max(0, x - knot));
      }
    }
  }

  @Test
  void the_portable_model_takes_rows_as_they_are() {
    Matrix rows = rows(101);
    Hinged hinged = Hinged.learn(rows, SCHEMA);
    Random random = new Random(5);
    float[] weights = new float[hinged.outputs() * 3];
    for (int w = 0; w < weights.length; w++) {
      weights[w] = (float) random.nextGaussian();
    }
    PortableModel inner = DenseNetwork.linear(hinged.outputs(), 3, weights, new float[3]);
    PortableModel portable = hinged.portable(inner);
    float[] expected = new float[303];
    float[] actual = new float[303];
    inner.logits(hinged.encode(rows).values(), 101, expected);
    portable.logits(rows.values(), 101, actual);
    assertThat(actual).containsExactly(expected);
  }
}
