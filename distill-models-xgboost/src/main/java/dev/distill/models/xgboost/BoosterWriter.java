package dev.distill.models.xgboost;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** Writes trees as XGBoost's own JSON. All trees are of one round, so that none can be left out. */
final class BoosterWriter {
  /** No index of a node: what the root has for a parent. */
  private static final int NONE = Integer.MAX_VALUE;

  private final JsonGenerator json;
  private final TreeEnsemble trees;
  private final double temperature;
  private int next; // number of trees written

  private BoosterWriter(JsonGenerator json, TreeEnsemble trees, double temperature) {
    this.json = json;
    this.trees = trees;
    this.temperature = temperature;
  }

  static byte[] json(StudentFile student, TreeEnsemble trees) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = BoosterReader.JSON.createGenerator(bytes)) {
      new BoosterWriter(json, trees, student.temperature()).model(student);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void model(StudentFile student) throws IOException {
    String classes = Integer.toString(trees.classes());
    List<String> names = student.schema().featureNames();
    json.writeStartObject();
    json.writeObjectFieldStart("learner");
    json.writeObjectFieldStart("attributes");
    for (int k = 0; k < student.classes().size(); k++) {
      json.writeStringField("class_" + k, student.classes().get(k));
    }
    json.writeEndObject();
    texts("feature_names", names);
    texts("feature_types", Collections.nCopies(names.size(), "float"));
    json.writeObjectFieldStart("gradient_booster");
    json.writeObjectFieldStart("model");
    trees();
    json.writeEndObject();
    json.writeStringField("name", "gbtree");
    json.writeEndObject();
    json.writeObjectFieldStart("learner_model_param");
    json.writeStringField("base_score", "0E0");
    json.writeStringField("boost_from_average", "0");
    json.writeStringField("num_class", classes);
    json.writeStringField("num_feature", Integer.toString(trees.features()));
    json.writeStringField("num_target", "1");
    json.writeEndObject();
    json.writeObjectFieldStart("objective");
    json.writeStringField("name", "multi:softprob");
    json.writeObjectFieldStart("softmax_multiclass_param");
    json.writeStringField("num_class", classes);
    json.writeEndObject();
    json.writeEndObject();
    json.writeEndObject();
    // What a base score and the other fields mean is that of 2.1, which later versions read.
    json.writeFieldName("version");
    json.writeArray(new int[] {2, 1, 0}, 0, 3);
    json.writeEndObject();
  }

  private void trees() throws IOException {
    List<Integer> groups = new ArrayList<>();
    for (int k = 0; k < trees.classes(); k++) {
      groups.add(k);
    }
    for (int tree = 0; tree < trees.trees(); tree++) {
      int target = trees.targetClass(tree);
      for (int k = 0; k < trees.classes(); k++) {
        if (target < 0 || target == k) {
          groups.add(k);
        }
      }
    }
    json.writeObjectFieldStart("gbtree_model_param");
    json.writeStringField("num_parallel_tree", "1");
    json.writeStringField("num_trees", Integer.toString(groups.size()));
    json.writeEndObject();
    json.writeFieldName("iteration_indptr");
    json.writeArray(new int[] {0, groups.size()}, 0, 2);
    ints("tree_info", groups.stream().mapToInt(Integer::intValue).toArray());
    json.writeArrayFieldStart("trees");
    for (int k = 0; k < trees.classes(); k++) {
      write(
          new int[] {-1},
          new int[] {-1},
          new int[] {NONE},
          new int[1],
          new int[1],
          new float[] {logit(trees.base(k))});
    }
    for (int tree = 0; tree < trees.trees(); tree++) {
      int target = trees.targetClass(tree);
      for (int k = 0; k < trees.classes(); k++) {
        if (target < 0 || target == k) {
          tree(tree, k);
        }
      }
    }
    json.writeEndArray();
  }

  private float logit(float value) {
    return (float) (value / temperature);
  }

  private void tree(int tree, int targetClass) throws IOException {
    int nodes = trees.nodes(tree);
    int[] left = new int[nodes];
    int[] right = new int[nodes];
    int[] parents = new int[nodes];
    int[] features = new int[nodes];
    int[] missingLeft = new int[nodes];
    float[] values = new float[nodes];
    parents[0] = NONE;
    Deque<Integer> open = new ArrayDeque<>(List.of(0));
    while (!open.isEmpty()) {
      int node = open.pop();
      if (trees.isLeaf(tree, node)) {
        left[node] = -1;
        right[node] = -1;
        values[node] = logit(trees.leaf(tree, node, targetClass));
        continue;
      }
      left[node] = trees.left(tree, node);
      right[node] = left[node] + 1;
      features[node] = trees.feature(tree, node);
      missingLeft[node] = trees.missingLeft(tree, node) ? 1 : 0;
      values[node] = trees.threshold(tree, node);
      for (int child = left[node]; child <= right[node]; child++) {
        parents[child] = node;
        open.push(child);
      }
    }
    write(left, right, parents, features, missingLeft, values);
  }

  private void write(
      int[] left, int[] right, int[] parents, int[] features, int[] missingLeft, float[] values)
      throws IOException {
    int nodes = left.length;
    float[] zeros = new float[nodes];
    json.writeStartObject();
    floats("base_weights", zeros);
    for (String none :
        List.of("categories", "categories_nodes", "categories_segments", "categories_sizes")) {
      ints(none, new int[0]);
    }
    ints("default_left", missingLeft);
    json.writeNumberField("id", next++);
    ints("left_children", left);
    floats("loss_changes", zeros);
    ints("parents", parents);
    ints("right_children", right);
    floats("split_conditions", values);
    ints("split_indices", features);
    ints("split_type", new int[nodes]);
    floats("sum_hessian", zeros);
    json.writeObjectFieldStart("tree_param");
    json.writeStringField("num_deleted", "0");
    json.writeStringField("num_feature", Integer.toString(trees.features()));
    json.writeStringField("num_nodes", Integer.toString(nodes));
    json.writeStringField("size_leaf_vector", "1");
    json.writeEndObject();
    json.writeEndObject();
  }

  private void texts(String field, List<String> texts) throws IOException {
    json.writeFieldName(field);
    json.writeArray(texts.toArray(new String[0]), 0, texts.size());
  }

  private void ints(String field, int[] values) throws IOException {
    json.writeFieldName(field);
    json.writeArray(values, 0, values.length);
  }

  /** Infinity stands without quotes, as XGBoost writes it. */
  private void floats(String field, float[] values) throws IOException {
    json.writeArrayFieldStart(field);
    for (float value : values) {
      json.writeNumber(Float.toString(value));
    }
    json.writeEndArray();
  }
}
