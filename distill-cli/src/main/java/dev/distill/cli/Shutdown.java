package dev.distill.cli;

import dev.distill.auto.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C: asks the sweep to end and lets it write the best so far before the process goes. */
final class Shutdown {
  private static final CountDownLatch FINISHED = new CountDownLatch(1);

  private Shutdown() {}

  /** A cancellation that Ctrl-C (or SIGTERM) triggers. */
  static Cancellation onInterrupt() {
    Cancellation cancellation = new Cancellation();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  cancellation.cancel();
                  try {
                    if (!FINISHED.await(120, TimeUnit.SECONDS)) {
                      System.err.println("distill: gave up waiting for the sweep to end");
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "distill-interrupt"));
    return cancellation;
  }

  /** Called when there is nothing left to write. */
  static void finished() {
    FINISHED.countDown();
  }
}
