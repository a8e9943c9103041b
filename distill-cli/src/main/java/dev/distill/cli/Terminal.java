package dev.distill.cli;

import java.util.Map;

/** What standard error is: what the launcher found out, and what the user wishes. */
final class Terminal {
  /**
   * Lines and columns.
   *
   * @param lines 0 if unknown
   * @param columns 0 if unknown
   */
  record Size(int lines, int columns) {}

  /** What comes next is written over the line. */
  static final String OVER = "\r\u001b[K";

  private Terminal() {}

  /** Whether it is a terminal on which lines can be written over. */
  static boolean isLive() {
    return Boolean.getBoolean("distill.terminal") && !"dumb".equals(System.getenv("TERM"));
  }

  /** Whether to colour what goes there. */
  static boolean colours() {
    return colours(isLive(), System.getenv());
  }

  /** See https://no-color.org: any value but an empty one means none. */
  static boolean colours(boolean live, Map<String, String> environment) {
    return live && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Its size, as it was when the program started. */
  static Size size() {
    return size(System.getProperty("distill.terminal.size", ""));
  }

  /** As {@code stty size} says it: {@code 24 80}. */
  static Size size(String text) {
    String[] words = text.strip().split(" ");
    return words.length == 2 && words[0].matches("\\d{1,5}") && words[1].matches("\\d{1,5}")
        ? new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]))
        : new Size(0, 0);
  }
}
