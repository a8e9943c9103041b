package dev.distill.cli.data;

import dev.distill.runtime.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers in the bytes of a CSV's cells, with blanks around them or not: decimal, with or without
 * exponent, and infinities.
 */
final class CsvNumbers {
  /** The texts for "missing" by their bytes, for a lookup without making a text. */
  private static final byte[][] MISSING =
      Schema.MISSING.stream()
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  private static final int MAX_MISSING =
      Arrays.stream(MISSING).mapToInt(text -> text.length).max().orElse(0);

  /** Powers of ten, and whole numbers below 2^53, are doubles without rounding. */
  private static final double[] TENS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private static final long WHOLE = 1L << 53;
  private static final int SAFE_DIGITS = 18;

  private CsvNumbers() {}

  /** Whether a cell is one of the texts for "missing". */
  static boolean isMissing(byte[] text, int from, int to) {
    int first = first(text, from, to);
    int last = last(text, first, to);
    if (last - first <= MAX_MISSING) {
      for (byte[] missing : MISSING) {
        if (Arrays.equals(text, first, last, missing, 0, missing.length)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a cell that is not missing is a number. */
  static boolean isNumber(byte[] text, int from, int to, char point) {
    int p = first(text, from, to);
    int last = last(text, p, to);
    if (p < last && isSign(text[p])) {
      p++;
    }
    int begin = p;
    while (p < last && isDigit(text[p])) {
      p++;
    }
    int digits = p - begin;
    if (p < last && text[p] == point) {
      int fraction = ++p;
      while (p < last && isDigit(text[p])) {
        p++;
      }
      digits += p - fraction;
    }
    if (digits == 0) {
      return isInfinity(text, p, last);
    }
    if (p < last && isExponent(text[p])) {
      p++;
      if (p < last && isSign(text[p])) {
        p++;
      }
      if (p == last) {
        return false;
      }
      while (p < last && isDigit(text[p])) {
        p++;
      }
    }
    return p == last;
  }

  /**
   * The double nearest to a number. Where both its digits and its power of ten are exact in a
   * double, as nearly always, their product or quotient is it (Clinger, 1990).
   *
   * @param point what separates the fraction, as {@link #isNumber} was asked
   */
  static double parse(byte[] text, int from, int to, char point) {
    int p = first(text, from, to);
    int last = last(text, p, to);
    int begin = p;
    boolean negative = text[p] == '-';
    if (isSign(text[p])) {
      p++;
    }
    long digits = 0;
    int seen = 0;
    int power = 0;
    boolean fraction = false;
    for (; p < last && !isExponent(text[p]); p++) {
      byte b = text[p];
      if (b == point) {
        fraction = true;
      } else if (!isDigit(b)) {
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      } else {
        digits = digits * 10 + (b - '0');
        seen++;
        power -= fraction ? 1 : 0;
      }
    }
    if (p == last && seen <= SAFE_DIGITS && digits < WHOLE && -power < TENS.length) {
      double value = digits / TENS[-power];
      return negative ? -value : value;
    }
    String number = new String(text, begin, last - begin, StandardCharsets.ISO_8859_1);
    return Double.parseDouble(number.replace(point, '.'));
  }

  private static int first(byte[] text, int from, int to) {
    int first = from;
    while (first < to && CsvFields.isBlank(text[first])) {
      first++;
    }
    return first;
  }

  private static int last(byte[] text, int first, int to) {
    int last = to;
    while (last > first && CsvFields.isBlank(text[last - 1])) {
      last--;
    }
    return last;
  }

  private static boolean isInfinity(byte[] text, int from, int to) {
    if (to - from != 3 && to - from != 8) {
      return false;
    }
    String word = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    return word.equalsIgnoreCase("inf") || word.equalsIgnoreCase("infinity");
  }

  private static boolean isSign(byte b) {
    return b == '-' || b == '+';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isExponent(byte b) {
    return b == 'e' || b == 'E';
  }
}
