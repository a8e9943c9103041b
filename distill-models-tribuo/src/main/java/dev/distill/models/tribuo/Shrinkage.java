package dev.distill.models.tribuo;

import dev.distill.spi.Matrix;
import java.util.Map;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.regression.Regressor;

/**
 * Draws the answers of a grown tree together (hierarchical shrinkage, Agarwal et al., 2022): from
 * the root down, a node's answer is its parent's plus the difference of their means ÷ (1 + strength
 * ÷ rows of the parent). That is a mean of the means on the way, so a distribution again.
 */
final class Shrinkage {
  private final Matrix matrix;
  private final float[] distribution;
  private final String[] outputs;
  private final double strength;

  private Shrinkage(Rows.Targeted all, double strength) {
    matrix = all.matrix();
    distribution = all.distribution();
    outputs = all.getExample(0).getOutput().getNames();
    this.strength = strength;
  }

  /** The same splits with other leaves. */
  static Node<Regressor> of(Node<Regressor> root, Rows.Targeted all, double strength) {
    int[] rows = new int[all.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    Shrinkage shrinkage = new Shrinkage(all, strength);
    double[] mean = shrinkage.mean(rows, 0, rows.length);
    return shrinkage.node(root, rows, 0, rows.length, mean, mean);
  }

  /**
   * A node in its new form.
   *
   * @param rows the node's rows stand from {@code from} to {@code to}
   * @param mean of the node's rows
   * @param answer of the node
   */
  private Node<Regressor> node(
      Node<Regressor> node, int[] rows, int from, int to, double[] mean, double[] answer) {
    if (!(node instanceof SplitNode<Regressor> split)) {
      return new LeafNode<>(node.getImpurity(), new Regressor(outputs, answer), Map.of(), false);
    }
    int middle = part(rows, from, to, split);
    return new SplitNode<>(
        split.splitValue(),
        split.getFeatureID(),
        split.getImpurity(),
        child(split.getGreaterThan(), rows, middle, to, mean, answer, to - from),
        child(split.getLessThanOrEqual(), rows, from, middle, mean, answer, to - from));
  }

  private Node<Regressor> child(
      Node<Regressor> child,
      int[] rows,
      int from,
      int to,
      double[] parentMean,
      double[] parentAnswer,
      int parentRows) {
    double[] mean = mean(rows, from, to);
    double[] answer = new double[mean.length];
    for (int k = 0; k < mean.length; k++) {
      answer[k] = parentAnswer[k] + (mean[k] - parentMean[k]) / (1 + strength / parentRows);
    }
    return node(child, rows, from, to, mean, answer);
  }

  /** Moves the rows that go left before those that go right, each in order; where these begin. */
  private int part(int[] rows, int from, int to, SplitNode<Regressor> split) {
    int[] right = new int[to - from];
    int left = from;
    int count = 0;
    for (int i = from; i < to; i++) {
      if (matrix.get(rows[i], split.getFeatureID()) > split.splitValue()) {
        right[count++] = rows[i];
      } else {
        rows[left++] = rows[i];
      }
    }
    System.arraycopy(right, 0, rows, left, count);
    return left;
  }

  private double[] mean(int[] rows, int from, int to) {
    double[] mean = new double[outputs.length];
    for (int i = from; i < to; i++) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += distribution[rows[i] * mean.length + k];
      }
    }
    for (int k = 0; k < mean.length; k++) {
      mean[k] /= to - from;
    }
    return mean;
  }
}
