package dev.distill.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The same model in the formats of other libraries. */
final class RivalForms {
  private RivalForms() {}

  /** The class a tree adds to in libraries that have one output for two classes. */
  private static int outputs(TreeEnsemble trees) {
    return trees.classes() == 2 ? 1 : trees.classes();
  }

  private static int output(TreeEnsemble trees, int tree) {
    return trees.classes() == 2 ? 0 : trees.targetClass(tree);
  }

  // ---- XGBoost's binary format before 2, which xgboost-predictor reads ----

  static byte[] legacyXgboost(TreeEnsemble trees) {
    Little out = new Little();
    out.f32(0).i32(trees.features()).i32(trees.classes() == 2 ? 0 : trees.classes()).i32(0);
    out.zeros(30);
    out.text(trees.classes() == 2 ? "binary:logistic" : "multi:softprob").text("gbtree");
    out.i32(trees.trees()).i32(1).i32(trees.features()).i32(0).i32(0).i32(0);
    out.i32(outputs(trees)).i32(0).zeros(32);
    // Trees of different classes take turns, as rounds give them.
    int[] order = new int[trees.trees()];
    int groups = outputs(trees);
    for (int i = 0; i < order.length; i++) {
      order[i] = (i % groups) * (order.length / groups) + i / groups;
    }
    for (int tree : order) {
      int nodes = trees.nodes(tree);
      out.i32(1).i32(nodes).i32(0).i32(trees.depth(tree)).i32(trees.features()).i32(0).zeros(31);
      int[] parent = new int[nodes];
      parent[0] = -1;
      for (int node = 0; node < nodes; node++) {
        if (trees.isLeaf(tree, node)) {
          out.i32(parent[node]).i32(-1).i32(-1).i32(0);
          out.f32(trees.leaf(tree, node, trees.targetClass(tree)));
        } else {
          int left = trees.left(tree, node);
          parent[left] = node;
          parent[left + 1] = node | (1 << 31);
          int missing = trees.missingLeft(tree, node) ? 1 << 31 : 0;
          out.i32(parent[node]).i32(left).i32(left + 1).i32(trees.feature(tree, node) | missing);
          out.f32(trees.threshold(tree, node));
        }
      }
      out.zeros(4 * nodes);
    }
    for (int tree : order) {
      out.i32(output(trees, tree));
    }
    return out.bytes.toByteArray();
  }

  private static final class Little {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Little i32(int value) {
      bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Little f32(float value) {
      return i32(Float.floatToRawIntBits(value));
    }

    Little text(String text) {
      i32(text.length()).i32(0);
      bytes.writeBytes(text.getBytes(US_ASCII));
      return this;
    }

    Little zeros(int count) {
      for (int i = 0; i < count; i++) {
        i32(0);
      }
      return this;
    }
  }

  // ---- LightGBM's text ----

  static String lightgbm(TreeEnsemble trees) {
    int outputs = outputs(trees);
    StringBuilder all = new StringBuilder();
    all.append("tree\nversion=v4\nnum_class=").append(outputs);
    all.append("\nnum_tree_per_iteration=").append(outputs).append("\nlabel_index=0\n");
    all.append("max_feature_idx=").append(trees.features() - 1);
    all.append(outputs == 1 ? "\nobjective=binary sigmoid:1" : "\nobjective=multiclass num_class:");
    all.append(outputs == 1 ? "" : String.valueOf(outputs)).append("\nfeature_names=");
    for (int j = 0; j < trees.features(); j++) {
      all.append(j == 0 ? "x" : " x").append(j);
    }
    all.append("\nfeature_infos=");
    for (int j = 0; j < trees.features(); j++) {
      all.append(j == 0 ? "" : " ").append("[-100:100]");
    }
    List<String> texts = new ArrayList<>();
    int count = trees.trees();
    for (int i = 0; i < count; i++) {
      int tree = (i % outputs) * (count / outputs) + i / outputs;
      texts.add(lightgbm(trees, tree, i));
    }
    all.append("\ntree_sizes=");
    for (String text : texts) {
      all.append(text.length()).append(' ');
    }
    all.append("\n\n");
    texts.forEach(all::append);
    return all.append("end of trees\n\nparameters:\nend of parameters\n").toString();
  }

