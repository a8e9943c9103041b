package dev.distill.models.xgboost;

import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Makes of trees that ask one feature each one tree a feature: all trees of a feature add up to a
 * step function, whose steps are the leaves of a balanced tree. A row then costs the logarithm of
 * the number of steps a feature, whatever the number of rounds was.
 *
 * <p>The answers are those of the trees but for the rounding of sums: equal trees in another order.
 */
final class Curves {
  private final TreeEnsemble trees;
  private final boolean single; // one margin: all trees are those of class 1
  private final int classes;

  private Curves(TreeEnsemble trees) {
    this.trees = trees;
    single = trees.classes() == 2 && onlyClassOne(trees);
    classes = single ? 1 : trees.classes();
  }

  private static boolean onlyClassOne(TreeEnsemble trees) {
    for (int t = 0; t < trees.trees(); t++) {
      if (trees.targetClass(t) != 1) {
        return false;
      }
    }
    return true;
  }

  /**
   * The same model with one tree a feature that matters.
   *
   * @param rows each curve has the mean 0 over these rows; the means go into the base
   * @throws IllegalArgumentException if a tree asks more than one feature
   */
  static TreeEnsemble of(TreeEnsemble trees, Matrix rows) {
    return new Curves(trees).collapse(rows);
  }

  private TreeEnsemble collapse(Matrix rows) {
    List<List<Integer>> byFeature = new ArrayList<>();
    for (int j = 0; j < trees.features(); j++) {
      byFeature.add(new ArrayList<>());
    }
    double[] base = new double[trees.classes()];
    for (int k = 0; k < base.length; k++) {
      base[k] = trees.base(k);
    }
    for (int t = 0; t < trees.trees(); t++) {
      if (trees.isLeaf(t, 0)) {
        base[trees.targetClass(t)] += trees.leaf(t, 0, trees.targetClass(t));
      } else {
        byFeature.get(trees.feature(t, 0)).add(t);
      }
    }
    List<Curve> curves = new ArrayList<>();
    for (int j = 0; j < byFeature.size(); j++) {
      if (!byFeature.get(j).isEmpty()) {
        Curve curve = curve(j, byFeature.get(j));
        double[] mean = curve.mean(rows);
        for (int k = 0; k < classes; k++) {
          base[single ? 1 : k] += mean[k];
        }
        curves.add(curve.less(mean));
      }
    }
    float[] rounded = new float[base.length];
    for (int k = 0; k < base.length; k++) {
      rounded[k] = (float) base[k];
    }
    TreeEnsemble.Builder builder = TreeEnsemble.builder(trees.features(), rounded);
    for (Curve curve : curves) {
      curve.add(builder, single);
    }
    return builder.build();
  }

  private Curve curve(int feature, List<Integer> own) {
    TreeSet<Float> all = new TreeSet<>();
    for (int tree : own) {
      for (int node = 0; node < trees.nodes(tree); node++) {
        if (!trees.isLeaf(tree, node)) {
          if (trees.feature(tree, node) != feature) {
            throw new IllegalArgumentException(
                "tree %s asks features %s and %s, expected one"
                    .formatted(tree, feature, trees.feature(tree, node)));
          }
          // Nothing is below minus infinity: such a split parts missing values from all others.
          if (trees.threshold(tree, node) > Float.NEGATIVE_INFINITY) {
            all.add(trees.threshold(tree, node));
          }
        }
      }
    }
    float[] cuts = new float[all.size()];
    double[][] values = new double[cuts.length + 1][];
    values[0] = sum(own, Float.NEGATIVE_INFINITY);
    int steps = 0;
    for (float cut : all) {
      double[] next = sum(own, cut);
      if (!Arrays.equals(next, values[steps])) {
        cuts[steps++] = cut;
        values[steps] = next;
      }
    }
    return new Curve(
        feature, Arrays.copyOf(cuts, steps), Arrays.copyOf(values, steps + 1), sum(own, Float.NaN));
  }

  /** What trees of one feature add to each class where it has a value. */
  private double[] sum(List<Integer> own, float x) {
    double[] sum = new double[classes];
    for (int tree : own) {
      int node = 0;
      while (!trees.isLeaf(tree, node)) {
        boolean left =
            x < trees.threshold(tree, node) || (Float.isNaN(x) && trees.missingLeft(tree, node));
        node = trees.left(tree, node) + (left ? 0 : 1);
      }
      int target = trees.targetClass(tree);
      sum[single ? 0 : target] += trees.leaf(tree, node, target);
    }
    return sum;
  }

