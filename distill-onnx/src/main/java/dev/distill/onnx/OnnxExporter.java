package dev.distill.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import dev.distill.spi.Table;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a student as an ONNX model that takes raw rows: a float tensor of rows × 1 for each column
 * of numbers (NaN is missing), a string tensor for each category ("" is missing). It gives {@code
 * label}, the class, and {@code probabilities}, rows × classes.
 */
public final class OnnxExporter implements StudentExporter {
  /** float32 sums in another order, and a float32 probability. */
  private static final double BOUND = 1e-5;

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public String description() {
    return "an ONNX model (opset %s, %s %s) that takes raw rows"
        .formatted(OnnxWriter.OPSET, Graph.ML, OnnxWriter.ML_OPSET);
  }

  @Override
  public String extension() {
    return "onnx";
  }

  @Override
  public double bound() {
    return BOUND;
  }

  @Override
  public Map<String, byte[]> export(StudentFile student, String file, Map<String, String> options) {
    if (!file.endsWith("." + extension())) {
      throw new IllegalArgumentException(
          "%s: expected a name that ends with .%s, by which it is known again"
              .formatted(file, extension()));
    }
    return Map.of(file, OnnxWriter.write(student));
  }

  @Override
  public boolean opens(Path file) {
    return file.toString().endsWith(".onnx");
  }

  @Override
  public ExportedStudent open(Path file, StudentFile student) throws IOException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session = OnnxTeachers.session(file.toString(), environment);
    for (Schema.Column column : student.schema().columns()) {
      if (!session.getInputNames().contains(column.name())) {
        OnnxTeacher.close(session);
        throw new IllegalArgumentException(
            "%s: it has no input for column '%s' of the student".formatted(file, column.name()));
      }
    }
    return new Opened(file, student, environment, session);
  }

  /** A session that is asked in a student's columns. */
  private record Opened(
      Path file, StudentFile student, OrtEnvironment environment, OrtSession session)
      implements ExportedStudent {
    @Override
    public Scores score(Table rows) {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
      try {
        for (Schema.Column column : student.schema().columns()) {
          boolean texts = column instanceof Schema.CategoryColumn;
          inputs.put(
              column.name(),
              new Cells(file.toString(), List.of(rows.column(column.name())), rows.rows())
                  .tensor(
                      environment,
                      texts ? OnnxJavaType.STRING : OnnxJavaType.FLOAT,
                      new long[] {rows.rows(), 1}));
        }
        try (OrtSession.Result result = session.run(inputs)) {
          return scores(result, rows.rows());
        }
      } catch (OrtException e) {
        throw new IllegalStateException(
            "%s: ONNX Runtime gave no answer: %s".formatted(file, e.getMessage()), e);
      } finally {
        inputs.values().forEach(OnnxTensor::close);
      }
    }

    private Scores scores(OrtSession.Result result, int rows) throws OrtException {
      OnnxTensor given = (OnnxTensor) result.get(OnnxWriter.PROBABILITIES).orElseThrow();
      FloatBuffer floats = given.getFloatBuffer();
      double[] probabilities = new double[floats.remaining()];
      for (int i = 0; i < probabilities.length; i++) {
        probabilities[i] = floats.get(i);
      }
      String[] labels = (String[]) result.get(OnnxWriter.LABEL).orElseThrow().getValue();
      int[] classes = new int[rows];
      for (int i = 0; i < rows; i++) {
        classes[i] = student.classes().indexOf(labels[i]);
        if (classes[i] < 0) {
          throw new IllegalStateException(
              "%s: class '%s' is none of the student's".formatted(file, labels[i]));
        }
      }
      return new Scores(probabilities, classes);
    }

    @Override
    public void close() {
      OnnxTeacher.close(session);
    }
  }
}
