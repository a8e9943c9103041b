package dev.distill.runtime;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Many texts in little room, as a student file has them: a count of bytes, then UTF-8. Each is made
 * a {@link String} when it is asked for. To find the index of one that was looked for before
 * allocates nothing. Immutable from outside.
 */
final class Texts extends AbstractList<String> implements RandomAccess {
  // Steps to find a text, on average: few but for texts that were made to collide.
  private static final int MOST_STEPS = 64;

  private final byte[] bytes;
  private final int[] starts;
  // Of a text by its hash: its index + 1, or in one of the places after it; 0 where there is none.
  private final int[] places;
  private final int repeated;
  // Those that were looked for, as they are compared more quickly; the same whoever makes them.
  private @Nullable String @Nullable [] made;

  /**
   * @param bytes the texts, whole and in UTF-8
   * @param starts where each begins with its count of bytes
   * @throws IllegalArgumentException if their hashes are too much alike
   */
  Texts(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
    places = new int[2 * starts.length + 1];
    repeated = index();
  }

  /**
   * Keeps texts.
   *
   * @throws IllegalArgumentException if one is not Unicode, or their hashes are too much alike
   */
  static Texts of(Collection<String> texts) {
    if (texts instanceof Texts same) {
      return same;
    }
    Output out = new Output();
    int[] starts = new int[texts.size()];
    int i = 0;
    for (String text : texts) {
      check(text);
      starts[i++] = out.position();
      out.text(text);
    }
    return new Texts(out.toBytes(), starts);
  }

  /** Fails if a text has half of a pair of surrogates. */
  static void check(String text) {
    for (int i = 0; i < text.length(); i++) {
      // Of a whole pair this is one code point beyond the surrogates.
      int point = text.codePointAt(i);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException("a text is not Unicode: '" + text + "'");
      }
      i += point >>> 16 == 0 ? 0 : 1;
    }
  }

  /** The index of a text that stands twice, -1 if there is none. */
  int repeated() {
    return repeated;
  }

  @Override
  public int size() {
    return starts.length;
  }

  @Override
  public String get(int index) {
    int from = from(index);
    return new String(bytes, from, length(index), StandardCharsets.UTF_8);
  }

  /** The index of a text, -1 if it is none of these. */
  int find(String text) {
    String[] kept = made;
    if (kept == null) {
      kept = new String[starts.length];
      made = kept;
    }
    int place = place(text.hashCode());
    for (int index = places[place] - 1; index >= 0; index = places[place] - 1) {
      String known = kept[index];
      if (known == null) {
        known = get(index);
        kept[index] = known;
      }
      if (known.equals(text)) {
        return index;
      }
      place = place + 1 == places.length ? 0 : place + 1;
    }
    return -1;
  }

  /** Fills the places, up to a text that stands twice, whose index it gives. */
  private int index() {
    long steps = (long) MOST_STEPS * (starts.length + 1);
    for (int i = 0; i < starts.length; i++) {
      int place = place(hash(i));
      for (; places[place] > 0; place = place + 1 == places.length ? 0 : place + 1) {
        if (same(places[place] - 1, i)) {
          return i;
        }
        if (--steps < 0) {
          throw new IllegalArgumentException("texts whose hashes are too much alike");
        }
      }
      places[place] = i + 1;
    }
    return -1;
  }

  private int place(int hash) {
    long spread = (hash * 0x9e3779b9L) & 0xffffffffL;
    return (int) ((spread * places.length) >>> 32);
  }

  /** What {@link String#hashCode()} gives. */
  private int hash(int index) {
    int hash = 0;
    int at = from(index);
    for (int to = at + length(index); at < to; ) {
      int point = point(bytes, at, to);
      at += size(point);
      if (point >>> 16 != 0) {
        hash = 31 * hash + Character.highSurrogate(point);
        point = Character.lowSurrogate(point);
      }
      hash = 31 * hash + point;
    }
    return hash;
  }

  private boolean same(int i, int j) {
    int length = length(i);
    return Arrays.equals(bytes, from(i), from(i) + length, bytes, from(j), from(j) + length(j));
  }

  /** Where the bytes of a text begin. */
  private int from(int index) {
    int at = starts[index];
    while (bytes[at] < 0) {
      at++;
    }
    return at + 1;
  }

  private int length(int index) {
    int length = 0;
    int shift = 0;
    for (int at = starts[index]; ; at++) {
      length |= (bytes[at] & 0x7f) << shift;
      if (bytes[at] >= 0) {
        return length;
      }
      shift += 7;
    }
  }

  // ---- UTF-8 ----

  static boolean isUtf8(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int point = point(bytes, at, to);
      if (point < 0) {
        return false;
      }
      at += size(point);
    }
    return true;
  }

  /** The code point that begins somewhere, -1 if it is none as UTF-8 writes it. */
  private static int point(byte[] bytes, int at, int to) {
    int lead = bytes[at];
    if (lead >= 0) {
      return lead;
    }
    int size = Integer.numberOfLeadingZeros(~(lead << 24));
    if (size < 2 || size > 4 || to - at < size) {
      return -1;
    }
    int point = lead & 0x7f >> size;
    for (int i = 1; i < size; i++) {
      if (bytes[at + i] >> 6 != -2) {
        return -1;
      }
      point = point << 6 | (bytes[at + i] & 0x3f);
    }
    return size(point) == size
            && point <= Character.MAX_CODE_POINT
            && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        ? point
        : -1;
  }

  private static int size(int point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
}
