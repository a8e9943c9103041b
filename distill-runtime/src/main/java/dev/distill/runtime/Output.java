package dev.distill.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes to be written, little-endian, in a buffer that grows. */
final class Output {
  private ByteBuffer buffer = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  private int bits;
  private int bitCount;

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int needed = Math.addExact(buffer.position(), bytes);
      int size = (int) Math.max(needed, Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8));
      buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
    return buffer;
  }

  int position() {
    return buffer.position();
  }

  void bytes(byte[] value) {
    room(value.length).put(value);
  }

  void u8(int value) {
    room(1).put((byte) value);
  }

  void u16(int value) {
    room(2).putShort((short) value);
  }

  void i32(int value) {
    room(4).putInt(value);
  }

  void i64(long value) {
    room(8).putLong(value);
  }

  /** A float; every NaN becomes the same. */
  void f32(float value) {
    i32(Float.floatToIntBits(value));
  }

  void f64(double value) {
    i64(Double.doubleToLongBits(value));
  }

  /**
   * A number ≥ 0 in 1 to 5 bytes: seven bits a byte, the lowest first, the top bit if more come.
   */
  void count(int value) {
    int rest = value;
    while (rest > 0x7f) {
      u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    u8(rest);
  }

  /** One of some bits, eight a byte, the lowest first; {@link #endBits()} ends them. */
  void bit(boolean bit) {
    bits |= (bit ? 1 : 0) << bitCount;
    if (++bitCount == 8) {
      endBits();
    }
  }

  void endBits() {
    if (bitCount > 0) {
      u8(bits);
    }
    bits = 0;
    bitCount = 0;
  }

  /** A text: the number of its bytes, then UTF-8. */
  void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    count(utf8.length);
    bytes(utf8);
  }

  void i32At(int position, int value) {
    buffer.putInt(position, value);
  }

  void i64At(int position, long value) {
    buffer.putLong(position, value);
  }

  byte[] toBytes() {
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }
}
