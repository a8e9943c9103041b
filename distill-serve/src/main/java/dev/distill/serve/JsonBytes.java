package dev.distill.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.util.Arrays;

/** JSON in UTF-8, written piece by piece into an array that is used again. */
final class JsonBytes {
  private static final int KEPT = 1 << 20;
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private byte[] bytes = new byte[1024];
  private int size;

  /** Empties it; a very large array is given back. */
  JsonBytes clear() {
    if (bytes.length > KEPT) {
      bytes = new byte[1024];
    }
    size = 0;
    return this;
  }

  byte[] array() {
    return bytes;
  }

  int size() {
    return size;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** JSON as it is, ASCII alone. */
  @SuppressWarnings("deprecation") // the one method that copies ASCII without a detour
  JsonBytes raw(String json) {
    room(json.length());
    json.getBytes(0, json.length(), bytes, size);
    size += json.length();
    return this;
  }

  /** JSON as it is. */
  JsonBytes raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, size, json.length);
    size += json.length;
    return this;
  }

  JsonBytes number(long value) {
    return raw(Long.toString(value));
  }

  /** The shortest text that is read back as the same number; null for what JSON has no number. */
  JsonBytes number(double value) {
    return Double.isFinite(value) ? raw(NumberOutput.toString(value, true)) : raw("null");
  }

  /** A string. */
  JsonBytes text(String text) {
    return raw(quoted(text));
  }

  /** A string of JSON; half of a surrogate pair becomes '?'. */
  static byte[] quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    boolean ascii = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      ascii &= c < 128;
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString().getBytes(ascii ? ISO_8859_1 : UTF_8);
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }
}
