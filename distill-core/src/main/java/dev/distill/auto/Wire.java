package dev.distill.auto;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Texts and arrays as bytes: a length, then what there is, big-endian. */
final class Wire {
  private static final int AT_ONCE = 8_192;

  private Wire() {}

  static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String text(DataInputStream in) throws IOException {
    int length = length(in);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new StreamCorruptedException(
          "a text of %s bytes ends after %s".formatted(length, bytes.length));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void write(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      write(out, text);
    }
  }

  static List<String> texts(DataInputStream in) throws IOException {
    int length = length(in);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      texts.add(text(in));
    }
    return texts;
  }

  static void write(DataOutputStream out, int[] values) throws IOException {
    out.writeInt(values.length);
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      bytes.asIntBuffer().put(values, from, count);
      out.write(bytes.array(), 0, count * Integer.BYTES);
    }
  }

  static int[] ints(DataInputStream in) throws IOException {
    int[] values = new int[length(in)];
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      in.readFully(bytes.array(), 0, count * Integer.BYTES);
      bytes.asIntBuffer().get(values, from, count);
    }
    return values;
  }

  static void write(DataOutputStream out, float[] values) throws IOException {
    out.writeInt(values.length);
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      bytes.asFloatBuffer().put(values, from, count);
      out.write(bytes.array(), 0, count * Float.BYTES);
    }
  }

  static float[] floats(DataInputStream in) throws IOException {
    float[] values = new float[length(in)];
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      in.readFully(bytes.array(), 0, count * Float.BYTES);
      bytes.asFloatBuffer().get(values, from, count);
    }
    return values;
  }

  static void write(DataOutputStream out, double[] values) throws IOException {
    out.writeInt(values.length);
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      bytes.asDoubleBuffer().put(values, from, count);
      out.write(bytes.array(), 0, count * Double.BYTES);
    }
  }

  static double[] doubles(DataInputStream in) throws IOException {
    double[] values = new double[length(in)];
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * Math.min(AT_ONCE, values.length));
    for (int from = 0; from < values.length; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, values.length - from);
      in.readFully(bytes.array(), 0, count * Double.BYTES);
      bytes.asDoubleBuffer().get(values, from, count);
    }
    return values;
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new StreamCorruptedException("a length is " + length + ", expected >= 0");
    }
    return length;
  }
}
