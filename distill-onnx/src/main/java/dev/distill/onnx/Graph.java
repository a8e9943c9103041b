package dev.distill.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An ONNX graph that grows node by node; every value but those in and out has a name of its own.
 */
final class Graph {
  static final String ML = "ai.onnx.ml";

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("student");
  private final String prefix;
  private int values;

  /**
   * @param prefix what the names of inner values begin with, and no name of an input or output
   */
  Graph(String prefix) {
    this.prefix = prefix;
  }

  GraphProto build() {
    return graph.build();
  }

  // ---- in and out ----

  /** A tensor of rows × 1. */
  String input(String name, DataType type) {
    graph.addInput(value(name, type, 1));
    return name;
  }

  /** A tensor of rows × columns, or of rows alone if 0. */
  void output(String name, DataType type, int columns) {
    graph.addOutput(value(name, type, columns));
  }

  private static ValueInfoProto value(String name, DataType type, int columns) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("rows"));
    if (columns > 0) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  // ---- constants ----

  String floats(float[] values, long... shape) {
    ByteBuffer raw = raw(4 * values.length);
    for (float value : values) {
      raw.putFloat(value);
    }
    return constant(DataType.FLOAT, raw, shape);
  }

  String doubles(double[] values, long... shape) {
    ByteBuffer raw = raw(8 * values.length);
    for (double value : values) {
      raw.putDouble(value);
    }
    return constant(DataType.DOUBLE, raw, shape);
  }

  String longs(long[] values, long... shape) {
    ByteBuffer raw = raw(8 * values.length);
    for (long value : values) {
      raw.putLong(value);
    }
    return constant(DataType.INT64, raw, shape);
  }

  String booleans(boolean[] values, long... shape) {
    ByteBuffer raw = raw(values.length);
    for (boolean value : values) {
      raw.put((byte) (value ? 1 : 0));
    }
    return constant(DataType.BOOL, raw, shape);
  }

  private static ByteBuffer raw(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String constant(DataType type, ByteBuffer raw, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name()).setDataType(type.getNumber());
    for (long length : shape) {
      tensor.addDims(length);
    }
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(raw.flip())));
    return tensor.getName();
  }

  // ---- nodes ----

  private String name() {
    return prefix + values++;
  }

  /** Adds an operator of the standard domain; returns the name of what it gives. */
  String add(String op, List<String> in, AttributeProto... attributes) {
    return add("", op, name(), in, attributes);
  }

  /** Adds an operator; what it gives has a certain name. */
  String add(String domain, String op, String out, List<String> in, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setDomain(domain)
            .setName(out + " " + op)
            .addAllInput(in)
            .addOutput(out)
            .addAllAttribute(List.of(attributes)));
    return out;
  }

  /** Adds an operator of {@link #ML}. */
  String addMl(String op, List<String> in, AttributeProto... attributes) {
    return add(ML, op, name(), in, attributes);
  }

  String cast(String in, DataType to) {
    return add("Cast", List.of(in), attribute("to", to.getNumber()));
  }

  // ---- attributes ----

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto integers(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  static AttributeProto numbers(String name, List<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOATS)
        .addAllFloats(values)
        .build();
  }

  static AttributeProto texts(String name, List<String> values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRINGS);
    values.forEach(value -> attribute.addStrings(ByteString.copyFromUtf8(value)));
    return attribute.build();
  }
}
