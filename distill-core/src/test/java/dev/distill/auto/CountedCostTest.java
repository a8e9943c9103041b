package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;
import org.junit.jupiter.api.Test;

class CountedCostTest {
  private static final Matrix ROWS = new Matrix(new float[] {-2, -1, 1, 2}, 4, 1);

  /** A tree that sends rows below 0 to a leaf at once and others one node further. */
  private static TreeEnsemble trees(int count) {
    TreeEnsemble.Builder trees = TreeEnsemble.builder(1, new float[2]);
    for (int t = 0; t < count; t++) {
      trees
          .vectorTree(5)
          .split(0, 0, 0, 1, 2, true)
          .leaf(1, new float[] {1, 0})
          .split(2, 0, 1.5f, 3, 4, true)
          .leaf(3, new float[] {0, 1})
          .leaf(4, new float[] {0, 2});
    }
    return trees.build();
  }

  @Test
  void a_row_costs_the_nodes_it_visits() {
    double one = CountedCost.nanos(trees(1), ROWS);
    double left = CountedCost.nanos(trees(1), new Matrix(new float[] {-1}, 1, 1));
    double right = CountedCost.nanos(trees(1), new Matrix(new float[] {1}, 1, 1));
    assertThat(right).isGreaterThan(left);
    assertThat(one).isCloseTo((left + right) / 2, within(1e-9));
  }

  @Test
  void more_trees_cost_as_much_more_but_for_the_call_and_the_softmax() {
    double two = CountedCost.nanos(trees(2), ROWS);
    double three = CountedCost.nanos(trees(3), ROWS);
    double hundred = CountedCost.nanos(trees(100), ROWS);
    assertThat(hundred - two).isCloseTo(98 * (three - two), within(1e-6));
    assertThat(two).isGreaterThan(2 * (three - two));
    // A single tree has the probabilities in its leaves.
    assertThat(two - CountedCost.nanos(trees(1), ROWS)).isGreaterThan(three - two);
  }

  @Test
  void a_step_costs_more_where_nodes_are_many() {
    assertThat(nanos(4_000, 1)).isGreaterThan(nanos(400, 1) * 1.2);
    // Side by side with others it waits less.
    assertThat(nanos(4_000, 8)).isLessThan(8 * nanos(4_000, 1));
  }

  /** Trees of so many leaves along one way, of which a row takes the same eleven nodes. */
  private static double nanos(int leaves, int count) {
    TreeEnsemble.Builder trees = TreeEnsemble.builder(1, new float[2]);
    for (int t = 0; t < count; t++) {
      trees.vectorTree(2 * leaves - 1);
      for (int node = 0; node < leaves - 1; node++) {
        int left = 2 * node + 1;
        trees.split(2 * node, 0, node, left, left + 1, true).leaf(left, new float[] {1, 0});
      }
      trees.leaf(2 * leaves - 2, new float[] {0, 1});
    }
    return CountedCost.nanos(trees.build(), new Matrix(new float[] {9.5f}, 1, 1));
  }
}
