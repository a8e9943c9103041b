package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinsTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;
  private static final float MAX = Float.MAX_VALUE;

  @Test
  void few_values_have_a_bin_each() {
    assertThat(bins(5, 1, 3, 3, 1, 8)).containsExactly(2, 0, 1, 1, 0, 3);
    assertThat(bins(MAX, -MAX, Float.MIN_VALUE, 0)).containsExactly(3, 0, 2, 1);
    assertThat(bins(1, Math.nextUp(1f), Math.nextDown(1f))).containsExactly(1, 2, 0);
  }

  @Test
  void both_zeros_share_a_bin() {
    assertThat(bins(-0f, 0f, -1, 1)).containsExactly(1, 1, 0, 2);
    assertThat(bins(0f, -Float.MIN_VALUE, -0f)).containsExactly(1, 0, 1);
  }

  @Test
  void what_is_missing_and_minus_infinity_are_below_all_bins() {
    float[] column = {Float.NaN, -INFINITY, -MAX, 0, Float.intBitsToFloat(0xffc00001)};
    assertThat(bins(column)).containsExactly(-1, -1, 0, 1, -1);
  }

  @Test
  void infinity_is_in_the_top_bin() {
    assertThat(bins(1, INFINITY, 2)).containsExactly(0, 2, 1);
    assertThat(bins(MAX, INFINITY)).containsExactly(0, 1);
    Bins learned = Bins.learn(column(1, 2, 3));
    assertThat(encode(learned, INFINITY)).containsExactly(2);
  }

  @Test
  void values_that_were_not_trained_on_go_to_the_nearer_bin() {
    Bins bins = Bins.learn(column(0, 10, 20));
    assertThat(encode(bins, 4.9f)).containsExactly(0);
    assertThat(encode(bins, 5)).containsExactly(1);
    assertThat(encode(bins, -100)).containsExactly(0);
    assertThat(encode(bins, 100)).containsExactly(2);
  }

  @Test
  void a_constant_or_empty_column_has_one_bin() {
    assertThat(bins(7, 7, Float.NaN)).containsExactly(0, 0, -1);
    assertThat(bins(INFINITY, INFINITY)).containsExactly(0, 0);
    Bins empty = Bins.learn(column(Float.NaN, -INFINITY));
    assertThat(encode(empty, 3)).containsExactly(0);
    assertThat(encode(empty, Float.NaN)).containsExactly(-1);
    assertThat(encode(Bins.learn(new Matrix(new float[0], 0, 1)), 3)).containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {254, 255, 256, 257, 1000, 20_000})
  void more_values_than_bins_make_quantiles_of_equal_size(int distinct) {
    float[] column = new float[distinct];
    for (int i = 0; i < distinct; i++) {
      column[i] = (i * 7919L) % distinct;
    }
    float[] encoded = bins(column);
    int[] sizes = new int[Encoding.MOST_BINS];
    for (float bin : encoded) {
      sizes[(int) bin]++;
    }
    int used = (int) Arrays.stream(sizes).filter(size -> size > 0).count();
    int most = (distinct + Encoding.MOST_BINS - 1) / Encoding.MOST_BINS;
    if (distinct <= Encoding.MOST_BINS) {
      assertThat(used).isEqualTo(distinct);
    } else {
      assertThat(used).isBetween(Encoding.MOST_BINS / 2, Encoding.MOST_BINS);
    }
    assertThat(Arrays.stream(sizes).max().orElseThrow()).isLessThanOrEqualTo(most);
    // Order is kept.
    for (int i = 1; i < distinct; i++) {
      boolean below = column[i - 1] < column[i];
      float low = below ? encoded[i - 1] : encoded[i];
      assertThat(low).isLessThanOrEqualTo(below ? encoded[i] : encoded[i - 1]);
    }
  }

  @Test
  void a_value_that_many_rows_have_does_not_take_bins_from_the_others() {
    Random random = new Random(1);
    float[] column = new float[10_000];
    for (int i = 5000; i < column.length; i++) {
      column[i] = (float) random.nextGaussian();
    }
    float[] encoded = bins(column);
    float[] used = distinct(encoded);
    // Half of the rows are one bin; the others share about half of the rest.
    assertThat(used.length).isBetween(120, Encoding.MOST_BINS);
    assertThat(used).startsWith(0).contains(used.length - 1);
    assertThat(used[used.length - 1]).isEqualTo(used.length - 1);
  }

  private static float[] distinct(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int count = 1;
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, count);
  }

  private static Matrix column(float... values) {
    return new Matrix(values, values.length, 1);
  }

  private static float[] bins(float... values) {
    return Bins.learn(column(values)).encode(column(values)).values();
  }

  private static float[] encode(Bins bins, float value) {
    return bins.encode(column(value)).values();
  }

  // ---- trees that ask for bins become trees that ask for values ----

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void trees_on_raw_rows_score_what_they_score_on_bins(long seed) {
    Random random = new Random(seed);
    int columns = 1 + random.nextInt(5);
    Matrix training =
        training(2 + random.nextInt(random.nextBoolean() ? 20 : 900), columns, random);
    Bins bins = Bins.learn(training);
    Matrix binned = bins.encode(training);
    TreeEnsemble trees = trees(binned, 1 + random.nextInt(20), random);
    PortableModel raw = bins.portable(trees);
    Matrix rows = adversarial(raw, training, random);
    check(trees, bins.encode(rows), raw, rows, seed);
    check(trees, binned, raw, training, seed);
    check(Logarithm.of(trees), binned, bins.portable(Logarithm.of(trees)), training, seed);
  }

  private static void check(
      PortableModel inBins, Matrix binned, PortableModel inValues, Matrix raw, long seed) {
    float[] expected = new float[raw.rows() * inBins.classes()];
    float[] actual = new float[expected.length];
    inBins.logits(binned.values(), raw.rows(), expected);
    inValues.logits(raw.values(), raw.rows(), actual);
    assertThat(actual).as("seed %s", seed).isEqualTo(expected);
  }

  private static Matrix training(int rows, int columns, Random random) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      int column = i % columns;
      values[i] =
          switch (random.nextInt(12)) {
            case 0 -> Float.NaN;
            case 1 -> random.nextInt(3) - 1;
            case 2 -> random.nextInt(20) == 0 ? INFINITY : 0f;
            case 3 -> random.nextInt(20) == 0 ? -INFINITY : -0f;
            case 4 -> random.nextInt(20) == 0 ? -MAX : MAX;
            case 5 -> Float.intBitsToFloat(1000 + random.nextInt(4));
            case 6 -> 1 + random.nextInt(3) * Math.ulp(1f);
            default -> column == 0 ? random.nextInt(9) : (float) random.nextGaussian();
          };
    }
    return new Matrix(values, rows, columns);
  }

  /** Trees of one split each, at, below, above or between any bins that there are. */
  private static TreeEnsemble trees(Matrix binned, int count, Random random) {
    int classes = 2 + random.nextInt(2);
    float[] top = new float[binned.columns()];
    for (int i = 0; i < binned.values().length; i++) {
      int column = i % binned.columns();
      top[column] = Math.max(top[column], binned.values()[i]);
    }
    TreeEnsemble.Builder builder = TreeEnsemble.builder(binned.columns(), new float[classes]);
    for (int t = 0; t < count; t++) {
      int depth = 1 + random.nextInt(4);
      builder.vectorTree(2 * depth + 1);
      for (int level = 0; level < depth; level++) {
        int column = random.nextInt(binned.columns());
        float threshold =
            switch (random.nextInt(6)) {
              case 0 -> -1;
              case 1 -> -random.nextFloat();
              case 2 -> -5;
              case 3 -> random.nextInt((int) top[column] + 1);
              case 4 -> random.nextInt((int) top[column] + 1) - .5f;
              default -> random.nextFloat() * top[column];
            };
        builder.split(
            2 * level, column, threshold, 2 * level + 1, 2 * level + 2, random.nextBoolean());
        builder.leaf(2 * level + 1, leaf(classes, random));
      }
      builder.leaf(2 * depth, leaf(classes, random));
    }
    return builder.build();
  }

  private static float[] leaf(int classes, Random random) {
    float[] leaf = new float[classes];
    for (int k = 0; k < classes; k++) {
      leaf[k] = random.nextFloat();
    }
    return leaf;
  }

  /** Rows of the model's own thresholds and training values, those next to them, and extremes. */
  private static Matrix adversarial(PortableModel model, Matrix training, Random random) {
    TreeEnsemble trees = (TreeEnsemble) model;
    float[] extremes = {
      Float.NaN, INFINITY, -INFINITY, MAX, -MAX, 0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE
    };
    float[] values = new float[500 * training.columns()];
    for (int i = 0; i < values.length; i++) {
      int tree = random.nextInt(trees.trees());
      int node = random.nextInt(trees.nodes(tree));
      float value =
          trees.isLeaf(tree, node)
              ? training.values()[random.nextInt(training.values().length)]
              : trees.threshold(tree, node);
      values[i] =
          switch (random.nextInt(5)) {
            case 0 -> Math.nextUp(value);
            case 1 -> Math.nextDown(value);
            case 2 -> extremes[random.nextInt(extremes.length)];
            default -> value;
          };
    }
    return new Matrix(values, 500, training.columns());
  }

  // ---- what does not fit ----

  @Test
  void refuses_what_is_no_tree_of_these_bins() {
    Bins bins = Bins.learn(column(1, 2, 3));
    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> bins.portable(DenseNetwork.linear(1, 2, new float[2], new float[2])))
        .withMessage(
            "the portable form of a family with BINNED features must be a tree ensemble,"
                + " got DenseNetwork");
    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> bins.portable(split(1, 2.5f)))
        .withMessage("a tree asks feature 0 for bins below 2.5, but there are 3");
    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> bins.portable(split(2, 1)))
        .withMessage("the portable form reads 2 features, expected 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bins.encode(new Matrix(new float[4], 2, 2)))
        .withMessage("got Matrix[2 × 2], expected 1 columns");
  }

  private static TreeEnsemble split(int features, float threshold) {
    return TreeEnsemble.builder(features, new float[2])
        .tree(3, 1)
        .split(0, 0, threshold, 1, 2, true)
        .leaf(1, 1)
        .leaf(2, 2)
        .build();
  }
}
