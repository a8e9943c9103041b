package dev.distill.report;

import java.util.List;

/**
 * Names and texts of users in GitHub's markdown: shown as they are, whatever they hold. A name is
 * code, in which nothing is markup, nobody is mentioned and no address becomes a link.
 */
final class Markdown {
  private static final int LONGEST = 120;
  private static final String SPECIAL = "\\`*_{}[]<>()#+!|~&\"'";

  private Markdown() {}

  /** A name, such as a column's; may stand in a table. */
  static String code(String name) {
    String shown = visible(name);
    boolean plain =
        !shown.isBlank() && shown.chars().noneMatch(c -> c == '`' || c == '|' || c == '\\');
    return plain ? "`" + shown + "`" : "<code>" + entities(shown) + "</code>";
  }

  /** Names, the first few of them. */
  static String codes(List<String> names, int most) {
    StringBuilder text = new StringBuilder();
    for (String name : names.subList(0, Math.min(most, names.size()))) {
      text.append(text.isEmpty() ? "" : ", ").append(code(name));
    }
    return names.size() > most ? text + " and " + (names.size() - most) + " more" : text.toString();
  }

  /** A sentence that may have names in it; may stand in a table. */
  static String text(String sentence) {
    // Zero-width spaces: mentions and links are looked for when entities are characters again.
    return entities(visible(sentence, Integer.MAX_VALUE))
        .replace("@", "@\u200b")
        .replace("://", ":\u200b//")
        .replaceAll("(?i)\\bwww\\.", "www\u200b.");
  }

  private static String visible(String name) {
    return visible(name, LONGEST);
  }

  /** On one line, with what can't be seen or turns the direction of writing as its number. */
  private static String visible(String name, int longest) {
    StringBuilder text = new StringBuilder();
    int[] points = name.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      if (i == longest) {
        return text.append('…').toString();
      }
      int point = points[i];
      int type = Character.getType(point);
      if (point == '\n' || point == '\r' || point == '\t') {
        text.append(' ');
      } else if (type == Character.CONTROL
          || type == Character.FORMAT
          || type == Character.SURROGATE
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR) {
        text.append("U+%04X".formatted(point));
      } else {
        text.appendCodePoint(point);
      }
    }
    return text.toString();
  }

  private static String entities(String text) {
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (SPECIAL.indexOf(c) >= 0) {
        safe.append("&#").append((int) c).append(';');
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }
}
