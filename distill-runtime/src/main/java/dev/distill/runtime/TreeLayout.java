package dev.distill.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The arrays of an ensemble, filled node by node, each tree breadth-first. The children of a split
 * are the next two free nodes of its tree, so that no order of calls makes anything but trees.
 */
final class TreeLayout {
  private static final int INFINITY_BITS = 0x7f800000;
  private static final int NEGATIVE_INFINITY_BITS = 0xff800000;

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
  private int root; // of the tree
  private int size; // of the tree
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
    if (tree < targets.length) {
      root = roots[tree];
      size = roots[tree + 1] - root;
    }
    node = 0;
    end = 1;
    levelEnd = 1;
  }

  void split(int feature, float threshold, boolean missingLeft) {
    split(feature, Float.floatToRawIntBits(threshold), missingLeft ? 1 : 0);
  }

  /**
   * @param threshold its bits
   * @param missingLeft 1 if a missing value goes left, else 0
   */
  void split(int feature, int threshold, int missingLeft) {
    int magnitude = threshold & Integer.MAX_VALUE;
    if (feature < 0 || feature >= features) {
      throw refused("feature must be in 0…" + (features - 1) + ", got " + feature);
    }
    if (magnitude > INFINITY_BITS) {
      throw refused("threshold is NaN");
    }
    if (end + 2 > size) {
      throw refused("no room for its children in " + size + " nodes");
    }
    if (magnitude == INFINITY_BITS && missingLeft != 0) {
      // An infinite value less the same infinite threshold looks like a missing one.
      lockstep = false;
    }
    int low = (feature << 1 | missingLeft) << childBits;
    if (wide != null) {
      wide[root + node] = end + 1;
    } else {
      low |= end + 1;
    }
    // For x = -0, x - 0 is -0, whose sign says less; x - -0 is 0.
    long high = magnitude == 0 ? Integer.MIN_VALUE : threshold;
    nodes[root + node] = high << 32 | (low & 0xffffffffL);
    end += 2;
    if (++node == levelEnd) {
      nextLevel();
    }
  }

  void leaf(float value) {
    leaf(Float.floatToRawIntBits(value));
  }

  /** A leaf by the bits of its value. */
  void leaf(int value) {
    if ((value & Integer.MAX_VALUE) >= INFINITY_BITS) {
      throw refused("leaf must be finite, got " + Float.intBitsToFloat(value));
    }
    leafOf(value);
  }

  void leaf(float[] values) {
    int first = nextLeaf;
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw refused("leaf must be finite, got " + value);
      }
      leaves[nextLeaf++] = value;
    }
    leafOf(first);
  }

  private void leafOf(int load) {
    payload[root + node] = load;
    int low = 0;
    if (wide != null) {
      wide[root + node] = node;
    } else {
      low = node;
    }
    nodes[root + node] = (long) NEGATIVE_INFINITY_BITS << 32 | low;
    if (++node == levelEnd) {
      nextLevel();
    }
  }

  private IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("tree " + tree + " node " + node + ": " + what);
  }

  private void nextLevel() {
    if (node < end) {
      levelEnd = end;
      depths[tree]++;
    } else if (node == size) {
      nextTree();
    } else {
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
