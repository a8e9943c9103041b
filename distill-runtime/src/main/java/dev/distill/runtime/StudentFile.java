package dev.distill.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Stub until the real one is merged. */
public final class StudentFile {
  private final Schema schema;
  private final PortableModel model;
  private final List<String> classes;
  private final String label;
  private final double temperature;
  private final Map<String, String> provenance;

  /** Stub. */
  public StudentFile(
      Schema schema,
      PortableModel model,
      List<String> classes,
      String label,
      double temperature,
      float[] rows,
      Map<String, String> provenance) {
    this.schema = schema;
    this.model = model;
    this.classes = classes;
    this.label = label;
    this.temperature = temperature;
    this.provenance = provenance;
  }

  /** Stub. */
  public static StudentFile load(Path file) throws IOException {
    if (file.toString().isEmpty()) {
      return new StudentFile(
          Schema.numbers(List.of("x")),
          TreeEnsemble.builder(1, new float[2]).build(),
          List.of(),
          "",
          1,
          new float[0],
          Map.of());
    }
    throw new IOException("stub " + file);
  }

  /** Stub. */
  public byte[] toBytes() {
    return new byte[0];
  }

  /** Stub. */
  public Schema schema() {
    return schema;
  }

  /** Stub. */
  public PortableModel model() {
    return model;
  }

  /** Stub. */
  public List<String> classes() {
    return classes;
  }

  /** Stub. */
  public String label() {
    return label;
  }

  /** Stub. */
  public double temperature() {
    return temperature;
  }

  /** Stub. */
  public Map<String, String> provenance() {
    return provenance;
  }

  /** Stub. */
  public void score(float[] features, double[] out) {
    score(features, 1, out);
  }

  /** Stub. */
  public void score(float[] rows, int count, double[] out) {
    int k = classes.size();
    float[] z = new float[count * k];
    model.logits(rows, count, z);
    for (int i = 0; i < count; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < k; c++) {
        max = Math.max(max, z[i * k + c]);
      }
      double sum = 0;
      for (int c = 0; c < k; c++) {
        out[i * k + c] = Math.exp((z[i * k + c] - max) / temperature);
        sum += out[i * k + c];
      }
      for (int c = 0; c < k; c++) {
        out[i * k + c] /= sum;
      }
    }
  }
}
