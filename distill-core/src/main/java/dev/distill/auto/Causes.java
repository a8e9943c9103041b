package dev.distill.auto;

import dev.distill.spi.FitException;

/** What other people's code throws, which may throw again when it is asked what it is. */
final class Causes {
  private Causes() {}

  /** What a throwable says, or its class if that can't be had. */
  static String text(Throwable cause) {
    try {
      return String.valueOf(cause.toString());
    } catch (Throwable e) {
      return cause.getClass().getName() + ", whose message can't be had";
    }
  }

  /** The same, without the class of what was made for people to read. */
  static String reason(Throwable cause) {
    return cause instanceof FitException ? String.valueOf(cause.getMessage()) : text(cause);
  }

  /** The throwable, or one in its place that can be printed. */
  static Throwable readable(Throwable cause) {
    return isReadable(cause) ? cause : new FitException(text(cause));
  }

  private static boolean isReadable(Throwable cause) {
    try {
      return !(cause.toString() + cause.getMessage()).isEmpty();
    } catch (Throwable e) {
      return false;
    }
  }
}
