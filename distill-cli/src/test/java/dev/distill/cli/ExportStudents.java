package dev.distill.cli;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A student of every kind of model, with every kind of column, filled at random. */
final class ExportStudents {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new NumberColumn("age"),
              new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "Århus", "a \"b\"\\u")),
              new CategoryColumn("smoker", Coding.INDICATORS, List.of("no", "yes")),
              new CategoryColumn("job", Coding.FREQUENCY_RANK, List.of("nurse", "smith", "")),
              new NumberColumn("height in cm"),
              new NumberColumn("logits")));

  private static final float[] THRESHOLDS = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    1f,
    0.5f
  };

  private final Random random;
  private final int classes;

  private ExportStudents(int seed, int classes) {
    random = new Random(seed);
    this.classes = classes;
  }

  /** Students by name; those of trees alone, which XGBoost can express, end with "tree(s)". */
  static Map<String, StudentFile> all() {
    Map<String, StudentFile> all = new LinkedHashMap<>();
    int features = SCHEMA.features();
    for (int classes : new int[] {2, 3, 11}) {
      ExportStudents make = new ExportStudents(classes, classes);
      String k = classes + " classes, ";
      all.put(k + "boosted trees", make.student(make.boosted(features, 12), 1));
      all.put(k + "cooler trees", make.student(make.boosted(features, 30), 1.7));
      all.put(k + "one tree", make.student(make.vectors(features, 1, 60), 0.8));
      all.put(k + "joint trees", make.student(make.vectors(features, 5, 9), 1));
      all.put(k + "forest", make.student(Logarithm.of(make.forest(features, 6)), 0.9));
      Standardizer standardizer = make.standardizer(features);
      int outputs = standardizer.outputs();
      for (Activation activation : Activation.values()) {
        all.put(
            k + "network, " + activation,
            make.student(
                new StandardizedModel(standardizer, make.network(outputs, activation)), 1.3));
      }
      all.put(
          k + "linear, hinged",
          make.student(new StandardizedModel(standardizer, make.hinged(outputs)), 1));
      all.put(
          k + "machine",
          make.student(new StandardizedModel(standardizer, make.machine(outputs)), 1));
      all.put(
          k + "standardized boost",
          make.student(new StandardizedModel(standardizer, make.boosted(outputs, 5)), 1));
    }
    return all;
  }

  private StudentFile student(PortableModel model, double temperature) {
    List<String> names =
        IntStream.range(0, classes).mapToObj(k -> k == 1 ? "a \"b\" ü" : "c" + k).toList();
    return new StudentFile(
        SCHEMA,
        model,
        names,
        "what */ it \\u002a is",
        temperature,
        new float[2 * SCHEMA.features()],
        Map.of("family", "test"));
  }

  private float[] values(int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private float threshold() {
    return random.nextInt(3) == 0
        ? THRESHOLDS[random.nextInt(THRESHOLDS.length)]
        : (float) random.nextGaussian();
  }

  /** A tree of so many splits: each splits a leaf that is there. */
  private void grow(TreeEnsemble.Builder builder, int features, int splits, int values, double by) {
    int[] leaves = new int[splits + 1];
    int open = 1;
    int nodes = 1;
    for (int s = 0; s < splits; s++) {
      int pick = random.nextInt(open);
      builder.split(
          leaves[pick],
          random.nextInt(features),
          threshold(),
          nodes,
          nodes + 1,
          random.nextBoolean());
      leaves[pick] = nodes;
      leaves[open++] = nodes + 1;
      nodes += 2;
    }
    for (int l = 0; l < open; l++) {
      float[] leaf = values(values, 1);
      for (int k = 0; k < leaf.length && by > 0; k++) {
        leaf[k] = (float) (random.nextInt(4) == 0 ? 0 : Math.abs(leaf[k]) * by);
      }
      builder.leaf(leaves[l], leaf);
    }
  }

  private TreeEnsemble boosted(int features, int trees) {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(features, values(classes, 1));
    for (int t = 0; t < trees; t++) {
      int splits = random.nextInt(20);
      grow(builder.tree(2 * splits + 1, t % classes), features, splits, 1, 0);
    }
    return builder.build();
  }

  private TreeEnsemble vectors(int features, int trees, int splits) {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(features, values(classes, 1));
    for (int t = 0; t < trees; t++) {
      grow(builder.vectorTree(2 * splits + 1), features, splits, classes, 0);
    }
    return builder.build();
  }

  private TreeEnsemble forest(int features, int trees) {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(features, new float[classes]);
    for (int t = 0; t < trees; t++) {
      grow(builder.vectorTree(31), features, 15, classes, 0.1);
    }
    return builder.build();
  }

  private Standardizer standardizer(int features) {
    float[] low = new float[features];
    float[] high = new float[features];
    double[] center = new double[features];
    double[] scale = new double[features];
    for (int j = 0; j < features; j++) {
      low[j] = (float) -Math.abs(random.nextGaussian());
      high[j] = (float) Math.abs(3 * random.nextGaussian());
      center[j] = random.nextGaussian();
      scale[j] = random.nextInt(5) == 0 ? 0 : random.nextDouble();
    }
    return new Standardizer(
        low,
        high,
        center,
        scale,
        new int[] {0, 0, 2, features - 1},
        new float[] {Float.NaN, 1, Float.NaN, 0});
  }

  private DenseNetwork network(int inputs, Activation activation) {
    return new DenseNetwork(
        List.of(
            new Layer(inputs, 17, activation, values(inputs * 17, 0.5), values(17, 1)),
            new Layer(17, 5, activation, values(17 * 5, 0.5), values(5, 1)),
            new Layer(
                5, classes, Activation.IDENTITY, values(5 * classes, 1), values(classes, 1))));
  }

  private HingedModel hinged(int inputs) {
    int[] hinges = {0, 0, 1, inputs - 1};
    int all = inputs + hinges.length;
    return new HingedModel(
        inputs,
        hinges,
        values(hinges.length, 1),
        DenseNetwork.linear(all, classes, values(all * classes, 1), values(classes, 1)));
  }

  private FactorizationMachine machine(int inputs) {
    return new FactorizationMachine(
        inputs,
        4,
        values(classes, 1),
        values(classes * inputs, 1),
        values(classes * inputs * 4, 0.3));
  }
}
