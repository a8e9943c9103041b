package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.StoreException;
import dev.distill.spi.Hyperparameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LocalTrialExecutorTest {

  private static TrialSpec spec(int number) {
    return new TrialSpec(
        "s",
        TrialSpec.Kind.STUDENT,
        number,
        "f",
        1,
        0.5,
        LabelSource.GIVEN,
        0,
        new Hyperparameters(Map.of()),
        "t",
        number);
  }

  private static TrialOutcome outcome(TrialSpec spec) {
    return new TrialOutcome(spec, spec.number(), 0, 0, 0, 0, 1, 0, 0, null, false, null);
  }

  /** Trials 0 to count − 1; must be called by one thread at a time. */
  private static Supplier<Optional<TrialSpec>> trials(int count) {
    int[] next = {0};
    return () -> next[0] < count ? Optional.of(spec(next[0]++)) : Optional.empty();
  }

  @Test
  void runs_every_trial_once() {
    for (int workers : new int[] {1, 2, 7}) {
      List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
      List<Integer> told = new ArrayList<>();
      new LocalTrialExecutor(workers)
          .run(
              trials(100),
              spec -> {
                ran.add(spec.number());
                return outcome(spec);
              },
              outcome -> told.add(outcome.spec().number()));
      assertThat(ran).hasSize(100).doesNotHaveDuplicates();
      assertThat(told).hasSize(100).doesNotHaveDuplicates();
    }
    new LocalTrialExecutor(3).run(trials(0), LocalTrialExecutorTest::outcome, o -> {});
  }

  @Test
  void runs_as_many_trials_at_once_as_it_has_workers() {
    CyclicBarrier together = new CyclicBarrier(3);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    new LocalTrialExecutor(3)
        .run(
            trials(9),
            spec -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              try {
                together.await(30, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              now.decrementAndGet();
              return outcome(spec);
            },
            outcome -> {});
    assertThat(most).hasValue(3);
  }

  @Test
  void an_error_surfaces_no_more_trials_begin_and_those_that_run_are_waited_for() {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    Error error = new AssertionError("broken");
    assertThatThrownBy(
            () ->
                new LocalTrialExecutor(2)
                    .run(
                        trials(1000),
                        spec -> {
                          ran.incrementAndGet();
                          if (spec.number() == 0) {
                            await(begun);
                            throw error;
                          }
                          begun.countDown();
                          pause();
                          ended.incrementAndGet();
                          return outcome(spec);
                        },
                        outcome -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a trial worker died: java.lang.AssertionError: broken")
        .hasCause(error);
    assertThat(ended.get()).isEqualTo(ran.get() - 1);
    assertThat(ran.get()).isLessThan(1000);
  }

  @Test
  void a_store_that_can_not_be_written_says_so_itself() {
    StoreException full = new StoreException("no room left to write", null);
    assertThatThrownBy(
            () ->
                new LocalTrialExecutor(2)
                    .run(
                        trials(10),
                        LocalTrialExecutorTest::outcome,
                        outcome -> {
                          throw full;
                        }))
        .isSameAs(full);
  }

  @Test
  void a_failure_to_take_an_outcome_surfaces() {
    assertThatThrownBy(
            () ->
                new LocalTrialExecutor(2)
                    .run(
                        trials(10),
                        LocalTrialExecutorTest::outcome,
                        outcome -> {
                          throw new IllegalArgumentException("listener");
                        }))
        .hasRootCauseMessage("listener");
  }

  @Test
  void an_interrupted_caller_waits_for_running_trials_and_stays_interrupted() {
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () ->
                new LocalTrialExecutor(2)
                    .run(
                        trials(100),
                        spec -> {
                          ran.incrementAndGet();
                          caller.interrupt();
                          pause();
                          ended.incrementAndGet();
                          return outcome(spec);
                        },
                        outcome -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("interrupted while trials ran");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ended.get()).isEqualTo(ran.get()).isLessThan(100);
  }

  @Test
  void rejects_no_workers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LocalTrialExecutor(0))
        .withMessage("workers must be >= 1, got 0");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes some time, interrupted or not, as native code does. */
  private static void pause() {
    long end = System.nanoTime() + 20_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
