package dev.distill.monitor;

/** What the rules say of something that is watched. */
public enum State {
  /** Nothing to see, or no more than chance. */
  OK,
  /** Worth a look. */
  WARN,
  /** A rule is broken. */
  ALARM
}
