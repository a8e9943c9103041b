package dev.distill.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX model that answers with class probabilities.
 *
 * <p>Its inputs are one tensor of all columns in their order, or a tensor a column, found by name.
 * Its answer is the output whose name holds "prob", or the one that has a number for each class: a
 * tensor of rows × classes (or of the second class of two alone), or a sequence of maps from class
 * to probability. Rows that are no probabilities are taken for logits: as one model is either all
 * through, the first batch decides.
 */
final class OnnxTeacher implements TeacherModel {
  private static final double SUM_TOLERANCE = 1e-3;

  private final String name;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, TensorInfo> inputs = new LinkedHashMap<>();
  private final String output;
  private final boolean maps;
  private @Nullable Boolean logits;

  /**
   * A teacher that owns its session.
   *
   * @param name what messages call it
   * @throws IllegalArgumentException if an input is no tensor, or no output looks like
   *     probabilities
   */
  OnnxTeacher(String name, OrtEnvironment environment, OrtSession session) throws OrtException {
    this.name = name;
    this.environment = environment;
    this.session = session;
    session
        .getInputInfo()
        .forEach(
            (input, node) -> {
              if (!(node.getInfo() instanceof TensorInfo tensor)) {
                throw new IllegalArgumentException(
                    "%s: input '%s' is %s, expected a tensor"
                        .formatted(name, input, node.getInfo()));
              }
              inputs.put(input, tensor);
            });
    Map<String, ValueInfo> candidates = new LinkedHashMap<>();
    session
        .getOutputInfo()
        .forEach(
            (out, node) -> {
              if (answers(node.getInfo())) {
                candidates.put(out, node.getInfo());
              }
            });
    List<String> named =
        candidates.keySet().stream()
            .filter(out -> out.toLowerCase(Locale.ROOT).contains("prob"))
            .toList();
    List<String> possible = named.isEmpty() ? List.copyOf(candidates.keySet()) : named;
    if (possible.size() != 1) {
      throw new IllegalArgumentException(
          "%s: expected one output of probabilities or logits, got %s"
              .formatted(
                  name,
                  Names.quoted(possible.isEmpty() ? session.getOutputInfo().keySet() : possible)));
    }
    output = possible.get(0);
    maps = candidates.get(output) instanceof SequenceInfo;
  }

  /** Whether an output may be probabilities: floating numbers, or maps to them. */
  private static boolean answers(ValueInfo info) {
    if (info instanceof SequenceInfo sequence) {
      return sequence.isSequenceOfMaps();
    }
    return info instanceof TensorInfo tensor
        && switch (tensor.type) {
          case FLOAT, DOUBLE -> true;
          default -> false;
        };
  }

  @Override
  public String description() {
    return "%s (ONNX, %s %s, output '%s'%s)"
        .formatted(
            name,
            inputs.size(),
            inputs.size() == 1 ? "input" : "inputs",
            output,
            Boolean.TRUE.equals(logits) ? ", logits" : "");
  }

  /** The width of the one tensor that takes all columns, or 0 where each column has its own. */
  private int width(Table rows) {
    Map.Entry<String, TensorInfo> first = inputs.entrySet().iterator().next();
    long[] shape = first.getValue().getShape();
    if (inputs.size() > 1 || ((shape.length < 2 || shape[1] == 1) && rows.has(first.getKey()))) {
      return 0;
    }
    return shape.length < 2 || shape[1] < 0 ? rows.columns().size() : (int) shape[1];
  }

  @Override
  public void check(Table rows, List<String> classes) {
    int width = width(rows);
    if (width > 0) {
      Map.Entry<String, TensorInfo> only = inputs.entrySet().iterator().next();
      String input = only.getKey();
      if (width != rows.columns().size()) {
        throw new IllegalArgumentException(
            "%s: input '%s' takes %s columns, %s has %s feature columns: %s"
                .formatted(name, input, width, rows.name(), rows.columns().size(), names(rows)));
      }
      for (Table.Column column : rows.columns()) {
        check(input, only.getValue(), rows, column);
      }
      return;
    }
    inputs.forEach(
        (input, info) -> {
          if (!rows.has(input)) {
            throw new IllegalArgumentException(
                "%s: input '%s' is no column of %s, there are %s"
                    .formatted(name, input, rows.name(), names(rows)));
          }
          check(input, info, rows, rows.column(input));
        });
  }

  private static String names(Table rows) {
    return Names.quoted(rows.columns().stream().map(Table.Column::name).toList());
  }

  private void check(String input, TensorInfo info, Table rows, Table.Column column) {
    switch (info.type) {
      case STRING -> {}
      case FLOAT, DOUBLE, INT64, INT32, BOOL -> {
        if (column instanceof Table.Texts texts) {
          throw new IllegalArgumentException(
              "%s: input '%s' takes numbers, column '%s' of %s holds texts such as '%s'"
                  .formatted(
                      name,
                      input,
                      column.name(),
                      rows.name(),
                      texts.levels().isEmpty() ? "" : texts.levels().get(0)));
        }
      }
      default ->
          throw new IllegalArgumentException(
              "%s: input '%s' is of %s, allowed are float, double, int64, int32, bool and string"
                  .formatted(name, input, info.type));
    }
  }

  @Override
  public synchronized double[] probabilities(Table rows, List<String> classes) {
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try {
      int width = width(rows);
      for (Map.Entry<String, TensorInfo> input : inputs.entrySet()) {
        List<Table.Column> columns =
            width > 0 ? rows.columns() : List.of(rows.column(input.getKey()));
        long[] shape =
            input.getValue().getShape().length == 1
                ? new long[] {rows.rows()}
                : new long[] {rows.rows(), columns.size()};
        Cells cells = new Cells(name, columns, rows.rows());
        given.put(input.getKey(), cells.tensor(environment, input.getValue().type, shape));
      }
      try (OrtSession.Result result = session.run(given)) {
        OnnxValue answer = result.get(output).orElseThrow();
        double[] values =
            maps
                ? Answer.ofMaps(name, answer, rows.rows(), classes)
                : Answer.ofTensor(name, (OnnxTensor) answer, rows.rows(), classes, logits);
        return toProbabilities(values, classes.size());
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "%s: ONNX Runtime gave no answer: %s".formatted(name, e.getMessage()), e);
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private double[] toProbabilities(double[] values, int classes) {
    if (logits == null) {
      logits = !Answer.areProbabilities(values, classes, SUM_TOLERANCE);
    }
    if (logits) {
      Answer.softmax(values, classes);
    }
    return values;
  }

  /** Ends a session; what goes wrong then is of no more use to anybody. */
  static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not end: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    close(session);
  }
}
