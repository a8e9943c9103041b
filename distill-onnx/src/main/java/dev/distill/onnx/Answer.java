package dev.distill.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import dev.distill.spi.Names;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a model puts out into rows × classes numbers, row-major. */
final class Answer {
  private Answer() {}

  /**
   * Of a tensor: a number a class in the order of the classes, or that of the second of two.
   *
   * @param logits whether the numbers are logits; null if that is not known yet
   */
  static double[] ofTensor(
      String model, OnnxTensor tensor, int rows, List<String> classes, @Nullable Boolean logits)
      throws OrtException {
    double[] given = values(tensor);
    int k = classes.size();
    if (given.length == rows * k) {
      return given;
    }
    if (k == 2 && given.length == rows) {
      double[] both = new double[2 * rows];
      boolean inside = true;
      for (double value : given) {
        inside &= !(value < 0 || value > 1);
      }
      if (logits != null) {
        inside = !logits;
      }
      for (int i = 0; i < rows; i++) {
        // One logit stands against 0 for the first class.
        both[2 * i] = inside ? 1 - given[i] : 0;
        both[2 * i + 1] = given[i];
      }
      return both;
    }
    throw new IllegalArgumentException(
        "%s: answered %s rows with %s numbers, expected one for each of the classes %s"
            .formatted(model, rows, given.length, Names.quoted(classes)));
  }

  private static double[] values(OnnxTensor tensor) throws OrtException {
    FloatBuffer floats = tensor.getFloatBuffer();
    if (floats != null) {
      double[] values = new double[floats.remaining()];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats.get(i);
      }
      return values;
    }
    DoubleBuffer doubles = tensor.getDoubleBuffer();
    double[] values = new double[doubles.remaining()];
    doubles.get(values);
    return values;
  }

  /**
   * Of a sequence of maps from class to number. Where the keys are no names of classes but 0, 1, …,
   * they are the classes in their order.
   */
  static double[] ofMaps(String model, OnnxValue sequence, int rows, List<String> classes)
      throws OrtException {
    List<? extends OnnxValue> each = ((OnnxSequence) sequence).getValue();
    int k = classes.size();
    double[] values = new double[rows * k];
    if (each.size() != rows) {
      throw new IllegalArgumentException(
          "%s: answered %s rows with %s maps".formatted(model, rows, each.size()));
    }
    for (int i = 0; i < rows; i++) {
      Map<?, ?> row = ((OnnxMap) each.get(i)).getValue();
      if (row.size() != k) {
        throw new IllegalArgumentException(
            "%s: the model has %s classes, the data %s: %s"
                .formatted(model, row.size(), k, Names.quoted(classes)));
      }
      boolean named =
          row.keySet().stream().allMatch(key -> Names.indexOf(classes, key.toString()) >= 0);
      for (Map.Entry<?, ?> entry : row.entrySet()) {
        String key = entry.getKey().toString();
        int place =
            !named && entry.getKey() instanceof Long index
                ? place(index, k)
                : Names.indexOf(classes, key);
        if (place < 0) {
          throw new IllegalArgumentException(
              "%s: the model's class '%s' is none of the data's: %s"
                  .formatted(model, key, Names.quoted(classes)));
        }
        values[i * k + place] = ((Number) entry.getValue()).doubleValue();
      }
    }
    return values;
  }

  private static int place(long index, int classes) {
    return index >= 0 && index < classes ? (int) index : -1;
  }

  /** Whether all rows are probabilities. */
  static boolean areProbabilities(double[] values, int classes, double tolerance) {
    for (int at = 0; at < values.length; at += classes) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double value = values[at + k];
        if (value < 0 || value > 1 + tolerance) {
          return false;
        }
        sum += value;
      }
      // Not a number is for the caller to find.
      if (Math.abs(sum - 1) > tolerance) {
        return false;
      }
    }
    return true;
  }

  /** Makes probabilities of logits in place. */
  static void softmax(double[] values, int classes) {
    for (int at = 0; at < values.length; at += classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, values[at + k]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        values[at + k] = Math.exp(values[at + k] - max);
        sum += values[at + k];
      }
      for (int k = 0; k < classes; k++) {
        values[at + k] /= sum;
      }
    }
  }
}
