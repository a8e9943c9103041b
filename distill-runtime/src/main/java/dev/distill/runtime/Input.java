package dev.distill.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
  // Read by plain code, which is quick also where it is interpreted: in the first file of a
  // process.
  private final byte[] bytes;
  private int at;
  private final int end;
  private final int[] texts; // number read so far, of all parts

  private Input(String source, String part, byte[] bytes, int from, int to, int[] texts) {
    this.source = source;
    this.part = part;
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.texts = texts;
  }

  Input(String source, byte[] bytes, int from, int to) {
    this(source, "sections", bytes, from, to, new int[1]);
  }

  /** The next bytes as a part of their own. */
  Input part(String name, int length) throws StudentFileException {
    int from = skip(length, 1, "bytes of " + name);
    return new Input(source, name, bytes, from, at, texts);
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
    return end - at;
  }

  /** The bytes of the whole file. */
  byte[] bytes() {
    return bytes;
  }

  /** Fails if this part has bytes that nobody asked for. */
  void end() throws StudentFileException {
    if (at < end) {
      throw corrupt(remaining() + " bytes too many");
    }
  }

  void need(long count, long bytesEach, String what) throws StudentFileException {
    if (count < 0 || count > remaining() / bytesEach) {
      throw corrupt("%d %s, but only %d bytes are left".formatted(count, what, remaining()));
    }
  }

  /** Goes on after so many things of so many bytes; gives where they begin. */
  int skip(long count, int bytesEach, String what) throws StudentFileException {
    need(count, bytesEach, what);
    int from = at;
    at += (int) count * bytesEach;
    return from;
  }

  int u8() throws StudentFileException {
    return bytes[skip(1, 1, "byte")] & 0xff;
  }

  int u16() throws StudentFileException {
    int from = skip(1, 2, "short number");
    return (bytes[from] & 0xff) | (bytes[from + 1] & 0xff) << 8;
  }

  int i32() throws StudentFileException {
    return i32(bytes, skip(1, 4, "number"));
  }

  /** A number of four bytes, the lowest first. */
  static int i32(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }

  /** The same of eight. */
  static long i64(byte[] bytes, int at) {
    return (i32(bytes, at) & 0xffffffffL) | (long) i32(bytes, at + 4) << 32;
  }

  float f32() throws StudentFileException {
    return Float.intBitsToFloat(i32());
  }

  float[] floats(long count, String what) throws StudentFileException {
    int from = skip(count, 4, what);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i32(bytes, from + 4 * i));
    }
    return values;
  }

  double f64() throws StudentFileException {
    return Double.longBitsToDouble(i64(bytes, skip(1, 8, "long number")));
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

  int[] counts(int count) throws StudentFileException {
    need(count, 1, "counts");
    int[] counts = new int[count];
    for (int i = 0; i < count; i++) {
      counts[i] = count();
    }
    return counts;
  }

  String text() throws StudentFileException {
    return text(Integer.MAX_VALUE);
  }

  /** A text of at most so many bytes. */
  String text(int most) throws StudentFileException {
    int length = skipText(most);
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  /** A count of texts and these. */
  Texts texts(String what) throws StudentFileException {
    int[] starts = new int[count(1, what)];
    int from = at;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = at - from;
      skipText(Integer.MAX_VALUE);
    }
    return new Texts(Arrays.copyOfRange(bytes, from, at), starts);
  }

  /** Goes on after a text; gives the number of its bytes. */
  private int skipText(int most) throws StudentFileException {
    int length = count(1, "bytes of a text");
    if (length > most) {
      throw corrupt("a text of %d bytes, at most %d are allowed".formatted(length, most));
    }
    if (++texts[0] > MOST_TEXTS) {
      throw corrupt("more than %d texts in the file".formatted(MOST_TEXTS));
    }
    if (!Texts.isUtf8(bytes, skip(length, 1, "bytes"), at)) {
      throw corrupt("a text that is not UTF-8");
    }
    return length;
  }
}
