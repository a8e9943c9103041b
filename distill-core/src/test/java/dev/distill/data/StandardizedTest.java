package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StandardizedTest {
  private static final float NAN = Float.NaN;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void each_feature_has_mean_0_and_deviation_1() {
    Random random = new Random(1);
    int rows = 500;
    float[][] columns = new float[6][rows];
    for (int i = 0; i < rows; i++) {
      columns[0][i] = (float) random.nextGaussian();
      columns[1][i] = 1e9f + 1e5f * random.nextInt(100); // far from 0, as times are
      columns[2][i] = 1e-30f * random.nextFloat();
      columns[3][i] = (random.nextFloat() - .5f) * Float.MAX_VALUE;
      columns[4][i] = i == 0 ? 1 : 0;
      columns[5][i] = Float.MIN_VALUE * random.nextInt(5);
    }
    Matrix encoded = encode(matrix(columns));
    assertThat(encoded.columns()).isEqualTo(6);
    for (int j = 0; j < 6; j++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < rows; i++) {
        mean += encoded.get(i, j) / (double) rows;
        squares += Math.pow(encoded.get(i, j), 2) / rows;
      }
      // Every value is rounded to float32, of at most √n deviations.
      double rounding = 0x1p-24 * Math.sqrt(rows);
      assertThat(mean).as("column %s", j).isCloseTo(0, within(rounding));
      assertThat(squares).as("column %s", j).isCloseTo(1, within(4 * rounding));
    }
  }

  @Test
  void a_constant_column_is_0() {
    Matrix encoded = encode(matrix(new float[][] {{7, 7, 7}, {NAN, 3, NAN}, {INFINITY, 2, 2}}));
    assertThat(encoded.columns()).isEqualTo(4);
    for (int i = 0; i < 3; i++) {
      assertThat(new float[] {encoded.get(i, 0), encoded.get(i, 1), encoded.get(i, 2)})
          .containsOnly(0);
      assertThat(encoded.get(i, 3)).isEqualTo(i == 1 ? 0 : 1);
    }
    Standardized learned = learn(matrix(new float[][] {{7, 7, 7}}));
    // What differs at serving is something no weight was learned for.
    assertThat(learned.encode(matrix(new float[][] {{-1e30f, 8, INFINITY, NAN}})).values())
        .containsOnly(0);
  }

  @Test
  void a_column_without_values_is_0_and_has_no_indicator() {
    Matrix encoded = encode(matrix(new float[][] {{NAN, NAN}, {1, 3}}));
    assertThat(encoded.values()).containsExactly(0, -1, 0, 1);
  }

  @Test
  void columns_that_are_missing_together_share_an_indicator() {
    Standardized learned =
        learn(
            matrix(
                new float[][] {
                  {1, NAN, 2, NAN}, {1, 2, 3, 4}, {5, NAN, 4, NAN}, {NAN, 1, 2, NAN}
                }));
    assertThat(learned.features()).isEqualTo(4);
    assertThat(learned.outputs()).isEqualTo(6);
    float[] out = new float[6];
    learned.encode(new float[] {NAN, NAN, 4, 1}, 0, out, 0);
    assertThat(Arrays.copyOfRange(out, 4, 6)).containsExactly(1, 0);
    learned.encode(new float[] {1, 2, NAN, NAN}, 0, out, 0);
    assertThat(Arrays.copyOfRange(out, 4, 6)).containsExactly(0, 1);
    assertThat(out[2]).isZero();
  }

  @Test
  void infinities_count_as_the_ends_of_the_range() {
    Standardized learned = learn(matrix(new float[][] {{-1, 1, INFINITY, -INFINITY, -1, 1}}));
    Matrix encoded =
        learned.encode(matrix(new float[][] {{-1, 1, INFINITY, -INFINITY, 5, -9, 0, NAN}}));
    assertThat(encoded.values()).containsExactly(-1, 1, 1, -1, 1, -1, 0, 0);
  }

  @Test
  void values_stay_finite_whatever_the_rows() {
    Random random = new Random(2);
    float max = Float.MAX_VALUE;
    float[] hard = {
      max, -max, INFINITY, -INFINITY, NAN, 0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1, 1e30f
    };
    for (int repeat = 0; repeat < 200; repeat++) {
      float[][] columns = new float[3][2 + random.nextInt(6)];
      for (float[] column : columns) {
        for (int i = 0; i < column.length; i++) {
          column[i] = hard[random.nextInt(hard.length)];
        }
      }
      Standardized learned = learn(matrix(columns));
      for (float value : learned.encode(matrix(new float[][] {hard, hard, hard})).values()) {
        // No value of n is further than √n deviations from their mean.
        assertThat(Math.abs(value)).isLessThanOrEqualTo(3);
      }
    }
  }

  @Test
  void serving_gives_the_bits_of_training() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      int columns = 1 + random.nextInt(8);
      float[][] values = new float[columns][50];
      for (float[] column : values) {
        for (int i = 0; i < column.length; i++) {
          column[i] =
              random.nextInt(6) == 0
                  ? (random.nextBoolean() ? NAN : INFINITY)
                  : (float) (random.nextGaussian() * Math.exp(random.nextInt(20)));
        }
      }
      Matrix rows = matrix(values);
      Standardized learned = learn(rows);
      Matrix encoded = learned.encode(rows);
      float[] weights = new float[3 * learned.outputs()];
      for (int w = 0; w < weights.length; w++) {
        weights[w] = (float) random.nextGaussian();
      }
      DenseNetwork linear = DenseNetwork.linear(learned.outputs(), 3, weights, new float[3]);
      float[] expected = new float[150];
      linear.logits(encoded.values(), 50, expected);
      PortableModel portable = learned.portable(linear);
      float[] actual = new float[150];
      portable.logits(rows.values(), 50, actual);
      assertThat(actual).as("seed %s", seed).isEqualTo(expected);
    }
  }

  private static Matrix encode(Matrix rows) {
    return learn(rows).encode(rows);
  }

  private static Matrix matrix(float[][] columns) {
    int rows = columns[0].length;
    float[] values = new float[rows * columns.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = columns[i % columns.length][i / columns.length];
    }
    return new Matrix(values, rows, columns.length);
  }

  private static Standardized learn(Matrix rows) {
    List<String> names = IntStream.range(0, rows.columns()).mapToObj(j -> "x" + j).toList();
    return Standardized.learn(rows, Schema.numbers(names));
  }

  @Test
  void the_commonest_levels_of_a_ranked_category_have_indicators() {
    List<String> levels = IntStream.range(0, 60).mapToObj(i -> "level " + i).toList();
    Schema schema =
        new Schema(
            List.of(
                new Schema.NumberColumn("x"),
                new Schema.CategoryColumn("city", Schema.Coding.FREQUENCY_RANK, levels)));
    Matrix rows = Matrix.of(new float[][] {{1, 0}, {2, 3}, {3, 59}, {4, NAN}});
    Matrix encoded = Standardized.learn(rows, schema).encode(rows);
    assertThat(encoded.columns()).isEqualTo(2 + 1 + 50);
    int[] expected = {1, 4, -1, 0}; // among the indicators: missing, then each level
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 51; j++) {
        assertThat(encoded.get(i, 2 + j)).isEqualTo(j == expected[i] ? 1 : 0);
      }
    }
  }
}