  private static String lightgbm(TreeEnsemble trees, int tree, int index) {
    int nodes = trees.nodes(tree);
    int[] number = new int[nodes]; // of a split, or ~ of a leaf
    int splits = 0;
    int leaves = 0;
    for (int node = 0; node < nodes; node++) {
      number[node] = trees.isLeaf(tree, node) ? ~leaves++ : splits++;
    }
    StringBuilder feature = new StringBuilder("split_feature=");
    StringBuilder threshold = new StringBuilder("threshold=");
    StringBuilder decision = new StringBuilder("decision_type=");
    StringBuilder left = new StringBuilder("left_child=");
    StringBuilder right = new StringBuilder("right_child=");
    StringBuilder gain = new StringBuilder("split_gain=");
    StringBuilder value = new StringBuilder("leaf_value=");
    for (int node = 0; node < nodes; node++) {
      if (trees.isLeaf(tree, node)) {
        value.append(trees.leaf(tree, node, trees.targetClass(tree))).append(' ');
      } else {
        feature.append(trees.feature(tree, node)).append(' ');
        // Its rule is x <= threshold.
        threshold.append((double) Math.nextDown(trees.threshold(tree, node))).append(' ');
        decision.append(trees.missingLeft(tree, node) ? "10 " : "8 ");
        left.append(number[trees.left(tree, node)]).append(' ');
        right.append(number[trees.left(tree, node) + 1]).append(' ');
        gain.append("1 ");
      }
    }
    String lines =
        splits == 0
            ? value + "\n"
            : String.join("\n", feature, gain, threshold, decision, left, right, value) + "\n";
    return "Tree=%d\nnum_leaves=%d\nnum_cat=0\n%sshrinkage=1\n\n\n".formatted(index, leaves, lines);
  }

  // ---- H2O's MOJO: GBM for trees, GLM for linear models ----

