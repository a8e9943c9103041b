package dev.distill.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Writes a student as a graph from raw columns to a class and probabilities. What the student does
 * in double precision is done so here. Sums of trees, and products of matrices, are float32 in an
 * order that is the runtime's own.
 */
final class OnnxWriter {
  static final int OPSET = 17;
  static final int ML_OPSET = 3;
  private static final int IR_VERSION = 8;

  static final String LABEL = "label";
  static final String PROBABILITIES = "probabilities";

  private final StudentFile student;
  private final Graph graph;

  private OnnxWriter(StudentFile student) {
    this.student = student;
    String prefix = "_";
    while (taken(prefix)) {
      prefix += "_";
    }
    graph = new Graph(prefix);
  }

  private boolean taken(String prefix) {
    return student.schema().columns().stream().anyMatch(c -> c.name().startsWith(prefix));
  }

  static byte[] write(StudentFile student) {
    OnnxWriter writer = new OnnxWriter(student);
    writer.graph();
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("distill")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(Graph.ML).setVersion(ML_OPSET))
            .setGraph(writer.graph.build());
    Map<String, String> notes = new LinkedHashMap<>(student.provenance());
    notes.put("label", student.label());
    notes.put("opset", Integer.toString(OPSET));
    notes.put(Graph.ML, Integer.toString(ML_OPSET));
    notes.put("classes", String.join("\n", student.classes()));
    notes.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build().toByteArray();
  }

  private void graph() {
    for (Schema.Column column : student.schema().columns()) {
      if (column.name().isEmpty()
          || column.name().equals(LABEL)
          || column.name().equals(PROBABILITIES)) {
        throw new IllegalArgumentException(
            "column '%s': ONNX can't have an input of this name beside outputs '%s' and '%s'"
                .formatted(column.name(), LABEL, PROBABILITIES));
      }
    }
    String logits = clamped(model(student.model(), features()));
    int classes = student.classes().size();
    String winner =
        graph.add(
            "ArgMax", List.of(logits), Graph.attribute("axis", 1), Graph.attribute("keepdims", 0));
    graph.add(
        Graph.ML,
        "LabelEncoder",
        LABEL,
        List.of(winner),
        Graph.integers("keys_int64s", LongStream.range(0, classes).boxed().toList()),
        Graph.texts("values_strings", student.classes()));
    graph.output(LABEL, DataType.STRING, 0);
    String temperature = graph.doubles(new double[] {student.temperature()});
    String cooled = graph.add("Div", List.of(graph.cast(logits, DataType.DOUBLE), temperature));
    String softmax = graph.add("Softmax", List.of(cooled), Graph.attribute("axis", 1));
    graph.add(
        "",
        "Cast",
        PROBABILITIES,
        List.of(softmax),
        Graph.attribute("to", DataType.FLOAT.getNumber()));
    graph.output(PROBABILITIES, DataType.FLOAT, classes);
  }

  /** Logits within the range of float32; NaN is the least. */
  private String clamped(String logits) {
    String least = graph.floats(new float[] {-Float.MAX_VALUE});
    String most = graph.floats(new float[] {Float.MAX_VALUE});
    String numbers =
        graph.add("Where", List.of(graph.add("IsNaN", List.of(logits)), least, logits));
    return graph.add("Min", List.of(graph.add("Max", List.of(numbers, least)), most));
  }

  // ---- columns ----

  /** The features of all columns, side by side. */
  private String features() {
    List<String> parts = new ArrayList<>();
    for (Schema.Column column : student.schema().columns()) {
      parts.add(
          column instanceof Schema.CategoryColumn category
              ? category(category)
              : graph.input(column.name(), DataType.FLOAT));
    }
    return concat(parts);
  }

  private String concat(List<String> parts) {
    return parts.size() == 1
        ? parts.get(0)
        : graph.add("Concat", parts, Graph.attribute("axis", 1));
  }

  /** A level's index, that of an unseen or a missing one, chooses a row of features. */
  private String category(Schema.CategoryColumn column) {
    List<String> levels = column.levels();
    int unseen = levels.size();
    Map<String, Long> index = new LinkedHashMap<>();
    for (int level = 0; level < levels.size(); level++) {
      index.put(levels.get(level), (long) level);
    }
    // A level that means missing is missing.
    Schema.MISSING.stream().sorted().forEach(text -> index.put(text, unseen + 1L));
    String code =
        graph.addMl(
            "LabelEncoder",
            List.of(graph.input(column.name(), DataType.STRING)),
            Graph.texts("keys_strings", List.copyOf(index.keySet())),
            Graph.integers("values_int64s", List.copyOf(index.values())),
            Graph.attribute("default_int64", unseen));
    int width = column.width();
    float[] rows = new float[(levels.size() + 2) * width];
    for (int level = 0; level < levels.size(); level++) {
      if (width == 1) {
        rows[level] = level;
      } else {
        rows[level * width + level] = 1;
      }
    }
    if (width == 1) {
      boolean rank = column.coding() == Schema.Coding.FREQUENCY_RANK;
      rows[unseen] = rank ? unseen : Float.NaN;
    }
    Arrays.fill(rows, (unseen + 1) * width, rows.length, Float.NaN);
    String table = graph.floats(rows, levels.size() + 2, width);
    String chosen = graph.add("Gather", List.of(table, code), Graph.attribute("axis", 0));
    return graph.add("Reshape", List.of(chosen, graph.longs(new long[] {-1, width}, 2)));
  }

  // ---- models: from features to logits ----

  private String model(PortableModel model, String in) {
    if (model instanceof TreeEnsemble trees) {
      return trees(trees, in);
    }
    if (model instanceof DenseNetwork network) {
      String values = in;
      for (DenseNetwork.Layer layer : network.layers()) {
        values = layer(layer, values);
      }
      return values;
    }
    if (model instanceof FactorizationMachine machine) {
      return machine(machine, in);
    }
    if (model instanceof StandardizedModel standardized) {
      return model(standardized.model(), standardized(standardized.standardizer(), in));
    }
    if (model instanceof HingedModel hinged) {
      String knots = graph.floats(hinged.knots(), hinged.knots().length);
      String above = graph.add("Sub", List.of(chosen(in, hinged.hinges()), knots));
      return model(
          hinged.model(), hinged.hinges().length == 0 ? in : concat(List.of(in, rectified(above))));
    }
    if (model instanceof Logarithm logarithm) {
      String sums = graph.cast(model(logarithm.model(), in), DataType.DOUBLE);
      String floor = graph.doubles(new double[] {Logarithm.FLOOR});
      String above = graph.add("Greater", List.of(sums, floor));
      String p = graph.add("Where", List.of(above, sums, floor));
      return graph.cast(graph.add("Log", List.of(p)), DataType.FLOAT);
    }
    throw new IllegalArgumentException("no ONNX for " + model.getClass().getSimpleName());
  }

  /** Some columns of a matrix. */
  private String chosen(String in, int[] columns) {
    String indices = graph.longs(Arrays.stream(columns).asLongStream().toArray(), columns.length);
    return graph.add("Gather", List.of(in, indices), Graph.attribute("axis", 1));
  }

  /** max(0, x), where NaN stays NaN, which Relu does not promise. */
  private String rectified(String in) {
    String zero = graph.floats(new float[] {0});
    return graph.add("Where", List.of(graph.add("Less", List.of(in, zero)), zero, in));
  }

  private String layer(DenseNetwork.Layer layer, String in) {
    String weights = graph.floats(layer.weights(), layer.inputs(), layer.outputs());
    String bias = graph.floats(layer.bias(), layer.outputs());
    String sums = graph.add("Add", List.of(graph.add("MatMul", List.of(in, weights)), bias));
    if (layer.activation() == Activation.RELU) {
      return rectified(sums);
    }
    if (layer.activation() == Activation.TANH) {
      String tanh = graph.add("Tanh", List.of(graph.cast(sums, DataType.DOUBLE)));
      return graph.cast(tanh, DataType.FLOAT);
    }
    return sums;
  }

  private String machine(FactorizationMachine machine, String in) {
    int features = machine.features();
    int classes = machine.classes();
    int factors = machine.factors();
    float[] vectors = machine.vectors();
    // Features × (classes × factors).
    double[] products = new double[vectors.length];
    double[] squares = new double[vectors.length];
    float[] linear = new float[features * classes];
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < features; j++) {
        linear[j * classes + k] = machine.weights()[k * features + j];
        for (int f = 0; f < factors; f++) {
          double v = vectors[(k * features + j) * factors + f];
          products[(j * classes + k) * factors + f] = v;
          squares[(j * classes + k) * factors + f] = v * v;
        }
      }
    }
    int width = classes * factors;
    String x = graph.cast(in, DataType.DOUBLE);
    String sum = graph.add("MatMul", List.of(x, graph.doubles(products, features, width)));
    String square =
        graph.add(
            "MatMul",
            List.of(graph.add("Mul", List.of(x, x)), graph.doubles(squares, features, width)));
    String pairs = graph.add("Sub", List.of(graph.add("Mul", List.of(sum, sum)), square));
    String shaped =
        graph.add("Reshape", List.of(pairs, graph.longs(new long[] {-1, classes, factors}, 3)));
    String each =
        graph.add(
            "ReduceSum",
            List.of(shaped, graph.longs(new long[] {2}, 1)),
            Graph.attribute("keepdims", 0));
    String half = graph.add("Mul", List.of(each, graph.doubles(new double[] {0.5})));
    String first =
        graph.add(
            "Add",
            List.of(
                graph.add("MatMul", List.of(in, graph.floats(linear, features, classes))),
                graph.floats(machine.bias(), classes)));
    return graph.cast(
        graph.add("Add", List.of(graph.cast(first, DataType.DOUBLE), half)), DataType.FLOAT);
  }

  private String standardized(Standardizer standardizer, String in) {
    int features = standardizer.features();
    float[] low = new float[features];
    float[] high = new float[features];
    double[] center = new double[features];
    double[] scale = new double[features];
    for (int j = 0; j < features; j++) {
      low[j] = standardizer.low(j);
      high[j] = standardizer.high(j);
      center[j] = standardizer.center(j);
      scale[j] = standardizer.scale(j);
    }
    String above = graph.add("Max", List.of(in, graph.floats(low, features)));
    String inside = graph.add("Min", List.of(above, graph.floats(high, features)));
    String moved =
        graph.add(
            "Sub", List.of(graph.cast(inside, DataType.DOUBLE), graph.doubles(center, features)));
    String scaled = graph.add("Mul", List.of(moved, graph.doubles(scale, features)));
    String missing = graph.add("IsNaN", List.of(in));
    String zero = graph.floats(new float[] {0});
    String out = graph.add("Where", List.of(missing, zero, graph.cast(scaled, DataType.FLOAT)));
    int count = standardizer.indicators().length;
    if (count == 0) {
      return out;
    }
    float[] values = standardizer.values();
    boolean[] ofMissing = new boolean[count];
    for (int i = 0; i < count; i++) {
      ofMissing[i] = Float.isNaN(values[i]);
    }
    String looked = chosen(in, standardizer.indicators());
    String equal = graph.add("Equal", List.of(looked, graph.floats(values, count)));
    String both =
        graph.add(
            "And", List.of(graph.add("IsNaN", List.of(looked)), graph.booleans(ofMissing, count)));
    String indicators = graph.cast(graph.add("Or", List.of(equal, both)), DataType.FLOAT);
    return concat(List.of(out, indicators));
  }

  private String trees(TreeEnsemble trees, String in) {
    TreeAttributes attributes = new TreeAttributes(trees);
    for (int tree = 0; tree < trees.trees(); tree++) {
      attributes.add(tree);
    }
    return graph.addMl("TreeEnsembleRegressor", List.of(in), attributes.all());
  }
}
