package dev.distill.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A sum of decision trees: a boosted ensemble, a forest or one tree.
 *
 * <p>At a split a row goes left when {@code x < threshold} and right otherwise; a missing value
 * (NaN) goes where the split says. Leaves hold one float32 for the tree's class, or one a class.
 * The logit of a class is its base plus its leaves, added in float32 in tree order (as XGBoost
 * adds), so that a converted model gives the same bits as its library.
 *
 * <p>Trees are kept in the order they were added, grouped by class if none has a value for every
 * class (the sums stay the same). Nodes of a tree are numbered breadth-first: 0 is the root, and
 * the children of a split stand side by side, left before right.
 */
public final class TreeEnsemble implements PortableModel {

  // One long a node, so that a step is one load: the threshold's bits, then (from the top) feature,
  // missingLeft, and within the tree the index of the right child; the left one stands before it.
  // A leaf is a split on feature 0 that nothing passes to the left and whose right child is itself:
  // rows in lockstep wait there for the others without a branch.
  private final long[] nodes;
  // Where a feature index and a node index do not fit into 31 bits: the right child of every node.
  private final int @Nullable [] wide;
  private final int childMask;
  private final int featureShift; // missingLeft is the bit below the feature
  // For a leaf, the bits of its value, or where its values begin in leaves.
  private final int[] payload;
  private final float[] leaves;

  private final int features;
  private final float[] base;
  private final int[] roots; // trees + 1
  private final int[] targets; // the class, or EVERY
  private final int[] depths;
  private final boolean vectors; // some tree has a value for every class
  private final boolean lockstep; // the kernels fit
  private final boolean findsFinite; // it pays to look whether a row is finite

  static final int EVERY = -1;
  // How many rows or trees are walked side by side: enough to hide the time of a load.
  private static final int LANES = 8;
  // Levels walked before asking whether all lanes have arrived.
  private static final int LEVELS = 8;
  // Trees that stay in the cache while a block of rows passes.
  private static final int TREES = 16;
  private static final int INFINITY_BITS = 0x7f800000;

  TreeEnsemble(TreeLayout layout) {
    nodes = layout.nodes;
    wide = layout.wide;
    childMask = layout.childMask;
    featureShift = layout.childBits + 1;
    payload = layout.payload;
    leaves = layout.leaves;
    features = layout.features;
    base = layout.base;
    roots = layout.roots;
    targets = layout.targets;
    depths = layout.depths;
    vectors = layout.vectors;
    lockstep = layout.lockstep;
    long levels = 0;
    for (int depth : depths) {
      levels += depth;
    }
    findsFinite = lockstep && levels > features;
  }

  @Override
  public int features() {
    return features;
  }

  @Override
  public int classes() {
    return base.length;
  }

  @Override
  public void logits(float[] row, int rowOffset, float[] out, int outOffset) {
    check(row, rowOffset, 1, out.length, outOffset);
    one(row, rowOffset, out, null, outOffset);
  }

  @Override
  public void logits(float[] row, int rowOffset, double[] out, int outOffset) {
    check(row, rowOffset, 1, out.length, outOffset);
    one(row, rowOffset, null, out, outOffset);
  }

  @Override
  public void logits(float[] rows, int count, float[] out) {
    check(rows, 0, count, out.length, 0);
    many(rows, count, out, null);
  }

  @Override
  public void logits(float[] rows, int count, double[] out) {
    check(rows, 0, count, out.length, 0);
    many(rows, count, null, out);
  }

  @Override
  public int predict(float[] row, int rowOffset) {
    Objects.checkFromIndexSize(rowOffset, features, row.length);
    if (!vectors) {
      float best = Float.NEGATIVE_INFINITY;
      int winner = 0;
      boolean finite = findsFinite && finite(row, rowOffset, features);
      int tree = 0;
      for (int k = 0; k < base.length; k++) {
        int end = runEnd(tree, k);
        float logit = add(base[k], tree, end, row, rowOffset, finite, null, null, 0);
        tree = end;
        if (logit > best) {
          best = logit;
          winner = k;
        }
      }
      return winner;
    }
    float[] sums = RowScorer.logits(base.length);
    one(row, rowOffset, sums, null, 0);
    return RowScorer.largest(sums, base.length);
  }

  private void check(float[] rows, int rowOffset, int count, int outLength, int outOffset) {
    Objects.checkFromIndexSize((long) rowOffset, (long) count * features, (long) rows.length);
    Objects.checkFromIndexSize((long) outOffset, (long) count * base.length, (long) outLength);
  }

  /** Whether it is one tree whose leaves have a value for every class. */
  boolean isSingle() {
    return targets.length == 1 && targets[0] == EVERY;
  }

  /** How many values the leaves have together. */
  int leafValues() {
    return leaves.length;
  }

  /** The logits of every leaf of a single tree, one leaf after the other. */
  double[] leafLogits() {
    double[] logits = new double[leaves.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = base[i % base.length] + leaves[i];
    }
    return logits;
  }

