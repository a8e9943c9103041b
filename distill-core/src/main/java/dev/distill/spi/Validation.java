package dev.distill.spi;

/** Rows that a family may watch, but not learn from. */
public interface Validation {

  /** The rows. */
  Matrix features();

  /**
   * The sweep's objective on these rows, in nats per row: lower is better.
   *
   * @param logits rows × classes, row-major
   */
  double loss(float[] logits);
}
