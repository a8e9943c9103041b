package dev.distill.models.xgboost;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.distill.runtime.TreeEnsemble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads the trees of XGBoost's own JSON, which holds float32 without loss, into a {@link
 * TreeEnsemble}. Reads the stream once and keeps the trees alone.
 */
final class BoosterReader {
  /** XGBoost writes {@code Infinity} for a threshold above the largest finite values. */
  static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /** A number of trees that is above any. */
  static final int ALL = Integer.MAX_VALUE;

  /** One tree as it stands in the file. */
  private static final class Tree {
    int[] left = {};
    int[] right = {};
    int[] feature = {};
    int[] defaultLeft = {};
    float[] threshold = {};
    float[] leafWeights = {};
  }

  private BoosterReader() {}

  /**
   * Converts a booster.
   *
   * @param json what {@code Booster.toByteArray("json")} gives
   * @param base logits before any tree, one a class
   * @param treeCount how many trees to keep, from the first; {@link #ALL} if there are no more
   * @param singleMargin whether the one margin is the logit of class 1 against 0 for class 0
   * @param leaf what a vector leaf adds to the logits
   */
  static TreeEnsemble read(
      byte[] json,
      int features,
      float[] base,
      int treeCount,
      boolean singleMargin,
      BoosterStudent.Leaf leaf)
      throws IOException {
    List<Tree> trees = new ArrayList<>();
    int[] groups = {};
    try (JsonParser parser = JSON.createParser(json)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (name.equals("tree_info")) {
            groups = ints(parser);
          } else if (name.equals("trees")) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              trees.add(tree(parser));
            }
          }
        }
      }
    }
    TreeEnsemble.Builder ensemble = TreeEnsemble.builder(features, base);
    for (int t = 0; t < Math.min(treeCount, trees.size()); t++) {
      int tree = t;
      UnaryOperator<float[]> values = leafValues -> leaf.logits(tree, leafValues);
      add(ensemble, trees.get(t), singleMargin ? 1 : groups[t], base.length, values);
    }
    return ensemble.build();
  }

  private static void add(
      TreeEnsemble.Builder ensemble,
      Tree tree,
      int group,
      int classes,
      UnaryOperator<float[]> leaf) {
    boolean vector = tree.leafWeights.length > 0;
    int nodes = tree.left.length;
    if (vector) {
      ensemble.vectorTree(nodes);
    } else {
      ensemble.tree(nodes, group);
    }
    for (int i = 0; i < nodes; i++) {
      if (tree.left[i] >= 0) {
        boolean missingLeft = tree.defaultLeft[i] == 1;
        if (tree.threshold[i] == Float.POSITIVE_INFINITY) {
          // Parts missing values from all others. Infinity itself is one of the others, as it was
          // in training, so the sides change places: nothing is below minus infinity.
          ensemble.split(
              i,
              tree.feature[i],
              Float.NEGATIVE_INFINITY,
              tree.right[i],
              tree.left[i],
              !missingLeft);
        } else {
          ensemble.split(
              i, tree.feature[i], tree.threshold[i], tree.left[i], tree.right[i], missingLeft);
        }
      } else if (vector) {
        // A leaf's index into the leaf weights stands where its right child would.
        int at = tree.right[i] * classes;
        ensemble.leaf(i, leaf.apply(Arrays.copyOfRange(tree.leafWeights, at, at + classes)));
      } else {
        ensemble.leaf(i, tree.threshold[i]);
      }
    }
  }

  private static Tree tree(JsonParser parser) throws IOException {
    Tree tree = new Tree();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      switch (parser.currentName()) {
        case "left_children" -> tree.left = ints(parser);
        case "right_children" -> tree.right = ints(parser);
        case "split_indices" -> tree.feature = ints(parser);
        case "default_left" -> tree.defaultLeft = ints(parser);
        case "split_conditions" -> tree.threshold = floats(parser);
        case "leaf_weights" -> tree.leafWeights = floats(parser);
        default -> {
          parser.nextToken();
          parser.skipChildren();
        }
      }
    }
    return tree;
  }

  private static int[] ints(JsonParser parser) throws IOException {
    int[] values = new int[64];
    int count = 0;
    parser.nextToken();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] =
          switch (parser.currentToken()) {
            case VALUE_TRUE -> 1;
            case VALUE_FALSE -> 0;
            default -> parser.getIntValue();
          };
    }
    return Arrays.copyOf(values, count);
  }

  private static float[] floats(JsonParser parser) throws IOException {
    float[] values = new float[64];
    int count = 0;
    parser.nextToken();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = parser.getFloatValue();
    }
    return Arrays.copyOf(values, count);
  }
}
