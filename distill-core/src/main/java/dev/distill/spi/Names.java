package dev.distill.spi;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How names that people write are compared: columns, classes. */
public final class Names {
  private Names() {}

  /**
   * What to say after "no column 'x'": the nearest name if one is near, else what there is.
   *
   * @return a clause that starts with a comma
   */
  public static String suggestion(String wanted, Collection<String> known) {
    String nearest = nearest(wanted, known);
    return nearest.isEmpty() ? ", there are " + quoted(known) : nearest;
  }

  /**
   * The nearest name if one is near.
   *
   * @return a clause that starts with a comma, empty if none is near
   */
  public static String nearest(String wanted, Collection<String> known) {
    String nearest = null;
    int least = Math.max(2, wanted.length() / 3) + 1;
    String lower = wanted.toLowerCase(Locale.ROOT);
    for (String name : known) {
      if (Math.abs(name.length() - wanted.length()) < least) {
        int distance = distance(lower, name.toLowerCase(Locale.ROOT));
        if (distance < least && distance < Math.max(wanted.length(), name.length())) {
          least = distance;
          nearest = name;
        }
      }
    }
    return nearest == null ? "" : ", did you mean '" + nearest + "'?";
  }

  /** The first few names in quotes, and how many more there are. */
  public static String quoted(Collection<String> names) {
    int shown = names.size() <= 6 ? names.size() : 5;
    StringBuilder text = new StringBuilder();
    Iterator<String> iterator = names.iterator();
    for (int i = 0; i < shown; i++) {
      text.append(i == 0 ? "'" : ", '").append(iterator.next()).append('\'');
    }
    if (shown < names.size()) {
      text.append(" and ").append(names.size() - shown).append(" more");
    }
    return text.toString();
  }

  /**
   * The index of a class as another file may write it: the same text, or else the same number (1
   * and 1.0), truth value (true and True) or text without blanks around, if that is one class only.
   *
   * @return −1 if there is none, or more than one
   */
  public static int indexOf(List<String> classes, String text) {
    int exact = classes.indexOf(text);
    if (exact >= 0) {
      return exact;
    }
    Object wanted = meaning(text);
    int found = -1;
    for (int k = 0; k < classes.size(); k++) {
      if (meaning(classes.get(k)).equals(wanted)) {
        if (found >= 0) {
          return -1;
        }
        found = k;
      }
    }
    return found;
  }

  private static Object meaning(String text) {
    String stripped = text.strip();
    Double number = number(stripped);
    if (number != null) {
      return number;
    }
    return isTruth(stripped) ? stripped.toLowerCase(Locale.ROOT) : stripped;
  }

  /** The finite number that a text is, or null; −0 is 0. */
  public static @Nullable Double number(String text) {
    int length = text.length();
    if (length == 0 || Character.isLetter(text.charAt(length - 1))) {
      return null; // Java's own suffixes: 1d, 1f
    }
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? (Double) (value + 0.0) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Whether a text is true or false, in any case. */
  public static boolean isTruth(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
  }

  /** Letters to change, add, drop or swap with the next. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
