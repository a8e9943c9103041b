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
  void a_hundred_trees_cost_a_hundred_times_as_much_but_for_the_call() {
    double one = CountedCost.nanos(trees(1), ROWS);
    double two = CountedCost.nanos(trees(2), ROWS);
    double hundred = CountedCost.nanos(trees(100), ROWS);
    assertThat(hundred - one).isCloseTo(99 * (two - one), within(1e-6));
    assertThat(one).isGreaterThan(two - one);
  }
}
