package dev.distill.auto;

/** A request to end early, which a sweep obeys between the steps of its fits. */
public final class Cancellation {
  private volatile boolean requested;

  /** Asks the sweep to end with the best so far. */
  public void cancel() {
    requested = true;
  }

  /** Whether somebody asked. */
  public boolean isCancelled() {
    return requested;
  }
}