  static byte[] mojo(PortableModel model) throws IOException {
    int classes = model.classes();
    StringBuilder info = new StringBuilder("[info]\n");
    Map<String, byte[]> files = new LinkedHashMap<>();
    put(info, "h2o_version", "3.44.0.1");
    put(info, "endianness", "LITTLE_ENDIAN");
    put(info, "category", classes == 2 ? "Binomial" : "Multinomial");
    put(info, "uuid", "1");
    put(info, "supervised", "true");
    put(info, "n_features", model.features());
    put(info, "n_classes", classes);
    put(info, "n_columns", model.features() + 1);
    put(info, "n_domains", 1);
    put(info, "balance_classes", "false");
    put(info, "default_threshold", "0.5");
    String shares = Collections.nCopies(classes, 1.0 / classes).toString();
    put(info, "prior_class_distrib", shares);
    put(info, "model_class_distrib", shares);
    if (model instanceof TreeEnsemble trees) {
      put(info, "algo", "gbm");
      put(info, "algorithm", "Gradient Boosting Machine");
      put(info, "mojo_version", "1.40");
      put(info, "_genmodel_encoding", "AUTO");
      put(info, "distribution", classes == 2 ? "bernoulli" : "multinomial");
      put(info, "link_function", classes == 2 ? "logit" : "log");
      put(info, "init_f", "0.0");
      put(info, "n_trees", trees.trees() / outputs(trees));
      put(info, "n_trees_per_class", outputs(trees));
      int[] next = new int[outputs(trees)];
      for (int t = 0; t < trees.trees(); t++) {
        int output = output(trees, t);
        String name = "trees/t%02d_%03d".formatted(output, next[output]++);
        files.put(name + ".bin", mojo(trees, t));
        files.put(name + "_aux.bin", new byte[0]);
      }
    } else {
      DenseNetwork.Layer layer = ((DenseNetwork) model).layers().get(0);
      int inputs = model.features();
      List<String> beta = new ArrayList<>();
      for (int k = 0; k < classes; k++) {
        for (int j = 0; j < inputs; j++) {
          beta.add(String.valueOf(layer.weights()[j * classes + k]));
        }
        beta.add(String.valueOf(layer.bias()[k]));
      }
      put(info, "algo", "glm");
      put(info, "algorithm", "Generalized Linear Model");
      put(info, "mojo_version", "1.00");
      put(info, "family", "multinomial");
      put(info, "cats", 0);
      put(info, "cat_offsets", "[0]");
      put(info, "nums", inputs);
      put(info, "num_means", Collections.nCopies(inputs, 0.0));
      put(info, "mean_imputation", "false");
      put(info, "beta", beta);
    }
    info.append("\n[columns]\n");
    for (int j = 0; j < model.features(); j++) {
      info.append('x').append(j).append('\n');
    }
    info.append("y\n\n[domains]\n").append(model.features()).append(": ").append(classes);
    info.append(" d000.txt\n");
    StringBuilder domain = new StringBuilder();
    for (int k = 0; k < classes; k++) {
      domain.append('c').append(k).append('\n');
    }
    files.put("domains/d000.txt", domain.toString().getBytes(US_ASCII));
    files.put("model.ini", info.toString().getBytes(US_ASCII));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static void put(StringBuilder info, String key, Object value) {
    info.append(key).append(" = ").append(value).append('\n');
  }

  /** A tree: its root, or a leaf that is marked as none. */
  private static byte[] mojo(TreeEnsemble trees, int tree) {
    if (!trees.isLeaf(tree, 0)) {
      return mojo(trees, tree, 0);
    }
    Little leaf = new Little();
    leaf.bytes.writeBytes(new byte[] {0, -1, -1});
    return leaf.f32(trees.leaf(tree, 0, trees.targetClass(tree))).bytes.toByteArray();
  }

  /** A split and what is below; a leaf is its value, as its parent says that it is one. */
  private static byte[] mojo(TreeEnsemble trees, int tree, int node) {
    Little out = new Little();
    if (trees.isLeaf(tree, node)) {
      return out.f32(trees.leaf(tree, node, trees.targetClass(tree))).bytes.toByteArray();
    }
    int child = trees.left(tree, node);
    byte[] left = mojo(trees, tree, child);
    byte[] right = mojo(trees, tree, child + 1);
    // How many bytes hold the length of what is left, or that it is a leaf.
    int width = left.length < 256 ? 1 : left.length < 65_536 ? 2 : 3;
    boolean leaf = trees.isLeaf(tree, child);
    int type = (leaf ? 48 : width - 1) | (trees.isLeaf(tree, child + 1) ? 64 : 0);
    int feature = trees.feature(tree, node);
    int missing = trees.missingLeft(tree, node) ? 2 : 3;
    out.bytes.writeBytes(
        new byte[] {(byte) type, (byte) feature, (byte) (feature >> 8), (byte) missing});
    out.f32(trees.threshold(tree, node));
    for (int i = 0; !leaf && i < width; i++) {
      out.bytes.write(left.length >> 8 * i);
    }
    out.bytes.writeBytes(left);
    out.bytes.writeBytes(right);
    return out.bytes.toByteArray();
  }

  // ---- ONNX: one input, rows × features; one output of logits ----

  static byte[] onnx(PortableModel model) {
    Proto node;
    Proto graph = new Proto();
    if (model instanceof TreeEnsemble trees) {
      node = trees(trees);
    } else {
      DenseNetwork.Layer layer = ((DenseNetwork) model).layers().get(0);
      node = new Proto().text(1, "x").text(1, "w").text(1, "b").text(2, "y").text(4, "Gemm");
      graph.message(5, tensor("w", layer.weights(), layer.inputs(), layer.outputs()));
      graph.message(5, tensor("b", layer.bias(), layer.outputs()));
    }
    graph.message(1, node).text(2, "g");
    graph.message(11, value("x", model.features())).message(12, value("y", model.classes()));
    return new Proto()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Proto().text(1, "").number(2, 17))
        .message(8, new Proto().text(1, "ai.onnx.ml").number(2, 3))
        .bytes
        .toByteArray();
  }

