package dev.distill.auto;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit on the time that other people's code may take. The work runs on a daemon thread of its
 * own. When the time is over, {@link #check} ends it where it asks; after a grace its thread is
 * interrupted, and after another one it is left behind: nothing in Java ends a thread by force.
 */
final class TimeLimit {
  /** No limit at all. */
  private static final TimeLimit NONE = new TimeLimit(Duration.ZERO, "");

  /** How long work may go on after its time before it is interrupted, and after that. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** The same when it was asked to stop: a step of a large fit takes its time. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(30);

  private static final Duration POLL = Duration.ofMillis(100);

  private final Duration limit;
  private final String name;
  private final long start = System.nanoTime();

  private TimeLimit(Duration limit, String name) {
    this.limit = limit;
    this.name = name;
  }

  /**
   * Does work within a time limit. What the work returns after it was left behind is lost, so it
   * must close what it opens.
   *
   * @param limit zero means none: then the work runs on this thread
   * @param name what the limit is called in messages, such as an option
   * @param stop asked now and then; when true, the work is given up after a while
   * @throws FitException if the work took longer, even if it came to its end
   * @throws FitCancelledException if it was to stop and did not
   * @throws Exception what the work threw; errors come through as well
   */
  static <T> T call(Duration limit, String name, BooleanSupplier stop, Callable<T> work)
      throws Exception {
    return call(limit, name, stop, STOP_GRACE, work);
  }

  /** The same with another time for the work to end in when it was asked to stop. */
  static <T> T call(
      Duration limit, String name, BooleanSupplier stop, Duration stopGrace, Callable<T> work)
      throws Exception {
    if (limit.isZero()) {
      return work.call();
    }
    TimeLimit own = new TimeLimit(limit, name);
    FutureTask<T> task = new FutureTask<>(work);
    Worker worker = new Worker(task, own);
    worker.start();
    return own.await(task, worker, stop, stopGrace);
  }

  /** The limit of the work that this thread does. */
  static TimeLimit current() {
    return Thread.currentThread() instanceof Worker worker ? worker.limit : NONE;
  }

  /**
   * Ends work whose time is over.
   *
   * @throws FitCancelledException if it is over
   */
  void check() {
    if (over(Duration.ZERO)) {
      throw new FitCancelledException(message());
    }
  }

  private <T> T await(FutureTask<T> task, Worker worker, BooleanSupplier stop, Duration stopGrace)
      throws Exception {
    Duration grace = shorter(limit, GRACE);
    boolean callerInterrupted = false;
    boolean workerInterrupted = false;
    @Nullable TimeLimit stopping = null;
    try {
      while (true) {
        try {
          T result = task.get(POLL.toNanos(), TimeUnit.NANOSECONDS);
          if (over(Duration.ZERO)) {
            throw new FitException(message());
          }
          return result;
        } catch (ExecutionException e) {
          throw failure(e.getCause());
        } catch (InterruptedException e) {
          // Who waits for us wants to end: the work is told so, and still waited for.
          callerInterrupted = true;
          worker.interrupt();
        } catch (TimeoutException e) {
          if (stopping == null && stop.getAsBoolean()) {
            stopping = new TimeLimit(stopGrace, name);
          }
          if (over(grace.multipliedBy(2))) {
            throw new FitException(message() + "; it did not end and was left behind");
          }
          if (stopping != null && stopping.over(shorter(stopGrace, GRACE))) {
            throw new FitCancelledException("asked to end, did not, and was left behind");
          }
          if (!workerInterrupted
              && (over(grace) || (stopping != null && stopping.over(Duration.ZERO)))) {
            workerInterrupted = true;
            worker.interrupt();
          }
        }
      }
    } finally {
      if (callerInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What to throw for what the work threw. */
  private Exception failure(@Nullable Throwable thrown) {
    if (over(Duration.ZERO)) {
      return thrown == null || thrown instanceof FitCancelledException
          ? new FitException(message())
          : new FitException(message(), thrown);
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof Exception exception
        ? exception
        : new IllegalStateException("neither an exception nor an error", thrown);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private boolean over(Duration more) {
    return !limit.isZero()
        && Duration.ofNanos(System.nanoTime() - start).compareTo(limit.plus(more)) > 0;
  }

  private String message() {
    BigDecimal seconds = BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros();
    return "took longer than %s %ss".formatted(name, seconds.toPlainString());
  }

  private static final class Worker extends Thread {
    private final TimeLimit limit;

    Worker(Runnable task, TimeLimit limit) {
      super(task, Thread.currentThread().getName() + "-limited");
      this.limit = limit;
      setDaemon(true);
    }
  }
}
