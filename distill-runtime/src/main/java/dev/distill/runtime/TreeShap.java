package dev.distill.runtime;

import java.util.Arrays;

/**
 * Shapley values of tree ensembles: what each player adds to the logits, on average over all orders
 * in which players become known, where a split on a player that is not known yet gives the mean of
 * its two sides, weighed by the training rows that went there (path-dependent TreeSHAP, Lundberg et
 * al., 2020). Exact.
 *
 * <p>For a leaf, the weight of a set of known players is a product over the players on its path: 1
 * or 0 for a known one (the row goes this way or not), the share of training rows for another. The
 * Shapley value is the integral over t from 0 to 1 of the derivative of the multilinear extension
 * (Owen, 1972), here a polynomial in t that Gauss-Legendre quadrature integrates exactly. Products
 * are kept on the way down and leaves are summed on the way up, as in Linear TreeSHAP (Yu et al.,
 * 2022): each node costs as many steps as there are points. All terms are positive, so nothing
 * cancels.
 */
final class TreeShap {
  /** Deeper trees would need too much memory a row. */
  static final int DEEPEST = 512;

  private final TreeEnsemble trees;
  private final int[] owners;
  private final int[] roots; // of each tree, in shares
  private final double[] shares; // of a node: the part of its parent's training rows
  private final int[] points; // of each tree
  private final double[] base;

  /**
   * @param covers training rows of each leaf, tree by tree in the order of the nodes
   * @param owners the player that each feature belongs to
   * @throws UnsupportedOperationException if a tree is too deep
   */
  TreeShap(TreeEnsemble trees, int[] covers, int[] owners) {
    this.trees = trees;
    this.owners = owners;
    roots = new int[trees.trees()];
    points = new int[trees.trees()];
    shares = new double[trees.nodes()];
    base = new double[trees.classes()];
    for (int k = 0; k < base.length; k++) {
      base[k] = trees.base(k);
    }
    int root = 0;
    int leaf = 0;
    for (int t = 0; t < roots.length; t++) {
      if (trees.depth(t) > DEEPEST) {
        throw new UnsupportedOperationException(
            "trees of more than %d levels can't be explained, tree %d has %d"
                .formatted(DEEPEST, t, trees.depth(t)));
      }
      roots[t] = root;
      leaf = grow(t, covers, leaf);
      root += trees.nodes(t);
    }
  }

  /** Fills in what belongs to a tree; returns the index of the first leaf after it. */
  private int grow(int t, int[] covers, int firstLeaf) {
    int nodes = trees.nodes(t);
    double[] rows = new double[nodes];
    int leaf = firstLeaf;
    for (int node = 0; node < nodes; node++) {
      if (trees.isLeaf(t, node)) {
        rows[node] = covers[leaf++];
      }
    }
    boolean[] asked = new boolean[Arrays.stream(owners).max().orElse(0) + 1];
    int players = 0;
    // Children have larger numbers than their parent.
    for (int node = nodes - 1; node >= 0; node--) {
      if (!trees.isLeaf(t, node)) {
        int left = trees.left(t, node);
        rows[node] = rows[left] + rows[left + 1];
        int player = owners[trees.feature(t, node)];
        players += asked[player] ? 0 : 1;
        asked[player] = true;
      }
    }
    points[t] = (Math.max(1, Math.min(players, trees.depth(t))) + 1) / 2;
    double[] weights = new double[nodes];
    weights[0] = 1;
    for (int node = 0; node < nodes; node++) {
      if (trees.isLeaf(t, node)) {
        for (int k = 0; k < base.length; k++) {
          base[k] += weights[node] * trees.leaf(t, node, k);
        }
        continue;
      }
      int left = trees.left(t, node);
      // Where no training row came, both sides count the same.
      double share = rows[node] > 0 ? rows[left] / rows[node] : 0.5;
      shares[roots[t] + left] = share;
      shares[roots[t] + left + 1] = rows[node] > 0 ? rows[left + 1] / rows[node] : 0.5;
      weights[left] = weights[node] * share;
      weights[left + 1] = weights[node] * shares[roots[t] + left + 1];
    }
    return leaf;
  }

  /** The mean of the logits over the training rows; not a copy. */
  double[] base() {
    return base;
  }

  /**
   * Adds the Shapley values of a row.
   *
   * @param row features of the trees, from 0 on
   * @param contributions takes players × classes
   */
  void add(float[] row, double[] contributions) {
    for (int t = 0; t < roots.length; t++) {
      if (trees.nodes(t) > 1) {
        new Walk(t, row, contributions).visit(0, 0);
      }
    }
  }

