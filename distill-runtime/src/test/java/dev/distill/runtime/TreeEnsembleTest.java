package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.runtime.RandomTrees.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeEnsembleTest {

  static LongStream seeds() {
    return Seeds.of(150);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void agrees_with_the_plain_walker_to_the_bit(long seed) {
    Random random = new Random(seed);
    int features = 1 + random.nextInt(random.nextBoolean() ? 4 : 40);
    int classes = 2 + random.nextInt(random.nextBoolean() ? 2 : 25);
    RandomTrees trees = new RandomTrees(features, classes, random);
    int kind = random.nextInt(3); // one class a tree, every class, both
    int count = random.nextInt(60);
    for (int t = 0; t < count; t++) {
      boolean vector = kind == 1 || (kind == 2 && random.nextBoolean());
      Shape shape = Shape.any(random);
      trees.add(shape, random.nextInt(70), vector ? -1 : random.nextInt(classes));
    }
    TreeEnsemble ensemble = trees.build();
    for (double hard : new double[] {0, 0.01, 0.5}) {
      check(trees, ensemble, trees.rows(random.nextInt(90), hard), seed);
    }
  }

  private static void check(RandomTrees trees, TreeEnsemble ensemble, float[] rows, long seed) {
    String repeat = Seeds.repeat(TreeEnsembleTest.class, seed);
    int features = trees.features;
    int classes = trees.base.length;
    int count = rows.length / features;
    float[] expected = new float[count * classes];
    for (int i = 0; i < count; i++) {
      System.arraycopy(trees.logits(rows, i * features), 0, expected, i * classes, classes);
    }
    float[] single = new float[count * classes + 1];
    double[] wide = new double[count * classes + 1];
    for (int i = 0; i < count; i++) {
      ensemble.logits(rows, i * features, single, 1 + i * classes);
      ensemble.logits(rows, i * features, wide, 1 + i * classes);
      assertThat(ensemble.predict(rows, i * features))
          .as(repeat)
          .isEqualTo(argmax(expected, i, classes));
    }
    float[] batch = new float[count * classes];
    ensemble.logits(rows, count, batch);
    double[] wideBatch = new double[count * classes];
    ensemble.logits(rows, count, wideBatch);
    for (int i = 0; i < expected.length; i++) {
      int bits = Float.floatToIntBits(expected[i]);
      assertThat(Float.floatToIntBits(single[i + 1])).as(repeat).isEqualTo(bits);
      assertThat(Float.floatToIntBits(batch[i])).as(repeat).isEqualTo(bits);
      long wideBits = Double.doubleToLongBits(expected[i]);
      assertThat(Double.doubleToLongBits(wide[i + 1])).as(repeat).isEqualTo(wideBits);
      assertThat(Double.doubleToLongBits(wideBatch[i])).as(repeat).isEqualTo(wideBits);
    }
    assertThat(single[0]).isZero();
    assertThat(wide[0]).isZero();
  }

  private static int argmax(float[] values, int row, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (values[row * classes + k] > values[row * classes + best]) {
        best = k;
      }
    }
    return best;
  }

  @Test
  void agrees_where_thresholds_are_infinite() {
    for (long seed : Seeds.of(20).toArray()) {
      Random random = new Random(seed);
      RandomTrees trees = new RandomTrees(3, 2, random);
      boolean missingRightOnly = random.nextBoolean();
      for (int t = 0; t < 24; t++) {
        RandomTrees.Tree tree = trees.add(Shape.RAGGED, 20, random.nextInt(2));
        for (int n = 0; n < tree.threshold.length; n++) {
          if (random.nextInt(4) == 0) {
            tree.threshold[n] =
                random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            tree.missingLeft[n] &= !missingRightOnly;
          }
        }
      }
      check(trees, trees.build(), trees.rows(64, 0.7), seed);
    }
  }

  @Test
  void agrees_where_features_and_nodes_are_too_many_for_the_packed_form() {
    Random random = new Random(7);
    RandomTrees trees = new RandomTrees(1 << 20, 3, random);
    trees.add(Shape.RAGGED, 5000, 1);
    trees.add(Shape.FULL, 3000, 0);
    trees.add(Shape.CHAIN, 50, 2);
    check(trees, trees.build(), trees.rows(9, 0.5), 7);
  }

  @Test
  void agrees_for_deep_and_wide_trees() {
    Random random = new Random(8);
    RandomTrees trees = new RandomTrees(50, 2, random);
    trees.add(Shape.RAGGED, 40_000, -1);
    trees.add(Shape.FULL, (1 << 14) - 1, 1);
    check(trees, trees.build(), trees.rows(300, 0.2), 8);
    RandomTrees many = new RandomTrees(50, 26, random);
    for (int t = 0; t < 26 * 20; t++) {
      many.add(Shape.RAGGED, 63, t % 26);
    }
    check(many, many.build(), many.rows(300, 0.001), 8);
  }

  @Test
  void walks_a_chain_of_100_000_splits() {
    int depth = 100_000;
    TreeEnsemble.Builder builder = TreeEnsemble.builder(1, new float[2]).tree(2 * depth + 1, 1);
    for (int i = 0; i < depth; i++) {
      // Values of i or more go on to the next split.
      builder.split(2 * i, 0, i + 1, 2 * i + 1, 2 * i + 2, false).leaf(2 * i + 1, i);
    }
    TreeEnsemble chain = builder.leaf(2 * depth, depth).build();
    assertThat(chain.depth(0)).isEqualTo(depth);
    float[] rows = {0, 5, 99_999, 1e9f, 77_777, -1, Float.NaN, 50_000, 3};
    float[] out = new float[2 * rows.length];
    chain.logits(rows, rows.length, out);
    float[] expected = {0, 5, 99_999, 100_000, 77_777, 0, 100_000, 50_000, 3};
    for (int i = 0; i < rows.length; i++) {
      assertThat(out[2 * i + 1]).isEqualTo(expected[i]);
    }
  }

  @Test
  void without_trees_the_logits_are_the_base() {
    TreeEnsemble prior = TreeEnsemble.builder(2, new float[] {1, 3, 3}).build();
    float[] out = new float[30];
    prior.logits(new float[20], 10, out);
    assertThat(Arrays.copyOfRange(out, 27, 30)).containsExactly(1, 3, 3);
    assertThat(prior.predict(new float[2], 0)).isEqualTo(1);
  }

  @Test
  void reads_back_what_was_built() {
    TreeEnsemble ensemble =
        TreeEnsemble.builder(3, new float[] {0.5f, -1})
            .tree(1, 1)
            .leaf(0, 9)
            .tree(5, 0)
            .split(0, 2, 0f, 4, 1, true)
            .split(1, 1, 7, 3, 2, false)
            .leaf(4, 1)
            .leaf(3, 2)
            .leaf(2, 3)
            .build();
    assertThat(ensemble.trees()).isEqualTo(2);
    assertThat(ensemble.nodes()).isEqualTo(6);
    assertThat(ensemble.nodes(0)).isEqualTo(5);
    assertThat(ensemble.depth(0)).isEqualTo(2);
    assertThat(ensemble.depth(1)).isZero();
    assertThat(ensemble.targetClass(0)).isZero();
    assertThat(ensemble.targetClass(1)).isEqualTo(1);
    assertThat(ensemble.base(1)).isEqualTo(-1);
    assertThat(ensemble.isLeaf(0, 0)).isFalse();
    assertThat(ensemble.feature(0, 0)).isEqualTo(2);
    assertThat(ensemble.threshold(0, 0)).isZero();
    assertThat(ensemble.missingLeft(0, 0)).isTrue();
    assertThat(ensemble.left(0, 0)).isEqualTo(1);
    assertThat(ensemble.leaf(0, 1, 0)).isEqualTo(1);
    assertThat(ensemble.leaf(0, 1, 1)).isZero();
    assertThat(ensemble.feature(0, 2)).isEqualTo(1);
    assertThat(ensemble.threshold(0, 2)).isEqualTo(7);
    assertThat(ensemble.missingLeft(0, 2)).isFalse();
    assertThat(ensemble.left(0, 2)).isEqualTo(3);
    assertThat(ensemble.leaf(0, 3, 0)).isEqualTo(2);
    assertThat(ensemble.leaf(0, 4, 0)).isEqualTo(3);
    assertThat(ensemble.leaf(1, 0, 1)).isEqualTo(9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.feature(0, 1))
        .withMessage("tree 0 node 1 is a leaf");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.leaf(0, 0, 0))
        .withMessage("tree 0 node 0 is no leaf");
    assertThatThrownBy(() -> ensemble.isLeaf(1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void a_mapped_ensemble_has_other_splits_and_leaves() {
    for (long seed : Seeds.of(30).toArray()) {
      Random random = new Random(seed);
      RandomTrees trees = new RandomTrees(6, 3, random);
      for (int t = 0; t < 12; t++) {
        trees.add(Shape.any(random), random.nextInt(20), random.nextInt(4) - 1);
      }
      TreeEnsemble ensemble = trees.build();
      TreeEnsemble mapped =
          ensemble.map(
              split ->
                  new TreeEnsemble.Split(
                      5 - split.feature(), split.threshold() + 1, !split.missingLeft()),
              value -> 2 * value);
      for (RandomTrees.Tree tree : trees.trees) {
        for (int node = 0; node < tree.feature.length; node++) {
          if (tree.feature[node] >= 0) {
            tree.feature[node] = 5 - tree.feature[node];
            tree.threshold[node] += 1;
            tree.missingLeft[node] ^= true;
          } else {
            for (int k = 0; k < tree.leaf[node].length; k++) {
              tree.leaf[node][k] *= 2;
            }
          }
        }
      }
      check(trees, mapped, trees.rows(40, 0.3), seed);
    }
  }

  @Test
  void a_mapped_ensemble_copes_with_thresholds_that_become_infinite() {
    Random random = new Random(10);
    RandomTrees trees = new RandomTrees(2, 2, random);
    for (int t = 0; t < 16; t++) {
      trees.add(Shape.FULL, 15, t % 2);
    }
    TreeEnsemble mapped =
        trees
            .build()
            .map(
                split -> new TreeEnsemble.Split(split.feature(), Float.POSITIVE_INFINITY, true),
                value -> value);
    for (RandomTrees.Tree tree : trees.trees) {
      Arrays.fill(tree.threshold, Float.POSITIVE_INFINITY);
      Arrays.fill(tree.missingLeft, true);
    }
    check(trees, mapped, trees.rows(64, 0.7), 10);
  }

  @Test
  void refuses_to_map_to_what_is_no_tree() {
    TreeEnsemble ensemble =
        builder().tree(3, 1).split(0, 1, 1, 1, 2, true).leaf(1, 0).leaf(2, 3).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.map(split -> new TreeEnsemble.Split(2, 1, true), value -> value))
        .withMessage("tree 0 node 0: feature must be in 0…1, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ensemble.map(split -> new TreeEnsemble.Split(0, Float.NaN, true), value -> value))
        .withMessage("tree 0 node 0: threshold is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.map(split -> split, value -> value * 1e300))
        .withMessage("tree 0 node 2: leaf must be finite, got Infinity");
  }

  @Test
  void ties_go_to_the_first_class() {
    TreeEnsemble scalar =
        TreeEnsemble.builder(1, new float[] {0, 2, 2, 1}).tree(1, 3).leaf(0, 1).build();
    assertThat(scalar.predict(new float[1], 0)).isEqualTo(1);
    TreeEnsemble vector =
        TreeEnsemble.builder(1, new float[6]).vectorTree(1).leaf(0, 0, 0, 0, 7, 7, 7).build();
    assertThat(vector.predict(new float[1], 0)).isEqualTo(3);
  }

  @Test
  void refuses_arrays_that_are_too_short() {
    TreeEnsemble ensemble = TreeEnsemble.builder(3, new float[2]).build();
    assertThatThrownBy(() -> ensemble.logits(new float[5], 3, new float[2], 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("[3, 3 + 3) out of bounds for length 5");
    assertThatThrownBy(() -> ensemble.logits(new float[3], 0, new float[2], 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("[1, 1 + 2) out of bounds for length 2");
    assertThatThrownBy(() -> ensemble.logits(new float[3], -1, new float[2], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ensemble.logits(new float[9], 3, new double[5]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ensemble.logits(new float[9], -1, new float[5]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ensemble.predict(new float[3], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ensemble.logits(new float[0], Integer.MAX_VALUE, new float[0]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refuses_what_is_no_tree() {
    refuses(builder().tree(3, 0).split(0, 0, 1, 1, 2, true).leaf(1, 0), "tree 0 node 2 is not set");
    refuses(
        builder().tree(3, 0).leaf(0, 0).leaf(1, 0).leaf(2, 0),
        "tree 0 node 1 is not reached from the root");
    refuses(
        builder().tree(2, 0).split(0, 0, 1, 1, 1, true).leaf(1, 0),
        "tree 0 node 0: child 1 is reached twice");
    refuses(
        builder().tree(1, 1).leaf(0, 0).tree(3, 0).split(0, 0, 1, 1, 0, true).leaf(1, 0).leaf(2, 0),
        "tree 1 node 0: child 0 is reached twice");
    refuses(
        builder()
            .tree(5, 0)
            .split(0, 0, 1, 1, 2, true)
            .leaf(1, 0)
            .leaf(2, 0)
            .split(3, 0, 1, 4, 3, true)
            .leaf(4, 0),
        "tree 0 node 3 is not reached from the root");
    refuses(TreeEnsemble.builder(0, new float[2]), "features must be > 0, got 0");
    refuses(
        TreeEnsemble.builder(1, new float[1]), "base needs one value a class, at least 2, got 1");
    refuses(
        TreeEnsemble.builder(1, new float[] {0, Float.NaN}),
        "base of class 1 must be finite, got NaN");
  }

  private static void refuses(TreeEnsemble.Builder builder, String message) {
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
  }

  private static TreeEnsemble.Builder builder() {
    return TreeEnsemble.builder(2, new float[2]);
  }

  @Test
  void refuses_what_is_no_node() {
    TreeEnsemble.Builder tree = builder().tree(3, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.split(3, 0, 0, 1, 2, true))
        .withMessage("tree 0 node 3: node must be in 0…2, got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.split(0, 2, 0, 1, 2, true))
        .withMessage("tree 0 node 0: feature must be in 0…1, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.split(0, 0, 0, -1, 2, true))
        .withMessage("tree 0 node 0: left must be in 0…2, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.split(0, 0, 0, 1, 3, true))
        .withMessage("tree 0 node 0: right must be in 0…2, got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.split(0, 0, Float.NaN, 1, 2, true))
        .withMessage("tree 0 node 0: threshold is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.leaf(1, Float.POSITIVE_INFINITY))
        .withMessage("tree 0 node 1: leaf must be finite, got Infinity");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.leaf(1, 1, 2))
        .withMessage("tree 0 node 1: a leaf of this tree has 1 values, got 2");
    tree.leaf(1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree.leaf(1, 1))
        .withMessage("tree 0 node 1 is set twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().vectorTree(1).leaf(0, 1))
        .withMessage("tree 0 node 0: a leaf of this tree has 2 values, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().tree(1, 2))
        .withMessage("tree 0: class must be in 0…1, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().tree(0, 1))
        .withMessage("tree 0: nodes must be > 0, got 0");
    assertThatThrownBy(() -> builder().leaf(0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void scoring_allocates_nothing() {
    Random random = new Random(3);
    RandomTrees trees = new RandomTrees(10, 3, random);
    RandomTrees vectors = new RandomTrees(10, 3, random);
    for (int t = 0; t < 20; t++) {
      trees.add(Shape.RAGGED, 30, t % 3);
      vectors.add(Shape.RAGGED, 30, t % 4 - 1);
    }
    float[] rows = trees.rows(100, 0.1);
    float[] out = new float[300];
    double[] wide = new double[300];
    for (TreeEnsemble ensemble : new TreeEnsemble[] {trees.build(), vectors.build()}) {
      Allocation.none(
          () -> {
            ensemble.logits(rows, 10, out, 3);
            ensemble.logits(rows, 10, wide, 3);
            ensemble.logits(rows, 100, out);
            ensemble.logits(rows, 100, wide);
            ensemble.predict(rows, 20);
          });
    }
  }
}
