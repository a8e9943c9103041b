package dev.distill.auto;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A boosted student of which the first rounds count: those that its limits leave room for. Where a
 * limit is, boosting fewer rounds is a smaller student; the search finds the step size for them.
 */
record FirstRounds(FittedStudent student, TreeEnsemble trees, int steps) implements FittedStudent {
  /** So many rounds say what a round takes. */
  static final int PROBE = 4;

  /** Later trees may be smaller than the first ones. */
  private static final double MORE = 1.5;

  /** Trees that are fitted on all rows are a little larger. */
  private static final double ROOM = 0.95;

  /**
   * The student, or as many of its first rounds as there is room for.
   *
   * @param share what share of the limits a model takes
   * @return the student itself where it keeps the limits as it is, is not boosted, or where there
   *     is no room for a round; only one of the two is to be closed
   */
  static FittedStudent of(FittedStudent student, ToDoubleFunction<PortableModel> share) {
    TreeEnsemble all = boosted(student);
    if (all == null || share.applyAsDouble(all) <= ROOM || share.applyAsDouble(first(all, 1)) > 1) {
      return student;
    }
    int most = 1;
    for (int above = student.steps(); above - most > 1; ) {
      int middle = (most + above) / 2;
      if (share.applyAsDouble(first(all, middle)) <= ROOM) {
        most = middle;
      } else {
        above = middle;
      }
    }
    return new FirstRounds(student, first(all, most), most);
  }

  /**
   * No fewer rounds than there will be room for, by the first ones.
   *
   * @param probe has {@link #PROBE} rounds
   */
  static int estimate(FittedStudent probe, ToDoubleFunction<PortableModel> share) {
    TreeEnsemble all = boosted(probe);
    if (all == null || probe.steps() != PROBE) {
      return Integer.MAX_VALUE;
    }
    double whole = share.applyAsDouble(all);
    double round = (whole - share.applyAsDouble(first(all, PROBE / 2))) / (PROBE - PROBE / 2);
    double rounds = PROBE + MORE * (1 - whole) / round;
    return (int) Math.max(1, Double.isNaN(rounds) || round <= 0 ? Integer.MAX_VALUE : rounds);
  }

  /** Its trees, if each round gave each class that has any one of them, or one for all classes. */
  private static @Nullable TreeEnsemble boosted(FittedStudent student) {
    int rounds = student.steps();
    if (rounds < 1 || !(student.portable().orElse(null) instanceof TreeEnsemble all)) {
      return null;
    }
    int classes = all.classes();
    int[] trees = new int[classes + 1];
    IntStream.range(0, all.trees()).forEach(t -> trees[all.targetClass(t) + 1]++);
    boolean even = Arrays.stream(trees).allMatch(count -> count == 0 || count == rounds);
    return even && all.trees() > 0 ? all : null;
  }

  /** The first so many trees of each class, and of those over all classes. */
  private static TreeEnsemble first(TreeEnsemble all, int rounds) {
    int classes = all.classes();
    float[] base = new float[classes];
    for (int k = 0; k < classes; k++) {
      base[k] = all.base(k);
    }
    TreeEnsemble.Builder first = TreeEnsemble.builder(all.features(), base);
    int[] seen = new int[classes + 1];
    for (int t = 0; t < all.trees(); t++) {
      if (seen[all.targetClass(t) + 1]++ < rounds) {
        add(first, all, t);
      }
    }
    return first.build();
  }

  private static void add(TreeEnsemble.Builder first, TreeEnsemble all, int tree) {
    int target = all.targetClass(tree);
    if (target < 0) {
      first.vectorTree(all.nodes(tree));
    } else {
      first.tree(all.nodes(tree), target);
    }
    for (int node = 0; node < all.nodes(tree); node++) {
      if (!all.isLeaf(tree, node)) {
        int left = all.left(tree, node);
        first.split(
            node,
            all.feature(tree, node),
            all.threshold(tree, node),
            left,
            left + 1,
            all.missingLeft(tree, node));
      } else if (target < 0) {
        float[] leaf = new float[all.classes()];
        for (int k = 0; k < leaf.length; k++) {
          leaf[k] = all.leaf(tree, node, k);
        }
        first.leaf(node, leaf);
      } else {
        first.leaf(node, all.leaf(tree, node, target));
      }
    }
  }

  @Override
  public void logits(Matrix rows, float[] logits) {
    trees.logits(rows.values(), rows.rows(), logits);
  }

  @Override
  public Optional<PortableModel> portable() {
    return Optional.of(trees);
  }

  @Override
  public void close() {
    student.close();
  }
}