  /** One tree and one row. */
  private final class Walk {
    final int tree;
    final int target;
    final int values; // of a leaf
    final float[] row;
    final double[] contributions;
    final int count; // of points
    final double[] at;
    final double[] weight;
    final double[] known; // of a player on this path: 1 if the row goes it
    final double[] unknown; // the share of training rows
    final double[] products; // level × point
    final double[] sums; // level × point × value

    Walk(int tree, float[] row, double[] contributions) {
      this.tree = tree;
      this.row = row;
      this.contributions = contributions;
      target = trees.targetClass(tree);
      values = target < 0 ? trees.classes() : 1;
      count = points[tree];
      at = new double[count];
      weight = new double[count];
      quadrature(at, weight);
      int players = contributions.length / trees.classes();
      known = new double[players];
      unknown = new double[players];
      Arrays.fill(known, 1);
      Arrays.fill(unknown, 1);
      int levels = trees.depth(tree) + 1;
      products = new double[levels * count];
      Arrays.fill(products, 0, count, 1);
      sums = new double[levels * count * values];
    }

    /** Leaves at a level the sums of what its leaves give, times the products on their way. */
    void visit(int node, int level) {
      int from = level * count;
      if (trees.isLeaf(tree, node)) {
        for (int q = 0; q < count; q++) {
          for (int k = 0; k < values; k++) {
            sums[(from + q) * values + k] =
                products[from + q] * trees.leaf(tree, node, target < 0 ? k : target);
          }
        }
        return;
      }
      Arrays.fill(sums, from * values, (from + count) * values, 0);
      int feature = trees.feature(tree, node);
      float x = row[feature];
      boolean goesLeft =
          Float.isNaN(x) ? trees.missingLeft(tree, node) : x < trees.threshold(tree, node);
      int left = trees.left(tree, node);
      child(left, level, owners[feature], goesLeft);
      child(left + 1, level, owners[feature], !goesLeft);
    }

    private void child(int node, int level, int player, boolean goes) {
      double knownBefore = known[player];
      double unknownBefore = unknown[player];
      double knownNow = goes ? knownBefore : 0;
      double unknownNow = unknownBefore * shares[roots[tree] + node];
      if (knownNow == 0 && unknownNow == 0) {
        return; // no set of players leads here
      }
      int from = level * count;
      int to = from + count;
      for (int q = 0; q < count; q++) {
        double before = knownBefore * at[q] + unknownBefore * (1 - at[q]);
        double now = knownNow * at[q] + unknownNow * (1 - at[q]);
        products[to + q] = products[from + q] * now / before;
      }
      known[player] = knownNow;
      unknown[player] = unknownNow;
      visit(node, level + 1);
      known[player] = knownBefore;
      unknown[player] = unknownBefore;
      int out = player * trees.classes() + Math.max(0, target);
      for (int q = 0; q < count; q++) {
        double before = knownBefore * at[q] + unknownBefore * (1 - at[q]);
        double now = knownNow * at[q] + unknownNow * (1 - at[q]);
        // What the player adds by all its splits so far, less what those above have added here.
        double factor =
            weight[q] * ((knownNow - unknownNow) / now - (knownBefore - unknownBefore) / before);
        for (int k = 0; k < values; k++) {
          double sum = sums[(to + q) * values + k];
          contributions[out + k] += factor * sum;
          sums[(from + q) * values + k] += sum;
        }
      }
    }
  }

  /** Gauss-Legendre points and weights on 0…1: exact for polynomials of degree 2 × points − 1. */
  static void quadrature(double[] at, double[] weight) {
    int n = at.length;
    for (int i = 0; i < n; i++) {
      double x = StrictMath.cos(StrictMath.PI * (i + 0.75) / (n + 0.5));
      double slope = 0;
      for (int step = 0; step < 20; step++) {
        double before = 1;
        double value = x;
        for (int degree = 2; degree <= n; degree++) {
          double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
          before = value;
          value = next;
        }
        slope = n * (x * value - before) / (x * x - 1);
        double move = value / slope;
        x -= move;
        if (Math.abs(move) < 1e-16) {
          break;
        }
      }
      at[i] = (1 - x) / 2;
      weight[i] = 1 / ((1 - x * x) * slope * slope);
    }
  }
}
