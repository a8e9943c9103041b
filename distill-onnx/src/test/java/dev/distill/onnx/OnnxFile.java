package dev.distill.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Writes small ONNX models, field by field, as onnx.proto numbers them. */
final class OnnxFile {
  static final int FLOAT = 1;
  static final int INT64 = 7;
  static final int STRING = 8;
  static final int DOUBLE = 11;

  /** A protobuf message being written. */
  static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private void varint(long value) {
      long left = value;
      while ((left & ~0x7fL) != 0) {
        bytes.write((int) ((left & 0x7f) | 0x80));
        left >>>= 7;
      }
      bytes.write((int) left);
    }

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return blob(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message blob(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Message message(int field, Consumer<Message> fill) {
      Message inner = new Message();
      fill.accept(inner);
      return blob(field, inner.bytes.toByteArray());
    }
  }

  private final Message graph = new Message().text(2, "g");

  /** An input or output of rows × columns; −1 columns for one dimension alone. */
  private void value(int field, String name, int type, int columns) {
    graph.message(
        field,
        v ->
            v.text(1, name)
                .message(
                    2,
                    t ->
                        t.message(
                            1,
                            tensor ->
                                tensor
                                    .number(1, type)
                                    .message(
                                        2,
                                        shape -> {
                                          shape.message(1, d -> d.text(2, "n"));
                                          if (columns >= 0) {
                                            shape.message(1, d -> d.number(1, columns));
                                          }
                                        }))));
  }

  OnnxFile input(String name, int type, int columns) {
    value(11, name, type, columns);
    return this;
  }

  OnnxFile output(String name, int type, int columns) {
    value(12, name, type, columns);
    return this;
  }

  /** An output of maps from string to float. */
  OnnxFile mapsOutput(String name) {
    graph.message(
        12,
        v ->
            v.text(1, name)
                .message(
                    2,
                    t ->
                        t.message(
                            4,
                            sequence ->
                                sequence.message(
                                    1,
                                    element ->
                                        element.message(
                                            5,
                                            map ->
                                                map.number(1, STRING)
                                                    .message(
                                                        2,
                                                        of ->
                                                            of.message(
                                                                1, f -> f.number(1, FLOAT))))))));
    return this;
  }

  /** A constant matrix of float. */
  OnnxFile matrix(String name, int rows, int columns, float... values) {
    graph.message(
        5,
        t ->
            t.number(1, rows)
                .number(1, columns)
                .number(2, FLOAT)
                .text(8, name)
                .blob(9, raw(values)));
    return this;
  }

  private static byte[] raw(float[] values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return raw.array();
  }

  OnnxFile node(
      String op, String domain, List<String> in, List<String> out, Consumer<Message> attributes) {
    graph.message(
        1,
        n -> {
          in.forEach(i -> n.text(1, i));
          out.forEach(o -> n.text(2, o));
          n.text(4, op).text(7, domain);
          attributes.accept(n);
        });
    return this;
  }

  static void attribute(Message node, String name, long value) {
    node.message(5, a -> a.text(1, name).number(3, value).number(20, 2));
  }

  static void attribute(Message node, String name, String value) {
    node.message(5, a -> a.text(1, name).text(4, value).number(20, 3));
  }

  static void attribute(Message node, String name, float... values) {
    node.message(5, a -> a.text(1, name).blob(7, raw(values)).number(20, 6));
  }

  static void attribute(Message node, String name, List<String> values) {
    node.message(
        5,
        a -> {
          a.text(1, name);
          values.forEach(v -> a.text(9, v));
          a.number(20, 8);
        });
  }

  byte[] bytes() {
    Message model = new Message().number(1, 8);
    model.message(8, o -> o.text(1, "").number(2, 13));
    model.message(8, o -> o.text(1, "ai.onnx.ml").number(2, 2));
    model.blob(7, graph.bytes.toByteArray());
    return model.bytes.toByteArray();
  }
}
