package dev.distill.serve;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A version of a model that is being served. Immutable but for its meters. */
final class ServedModel {
  /** The input that takes encoded features in place of columns, unless a column has its name. */
  static final String FEATURES = "features";

  private final String name;
  private final String version;
  private final StudentFile student;
  private final Map<String, Integer> columns = new HashMap<>();
  private final boolean[] isNumber;
  private final byte[][] labels;
  private final byte[] nameJson;
  private final byte[] versionJson;
  private final boolean allNumbers;
  final Metrics.OfModel meters;

  ServedModel(String name, String version, StudentFile student, Metrics metrics) {
    this.name = name;
    this.version = version;
    this.student = student;
    List<Schema.Column> all = student.schema().columns();
    isNumber = new boolean[all.size()];
    boolean numbers = true;
    for (int c = 0; c < isNumber.length; c++) {
      columns.put(all.get(c).name(), c);
      isNumber[c] = all.get(c) instanceof Schema.NumberColumn;
      numbers &= isNumber[c];
    }
    allNumbers = numbers;
    labels = student.classes().stream().map(JsonBytes::quoted).toArray(byte[][]::new);
    nameJson = JsonBytes.quoted(name);
    versionJson = JsonBytes.quoted(version);
    meters = metrics.of(name, version);
    // A student may prepare something at its first row; no client need wait for that.
    student.score(new float[features()], new double[classes()]);
  }

  String name() {
    return name;
  }

  String version() {
    return version;
  }

  StudentFile student() {
    return student;
  }

  Schema schema() {
    return student.schema();
  }

  int features() {
    return student.schema().features();
  }

  int classes() {
    return labels.length;
  }

  int columns() {
    return isNumber.length;
  }

  /** The index of a column, or null. */
  @Nullable Integer column(String columnName) {
    return columns.get(columnName);
  }

  String columnName(int column) {
    return schema().columns().get(column).name();
  }

  boolean isNumber(int column) {
    return isNumber[column];
  }

  /** Whether each feature is a column, so that features can be logged as a row. */
  boolean isNumbers() {
    return allNumbers;
  }

  /** Whether an input of this name takes encoded features. */
  boolean isFeatures(String input) {
    return input.equals(FEATURES) && !columns.containsKey(FEATURES);
  }

  /** A class's name as JSON. */
  byte[] label(int k) {
    return labels[k];
  }

  /** {@code "model_name":…,"model_version":…}. */
  JsonBytes writeName(JsonBytes out) {
    return out.raw("\"model_name\":").raw(nameJson).raw(",\"model_version\":").raw(versionJson);
  }

  /** What the protocol calls the model's metadata. */
  byte[] metadata(List<String> versions) {
    JsonBytes out = new JsonBytes().raw("{\"name\":").raw(nameJson).raw(",\"versions\":[");
    for (int i = 0; i < versions.size(); i++) {
      out.raw(i == 0 ? "" : ",").text(versions.get(i));
    }
    out.raw("],\"platform\":\"distill_student\",\"inputs\":[");
    for (int c = 0; c < isNumber.length; c++) {
      out.raw(c == 0 ? "" : ",").raw("{\"name\":").text(columnName(c));
      out.raw(",\"datatype\":").raw(isNumber[c] ? "\"FP64\"" : "\"BYTES\"");
      out.raw(",\"shape\":[-1]}");
    }
    out.raw("],\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP64\",\"shape\":[-1,");
    out.number(classes()).raw("],\"parameters\":{\"classes\":[");
    for (int k = 0; k < labels.length; k++) {
      out.raw(k == 0 ? "" : ",").raw(labels[k]);
    }
    out.raw("]}},{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[-1]}],\"parameters\":{");
    out.raw("\"label\":").text(student.label()).raw(",\"features\":[");
    List<String> names = schema().featureNames();
    for (int f = 0; f < names.size(); f++) {
      out.raw(f == 0 ? "" : ",").text(names.get(f));
    }
    return out.raw("]}}").toBytes();
  }
}
