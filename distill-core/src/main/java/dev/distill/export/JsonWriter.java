package dev.distill.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a student as JSON. Every float32 is a decimal that gives it back, also when it is read as
 * float64 first; infinite ones are the texts "Infinity" and "-Infinity", NaN is null.
 */
final class JsonWriter {
  static final String FORMAT = "distill-student";
  static final int VERSION = 1;

  private final JsonGenerator json;

  private JsonWriter(JsonGenerator json) {
    this.json = json;
  }

  static byte[] write(StudentFile student) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      new JsonWriter(json).student(student);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void student(StudentFile student) throws IOException {
    json.writeStartObject();
    json.writeStringField("format", FORMAT);
    json.writeNumberField("version", VERSION);
    json.writeStringField("label", student.label());
    texts("classes", student.classes());
    json.writeNumberField("temperature", student.temperature());
    line();
    texts("missing", Schema.MISSING.stream().sorted().toList());
    json.writeArrayFieldStart("columns");
    for (Schema.Column column : student.schema().columns()) {
      line();
      column(column);
    }
    json.writeEndArray();
    line();
    json.writeFieldName("model");
    model(student.model());
    line();
    verification(student);
    line();
    json.writeObjectFieldStart("provenance");
    for (Map.Entry<String, String> entry : student.provenance().entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
    line();
  }

  private void column(Schema.Column column) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", column.name());
    if (column instanceof Schema.CategoryColumn category) {
      json.writeStringField(
          "kind", category.coding() == Schema.Coding.INDICATORS ? "indicators" : "rank");
      texts("levels", category.levels());
    } else {
      json.writeStringField("kind", "number");
    }
    json.writeEndObject();
  }

  private void verification(StudentFile student) throws IOException {
    float[] rows = student.verification();
    int features = student.schema().features();
    double[] probabilities = new double[student.classes().size()];
    json.writeArrayFieldStart("verification");
    for (int at = 0; at < rows.length; at += features) {
      student.score(rows, at, probabilities, 0);
      line();
      json.writeStartObject();
      json.writeArrayFieldStart("features");
      for (int j = at; j < at + features; j++) {
        number(rows[j]);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("probabilities");
      for (double p : probabilities) {
        json.writeNumber(p);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void model(PortableModel model) throws IOException {
    json.writeStartObject();
    if (model instanceof TreeEnsemble trees) {
      trees(trees);
    } else if (model instanceof DenseNetwork network) {
      network(network);
    } else if (model instanceof FactorizationMachine machine) {
      json.writeStringField("kind", "factorization");
      json.writeNumberField("features", machine.features());
      json.writeNumberField("factors", machine.factors());
      numbers("bias", machine.bias());
      numbers("weights", machine.weights());
      numbers("vectors", machine.vectors());
    } else if (model instanceof StandardizedModel standardized) {
      standardizer(standardized.standardizer());
      inner(standardized.model());
    } else if (model instanceof HingedModel hinged) {
      json.writeStringField("kind", "hinged");
      json.writeNumberField("features", hinged.features());
      whole("hinges", hinged.hinges());
      numbers("knots", hinged.knots());
      inner(hinged.model());
    } else if (model instanceof Logarithm logarithm) {
      json.writeStringField("kind", "logarithm");
      inner(logarithm.model());
    }
    json.writeEndObject();
  }

  private void inner(PortableModel model) throws IOException {
    json.writeFieldName("model");
    model(model);
  }

  private void trees(TreeEnsemble trees) throws IOException {
    json.writeStringField("kind", "trees");
    json.writeNumberField("features", trees.features());
    json.writeArrayFieldStart("base");
    for (int k = 0; k < trees.classes(); k++) {
      number(trees.base(k));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("trees");
    for (int tree = 0; tree < trees.trees(); tree++) {
      line();
      tree(trees, tree);
    }
    json.writeEndArray();
  }

  /** One array a property, one element a node; a leaf has feature −1. */
  private void tree(TreeEnsemble trees, int tree) throws IOException {
    int nodes = trees.nodes(tree);
    int target = trees.targetClass(tree);
    int[] features = new int[nodes];
    int[] left = new int[nodes];
    json.writeStartObject();
    if (target >= 0) {
      json.writeNumberField("class", target);
    } else {
      json.writeNullField("class");
    }
    for (int node = 0; node < nodes; node++) {
      boolean leaf = trees.isLeaf(tree, node);
      features[node] = leaf ? -1 : trees.feature(tree, node);
      left[node] = leaf ? -1 : trees.left(tree, node);
    }
    whole("feature", features);
    whole("left", left);
    json.writeArrayFieldStart("missing_left");
    for (int node = 0; node < nodes; node++) {
      json.writeBoolean(features[node] >= 0 && trees.missingLeft(tree, node));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("threshold");
    for (int node = 0; node < nodes; node++) {
      number(features[node] >= 0 ? trees.threshold(tree, node) : 0);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("leaf");
    for (int node = 0; node < nodes; node++) {
      if (features[node] >= 0) {
        json.writeNull();
      } else if (target >= 0) {
        number(trees.leaf(tree, node, target));
      } else {
        json.writeStartArray();
        for (int k = 0; k < trees.classes(); k++) {
          number(trees.leaf(tree, node, k));
        }
        json.writeEndArray();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void network(DenseNetwork network) throws IOException {
    json.writeStringField("kind", "network");
    json.writeArrayFieldStart("layers");
    for (DenseNetwork.Layer layer : network.layers()) {
      line();
      json.writeStartObject();
      json.writeNumberField("inputs", layer.inputs());
      json.writeNumberField("outputs", layer.outputs());
      json.writeStringField("activation", layer.activation().name().toLowerCase(Locale.ROOT));
      numbers("weights", layer.weights());
      numbers("bias", layer.bias());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void standardizer(Standardizer standardizer) throws IOException {
    json.writeStringField("kind", "standardized");
    json.writeArrayFieldStart("features");
    for (int j = 0; j < standardizer.features(); j++) {
      json.writeStartObject();
      json.writeFieldName("low");
      number(standardizer.low(j));
      json.writeFieldName("high");
      number(standardizer.high(j));
      json.writeNumberField("center", standardizer.center(j));
      json.writeNumberField("scale", standardizer.scale(j));
      json.writeEndObject();
    }
    json.writeEndArray();
    whole("indicators", standardizer.indicators());
    numbers("values", standardizer.values());
  }

  // ---- values ----

  private void line() throws IOException {
    json.writeRaw('\n');
  }

  private void texts(String field, List<String> texts) throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private void whole(String field, int[] values) throws IOException {
    json.writeFieldName(field);
    json.writeArray(values, 0, values.length);
  }

  private void numbers(String field, float[] values) throws IOException {
    json.writeArrayFieldStart(field);
    for (float value : values) {
      number(value);
    }
    json.writeEndArray();
  }

  private void number(float value) throws IOException {
    if (Float.isNaN(value)) {
      json.writeNull();
    } else if (Float.isInfinite(value)) {
      json.writeString(Float.toString(value));
    } else {
      json.writeNumber(decimal(value));
    }
  }

  /** Few digits, unless rounding them twice gave another float. */
  private static String decimal(float value) {
    String text = Float.toString(value);
    return (float) Double.parseDouble(text) == value ? text : Double.toString(value);
  }
}