  /** Where the logits of a row's leaf begin in {@link #leafLogits()}. */
  int leaf(float[] row, int at) {
    return payload[walk(0, row, at)];
  }

  /** What a leaf adds to a class; 0 if there is no such class. */
  private float value(int tree, int leaf, int k) {
    int target = targets[tree];
    if (target == EVERY) {
      return k < base.length ? leaves[payload[leaf] + k] : 0;
    }
    return target == k ? Float.intBitsToFloat(payload[leaf]) : 0;
  }

  // ---- one row: several trees side by side ----

  // Sums go to one of two arrays; in a double[] every intermediate sum is a float32 too.
  private void one(
      float[] row, int at, float @Nullable [] out, double @Nullable [] wideOut, int o) {
    for (int k = 0; k < base.length; k++) {
      put(out, wideOut, o + k, base[k]);
    }
    boolean finite = findsFinite && finite(row, at, features);
    int tree = 0;
    while (tree < targets.length) {
      int target = targets[tree];
      int end = runEnd(tree, target);
      if (target == EVERY) {
        add(0, tree, end, row, at, finite, out, wideOut, o);
        tree = end;
      } else {
        float sum = get(out, wideOut, o + target);
        put(out, wideOut, o + target, add(sum, tree, end, row, at, finite, null, null, 0));
        tree = end;
      }
    }
  }

  /** The end of the trees from {@code tree} on that have this target. */
  private int runEnd(int tree, int target) {
    int end = tree;
    while (end < targets.length && targets[end] == target) {
      end++;
    }
    return end;
  }

  /** The end of the trees of a run that can be walked side by side. */
  private int lanes(int from, int to) {
    return lockstep ? to - (to - from) % LANES : from;
  }

  /**
   * Adds the leaves of trees {@code from} to {@code to}, which have one target, to the sum, which
   * it returns, or one value a class to the logits at {@code o}.
   */
  private float add(
      float sum,
      int from,
      int to,
      float[] row,
      int at,
      boolean finite,
      float @Nullable [] out,
      double @Nullable [] wideOut,
      int o) {
    int tree = lanes(from, to);
    float total = addLanes(sum, from, tree, row, at, finite, out, wideOut, o);
    // Trees over all classes are few and deep: of less than four each is quicker by itself.
    int least = from < to && targets[from] == EVERY ? 4 : 2;
    for (int left = to - tree; lockstep && left >= least; left = to - tree) {
      total = addFour(total, tree, Math.min(left, 4), row, at, finite, out, wideOut, o);
      tree += Math.min(left, 4);
    }
    for (; tree < to; tree++) {
      total = addLeaf(total, tree, walk(tree, row, at), out, wideOut, o);
    }
    return total;
  }

  private float addLeaf(
      float sum, int tree, int leaf, float @Nullable [] out, double @Nullable [] wideOut, int o) {
    if (targets[tree] != EVERY) {
      return sum + Float.intBitsToFloat(payload[leaf]);
    }
    addVector(payload[leaf], out, wideOut, o);
    return sum;
  }

  /**
   * Adds the leaves of two to four trees, walked side by side: where there are fewer than four, the
   * last one is walked more than once.
   */
  private float addFour(
      float sum,
      int tree,
      int count,
      float[] row,
      int at,
      boolean finite,
      float @Nullable [] out,
      double @Nullable [] wideOut,
      int o) {
    final long[] nodes = this.nodes;
    final int shift = featureShift;
    final int mask = childMask;
    int last = tree + count - 1;
    int t2 = Math.min(tree + 2, last);
    int t3 = last;
    int r0 = roots[tree];
    int r1 = roots[tree + 1];
    int r2 = roots[t2];
    int r3 = roots[t3];
    int n0 = 0;
    int n1 = 0;
    int n2 = 0;
    int n3 = 0;
    int levels =
        Math.max(Math.max(depths[tree], depths[tree + 1]), Math.max(depths[t2], depths[t3]));
    while (levels > 0) {
      int now = Math.min(levels, LEVELS);
      levels -= now;
      if (finite) {
        for (int l = 0; l < now; l++) {
          n0 = stepFinite(nodes[r0 + n0], row, at, shift, mask);
          n1 = stepFinite(nodes[r1 + n1], row, at, shift, mask);
          n2 = stepFinite(nodes[r2 + n2], row, at, shift, mask);
          n3 = stepFinite(nodes[r3 + n3], row, at, shift, mask);
        }
      } else {
        for (int l = 0; l < now; l++) {
          n0 = step(nodes[r0 + n0], row, at, shift, mask);
          n1 = step(nodes[r1 + n1], row, at, shift, mask);
          n2 = step(nodes[r2 + n2], row, at, shift, mask);
          n3 = step(nodes[r3 + n3], row, at, shift, mask);
        }
      }
      if (levels > 0 && atLeaf(r0, n0) && atLeaf(r1, n1) && atLeaf(r2, n2) && atLeaf(r3, n3)) {
        break;
      }
    }
    float total = addLeaf(sum, tree, r0 + n0, out, wideOut, o);
    total = addLeaf(total, tree, r1 + n1, out, wideOut, o);
    if (count > 2) {
      total = addLeaf(total, tree, r2 + n2, out, wideOut, o);
    }
    if (count > 3) {
      total = addLeaf(total, tree, r3 + n3, out, wideOut, o);
    }
    return total;
  }

