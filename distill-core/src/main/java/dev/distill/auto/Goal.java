package dev.distill.auto;

/** What a search makes small. */
public enum Goal {
  /** The loss on validation rows, in nats a row. */
  LOSS,
  /** Nanoseconds a row of the portable form, counted rather than measured ({@code CountedCost}). */
  LATENCY,
  /** The size of the student file. */
  BYTES
}
