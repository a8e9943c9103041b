package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.spi.Matrix;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of what a student was trained on: features, labels and teacher, bit for bit. */
final class DataHash {
  private DataHash() {}

  static String of(Dataset data, double[] teacher) {
    return of(data.features(), data.labels(), teacher);
  }

  static String of(Matrix features, int[] labels, double[] teacher) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    for (float value : features.values()) {
      room(digest, buffer).putInt(Float.floatToIntBits(value));
    }
    for (int label : labels) {
      room(digest, buffer).putInt(label);
    }
    for (double value : teacher) {
      room(digest, buffer).putDouble(value);
    }
    digest.update(buffer.flip());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer room(MessageDigest digest, ByteBuffer buffer) {
    if (buffer.remaining() < Double.BYTES) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return buffer;
  }
}
