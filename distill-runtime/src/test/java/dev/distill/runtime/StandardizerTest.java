package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StandardizerTest {
  private static final float MAX = Float.MAX_VALUE;
  private static final float NAN = Float.NaN;

  @Test
  void limits_moves_and_scales() {
    Standardizer standardizer =
        new Standardizer(
            new float[] {-1, 0},
            new float[] {3, 10},
            new double[] {1, 4},
            new double[] {2, .5},
            new int[] {1},
            new float[] {NAN});
    assertThat(standardizer.features()).isEqualTo(2);
    assertThat(standardizer.outputs()).isEqualTo(3);
    assertThat(apply(standardizer, 2, 5)).containsExactly(2, .5f, 0);
    assertThat(apply(standardizer, -7, 11)).containsExactly(-4, 3, 0);
    assertThat(apply(standardizer, 7, -1)).containsExactly(4, -2, 0);
    assertThat(apply(standardizer, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY))
        .containsExactly(4, -2, 0);
    assertThat(apply(standardizer, NAN, NAN)).containsExactly(0, 0, 1);
    assertThat(apply(standardizer, NAN, 4)).containsExactly(0, 0, 0);
  }

  private static float[] apply(Standardizer standardizer, float... row) {
    float[] out = new float[standardizer.outputs()];
    standardizer.apply(row, 0, out, 0);
    return out;
  }

  @Test
  void agrees_with_the_plain_form_and_is_finite_for_any_row() {
    for (long seed : Seeds.of(50).toArray()) {
      Random random = new Random(seed);
      int features = 1 + random.nextInt(40);
      Standardizer standardizer = RandomModels.standardizer(features, random);
      float[] rows = new RandomTrees(features, 2, random).rows(10, 0.4);
      for (int i = 0; i < 10; i++) {
        float[] out = new float[standardizer.outputs() + 2];
        standardizer.apply(rows, i * features, out, 1);
        float[] row = Arrays.copyOfRange(rows, i * features, (i + 1) * features);
        float[] actual = Arrays.copyOfRange(out, 1, out.length - 1);
        assertThat(actual)
            .as(Seeds.repeat(StandardizerTest.class, seed))
            .isEqualTo(RandomModels.standardize(standardizer, row));
        for (float value : actual) {
          assertThat(value).isFinite();
        }
      }
    }
  }

  @Test
  void the_whole_range_of_a_float_stays_finite() {
    Standardizer standardizer =
        new Standardizer(
            new float[] {-MAX},
            new float[] {MAX},
            new double[] {MAX / 3},
            new double[] {.5},
            new int[0],
            new float[0]);
    for (float x : new float[] {-MAX, MAX, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0}) {
      assertThat(apply(standardizer, x)[0]).isFinite();
    }
    assertThat(apply(standardizer, -MAX)[0])
        .isEqualTo((float) (MAX * (-2 / 3.0)), within(Math.ulp(MAX)));
  }

  @Test
  void keeps_its_own_arrays() {
    float[] low = {0};
    float[] high = {1};
    double[] center = {0};
    double[] scale = {1};
    int[] indicators = {0};
    float[] values = {NAN};
    Standardizer standardizer = new Standardizer(low, high, center, scale, indicators, values);
    low[0] = 9;
    high[0] = 9;
    center[0] = 9;
    scale[0] = 9;
    indicators[0] = 9;
    values[0] = 9;
    standardizer.values()[0] = 9;
    standardizer.indicators()[0] = 9;
    assertThat(apply(standardizer, .5f)).containsExactly(.5f, 0);
  }

  @Test
  void refuses_what_gives_no_finite_value() {
    refuses(1, 0, 0, 1);
    refuses(0, 1, Double.NaN, 1);
    refuses(0, 1, Double.POSITIVE_INFINITY, 1);
    refuses(0, 1, Double.POSITIVE_INFINITY, 0);
    refuses(0, 1, 0, Double.NaN);
    refuses(0, 1, 0, Double.POSITIVE_INFINITY);
    refuses(0, 0, 0, Double.POSITIVE_INFINITY);
    refuses(-MAX, MAX, 0, 1.0000001);
    refuses(-MAX, MAX, -1e31, 1);
    refuses(0, 1, 1e308, 1);
    new Standardizer(
        new float[] {-MAX},
        new float[] {MAX},
        new double[1],
        new double[] {-1},
        new int[0],
        new float[0]);
  }

  private static void refuses(float low, float high, double center, double scale) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Standardizer(
                    new float[] {low},
                    new float[] {high},
                    new double[] {center},
                    new double[] {scale},
                    new int[0],
                    new float[0]))
        .withMessage(
            "feature 0: low %s, high %s, center %s and scale %s do not give finite values"
                .formatted(low, high, center, scale));
  }

  @Test
  void refuses_what_does_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(0, 0, 0, 0))
        .withMessage("expected a low, high, center and scale a feature, got 0, 0, 0 and 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 1, 2, 2))
        .withMessage("high: expected 2 values, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 3, 2))
        .withMessage("expected a low, high, center and scale a feature, got 2, 2, 3 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 2, 1))
        .withMessage("expected a low, high, center and scale a feature, got 2, 2, 2 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 2, 2, 2))
        .withMessage("indicators must ascend within 0…1, got 2 for NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 2, 2, -1))
        .withMessage("indicators must ascend within 0…1, got -1 for NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 2, 2, 1, 0))
        .withMessage("indicators must ascend within 0…1, got 0 for NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> standardizer(2, 2, 2, 2, 1, 1))
        .withMessage("indicators must ascend within 0…1, got 1 for NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Standardizer(
                    new float[] {NAN},
                    new float[1],
                    new double[1],
                    new double[1],
                    new int[0],
                    new float[0]))
        .withMessage("low: value 0 must be finite, got NaN");
  }

  private static Standardizer standardizer(
      int low, int high, int center, int scale, int... indicators) {
    return new Standardizer(
        new float[low],
        new float[high],
        new double[center],
        new double[scale],
        indicators,
        missing(indicators));
  }

  private static float[] missing(int[] indicators) {
    float[] values = new float[indicators.length];
    Arrays.fill(values, NAN);
    return values;
  }

  @Test
  void indicators_look_for_values() {
    Standardizer standardizer = looking(new int[] {0, 0, 0, 1}, NAN, -1, 2, 0);
    assertThat(standardizer.outputs()).isEqualTo(6);
    assertThat(apply(standardizer, NAN, -0f)).containsExactly(0, 0, 1, 0, 0, 1);
    assertThat(apply(standardizer, 2, NAN)).containsExactly(0, 0, 0, 0, 1, 0);
    assertThat(apply(standardizer, -1, 1)).containsExactly(0, 0, 0, 1, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> looking(new int[] {0, 0}, 2, 2))
        .withMessage("indicators must ascend within 0…1, got 0 for 2.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> looking(new int[] {0, 0}, 2, NAN))
        .withMessage("indicators must ascend within 0…1, got 0 for NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> looking(new int[] {0, 0}, 2))
        .withMessage("expected a value an indicator, got 1 for 2");
  }

  private static Standardizer looking(int[] indicators, float... values) {
    return new Standardizer(
        new float[2], new float[2], new double[2], new double[2], indicators, values);
  }

  @Test
  void a_model_must_read_what_the_standardizer_gives() {
    Standardizer standardizer = standardizer(2, 2, 2, 2, 1);
    PortableModel model = RandomModels.linear(2, 2, new Random(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StandardizedModel(standardizer, model))
        .withMessage("the model reads 2 features, but the standardizer gives 3");
  }
}
