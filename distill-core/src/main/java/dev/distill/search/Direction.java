package dev.distill.search;

/** Which values of an objective are better. */
public enum Direction {
  /** The lower the better. */
  MINIMIZE,
  /** The higher the better. */
  MAXIMIZE
}