  /**
   * Walks trees {@code from} to {@code to}, a multiple of the lanes, which have one target; adds
   * their leaves to the sum, which it returns, or one value a class to the logits at {@code o}.
   */
  private float addLanes(
      float sum,
      int from,
      int to,
      float[] row,
      int at,
      boolean finite,
      float @Nullable [] out,
      double @Nullable [] wideOut,
      int o) {
    final long[] nodes = this.nodes;
    final int[] payload = this.payload;
    final int[] roots = this.roots;
    final int[] depths = this.depths;
    final int shift = featureShift;
    final int mask = childMask;
    for (int tree = from; tree < to; tree += LANES) {
      int r0 = roots[tree + 0];
      int r1 = roots[tree + 1];
      int r2 = roots[tree + 2];
      int r3 = roots[tree + 3];
      int r4 = roots[tree + 4];
      int r5 = roots[tree + 5];
      int r6 = roots[tree + 6];
      int r7 = roots[tree + 7];
      int n0 = 0;
      int n1 = 0;
      int n2 = 0;
      int n3 = 0;
      int n4 = 0;
      int n5 = 0;
      int n6 = 0;
      int n7 = 0;
      int levels = depths[tree];
      levels = Math.max(levels, depths[tree + 1]);
      levels = Math.max(levels, depths[tree + 2]);
      levels = Math.max(levels, depths[tree + 3]);
      levels = Math.max(levels, depths[tree + 4]);
      levels = Math.max(levels, depths[tree + 5]);
      levels = Math.max(levels, depths[tree + 6]);
      levels = Math.max(levels, depths[tree + 7]);
      while (levels > 0) {
        int now = Math.min(levels, LEVELS);
        levels -= now;
        if (finite) {
          for (int l = 0; l < now; l++) {
            n0 = stepFinite(nodes[r0 + n0], row, at, shift, mask);
            n1 = stepFinite(nodes[r1 + n1], row, at, shift, mask);
            n2 = stepFinite(nodes[r2 + n2], row, at, shift, mask);
            n3 = stepFinite(nodes[r3 + n3], row, at, shift, mask);
            n4 = stepFinite(nodes[r4 + n4], row, at, shift, mask);
            n5 = stepFinite(nodes[r5 + n5], row, at, shift, mask);
            n6 = stepFinite(nodes[r6 + n6], row, at, shift, mask);
            n7 = stepFinite(nodes[r7 + n7], row, at, shift, mask);
          }
        } else {
          for (int l = 0; l < now; l++) {
            n0 = step(nodes[r0 + n0], row, at, shift, mask);
            n1 = step(nodes[r1 + n1], row, at, shift, mask);
            n2 = step(nodes[r2 + n2], row, at, shift, mask);
            n3 = step(nodes[r3 + n3], row, at, shift, mask);
            n4 = step(nodes[r4 + n4], row, at, shift, mask);
            n5 = step(nodes[r5 + n5], row, at, shift, mask);
            n6 = step(nodes[r6 + n6], row, at, shift, mask);
            n7 = step(nodes[r7 + n7], row, at, shift, mask);
          }
        }
        if (levels > 0
            && atLeaf(r0, n0)
            && atLeaf(r1, n1)
            && atLeaf(r2, n2)
            && atLeaf(r3, n3)
            && atLeaf(r4, n4)
            && atLeaf(r5, n5)
            && atLeaf(r6, n6)
            && atLeaf(r7, n7)) {
          break;
        }
      }
      if (targets[tree] == EVERY) {
        addVectors(
            payload[r0 + n0],
            payload[r1 + n1],
            payload[r2 + n2],
            payload[r3 + n3],
            payload[r4 + n4],
            payload[r5 + n5],
            payload[r6 + n6],
            payload[r7 + n7],
            out,
            wideOut,
            o);
      } else {
        sum += Float.intBitsToFloat(payload[r0 + n0]);
        sum += Float.intBitsToFloat(payload[r1 + n1]);
        sum += Float.intBitsToFloat(payload[r2 + n2]);
        sum += Float.intBitsToFloat(payload[r3 + n3]);
        sum += Float.intBitsToFloat(payload[r4 + n4]);
        sum += Float.intBitsToFloat(payload[r5 + n5]);
        sum += Float.intBitsToFloat(payload[r6 + n6]);
        sum += Float.intBitsToFloat(payload[r7 + n7]);
      }
    }
    return sum;
  }

  /** Walks one tree; returns the leaf. */
  private int walk(int tree, float[] row, int at) {
    int root = roots[tree];
    int node = 0;
    while (true) {
      long word = nodes[root + node];
      int right = right(root + node, word);
      if (right == node) {
        return root + node;
      }
      float x = row[at + ((int) word >>> featureShift)];
      float threshold = Float.intBitsToFloat((int) (word >>> 32));
      if (x < threshold || (Float.isNaN(x) && missingLeft(word))) {
        right--;
      }
      node = right;
    }
  }

