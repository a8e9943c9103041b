package dev.distill.cli.data;

/**
 * Something is wrong with a user's file. The message is the one line that the user sees: where,
 * what, got, allowed.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An error with that line. */
  public InputException(String message) {
    super(oneLine(message));
  }

  /** An error with that line and what lies behind it. */
  public InputException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names and values come from files: whatever they hold, the message stays one readable line. */
  private static String oneLine(String message) {
    StringBuilder line = new StringBuilder();
    message
        .codePoints()
        .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
        .limit(2000)
        .forEach(line::appendCodePoint);
    return line.toString();
  }
}
