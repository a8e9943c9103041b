package dev.distill.monitor;

/** What the rules say of something that is watched. */
public enum State {
  /** Nothing to see, or no more than chance. */
  OK(0),
  /** Worth a look. */
  WARN(1),
  /** A rule is broken. */
  ALARM(2);

  private final int code;

  State(int code) {
    this.code = code;
  }

  /** Its number in metrics: 0, 1 or 2. */
  public int code() {
    return code;
  }
}