  /** Counts the leaf of every tree that a row, from 0 on, comes to; one number a node of all. */
  void countLeaves(float[] row, int[] reached) {
    for (int tree = 0; tree < targets.length; tree++) {
      reached[walk(tree, row, 0)]++;
    }
  }

  /** Of one number a node, those of the leaves. */
  int[] leaves(int[] ofNodes) {
    int[] of = new int[(nodes.length + targets.length) / 2];
    int leaf = 0;
    for (int tree = 0; tree < targets.length; tree++) {
      for (int node = 0; node < nodes(tree); node++) {
        if (isLeaf(tree, node)) {
          of[leaf++] = ofNodes[roots[tree] + node];
        }
      }
    }
    return of;
  }

  // ---- many rows: the same tree for several rows side by side, tree by tree for a block ----

  private void many(float[] rows, int count, float @Nullable [] out, double @Nullable [] wideOut) {
    int lanes = lanes(0, count);
    int block = Math.max(1, Math.min(32, 2048 / features)) * LANES;
    for (int from = 0; from < lanes; from += block) {
      block(rows, from, Math.min(lanes, from + block), out, wideOut);
    }
    for (int i = lanes; i < count; i++) {
      one(rows, i * features, out, wideOut, i * base.length);
    }
  }

  private void block(
      float[] rows, int from, int to, float @Nullable [] out, double @Nullable [] wideOut) {
    long finite = 0;
    for (int i = from; i < to; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        for (int k = 0; k < base.length; k++) {
          put(out, wideOut, (i + lane) * base.length + k, base[k]);
        }
      }
      if (findsFinite && finite(rows, i * features, LANES * features)) {
        finite |= 1L << ((i - from) / LANES);
      }
    }

