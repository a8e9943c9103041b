package dev.distill.cli;

import dev.distill.auto.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Once there is something to end early, Ctrl-C (or SIGTERM) asks for that, and the process waits
 * until this is closed: when the best so far has been written.
 */
final class Interrupt implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;

  private final Cancellation cancellation = new Cancellation();
  private final CountDownLatch written = new CountDownLatch(1);
  private volatile boolean begun;
  private final Thread hook = new Thread(this::onShutdown, "distill-interrupt");

  Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** From now on there is something that can be ended early. */
  void begin() {
    begun = true;
  }

  /** What the sweep looks at. */
  Cancellation cancellation() {
    return cancellation;
  }

  private void onShutdown() {
    if (!begun) {
      return;
    }
    cancellation.cancel();
    try {
      if (!written.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("distill: gave up waiting for the sweep to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    written.countDown();
    if (!cancellation.isCancelled()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending just now; the hook no longer waits.
        cancellation.cancel();
      }
    }
  }
}
