package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.models.smile.HistogramTree.Growth;
import dev.distill.models.smile.HistogramTree.Leaf;
import dev.distill.models.smile.HistogramTree.Question;
import dev.distill.models.smile.HistogramTree.Statistics;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import smile.base.cart.InternalNode;
import smile.base.cart.Node;

class HistogramTreeTest {
  private static final int ROWS = 200;
  private static final int COLUMNS = 3;
  private static final int OUTPUTS = 2;

  private final RandomGenerator random = Seeds.random(3, "trees");
  private final Matrix bins = bins();
  private final double[] values = values(1);
  private final int[] samples = new int[ROWS];

  HistogramTreeTest() {
    for (int i = 0; i < ROWS; i++) {
      samples[i] = random.nextInt(3);
    }
  }

  private Matrix bins() {
    float[] x = new float[ROWS * COLUMNS];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(12) - 1;
    }
    return new Matrix(x, ROWS, COLUMNS);
  }

  private double[] values(int denominators) {
    double[] made = new double[ROWS * (OUTPUTS + denominators)];
    for (int i = 0; i < made.length; i++) {
      boolean denominator = i % (OUTPUTS + denominators) >= OUTPUTS;
      made[i] = HistogramTree.unit(denominator ? random.nextDouble() : random.nextGaussian());
    }
    return made;
  }

  private Node grow(Matrix rows, double[] from, int[] times, Growth growth) {
    return HistogramTree.grow(
        new BinnedRows(rows),
        new Statistics(from, OUTPUTS, from.length / ROWS - OUTPUTS),
        times,
        growth,
        1,
        sums -> new float[] {(float) sums[0], (float) sums[1]});
  }

  @Test
  void takes_the_split_that_gains_most() {
    for (double[] from : new double[][] {values, values(OUTPUTS)}) {
      InternalNode root = (InternalNode) grow(bins, from, samples, new Growth(1, 2, 9, 3, 1.5));
      double best = 0;
      for (int j = 0; j < COLUMNS; j++) {
        for (float threshold = -.5f; threshold < 11; threshold++) {
          best = Math.max(best, gain(from, j, threshold, 9));
        }
      }
      assertThat(best).isPositive();
      assertThat(root.score()).isCloseTo(best, within(1e-9));
      assertThat(gain(from, root.feature(), ((Question) root).threshold(), 9))
          .isCloseTo(best, within(1e-9));
    }
  }

  /** By definition; 0 if a side has too few rows. */
  private double gain(double[] from, int column, float threshold, int least) {
    int width = from.length / ROWS;
    double[][] sides = new double[3][width];
    int[] counts = new int[3];
    for (int i = 0; i < ROWS; i++) {
      int side = bins.get(i, column) < threshold ? 0 : 1;
      for (int k = 0; k < width; k++) {
        sides[side][k] += samples[i] * from[i * width + k];
        sides[2][k] += samples[i] * from[i * width + k];
      }
      counts[side] += samples[i];
    }
    return counts[0] < least || counts[1] < least
        ? 0
        : score(sides[0]) + score(sides[1]) - score(sides[2]);
  }

  private static double score(double[] sums) {
    double score = 0;
    for (int k = 0; k < OUTPUTS; k++) {
      score += sums[k] * sums[k] / (sums[Math.min(OUTPUTS + k, sums.length - 1)] + 1.5);
    }
    return score;
  }

  @Test
  void keeps_to_depth_leaves_and_rows_in_a_leaf() {
    Node wide = grow(bins, values, samples, new Growth(20, 17, 1, 3, .1));
    assertThat(wide.leaves()).isEqualTo(17);
    Node flat = grow(bins, values, samples, new Growth(3, 1000, 1, 3, .1));
    // Smile counts nodes on the way, not splits.
    assertThat(flat.depth()).isEqualTo(4);
    assertThat(flat.leaves()).isEqualTo(8);
    Node coarse = grow(bins, values, samples, new Growth(20, 1000, 20, 3, .1));
    assertThat(coarse.leaves()).isGreaterThan(4);
    assertLeast(coarse, 20);
    assertThat(coarse.size()).isEqualTo(Arrays.stream(samples).sum());
  }

  private static void assertLeast(Node node, int rows) {
    assertThat(node.size()).isGreaterThanOrEqualTo(rows);
    if (node instanceof Question question) {
      assertLeast(question.trueChild(), rows);
      assertLeast(question.falseChild(), rows);
    }
  }

  @Test
  void rows_in_another_order_grow_the_same_tree_bit_for_bit() {
    int[] order = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      order[i] = (7 * i + 3) % ROWS;
    }
    int width = OUTPUTS + 1;
    double[] moved = new double[values.length];
    int[] times = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      System.arraycopy(values, order[i] * width, moved, i * width, width);
      times[i] = samples[order[i]];
    }
    Growth growth = new Growth(8, 40, 2, 3, .3);
    assertSame(grow(bins, values, samples, growth), grow(bins.select(order), moved, times, growth));
  }

  private static void assertSame(Node one, Node other) {
    if (one instanceof Question a) {
      Question b = (Question) other;
      assertThat(b.feature()).isEqualTo(a.feature());
      assertThat(b.threshold()).isEqualTo(a.threshold());
      assertSame(a.trueChild(), b.trueChild());
      assertSame(a.falseChild(), b.falseChild());
    } else {
      assertThat(((Leaf) other).outputs()).containsExactly(((Leaf) one).outputs());
    }
  }

  @Test
  void a_row_falls_where_its_sums_went() {
    BinnedRows rows = new BinnedRows(bins);
    Node root = grow(bins, values, samples, new Growth(6, 30, 2, 2, .3));
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
      Leaf leaf = HistogramTree.leaf(root, rows, i);
      sum += (double) samples[i] * leaf.outputs()[0] / leaf.size();
    }
    double expected = 0;
    for (int i = 0; i < ROWS; i++) {
      expected += samples[i] * values[i * (OUTPUTS + 1)];
    }
    assertThat(sum).isCloseTo(expected, within(1e-4));
  }

  @Test
  void refuses_what_is_no_bin() {
    for (float odd : new float[] {.5f, -2, 255, 1e9f, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new BinnedRows(new Matrix(new float[] {0, 3, 1, odd}, 2, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("row 1 column 1: a bin must be a whole number from -1 to 254, got %s", odd);
    }
    assertThat(new BinnedRows(new Matrix(new float[] {-1, 254}, 2, 1)).column(0))
        .containsExactly(-1, 254);
  }
}
