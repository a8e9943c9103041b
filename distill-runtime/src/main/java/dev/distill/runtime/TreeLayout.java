package dev.distill.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The arrays of an ensemble, filled node by node, each tree breadth-first. The children of a split
 * are the next two free nodes of its tree, so that no order of calls makes anything but trees.
 */
final class TreeLayout {
  final int features;
  final float[] base;
  final int[] targets;
  final int[] roots;
  final int[] depths;
  final boolean vectors;
  boolean lockstep;
  final long[] nodes;
  final int @Nullable [] wide;
  final int childBits;
  final int childMask;
  final int[] payload;
  final float[] leaves;

  private int tree = -1;
  private int node; // within the tree
  private int end; // number of the tree's nodes that have a parent
  private int levelEnd; // end of the nodes of this depth
  private int nextLeaf;

  /**
   * @param targets the class of each tree, or -1 if its leaves hold a value for every class; in
   *     ascending order unless there is such a tree
   * @param sizes the number of nodes of each tree
   * @param vectorLeaves number of leaves that hold a value for every class
   */
  TreeLayout(int features, float[] base, int[] targets, int[] sizes, int vectorLeaves) {
    if (features < 1) {
      throw new IllegalArgumentException("features must be > 0, got " + features);
    }
    if (base.length < 2) {
      throw new IllegalArgumentException(
          "base needs one value a class, at least 2, got " + base.length);
    }
    for (int k = 0; k < base.length; k++) {
      if (!Float.isFinite(base[k])) {
        throw new IllegalArgumentException(
            "base of class %d must be finite, got %s".formatted(k, base[k]));
      }
    }
    this.features = features;
    this.base = base;
    this.targets = targets;
    roots = new int[targets.length + 1];
    depths = new int[targets.length];
    int largest = 1;
    boolean anyVector = false;
    for (int t = 0; t < targets.length; t++) {
      if (targets[t] < TreeEnsemble.EVERY || targets[t] >= base.length) {
        throw new IllegalArgumentException(
            "tree %d: class must be in 0…%d, got %d".formatted(t, base.length - 1, targets[t]));
      }
      if (sizes[t] < 1 || sizes[t] % 2 == 0) {
        throw new IllegalArgumentException(
            "tree %d: a binary tree has an odd number of nodes, got %d".formatted(t, sizes[t]));
      }
      anyVector |= targets[t] == TreeEnsemble.EVERY;
      roots[t + 1] = Math.addExact(roots[t], sizes[t]);
      largest = Math.max(largest, sizes[t]);
    }
    for (int t = 1; t < targets.length && !anyVector; t++) {
      if (targets[t] < targets[t - 1]) {
        throw new IllegalArgumentException(
            "tree %d: class %d stands after class %d".formatted(t, targets[t], targets[t - 1]));
      }
    }
    vectors = anyVector;
    int total = roots[targets.length];
    nodes = new long[total];
    payload = new int[total];
    leaves = new float[Math.multiplyExact(vectorLeaves, base.length)];
    int featureBits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(features - 1));
    boolean narrow = largest <= 1L << (31 - featureBits);
    wide = narrow ? null : new int[total];
    lockstep = narrow;
    childBits = narrow ? 31 - featureBits : 0;
    childMask = (1 << childBits) - 1;
    nextTree();
  }

  private void nextTree() {
    tree++;
    node = 0;
    end = 1;
    levelEnd = 1;
  }

  void split(int feature, float threshold, boolean missingLeft) {
    int size = size();
    if (feature < 0 || feature >= features) {
      throw new IllegalArgumentException(
          "tree %d node %d: feature must be in 0…%d, got %d"
              .formatted(tree, node, features - 1, feature));
    }
    if (Float.isNaN(threshold)) {
      throw new IllegalArgumentException("tree %d node %d: threshold is NaN".formatted(tree, node));
    }
    if (end + 2 > size) {
      throw new IllegalArgumentException(
          "tree %d node %d: no room for its children in %d nodes".formatted(tree, node, size));
    }
    if (missingLeft && Float.isInfinite(threshold)) {
      // An infinite value less the same infinite threshold looks like a missing one.
      lockstep = false;
    }
    set(threshold, feature << 1 | (missingLeft ? 1 : 0), end + 1);
    end += 2;
    done(size);
  }

  void leaf(float value) {
    int size = size();
    check(value);
    payload[roots[tree] + node] = Float.floatToRawIntBits(value);
    set(Float.NEGATIVE_INFINITY, 0, node);
    done(size);
  }

  void leaf(float[] values) {
    int size = size();
    payload[roots[tree] + node] = nextLeaf;
    for (float value : values) {
      check(value);
      leaves[nextLeaf++] = value;
    }
    set(Float.NEGATIVE_INFINITY, 0, node);
    done(size);
  }

  private void check(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(
          "tree %d node %d: leaf must be finite, got %s".formatted(tree, node, value));
    }
  }

  private int size() {
    return roots[tree + 1] - roots[tree];
  }

  private void set(float threshold, int feature, int right) {
    int at = roots[tree] + node;
    // For x = -0, x - 0 is -0, whose sign says less; x - -0 is 0.
    int bits = Float.floatToRawIntBits(threshold == 0 ? -0f : threshold);
    int low = feature << childBits;
    if (wide != null) {
      wide[at] = right;
    } else {
      low |= right;
    }
    nodes[at] = (long) bits << 32 | (low & 0xffffffffL);
  }

  private void done(int size) {
    node++;
    if (node == levelEnd && node < end) {
      levelEnd = end;
      depths[tree]++;
    }
    if (node == size) {
      nextTree();
    } else if (node == end) {
      throw new IllegalArgumentException(
          "tree %d: %d of its %d nodes hang on no split".formatted(tree, size - end, size));
    }
  }

  TreeEnsemble build() {
    if (tree != targets.length) {
      throw new IllegalArgumentException("tree " + tree + " is not complete");
    }
    return new TreeEnsemble(this);
  }
}