  /**
   * A step function.
   *
   * @param cuts where a step begins, ascending
   * @param values what is added to each class below the first cut, and from each cut on
   * @param missing what a missing value adds to each class
   */
  private record Curve(int feature, float[] cuts, double[][] values, double[] missing) {
    double[] at(float x) {
      if (Float.isNaN(x)) {
        return missing;
      }
      int found = Arrays.binarySearch(cuts, x == 0 ? 0f : x);
      return values[found >= 0 ? found + 1 : -found - 1];
    }

    double[] mean(Matrix rows) {
      double[] mean = new double[missing.length];
      for (int i = 0; i < rows.rows(); i++) {
        double[] value = at(rows.get(i, feature));
        for (int k = 0; k < mean.length; k++) {
          mean[k] += value[k] / rows.rows();
        }
      }
      return mean;
    }

    Curve less(double[] mean) {
      double[][] moved = new double[values.length][];
      for (int i = 0; i < moved.length; i++) {
        moved[i] = difference(values[i], mean);
      }
      return new Curve(feature, cuts, moved, difference(missing, mean));
    }

    private static double[] difference(double[] a, double[] b) {
      double[] difference = new double[a.length];
      for (int k = 0; k < a.length; k++) {
        difference[k] = a[k] - b[k];
      }
      return difference;
    }

    /** Adds the curve as one balanced tree. */
    void add(TreeEnsemble.Builder builder, boolean single) {
      Curve drawn = this;
      if (cuts.length == 0 && Arrays.equals(missing, values[0])) {
        return; // the same for all: in the base
      } else if (cuts.length == 0) {
        // Missing values are parted from all others, so the others' two sides are equal.
        drawn = new Curve(feature, new float[] {0}, new double[][] {values[0], values[0]}, missing);
      }
      drawn.balanced(builder, single);
    }

    private void balanced(TreeEnsemble.Builder builder, boolean single) {
      int steps = values.length;
      boolean right = Arrays.equals(missing, values[steps - 1]);
      boolean own = !right && !Arrays.equals(missing, values[0]);
      int nodes = 2 * steps - 1 + (own ? 2 : 0);
      if (single) {
        builder.tree(nodes, 1);
      } else {
        builder.vectorTree(nodes);
      }
      new Drawing(this, builder, !right, own).draw(0, 0, steps);
    }
  }

  /** A curve on its way into a builder: nodes are numbered as they come. */
  private static final class Drawing {
    private final Curve curve;
    private final TreeEnsemble.Builder builder;
    private final boolean missingLeft;
    private final boolean own;
    private int next = 1;

    /**
     * @param missingLeft whether missing values go to the first step, else to the last
     * @param own whether they have a leaf of their own beside the first step
     */
    Drawing(Curve curve, TreeEnsemble.Builder builder, boolean missingLeft, boolean own) {
      this.curve = curve;
      this.builder = builder;
      this.missingLeft = missingLeft;
      this.own = own;
    }

    /** Draws steps {@code from} to {@code to} at a node. */
    void draw(int node, int from, int to) {
      if (to - from > 1) {
        int middle = (from + to) >>> 1;
        int left = children(node, curve.cuts[middle - 1], missingLeft);
        draw(left, from, middle);
        draw(left + 1, middle, to);
      } else if (from == 0 && own) {
        // Below the first cut or missing: the same question parts them if missing goes right.
        int left = children(node, curve.cuts[0], false);
        builder.leaf(left, rounded(curve.values[0]));
        builder.leaf(left + 1, rounded(curve.missing));
      } else {
        builder.leaf(node, rounded(curve.values[from]));
      }
    }

    private int children(int node, float cut, boolean missing) {
      int left = next;
      next += 2;
      builder.split(node, curve.feature, cut, left, left + 1, missing);
      return left;
    }

    private static float[] rounded(double[] values) {
      float[] rounded = new float[values.length];
      for (int k = 0; k < values.length; k++) {
        rounded[k] = (float) values[k];
      }
      return rounded;
    }
  }
}
