package dev.distill.export;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes a student of what {@link JsonWriter} wrote, equal to the first to the bit. */
final class JsonReader {
  private JsonReader() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is no such JSON; says where it is not
   */
  static StudentFile read(Path file) throws IOException {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": is no JSON: " + e.getOriginalMessage(), e);
    }
    try {
      return student(root);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static StudentFile student(JsonNode root) {
    if (!JsonWriter.FORMAT.equals(text(root, "format"))
        || field(root, "version").asInt() != JsonWriter.VERSION) {
      throw new IllegalArgumentException(
          "format '%s' version %s, expected '%s' version %s"
              .formatted(
                  text(root, "format"),
                  field(root, "version"),
                  JsonWriter.FORMAT,
                  JsonWriter.VERSION));
    }
    List<Schema.Column> columns = new ArrayList<>();
    for (JsonNode column : field(root, "columns")) {
      String name = text(column, "name");
      columns.add(
          switch (text(column, "kind")) {
            case "number" -> new NumberColumn(name);
            case "indicators" ->
                new CategoryColumn(name, Coding.INDICATORS, texts(column, "levels"));
            case "rank" -> new CategoryColumn(name, Coding.FREQUENCY_RANK, texts(column, "levels"));
            default ->
                throw new IllegalArgumentException(
                    "column '%s': kind '%s', allowed number, indicators, rank"
                        .formatted(name, text(column, "kind")));
          });
    }
    Schema schema = new Schema(columns);
    PortableModel model = model(field(root, "model"), schema.features());
    JsonNode rows = field(root, "verification");
    float[] verification = new float[rows.size() * schema.features()];
    for (int i = 0; i < rows.size(); i++) {
      float[] row = floats(rows.get(i), "features");
      if (row.length != schema.features()) {
        throw new IllegalArgumentException(
            "verification row %s: %s features, expected %s"
                .formatted(i, row.length, schema.features()));
      }
      System.arraycopy(row, 0, verification, i * row.length, row.length);
    }
    Map<String, String> provenance = new LinkedHashMap<>();
    field(root, "provenance")
        .properties()
        .forEach(entry -> provenance.put(entry.getKey(), entry.getValue().asText()));
    StudentFile student =
        new StudentFile(
            schema,
            model,
            texts(root, "classes"),
            text(root, "label"),
            field(root, "temperature").asDouble(),
            verification,
            provenance);
    double[] probabilities = new double[student.classes().size()];
    for (int i = 0; i < rows.size(); i++) {
      student.score(verification, i * schema.features(), probabilities, 0);
      JsonNode expected = field(rows.get(i), "probabilities");
      for (int k = 0; k < probabilities.length; k++) {
        if (k >= expected.size() || expected.get(k).asDouble() != probabilities[k]) {
          throw new IllegalArgumentException(
              "verification row %s scores otherwise than it says".formatted(i));
        }
      }
    }
    return student;
  }

  private static PortableModel model(JsonNode model, int features) {
    return switch (text(model, "kind")) {
      case "trees" -> trees(model);
      case "network" -> network(model);
      case "factorization" ->
          new FactorizationMachine(
              field(model, "features").asInt(),
              field(model, "factors").asInt(),
              floats(model, "bias"),
              floats(model, "weights"),
              floats(model, "vectors"));
      case "standardized" -> {
        Standardizer standardizer = standardizer(model);
        yield new StandardizedModel(
            standardizer, model(field(model, "model"), standardizer.outputs()));
      }
      case "hinged" -> {
        int[] hinges = ints(model, "hinges");
        yield new HingedModel(
            features,
            hinges,
            floats(model, "knots"),
            model(field(model, "model"), features + hinges.length));
      }
      case "logarithm" -> Logarithm.of(model(field(model, "model"), features));
      default ->
          throw new IllegalArgumentException(
              "no models of kind '%s'".formatted(text(model, "kind")));
    };
  }

  private static TreeEnsemble trees(JsonNode model) {
    TreeEnsemble.Builder builder =
        TreeEnsemble.builder(field(model, "features").asInt(), floats(model, "base"));
    for (JsonNode tree : field(model, "trees")) {
      int[] feature = ints(tree, "feature");
      int[] left = ints(tree, "left");
      float[] threshold = floats(tree, "threshold");
      JsonNode missingLeft = field(tree, "missing_left");
      JsonNode leaf = field(tree, "leaf");
      if (left.length != feature.length
          || threshold.length != feature.length
          || missingLeft.size() != feature.length
          || leaf.size() != feature.length) {
        throw new IllegalArgumentException("a tree's arrays differ in length");
      }
      if (field(tree, "class").isNull()) {
        builder.vectorTree(feature.length);
      } else {
        builder.tree(feature.length, field(tree, "class").asInt());
      }
      for (int node = 0; node < feature.length; node++) {
        if (feature[node] < 0) {
          JsonNode value = leaf.get(node);
          builder.leaf(node, value.isArray() ? floats(value) : new float[] {number(value)});
        } else {
          builder.split(
              node,
              feature[node],
              threshold[node],
              left[node],
              left[node] + 1,
              missingLeft.get(node).asBoolean());
        }
      }
    }
    return builder.build();
  }

  private static DenseNetwork network(JsonNode model) {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (JsonNode layer : field(model, "layers")) {
      layers.add(
          new DenseNetwork.Layer(
              field(layer, "inputs").asInt(),
              field(layer, "outputs").asInt(),
              Activation.valueOf(text(layer, "activation").toUpperCase(Locale.ROOT)),
              floats(layer, "weights"),
              floats(layer, "bias")));
    }
    return new DenseNetwork(layers);
  }

  private static Standardizer standardizer(JsonNode model) {
    JsonNode features = field(model, "features");
    float[] low = new float[features.size()];
    float[] high = new float[low.length];
    double[] center = new double[low.length];
    double[] scale = new double[low.length];
    for (int j = 0; j < low.length; j++) {
      low[j] = number(field(features.get(j), "low"));
      high[j] = number(field(features.get(j), "high"));
      center[j] = field(features.get(j), "center").asDouble();
      scale[j] = field(features.get(j), "scale").asDouble();
    }
    return new Standardizer(
        low, high, center, scale, ints(model, "indicators"), floats(model, "values"));
  }

  // ---- values ----

  private static JsonNode field(JsonNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no field '%s'".formatted(name));
    }
    return value;
  }

  private static String text(JsonNode node, String name) {
    return field(node, name).asText();
  }

  private static List<String> texts(JsonNode node, String name) {
    List<String> texts = new ArrayList<>();
    field(node, name).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static int[] ints(JsonNode node, String name) {
    JsonNode array = field(node, name);
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  private static float[] floats(JsonNode node, String name) {
    return floats(field(node, name));
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(array.get(i));
    }
    return values;
  }

  private static float number(JsonNode value) {
    return value.isNull()
        ? Float.NaN
        : value.isTextual() ? Float.parseFloat(value.asText()) : (float) value.asDouble();
  }
}
