package dev.distill.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random trees in the plainest form, with a walker to compare with, and rows that are hard for
 * them.
 */
final class RandomTrees {
  final int features;
  final float[] base;
  final List<Tree> trees = new ArrayList<>();
  private final Random random;

  RandomTrees(int features, int classes, Random random) {
    this.features = features;
    this.random = random;
    base = new float[classes];
    for (int k = 0; k < classes; k++) {
      base[k] = value();
    }
  }

  /** How a tree grows. */
  enum Shape {
    FULL,
    RAGGED,
    CHAIN;

    static Shape any(Random random) {
      return switch (random.nextInt(3)) {
        case 0 -> FULL;
        case 1 -> RAGGED;
        default -> CHAIN;
      };
    }
  }

  static final class Tree {
    final int target;
    final int[] feature; // -1 for a leaf
    final float[] threshold;
    final int[] left;
    final int[] right;
    final boolean[] missingLeft;
    final float[][] leaf;

    Tree(int nodes, int target) {
      this.target = target;
      feature = new int[nodes];
      Arrays.fill(feature, -1);
      threshold = new float[nodes];
      left = new int[nodes];
      right = new int[nodes];
      missingLeft = new boolean[nodes];
      leaf = new float[nodes][];
    }
  }

  /** Adds a tree of so many splits, with its nodes in random order; target -1 for every class. */
  Tree add(Shape shape, int splits, int target) {
    Tree tree = new Tree(2 * splits + 1, target);
    int[] number = shuffled(tree.feature.length);
    int[] open = new int[splits + 1]; // leaves that may become splits
    int count = 1;
    int next = 1;
    for (int s = 0; s < splits; s++) {
      int pick =
          switch (shape) {
            case FULL -> 0;
            case RAGGED -> random.nextInt(count);
            case CHAIN -> count - 1;
          };
      int node = open[pick];
      count--;
      System.arraycopy(open, pick + 1, open, pick, count - pick);
      boolean swap = random.nextBoolean();
      tree.feature[node] = random.nextInt(features);
      tree.threshold[node] = threshold();
      tree.missingLeft[node] = random.nextBoolean();
      tree.left[node] = number[swap ? next + 1 : next];
      tree.right[node] = number[swap ? next : next + 1];
      open[count++] = number[next];
      open[count++] = number[next + 1];
      next += 2;
    }
    for (int node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node] < 0) {
        tree.leaf[node] = new float[target < 0 ? base.length : 1];
        for (int k = 0; k < tree.leaf[node].length; k++) {
          tree.leaf[node][k] = value();
        }
      }
    }
    trees.add(tree);
    return tree;
  }

  private int[] shuffled(int nodes) {
    int[] number = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      number[i] = i;
    }
    for (int i = nodes - 1; i > 1; i--) {
      int j = 1 + random.nextInt(i);
      int swap = number[i];
      number[i] = number[j];
      number[j] = swap;
    }
    return number;
  }

  TreeEnsemble build() {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(features, base);
    for (Tree tree : trees) {
      if (tree.target < 0) {
        builder.vectorTree(tree.feature.length);
      } else {
        builder.tree(tree.feature.length, tree.target);
      }
      for (int node : shuffled(tree.feature.length)) {
        if (tree.feature[node] < 0) {
          builder.leaf(node, tree.leaf[node]);
        } else {
          builder.split(
              node,
              tree.feature[node],
              tree.threshold[node],
              tree.left[node],
              tree.right[node],
              tree.missingLeft[node]);
        }
      }
    }
    return builder.build();
  }

  /** What the trees give for a row, by the words of the contract. */
  float[] logits(float[] row, int offset) {
    float[] out = base.clone();
    for (Tree tree : trees) {
      int node = 0;
      while (tree.feature[node] >= 0) {
        float x = row[offset + tree.feature[node]];
        boolean left = Float.isNaN(x) ? tree.missingLeft[node] : x < tree.threshold[node];
        node = left ? tree.left[node] : tree.right[node];
      }
      if (tree.target >= 0) {
        out[tree.target] += tree.leaf[node][0];
      } else {
        for (int k = 0; k < out.length; k++) {
          out[k] += tree.leaf[node][k];
        }
      }
    }
    return out;
  }

  private float value() {
    return switch (random.nextInt(12)) {
      case 0 -> -0f;
      case 1 -> Float.MIN_VALUE;
      case 2 -> (float) (random.nextGaussian() * 1e6);
      default -> (float) random.nextGaussian();
    };
  }

  private float threshold() {
    return switch (random.nextInt(16)) {
      case 0 -> 0f;
      case 1 -> -0f;
      case 2 -> Float.MIN_VALUE * (random.nextInt(7) - 3);
      case 3 -> Float.MAX_VALUE * (random.nextBoolean() ? 1 : -1);
      case 4 -> random.nextInt(10);
      default -> (float) random.nextGaussian();
    };
  }

  private static final float[] HARD = {
    0f,
    -0f,
    Float.NaN,
    Float.intBitsToFloat(0xffc00000),
    Float.intBitsToFloat(0x7f800001),
    Float.intBitsToFloat(0xffffffff),
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL
  };

  /**
   * Rows of which about {@code hard} of the values are a threshold of the trees, next to one, or at
   * an end of what a float can be.
   */
  float[] rows(int count, double hard) {
    float[] rows = new float[count * features];
    for (int i = 0; i < rows.length; i++) {
      if (random.nextDouble() >= hard) {
        rows[i] = (float) random.nextGaussian();
      } else if (random.nextBoolean() || trees.isEmpty()) {
        rows[i] = HARD[random.nextInt(HARD.length)];
      } else {
        Tree tree = trees.get(random.nextInt(trees.size()));
        float threshold = tree.threshold[random.nextInt(tree.threshold.length)];
        rows[i] =
            switch (random.nextInt(4)) {
              case 0 -> Math.nextUp(threshold);
              case 1 -> Math.nextDown(threshold);
              default -> threshold;
            };
      }
    }
    return rows;
  }
}
