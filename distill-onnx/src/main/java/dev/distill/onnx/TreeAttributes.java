package dev.distill.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.distill.runtime.TreeEnsemble;
import java.util.ArrayList;
import java.util.List;

/** The lists of {@code TreeEnsembleRegressor}: a value a node, and one a leaf and class. */
final class TreeAttributes {
  private final List<Long> treeIds = new ArrayList<>();
  private final List<Long> nodeIds = new ArrayList<>();
  private final List<Long> features = new ArrayList<>();
  private final List<Float> thresholds = new ArrayList<>();
  private final List<String> modes = new ArrayList<>();
  private final List<Long> trueIds = new ArrayList<>();
  private final List<Long> falseIds = new ArrayList<>();
  private final List<Long> missingTrue = new ArrayList<>();
  private final List<Long> targetTrees = new ArrayList<>();
  private final List<Long> targetNodes = new ArrayList<>();
  private final List<Long> targetClasses = new ArrayList<>();
  private final List<Float> targetValues = new ArrayList<>();

  private final TreeEnsemble trees;

  /** The base of every class is a tree of one leaf: ONNX Runtime drops that of a class without. */
  TreeAttributes(TreeEnsemble trees) {
    this.trees = trees;
    node(0, 0, "LEAF", 0, 0, 0, 0, 0);
    for (int k = 0; k < trees.classes(); k++) {
      value(0, 0, k, trees.base(k));
    }
  }

  void add(int tree) {
    int id = tree + 1;
    int target = trees.targetClass(tree);
    for (int node = 0; node < trees.nodes(tree); node++) {
      if (trees.isLeaf(tree, node)) {
        node(id, node, "LEAF", 0, 0, 0, 0, 0);
        for (int k = 0; k < trees.classes(); k++) {
          if (target < 0 || target == k) {
            value(id, node, k, trees.leaf(tree, node, k));
          }
        }
      } else {
        long left = trees.left(tree, node);
        node(
            id,
            node,
            "BRANCH_LT",
            trees.feature(tree, node),
            trees.threshold(tree, node),
            left,
            left + 1,
            trees.missingLeft(tree, node) ? 1 : 0);
      }
    }
  }

  private void node(
      long tree,
      long node,
      String mode,
      long feature,
      float threshold,
      long left,
      long right,
      long missing) {
    treeIds.add(tree);
    nodeIds.add(node);
    modes.add(mode);
    features.add(feature);
    thresholds.add(threshold);
    trueIds.add(left);
    falseIds.add(right);
    missingTrue.add(missing);
  }

  private void value(long tree, long node, long targetClass, float value) {
    targetTrees.add(tree);
    targetNodes.add(node);
    targetClasses.add(targetClass);
    targetValues.add(value);
  }

  AttributeProto[] all() {
    return new AttributeProto[] {
      Graph.attribute("n_targets", trees.classes()),
      Graph.attribute("aggregate_function", "SUM"),
      Graph.attribute("post_transform", "NONE"),
      Graph.integers("nodes_treeids", treeIds),
      Graph.integers("nodes_nodeids", nodeIds),
      Graph.integers("nodes_featureids", features),
      Graph.numbers("nodes_values", thresholds),
      Graph.texts("nodes_modes", modes),
      Graph.integers("nodes_truenodeids", trueIds),
      Graph.integers("nodes_falsenodeids", falseIds),
      Graph.integers("nodes_missing_value_tracks_true", missingTrue),
      Graph.integers("target_treeids", targetTrees),
      Graph.integers("target_nodeids", targetNodes),
      Graph.integers("target_ids", targetClasses),
      Graph.numbers("target_weights", targetValues)
    };
  }
}
