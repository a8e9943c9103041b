package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the current thread allocates, and how long it computes. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** Bytes allocated by a run. */
  static long bytes(Runnable run) {
    long id = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(id);
    run.run();
    return THREADS.getThreadAllocatedBytes(id) - before;
  }

  /** What the current thread has computed so far: a busy machine does not make it longer. */
  static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Asserts that a run allocates nothing once its classes are loaded. */
  static void none(Runnable run) {
    bytes(run);
    long least =
        Long.MAX_VALUE; // a background compilation may bill its thread, not always this one
    for (int i = 0; i < 5; i++) {
      least = Math.min(least, bytes(run));
    }
    assertThat(least).as("bytes allocated").isZero();
  }
}
