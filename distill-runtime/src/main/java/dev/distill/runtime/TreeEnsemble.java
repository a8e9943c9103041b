package dev.distill.runtime;

/**
 * A sum of decision trees: a boosted ensemble, a forest or one tree.
 *
 * <p>At a split a row goes left when {@code x < threshold} and right otherwise; a missing value
 * (NaN) goes where the split says. Leaves hold one float32 for the tree's class, or one a class.
 * The logit of a class is its base plus its leaves, added in float32 in tree order (as XGBoost
 * adds), so that a converted model gives the same bits as its library.
 */
public final class TreeEnsemble implements PortableModel {
  private final int features;
  private final int classes;

  private TreeEnsemble(int features, int classes) {
    this.features = features;
    this.classes = classes;
  }

  @Override
  public int features() {
    return features;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public void logits(float[] row, int rowOffset, float[] out, int outOffset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void logits(float[] rows, int count, float[] out) {
    throw new UnsupportedOperationException();
  }

  /** Starts an ensemble whose logits are {@code base} (one a class) before any tree. */
  public static Builder builder(int features, float[] base) {
    return new Builder(features, base);
  }

  /** Collects trees; nodes of a tree are numbered from 0, its root. */
  public static final class Builder {
    private final int features;
    private final float[] base;

    private Builder(int features, float[] base) {
      this.features = features;
      this.base = base.clone();
    }

    /** Starts a tree of {@code nodes} nodes that adds to the logit of one class. */
    public Builder tree(int nodes, int targetClass) {
      return this;
    }

    /** Starts a tree of {@code nodes} nodes whose leaves hold a value for every class. */
    public Builder vectorTree(int nodes) {
      return this;
    }

    /** Makes node {@code node} of the current tree a split. */
    public Builder split(
        int node, int feature, float threshold, int left, int right, boolean missingLeft) {
      return this;
    }

    /** Makes node {@code node} of the current tree a leaf: one value, or one a class. */
    public Builder leaf(int node, float... values) {
      return this;
    }

    /**
     * Checks the trees and returns the ensemble.
     *
     * @throws IllegalArgumentException if a node is unset, unreachable or reached twice
     */
    public TreeEnsemble build() {
      return new TreeEnsemble(features, base.length);
    }
  }
}