  private static Proto trees(TreeEnsemble trees) {
    Proto treeIds = new Proto();
    Proto nodeIds = new Proto();
    Proto features = new Proto();
    Proto values = new Proto();
    Proto left = new Proto();
    Proto right = new Proto();
    Proto missing = new Proto();
    Proto modes = new Proto();
    Proto leafTrees = new Proto();
    Proto leafNodes = new Proto();
    Proto leafClasses = new Proto();
    Proto weights = new Proto();
    for (int t = 0; t < trees.trees(); t++) {
      for (int node = 0; node < trees.nodes(t); node++) {
        boolean leaf = trees.isLeaf(t, node);
        treeIds.number(8, t);
        nodeIds.number(8, node);
        features.number(8, leaf ? 0 : trees.feature(t, node));
        values.f32(7, leaf ? 0 : trees.threshold(t, node));
        left.number(8, leaf ? 0 : trees.left(t, node));
        right.number(8, leaf ? 0 : trees.left(t, node) + 1);
        missing.number(8, !leaf && trees.missingLeft(t, node) ? 1 : 0);
        modes.text(9, leaf ? "LEAF" : "BRANCH_LT");
        if (leaf) {
          leafTrees.number(8, t);
          leafNodes.number(8, node);
          leafClasses.number(8, trees.targetClass(t));
          weights.f32(7, trees.leaf(t, node, trees.targetClass(t)));
        }
      }
    }
    Proto base = new Proto();
    for (int k = 0; k < trees.classes(); k++) {
      base.f32(7, trees.base(k));
    }
    Proto classes = new Proto().text(1, "n_targets").number(3, trees.classes()).number(20, 2);
    return new Proto()
        .text(1, "x")
        .text(2, "y")
        .text(4, "TreeEnsembleRegressor")
        .text(7, "ai.onnx.ml")
        .message(5, attribute("nodes_treeids", treeIds, 7))
        .message(5, attribute("nodes_nodeids", nodeIds, 7))
        .message(5, attribute("nodes_featureids", features, 7))
        .message(5, attribute("nodes_values", values, 6))
        .message(5, attribute("nodes_truenodeids", left, 7))
        .message(5, attribute("nodes_falsenodeids", right, 7))
        .message(5, attribute("nodes_missing_value_tracks_true", missing, 7))
        .message(5, attribute("nodes_modes", modes, 8))
        .message(5, attribute("target_treeids", leafTrees, 7))
        .message(5, attribute("target_nodeids", leafNodes, 7))
        .message(5, attribute("target_ids", leafClasses, 7))
        .message(5, attribute("target_weights", weights, 6))
        .message(5, attribute("base_values", base, 6))
        .message(5, classes);
  }

  private static Proto attribute(String name, Proto values, int type) {
    Proto attribute = new Proto().text(1, name);
    attribute.bytes.writeBytes(values.bytes.toByteArray());
    return attribute.number(20, type);
  }

  private static Proto tensor(String name, float[] values, int... shape) {
    Proto tensor = new Proto();
    for (int size : shape) {
      tensor.number(1, size);
    }
    tensor.number(2, 1);
    for (float value : values) {
      tensor.f32(4, value);
    }
    return tensor.text(8, name);
  }

  private static Proto value(String name, int width) {
    Proto shape =
        new Proto()
            .message(1, new Proto().text(2, "rows"))
            .message(1, new Proto().number(1, width));
    Proto type = new Proto().message(1, new Proto().number(1, 1).message(2, shape));
    return new Proto().text(1, name).message(2, type);
  }

  /** Protocol buffers, as far as this needs them. */
  private static final class Proto {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    Proto number(int field, long value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Proto f32(int field, float value) {
      varint(field << 3 | 5);
      bytes.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
      return this;
    }

    Proto text(int field, String text) {
      return part(field, text.getBytes(US_ASCII));
    }

    Proto message(int field, Proto message) {
      return part(field, message.bytes.toByteArray());
    }

    private Proto part(int field, byte[] content) {
      varint(field << 3 | 2);
      varint(content.length);
      bytes.writeBytes(content);
      return this;
    }
  }
}
