package dev.distill.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.distill.spi.Table;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Cells of some columns as a tensor, row-major. Missing is NaN, or "" where the tensor is of
 * strings; numbers become strings as they stand in a file, whole ones without a decimal point.
 */
record Cells(String model, List<Table.Column> columns, int rows) {

  /**
   * The tensor.
   *
   * @throws IllegalArgumentException if a cell can't be of this type, naming column and row
   */
  OnnxTensor tensor(OrtEnvironment environment, OnnxJavaType type, long[] shape)
      throws OrtException {
    int width = columns.size();
    if (type == OnnxJavaType.STRING) {
      String[] texts = new String[rows * width];
      for (int i = 0; i < texts.length; i++) {
        String text = columns.get(i % width).text(i / width);
        texts[i] = text == null ? "" : text;
      }
      return OnnxTensor.createTensor(environment, texts, shape);
    }
    double[] values = new double[rows * width];
    for (int c = 0; c < width; c++) {
      double[] column = ((Table.Numbers) columns.get(c)).values();
      for (int i = 0; i < rows; i++) {
        values[i * width + c] = column[i];
      }
    }
    return switch (type) {
      case DOUBLE -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(values), shape);
      case FLOAT -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats(values)), shape);
      case INT64 ->
          OnnxTensor.createTensor(
              environment, LongBuffer.wrap(whole(values, Long.MAX_VALUE)), shape);
      case INT32 -> {
        long[] whole = whole(values, Integer.MAX_VALUE);
        int[] ints = new int[whole.length];
        for (int i = 0; i < ints.length; i++) {
          ints[i] = (int) whole[i];
        }
        yield OnnxTensor.createTensor(environment, IntBuffer.wrap(ints), shape);
      }
      case BOOL -> {
        long[] whole = whole(values, 1);
        ByteBuffer bytes = ByteBuffer.allocateDirect(whole.length);
        for (int i = 0; i < whole.length; i++) {
          bytes.put(i, (byte) whole[i]);
        }
        yield OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.BOOL);
      }
      default -> throw new IllegalArgumentException(model + ": no tensors of " + type);
    };
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private long[] whole(double[] values, long most) {
    long[] whole = new long[values.length];
    for (int i = 0; i < whole.length; i++) {
      if (values[i] != Math.rint(values[i]) || Math.abs(values[i]) > most) {
        throw new IllegalArgumentException(
            "%s: column '%s' is %s in a row, the model takes whole numbers of at most %s there"
                .formatted(
                    model,
                    columns.get(i % columns.size()).name(),
                    Double.isNaN(values[i]) ? "missing" : values[i],
                    most));
      }
      whole[i] = (long) values[i];
    }
    return whole;
  }
}