    int tree = 0;
    while (tree < targets.length) {
      int end = Math.min(tree + TREES, runEnd(tree, targets[tree]));
      if (targets[tree] == EVERY) {
        runVectors(tree, end, rows, from, to, finite, out, wideOut);
      } else {
        run(tree, end, rows, from, to, finite, out, wideOut);
      }
      tree = end;
    }
  }

  private void run(
      int first,
      int last,
      float[] rows,
      int from,
      int to,
      long groups,
      float @Nullable [] out,
      double @Nullable [] wideOut) {
    final long[] nodes = this.nodes;
    final int[] payload = this.payload;
    final int[] roots = this.roots;
    final int[] depths = this.depths;
    final int shift = featureShift;
    final int mask = childMask;
    final int features = this.features;
    final int classes = base.length;
    final int target = targets[first];
    long left = groups;
    for (int row = from; row < to; row += LANES, left >>>= 1) {
      boolean finite = (left & 1) != 0;
      int o = row * classes + target;
      float a0 = get(out, wideOut, o + 0 * classes);
      float a1 = get(out, wideOut, o + 1 * classes);
      float a2 = get(out, wideOut, o + 2 * classes);
      float a3 = get(out, wideOut, o + 3 * classes);
      float a4 = get(out, wideOut, o + 4 * classes);
      float a5 = get(out, wideOut, o + 5 * classes);
      float a6 = get(out, wideOut, o + 6 * classes);
      float a7 = get(out, wideOut, o + 7 * classes);
      int x0 = row * features;
      int x1 = x0 + features;
      int x2 = x1 + features;
      int x3 = x2 + features;
      int x4 = x3 + features;
      int x5 = x4 + features;
      int x6 = x5 + features;
      int x7 = x6 + features;
      for (int tree = first; tree < last; tree++) {
        int root = roots[tree];
        int levels = depths[tree];
        int n0 = 0;
        int n1 = 0;
        int n2 = 0;
        int n3 = 0;
        int n4 = 0;
        int n5 = 0;
        int n6 = 0;
        int n7 = 0;
        while (levels > 0) {
          int now = Math.min(levels, LEVELS);
          levels -= now;
          if (finite) {
            for (int l = 0; l < now; l++) {
              n0 = stepFinite(nodes[root + n0], rows, x0, shift, mask);
              n1 = stepFinite(nodes[root + n1], rows, x1, shift, mask);
              n2 = stepFinite(nodes[root + n2], rows, x2, shift, mask);
              n3 = stepFinite(nodes[root + n3], rows, x3, shift, mask);
              n4 = stepFinite(nodes[root + n4], rows, x4, shift, mask);
              n5 = stepFinite(nodes[root + n5], rows, x5, shift, mask);
              n6 = stepFinite(nodes[root + n6], rows, x6, shift, mask);
              n7 = stepFinite(nodes[root + n7], rows, x7, shift, mask);
            }
          } else {
            for (int l = 0; l < now; l++) {
              n0 = step(nodes[root + n0], rows, x0, shift, mask);
              n1 = step(nodes[root + n1], rows, x1, shift, mask);
              n2 = step(nodes[root + n2], rows, x2, shift, mask);
              n3 = step(nodes[root + n3], rows, x3, shift, mask);
              n4 = step(nodes[root + n4], rows, x4, shift, mask);
              n5 = step(nodes[root + n5], rows, x5, shift, mask);
              n6 = step(nodes[root + n6], rows, x6, shift, mask);
              n7 = step(nodes[root + n7], rows, x7, shift, mask);
            }
          }
          if (levels > 0
              && atLeaf(root, n0)
              && atLeaf(root, n1)
              && atLeaf(root, n2)
              && atLeaf(root, n3)
              && atLeaf(root, n4)
              && atLeaf(root, n5)
              && atLeaf(root, n6)
              && atLeaf(root, n7)) {
            break;
          }
        }
        a0 += Float.intBitsToFloat(payload[root + n0]);
        a1 += Float.intBitsToFloat(payload[root + n1]);
        a2 += Float.intBitsToFloat(payload[root + n2]);
        a3 += Float.intBitsToFloat(payload[root + n3]);
        a4 += Float.intBitsToFloat(payload[root + n4]);
        a5 += Float.intBitsToFloat(payload[root + n5]);
        a6 += Float.intBitsToFloat(payload[root + n6]);
        a7 += Float.intBitsToFloat(payload[root + n7]);
      }
      put(out, wideOut, o + 0 * classes, a0);
      put(out, wideOut, o + 1 * classes, a1);
      put(out, wideOut, o + 2 * classes, a2);
      put(out, wideOut, o + 3 * classes, a3);
      put(out, wideOut, o + 4 * classes, a4);
      put(out, wideOut, o + 5 * classes, a5);
      put(out, wideOut, o + 6 * classes, a6);
      put(out, wideOut, o + 7 * classes, a7);
    }
  }

  private void runVectors(
      int first,
      int last,
      float[] rows,
      int from,
      int to,
      long groups,
      float @Nullable [] out,
      double @Nullable [] wideOut) {
    final long[] nodes = this.nodes;
    final int[] payload = this.payload;
    final int[] roots = this.roots;
    final int[] depths = this.depths;
    final int shift = featureShift;
    final int mask = childMask;
    final int features = this.features;
    final int classes = base.length;
    long left = groups;
    for (int row = from; row < to; row += LANES, left >>>= 1) {
      boolean finite = (left & 1) != 0;
      int o = row * classes;
      int x0 = row * features;
      int x1 = x0 + features;
      int x2 = x1 + features;
      int x3 = x2 + features;
      int x4 = x3 + features;
      int x5 = x4 + features;
      int x6 = x5 + features;
      int x7 = x6 + features;
      for (int tree = first; tree < last; tree++) {
        int root = roots[tree];
        int levels = depths[tree];
        int n0 = 0;
        int n1 = 0;
        int n2 = 0;
        int n3 = 0;
        int n4 = 0;
        int n5 = 0;
        int n6 = 0;
        int n7 = 0;
        while (levels > 0) {
          int now = Math.min(levels, LEVELS);
          levels -= now;
          if (finite) {
            for (int l = 0; l < now; l++) {
              n0 = stepFinite(nodes[root + n0], rows, x0, shift, mask);
              n1 = stepFinite(nodes[root + n1], rows, x1, shift, mask);
              n2 = stepFinite(nodes[root + n2], rows, x2, shift, mask);
              n3 = stepFinite(nodes[root + n3], rows, x3, shift, mask);
              n4 = stepFinite(nodes[root + n4], rows, x4, shift, mask);
              n5 = stepFinite(nodes[root + n5], rows, x5, shift, mask);
              n6 = stepFinite(nodes[root + n6], rows, x6, shift, mask);
              n7 = stepFinite(nodes[root + n7], rows, x7, shift, mask);
            }
          } else {
            for (int l = 0; l < now; l++) {
              n0 = step(nodes[root + n0], rows, x0, shift, mask);
              n1 = step(nodes[root + n1], rows, x1, shift, mask);
              n2 = step(nodes[root + n2], rows, x2, shift, mask);
              n3 = step(nodes[root + n3], rows, x3, shift, mask);
              n4 = step(nodes[root + n4], rows, x4, shift, mask);
              n5 = step(nodes[root + n5], rows, x5, shift, mask);
              n6 = step(nodes[root + n6], rows, x6, shift, mask);
              n7 = step(nodes[root + n7], rows, x7, shift, mask);
            }
          }
          if (levels > 0
              && atLeaf(root, n0)
              && atLeaf(root, n1)
              && atLeaf(root, n2)
              && atLeaf(root, n3)
              && atLeaf(root, n4)
              && atLeaf(root, n5)
              && atLeaf(root, n6)
              && atLeaf(root, n7)) {
            break;
          }
        }
        addVector(payload[root + n0], out, wideOut, o + 0 * classes);
        addVector(payload[root + n1], out, wideOut, o + 1 * classes);
        addVector(payload[root + n2], out, wideOut, o + 2 * classes);
        addVector(payload[root + n3], out, wideOut, o + 3 * classes);
        addVector(payload[root + n4], out, wideOut, o + 4 * classes);
        addVector(payload[root + n5], out, wideOut, o + 5 * classes);
        addVector(payload[root + n6], out, wideOut, o + 6 * classes);
        addVector(payload[root + n7], out, wideOut, o + 7 * classes);
      }
    }
  }

  private void addVector(int from, float @Nullable [] out, double @Nullable [] wideOut, int o) {
    for (int k = 0; k < base.length; k++) {
      put(out, wideOut, o + k, get(out, wideOut, o + k) + leaves[from + k]);
    }
  }

  /** Adds eight leaves, in order, to sums that are stored but once. */
  private void addVectors(
      int l0,
      int l1,
      int l2,
      int l3,
      int l4,
      int l5,
      int l6,
      int l7,
      float @Nullable [] out,
      double @Nullable [] wideOut,
      int o) {
    final float[] leaves = this.leaves;
    for (int k = 0; k < base.length; k++) {
      float sum = get(out, wideOut, o + k);
      sum += leaves[l0 + k];
      sum += leaves[l1 + k];
      sum += leaves[l2 + k];
      sum += leaves[l3 + k];
      sum += leaves[l4 + k];
      sum += leaves[l5 + k];
      sum += leaves[l6 + k];
      sum += leaves[l7 + k];
      put(out, wideOut, o + k, sum);
    }
  }

  private static float get(float @Nullable [] out, double @Nullable [] wideOut, int i) {
    return out != null ? out[i] : wideOut != null ? (float) wideOut[i] : 0;
  }

  private static void put(float @Nullable [] out, double @Nullable [] wideOut, int i, float value) {
    if (out != null) {
      out[i] = value;
    } else if (wideOut != null) {
      wideOut[i] = value;
    }
  }

  // ---- one step ----

  /**
   * The next node, for any value. Without a branch, as a processor guesses wrong half of the time
   * where a row goes. The difference is NaN for a missing value, which goes where the split says.
   * It is NaN also for an infinite value less the same infinite threshold, which goes right; but so
   * do missing values at every leaf and at every such split that the layout lets in here.
   */
  private static int step(long word, float[] rows, int at, int shift, int mask) {
    int low = (int) word;
    float threshold = Float.intBitsToFloat((int) (word >>> 32));
    int difference = Float.floatToRawIntBits(rows[at + (low >>> shift)] - threshold);
    int left = difference >>> 31;
    int unordered = (INFINITY_BITS - (difference & Integer.MAX_VALUE)) >>> 31;
    return (low & mask) - (left ^ ((left ^ (low >>> (shift - 1))) & unordered));
  }

  /**
   * The next node, for a finite value: left if the sign of the difference says less. That is exact,
   * as float32 has gradual underflow and the layout turns a threshold of 0 into -0.
   */
  private static int stepFinite(long word, float[] rows, int at, int shift, int mask) {
    int low = (int) word;
    float threshold = Float.intBitsToFloat((int) (word >>> 32));
    int difference = Float.floatToRawIntBits(rows[at + (low >>> shift)] - threshold);
    return (low & mask) - (difference >>> 31);
  }

  private static boolean finite(float[] values, int from, int count) {
    int room = 0;
    for (int i = from; i < from + count; i++) {
      room |= INFINITY_BITS - 1 - (Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
    }
    return room >= 0;
  }

  private int right(int at, long word) {
    return wide != null ? wide[at] : (int) word & childMask;
  }

  private boolean missingLeft(long word) {
    return ((int) word >>> (featureShift - 1) & 1) != 0;
  }

  private boolean atLeaf(int root, int node) {
    return ((int) nodes[root + node] & childMask) == node;
  }

  // ---- what is in it ----

  /** Number of trees. */
  public int trees() {
    return targets.length;
  }

  /** Number of nodes of all trees. */
  public int nodes() {
    return nodes.length;
  }

  /** Number of nodes of a tree: its splits and its leaves. */
  public int nodes(int tree) {
    return roots[tree + 1] - roots[tree];
  }

  /** Number of splits on the longest way to a leaf of a tree. */
  public int depth(int tree) {
    return depths[tree];
  }

  /** The class a tree's leaves add to, or -1 if they hold a value for every class. */
  public int targetClass(int tree) {
    return targets[tree];
  }

  /** The logit of a class before any tree. */
  public float base(int targetClass) {
    return base[targetClass];
  }

  /** Whether a node is a leaf. */
  public boolean isLeaf(int tree, int node) {
    return right(at(tree, node), nodes[at(tree, node)]) == node;
  }

  /** The feature a split asks for. */
  public int feature(int tree, int node) {
    return (int) split(tree, node) >>> featureShift;
  }

  /** The threshold of a split: values below it go left. */
  public float threshold(int tree, int node) {
    return Float.intBitsToFloat((int) (split(tree, node) >>> 32));
  }

  /** Whether a missing value goes left at a split. */
  public boolean missingLeft(int tree, int node) {
    return missingLeft(split(tree, node));
  }

  /** The left child of a split; the right one is the next. */
  public int left(int tree, int node) {
    return right(at(tree, node), split(tree, node)) - 1;
  }

  /** What a leaf adds to the logit of a class. */
  public float leaf(int tree, int node, int targetClass) {
    if (!isLeaf(tree, node)) {
      throw new IllegalArgumentException("tree %d node %d is no leaf".formatted(tree, node));
    }
    return value(tree, at(tree, node), Objects.checkIndex(targetClass, base.length));
  }

  private long split(int tree, int node) {
    if (isLeaf(tree, node)) {
      throw new IllegalArgumentException("tree %d node %d is a leaf".formatted(tree, node));
    }
    return nodes[at(tree, node)];
  }

  private int at(int tree, int node) {
    return roots[tree] + Objects.checkIndex(node, nodes(tree));
  }

  /**
   * A question at a node.
   *
   * @param feature the index of the value that is compared
   * @param threshold values below it go left, others right; not NaN
   * @param missingLeft whether a missing value (NaN) goes left
   */
  public record Split(int feature, float threshold, boolean missingLeft) {}

  /** The same trees with other splits and other values in their leaves. */
  public TreeEnsemble map(UnaryOperator<Split> splits, DoubleUnaryOperator values) {
    int[] sizes = new int[targets.length];
    for (int tree = 0; tree < sizes.length; tree++) {
      sizes[tree] = nodes(tree);
    }
    TreeLayout layout = new TreeLayout(features, base, targets, sizes, leaves.length / base.length);
    for (int tree = 0; tree < sizes.length; tree++) {
      for (int node = 0; node < sizes[tree]; node++) {
        if (!isLeaf(tree, node)) {
          Split split =
              splits.apply(
                  new Split(feature(tree, node), threshold(tree, node), missingLeft(tree, node)));
          layout.split(split.feature, split.threshold, split.missingLeft);
        } else if (targets[tree] != EVERY) {
          layout.leaf((float) values.applyAsDouble(leaf(tree, node, targets[tree])));
        } else {
          float[] vector = new float[base.length];
          for (int k = 0; k < vector.length; k++) {
            vector[k] = (float) values.applyAsDouble(leaf(tree, node, k));
          }
          layout.leaf(vector);
        }
      }
    }
    return layout.build();
  }

  /** Starts an ensemble whose logits are {@code base} (one a class) before any tree. */
  public static Builder builder(int features, float[] base) {
    return new Builder(features, base);
  }

  /**
   * Collects trees; nodes of a tree are numbered from 0, its root, in any order. Not thread-safe.
   */
  public static final class Builder {
    private final int features;
    private final float[] base;
    private final List<Draft> drafts = new ArrayList<>();

    private Builder(int features, float[] base) {
      this.features = features;
      this.base = base.clone();
    }

    /**
     * Starts a tree of {@code nodes} nodes that adds to the logit of one class.
     *
     * @throws IllegalArgumentException if there is no node or no such class
     */
    public Builder tree(int nodes, int targetClass) {
      if (targetClass < 0 || targetClass >= base.length) {
        throw new IllegalArgumentException(
            "tree %d: class must be in 0…%d, got %d"
                .formatted(drafts.size(), base.length - 1, targetClass));
      }
      return start(nodes, targetClass);
    }

    /**
     * Starts a tree of {@code nodes} nodes whose leaves hold a value for every class.
     *
     * @throws IllegalArgumentException if there is no node
     */
    public Builder vectorTree(int nodes) {
      return start(nodes, EVERY);
    }

    private Builder start(int nodes, int target) {
      if (nodes < 1) {
        throw new IllegalArgumentException(
            "tree %d: nodes must be > 0, got %d".formatted(drafts.size(), nodes));
      }
      drafts.add(new Draft(nodes, target));
      return this;
    }

    /**
     * Makes node {@code node} of the current tree a split.
     *
     * @param feature the index of the value that is compared
     * @param threshold values below it go left, others right; not NaN
     * @param left the node that values below the threshold go to
     * @param right the node that other values go to
     * @param missingLeft whether a missing value (NaN) goes left
     * @throws IllegalArgumentException if an index is out of range, the threshold is NaN or the
     *     node is set already
     */
    public Builder split(
        int node, int feature, float threshold, int left, int right, boolean missingLeft) {
      Draft draft = unset(node);
      range("feature", feature, features, node);
      range("left", left, draft.right.length, node);
      range("right", right, draft.right.length, node);
      if (Float.isNaN(threshold)) {
        throw new IllegalArgumentException(where(node) + ": threshold is NaN");
      }
      draft.feature[node] = feature;
      draft.threshold[node] = threshold;
      draft.left[node] = left;
      draft.right[node] = right;
      draft.missingLeft[node] = missingLeft;
      return this;
    }

    /**
     * Makes node {@code node} of the current tree a leaf: one value, or one a class.
     *
     * @throws IllegalArgumentException if the number of values is another, one is not finite, the
     *     index is out of range or the node is set already
     */
    public Builder leaf(int node, float... values) {
      Draft draft = unset(node);
      int expected = draft.target == EVERY ? base.length : 1;
      if (values.length != expected) {
        throw new IllegalArgumentException(
            "%s: a leaf of this tree has %d values, got %d"
                .formatted(where(node), expected, values.length));
      }
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException(
              "%s: leaf must be finite, got %s".formatted(where(node), value));
        }
      }
      draft.feature[node] = LEAF;
      if (draft.target == EVERY) {
        draft.right[node] = draft.vectors.size();
        draft.vectors.add(values.clone());
      } else {
        draft.threshold[node] = values[0];
      }
      return this;
    }

    private Draft unset(int node) {
      if (drafts.isEmpty()) {
        throw new IllegalStateException("start a tree before its nodes");
      }
      Draft draft = drafts.get(drafts.size() - 1);
      range("node", node, draft.right.length, node);
      if (draft.feature[node] != UNSET) {
        throw new IllegalArgumentException(where(node) + " is set twice");
      }
      return draft;
    }

    private void range(String what, int value, int end, int node) {
      if (value < 0 || value >= end) {
        throw new IllegalArgumentException(
            "%s: %s must be in 0…%d, got %d".formatted(where(node), what, end - 1, value));
      }
    }

    private String where(int node) {
      return "tree %d node %d".formatted(drafts.size() - 1, node);
    }

    /**
     * Checks the trees and returns the ensemble.
     *
     * @throws IllegalArgumentException if there are fewer than two classes or no feature, a base is
     *     not finite, or a node is unset, not reached from its root, or reached twice
     */
    public TreeEnsemble build() {
      int[][] orders = new int[drafts.size()][];
      boolean vectors = false;
      int vectorLeaves = 0;
      for (int t = 0; t < orders.length; t++) {
        orders[t] = drafts.get(t).breadthFirst(t);
        vectors |= drafts.get(t).target == EVERY;
        vectorLeaves = Math.addExact(vectorLeaves, drafts.get(t).vectors.size());
      }
      // In the order they came, or class by class.
      int[] trees = new int[orders.length];
      int count = 0;
      for (int k = 0; k < (vectors ? 1 : base.length); k++) {
        for (int t = 0; t < trees.length; t++) {
          if (vectors || drafts.get(t).target == k) {
            trees[count++] = t;
          }
        }
      }
      int[] targets = new int[trees.length];
      int[] sizes = new int[trees.length];
      for (int t = 0; t < trees.length; t++) {
        targets[t] = drafts.get(trees[t]).target;
        sizes[t] = orders[trees[t]].length;
      }
      TreeLayout layout = new TreeLayout(features, base, targets, sizes, vectorLeaves);
      for (int t : trees) {
        Draft draft = drafts.get(t);
        for (int node : orders[t]) {
          if (draft.feature[node] != LEAF) {
            layout.split(draft.feature[node], draft.threshold[node], draft.missingLeft[node]);
          } else if (draft.target == EVERY) {
            layout.leaf(draft.vectors.get(draft.right[node]));
          } else {
            layout.leaf(draft.threshold[node]);
          }
        }
      }
      return layout.build();
    }
  }

  private static final int UNSET = -1;
  private static final int LEAF = -2;

  /** A tree as it comes in. */
  private static final class Draft {
    final int target;
    final int[] feature; // or UNSET, or LEAF
    final float[] threshold; // or a leaf's value
    final int[] left;
    final int[] right; // or the index of a leaf's values
    final boolean[] missingLeft;
    final List<float[]> vectors = new ArrayList<>();

    Draft(int nodes, int target) {
      this.target = target;
      feature = new int[nodes];
      Arrays.fill(feature, UNSET);
      threshold = new float[nodes];
      left = new int[nodes];
      right = new int[nodes];
      missingLeft = new boolean[nodes];
    }

    /** The nodes in breadth-first order; fails unless each is reached once. */
    int[] breadthFirst(int tree) {
      int nodes = feature.length;
      for (int node = 0; node < nodes; node++) {
        if (feature[node] == UNSET) {
          throw new IllegalArgumentException("tree %d node %d is not set".formatted(tree, node));
        }
      }
      int[] order = new int[nodes];
      boolean[] reached = new boolean[nodes];
      reached[0] = true;
      int end = 1;
      for (int i = 0; i < end; i++) {
        int node = order[i];
        if (feature[node] != LEAF) {
          for (int child : new int[] {left[node], right[node]}) {
            if (reached[child]) {
              throw new IllegalArgumentException(
                  "tree %d node %d: child %d is reached twice".formatted(tree, node, child));
            }
            reached[child] = true;
            order[end++] = child;
          }
        }
      }
      for (int node = 0; node < nodes; node++) {
        if (!reached[node]) {
          throw new IllegalArgumentException(
              "tree %d node %d is not reached from the root".formatted(tree, node));
        }
      }
      return order;
    }
  }
}
