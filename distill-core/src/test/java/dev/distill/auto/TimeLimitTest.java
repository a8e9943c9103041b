package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimeLimitTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(50);

  private static <T> T call(Duration limit, Callable<T> work) throws Exception {
    return TimeLimit.call(limit, "--trial-timeout", () -> false, work);
  }

  @Test
  void gives_what_the_work_returned_or_threw() throws Exception {
    assertThat(call(LONG, () -> "done")).isEqualTo("done");
    assertThatThrownBy(
            () ->
                call(
                    LONG,
                    () -> {
                      throw new IOException("gone");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("gone");
    assertThatThrownBy(
            () ->
                call(
                    LONG,
                    () -> {
                      throw new StackOverflowError("deep");
                    }))
        .isInstanceOf(StackOverflowError.class)
        .hasMessage("deep");
  }

  @Test
  void runs_on_a_daemon_thread_unless_there_is_no_limit() throws Exception {
    Thread limited = call(LONG, Thread::currentThread);
    assertThat(limited).isNotSameAs(Thread.currentThread());
    assertThat(limited.isDaemon()).isTrue();
    assertThat(call(Duration.ZERO, Thread::currentThread)).isSameAs(Thread.currentThread());
  }

  @Test
  void work_that_asks_ends_where_it_asks() {
    assertThatThrownBy(
            () ->
                call(
                    SHORT,
                    () -> {
                      TimeLimit own = TimeLimit.current();
                      while (true) {
                        own.check();
                        Thread.onSpinWait();
                      }
                    }))
        .isInstanceOf(FitException.class)
        .hasMessage("took longer than --trial-timeout 0.05s");
    TimeLimit.current().check();
  }

  @Test
  void work_that_is_done_too_late_has_failed() {
    assertThatThrownBy(
            () ->
                call(
                    Duration.ofSeconds(1),
                    () -> {
                      awaitTheLimit();
                      return "late";
                    }))
        .isInstanceOf(FitException.class)
        .hasMessage("took longer than --trial-timeout 1s");
  }

  @Test
  void work_that_sleeps_is_interrupted() {
    AtomicBoolean interrupted = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                call(
                    Duration.ofSeconds(1),
                    () -> {
                      try {
                        return new CountDownLatch(1).await(30, TimeUnit.SECONDS);
                      } catch (InterruptedException e) {
                        interrupted.set(true);
                        throw e;
                      }
                    }))
        .isInstanceOf(FitException.class)
        .hasMessage("took longer than --trial-timeout 1s");
    assertThat(interrupted).isTrue();
  }

  @Test
  void work_that_never_ends_is_left_behind() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<Thread> left = new CompletableFuture<>();
    assertThatThrownBy(
            () ->
                call(
                    SHORT,
                    () -> {
                      left.complete(Thread.currentThread());
                      awaitStubbornly(end);
                      return null;
                    }))
        .isInstanceOf(FitException.class)
        .hasMessage("took longer than --trial-timeout 0.05s; it did not end and was left behind");
    assertThat(left.join().isAlive()).isTrue();
    end.countDown();
    left.join().join();
  }

  @Test
  void work_that_does_not_stop_when_asked_is_left_behind() {
    CountDownLatch end = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                TimeLimit.call(
                    LONG,
                    "--trial-timeout",
                    () -> true,
                    SHORT,
                    () -> {
                      awaitStubbornly(end);
                      return null;
                    }))
        .isInstanceOf(FitCancelledException.class)
        .hasMessage("asked to end, did not, and was left behind");
    end.countDown();
  }

  @Test
  void what_goes_wrong_too_late_is_the_cause() {
    assertThatThrownBy(
            () ->
                call(
                    Duration.ofSeconds(1),
                    () -> {
                      awaitTheLimit();
                      throw new IOException("gone");
                    }))
        .hasMessage("took longer than --trial-timeout 1s")
        .hasRootCauseMessage("gone");
  }

  @Test
  void an_interrupted_caller_passes_it_on_waits_and_stays_interrupted() throws Exception {
    Thread caller = Thread.currentThread();
    boolean workInterrupted =
        call(
            LONG,
            () -> {
              caller.interrupt();
              try {
                return !new CountDownLatch(1).await(30, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                return true;
              }
            });
    assertThat(workInterrupted).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void awaitStubbornly(CountDownLatch latch) {
    boolean over = false;
    while (!over) {
      try {
        over = latch.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        // As native code does: goes on.
        over = false;
      }
    }
  }

  /** Goes on until the time of this thread's work is just over. */
  private static void awaitTheLimit() {
    TimeLimit own = TimeLimit.current();
    try {
      while (true) {
        own.check();
        Thread.onSpinWait();
      }
    } catch (FitCancelledException over) {
      // As it should be.
    }
  }
}
