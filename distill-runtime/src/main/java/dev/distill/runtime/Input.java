package dev.distill.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one part of a student file, read with a check before each step: whatever they hold, the
 * outcome is a value or a {@link StudentFileException}, and nothing is allocated for a number of
 * things that the bytes left could not hold.
 */
final class Input {
  // Texts are what grows most when it is read: about 150 bytes for one of a few letters.
  private static final int MOST_TEXTS = 1 << 20;

  private final String source;
  private final String part;
  private final ByteBuffer buffer;
  private final int[] texts; // number read so far, of all parts

  private Input(String source, String part, ByteBuffer buffer, int[] texts) {
    this.source = source;
    this.part = part;
    this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
    this.texts = texts;
  }

  Input(String source, byte[] bytes, int from, int to) {
    this(source, "sections", ByteBuffer.wrap(bytes, from, to - from).slice(), new int[1]);
  }

  /** The next bytes as a part of their own. */
  Input part(String name, int length) throws StudentFileException {
    need(length, 1, "bytes of " + name);
    ByteBuffer slice = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    return new Input(source, name, slice, texts);
  }

  StudentFileException corrupt(String what) {
    return corrupt(what, null);
  }

  StudentFileException corrupt(String what, @Nullable RuntimeException cause) {
    return new StudentFileException(source + ": corrupt: " + part + ": " + what, cause);
  }

  /** For what is not corrupt, but nothing this reader can use. */
  StudentFileException refused(String what) {
    return new StudentFileException(source + ": " + what);
  }

  int remaining() {
    return buffer.remaining();
  }

  /** Fails if this part has bytes that nobody asked for. */
  void end() throws StudentFileException {
    if (buffer.hasRemaining()) {
      throw corrupt(buffer.remaining() + " bytes too many");
    }
  }

  void need(long count, long bytesEach, String what) throws StudentFileException {
    if (count < 0 || count > buffer.remaining() / bytesEach) {
      throw corrupt("%d %s, but only %d bytes are left".formatted(count, what, remaining()));
    }
  }

  int u8() throws StudentFileException {
    need(1, 1, "byte");
    return buffer.get() & 0xff;
  }

  int u16() throws StudentFileException {
    need(1, 2, "short number");
    return buffer.getShort() & 0xffff;
  }

  int i32() throws StudentFileException {
    need(1, 4, "number");
    return buffer.getInt();
  }

  float f32() throws StudentFileException {
    return Float.intBitsToFloat(i32());
  }

  double f64() throws StudentFileException {
    need(1, 8, "long number");
    return buffer.getDouble();
  }

  int count() throws StudentFileException {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        if (value > Integer.MAX_VALUE) {
          throw corrupt("a count of " + value);
        }
        return (int) value;
      }
    }
    throw corrupt("a count of more than 5 bytes");
  }

  /** A number of things of which each takes at least so many of the bytes left. */
  int count(int bytesEach, String what) throws StudentFileException {
    int count = count();
    need(count, bytesEach, what);
    return count;
  }

  String text() throws StudentFileException {
    return text(Integer.MAX_VALUE);
  }

  /** A text of at most so many bytes. */
  String text(int most) throws StudentFileException {
    int length = count(1, "bytes of a text");
    if (length > most) {
      throw corrupt("a text of %d bytes, at most %d are allowed".formatted(length, most));
    }
    if (++texts[0] > MOST_TEXTS) {
      throw corrupt("more than %d texts in the file".formatted(MOST_TEXTS));
    }
    int from = buffer.arrayOffset() + buffer.position();
    String text = new String(buffer.array(), from, length, StandardCharsets.UTF_8);
    // What is not UTF-8 becomes this character, which may also be meant.
    if (text.indexOf('\ufffd') >= 0
        && text.chars().filter(c -> c == '\ufffd').count() != meant(from, length)) {
      throw corrupt("a text that is not UTF-8");
    }
    buffer.position(buffer.position() + length);
    return text;
  }

  /** How often the bytes of that character stand in a text. */
  private int meant(int from, int length) {
    byte[] bytes = buffer.array();
    int count = 0;
    for (int i = from; i + 3 <= from + length; i++) {
      if (bytes[i] == (byte) 0xef && bytes[i + 1] == (byte) 0xbf && bytes[i + 2] == (byte) 0xbd) {
        count++;
      }
    }
    return count;
  }

  /** The next bytes, to be read at any place. */
  ByteBuffer block(int length) throws StudentFileException {
    need(length, 1, "bytes");
    ByteBuffer slice = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(buffer.position() + length);
    return slice;
  }
}
