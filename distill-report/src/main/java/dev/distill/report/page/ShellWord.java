package dev.distill.report.page;

import java.util.regex.Pattern;

/** Words as they can be pasted into a POSIX shell. */
public final class ShellWord {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  private ShellWord() {}

  /** A word in quotes, if it needs any. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
