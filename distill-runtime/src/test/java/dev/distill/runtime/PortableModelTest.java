package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for models of every kind. */
class PortableModelTest {

  static LongStream seeds() {
    return Seeds.of(60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void every_way_to_score_gives_the_bits_of_the_plain_form(long seed) {
    Random random = new Random(seed);
    int features = 1 + random.nextInt(random.nextBoolean() ? 6 : 40);
    int classes = 2 + random.nextInt(random.nextBoolean() ? 3 : 26);
    RandomTrees rows = new RandomTrees(features, 2, random);
    for (PortableModel model : RandomModels.each(features, classes, random)) {
      for (double hard : new double[] {0, 0.02, 0.3}) {
        check(model, rows.rows(1 + random.nextInt(20), hard), seed);
      }
    }
  }

  private static void check(PortableModel model, float[] rows, long seed) {
    String repeat =
        Seeds.repeat(PortableModelTest.class, seed) + ", " + model.getClass().getSimpleName();
    int features = model.features();
    int classes = model.classes();
    int count = rows.length / features;
    float[] single = new float[count * classes + 2];
    double[] wide = new double[count * classes + 2];
    float[] batch = new float[count * classes];
    double[] wideBatch = new double[count * classes];
    Arrays.fill(single, 7);
    Arrays.fill(wide, 7);
    model.logits(rows, count, batch);
    model.logits(rows, count, wideBatch);
    for (int i = 0; i < count; i++) {
      model.logits(rows, i * features, single, 1 + i * classes);
      model.logits(rows, i * features, wide, 1 + i * classes);
      float[] row = Arrays.copyOfRange(rows, i * features, (i + 1) * features);
      float[] expected = RandomModels.logits(model, row);
      int winner = 0;
      float best = Float.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        int at = i * classes + k;
        int bits = Float.floatToIntBits(expected[k]);
        assertThat(Float.floatToIntBits(single[1 + at])).as(repeat).isEqualTo(bits);
        assertThat(Float.floatToIntBits(batch[at])).as(repeat).isEqualTo(bits);
        long wideBits = Double.doubleToLongBits(expected[k]);
        assertThat(Double.doubleToLongBits(wide[1 + at])).as(repeat).isEqualTo(wideBits);
        assertThat(Double.doubleToLongBits(wideBatch[at])).as(repeat).isEqualTo(wideBits);
        if (expected[k] > best) {
          best = expected[k];
          winner = k;
        }
      }
      assertThat(model.predict(rows, i * features)).as(repeat).isEqualTo(winner);
    }
    assertThat(new double[] {single[0], wide[0]}).containsOnly(7);
    assertThat(new double[] {single[single.length - 1], wide[wide.length - 1]}).containsOnly(7);
  }

  @Test
  void compiled_loops_give_the_bits_of_the_plain_form() {
    Random random = new Random(2);
    float[] rows = new RandomTrees(22, 2, random).rows(8, 0.05);
    float[] out = new float[37];
    for (PortableModel model : RandomModels.each(22, 37, random)) {
      // Long enough that HotSpot makes vectors of them.
      for (int i = 0; i < 10_000; i++) {
        model.logits(rows, i % 8 * 22, out, 0);
      }
      check(model, rows, 2);
    }
  }

  @Test
  void scoring_allocates_nothing() {
    Random random = new Random(3);
    float[] rows = new RandomTrees(10, 2, random).rows(20, 0.2);
    float[] out = new float[20 * 17];
    double[] wide = new double[20 * 17];
    for (PortableModel model : RandomModels.each(10, 17, random)) {
      Allocation.none(
          () -> {
            model.logits(rows, 10, out, 3);
            model.logits(rows, 10, wide, 3);
            model.logits(rows, 20, out);
            model.logits(rows, 20, wide);
            model.predict(rows, 20);
          });
    }
  }

  @Test
  void a_thread_keeps_no_more_for_a_thousand_models_than_for_one() throws Exception {
    Random random = new Random(4);
    float[] row = new float[50];
    double[] out = new double[30];
    DenseNetwork largest = RandomModels.linear(50, 30, random);
    DenseNetwork[] models = new DenseNetwork[1000];
    Arrays.setAll(models, i -> RandomModels.linear(50, 2 + i % 28, random));
    Thread thread =
        new Thread(
            () -> {
              largest.logits(row, 0, out, 0);
              long bytes =
                  Allocation.bytes(
                      () -> {
                        for (DenseNetwork model : models) {
                          model.logits(row, 0, out, 0);
                        }
                      });
              out[0] = bytes;
            });
    thread.start();
    thread.join();
    // Classes may be loaded on the way, but no array a model: those would be 300 000 bytes.
    assertThat(out[0]).isLessThan(50_000);
  }

  @Test
  void scoring_may_overwrite_the_row() {
    Random random = new Random(5);
    for (PortableModel model : RandomModels.each(12, 12, random)) {
      // Trees add up in place.
      if (!(model instanceof Logarithm)) {
        float[] row = new RandomTrees(12, 2, random).rows(1, 0);
        float[] expected = new float[12];
        model.logits(row.clone(), 0, expected, 0);
        model.logits(row, 0, row, 0);
        assertThat(row).isEqualTo(expected);
      }
    }
  }

  @Test
  void refuses_arrays_that_are_too_short() {
    for (PortableModel model : RandomModels.each(3, 2, new Random(6))) {
      assertThatThrownBy(() -> model.logits(new float[5], 3, new float[2], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[3], 0, new float[2], 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[3], 0, new double[2], 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[3], -1, new float[2], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[9], 3, new float[5]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[8], 3, new double[6]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[9], -1, new float[6]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.logits(new float[0], Integer.MAX_VALUE, new float[0]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> model.predict(new float[3], 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void a_file_gives_the_same_bits(long seed) throws StudentFileException {
    Random random = new Random(seed);
    int features = 1 + random.nextInt(30);
    int classes = 2 + random.nextInt(20);
    RandomTrees rows = new RandomTrees(features, 2, random);
    for (PortableModel model : RandomModels.each(features, classes, random)) {
      String repeat =
          Seeds.repeat(PortableModelTest.class, seed) + ", " + model.getClass().getSimpleName();
      StudentFile student =
          new StudentFile(
              Students.numbers(features),
              model,
              Students.classes(classes),
              "y",
              1,
              rows.rows(5, 0.3),
              Map.of());
      byte[] bytes = student.toBytes();
      StudentFile loaded = StudentFile.load(bytes);
      assertThat(loaded.toBytes()).as(repeat).isEqualTo(bytes);
      assertThat(loaded.model()).as(repeat).hasSameClassAs(model);
      float[] some = rows.rows(20, 0.1);
      float[] expected = new float[20 * classes];
      float[] actual = new float[20 * classes];
      model.logits(some, 20, expected);
      loaded.model().logits(some, 20, actual);
      assertThat(actual).as(repeat).isEqualTo(expected);
    }
  }

  static LongStream fewSeeds() {
    return Seeds.of(10);
  }
}
