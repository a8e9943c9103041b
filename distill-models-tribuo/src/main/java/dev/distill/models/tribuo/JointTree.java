package dev.distill.models.tribuo;

import dev.distill.runtime.TreeEnsemble;
import org.tribuo.Dataset;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.common.tree.TreeModel;
import org.tribuo.math.la.SparseVector;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;

/** One tree over all classes whose leaves hold the mean distribution of their rows. */
final class JointTree {
  /** A mean gain below this is one of rounding. */
  private static final float LEAST_GAIN = 1e-7f;

  private final Node<Regressor> root;

  private JointTree(Node<Regressor> root) {
    this.root = root;
  }

  /**
   * Grows a tree.
   *
   * @param drawn the rows that decide where it splits
   * @param all the rows that its leaves answer for
   * @param seed of the features that each node may choose from
   */
  static JointTree fit(Dataset<Regressor> drawn, Rows.Targeted all, TreeShape shape, long seed) {
    // A trainer of its own: a second fit by the same one gives another tree.
    CARTJointRegressionTrainer trainer =
        new CARTJointRegressionTrainer(
            shape.depth(),
            2f * shape.leastRows(),
            LEAST_GAIN,
            share(shape.features(), drawn.getFeatureIDMap().size()),
            new JensenGap(shape.gap(), shape.leastRows()),
            false,
            seed);
    TreeModel<Regressor> model = trainer.train(drawn);
    return new JointTree(Shrinkage.of(model.getRoot(), all, shape.shrinkage()));
  }

  /** Of one feature at least: Tribuo would round to none. */
  private static float share(double share, int features) {
    return (float) Math.max(share, 1.0 / features);
  }

  /** Adds the mean distribution of the leaf that a row falls in, divided by the number of trees. */
  void add(SparseVector row, int trees, float[] sums) {
    Node<Regressor> node = root;
    while (!node.isLeaf()) {
      node = node.getNextNode(row);
    }
    float[] values = values(node, trees);
    for (int k = 0; k < values.length; k++) {
      sums[k] += values[k];
    }
  }

  /** Adds the tree to an ensemble, with leaves divided by the number of trees. */
  void add(TreeEnsemble.Builder ensemble, int trees) {
    ensemble.vectorTree(size(root));
    write(ensemble, root, 0, trees);
  }

  /** Writes a node and all below it from an index on; gives the next index. */
  private static int write(TreeEnsemble.Builder ensemble, Node<Regressor> node, int at, int trees) {
    if (!(node instanceof SplitNode<Regressor> split)) {
      ensemble.leaf(at, values(node, trees));
      return at + 1;
    }
    int right = write(ensemble, split.getLessThanOrEqual(), at + 1, trees);
    int end = write(ensemble, split.getGreaterThan(), right, trees);
    ensemble.split(at, split.getFeatureID(), above(split.splitValue()), at + 1, right, true);
    return end;
  }

  /** The least float that goes right, where what is greater than the value does. */
  private static float above(double value) {
    float near = (float) value;
    return near > value ? near : Math.nextUp(near);
  }

  private static float[] values(Node<Regressor> leaf, int trees) {
    double[] mean = ((LeafNode<Regressor>) leaf).getOutput().getValues();
    float[] values = new float[mean.length];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (mean[k] / trees);
    }
    return values;
  }

  private static int size(Node<Regressor> node) {
    return node instanceof SplitNode<Regressor> split
        ? 1 + size(split.getLessThanOrEqual()) + size(split.getGreaterThan())
        : 1;
  }
}
