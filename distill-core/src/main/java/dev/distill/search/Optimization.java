package dev.distill.search;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One call of {@link Study#optimize}. */
final class Optimization {
  private final Study study;
  private final Objective objective;
  private final int trials;
  private final @Nullable Duration timeout;
  private final long started = System.nanoTime();
  private final int stops;
  private final AtomicInteger begun = new AtomicInteger();
  private volatile boolean ended;

  Optimization(Study study, Objective objective, int trials, @Nullable Duration timeout) {
    this.study = study;
    this.objective = objective;
    this.trials = trials;
    this.timeout = timeout;
    this.stops = study.stops();
  }

  void run(int threads) {
    if (threads == 1) {
      work();
      return;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "optimize");
              thread.setDaemon(true);
              return thread;
            });
    try {
      ExecutorCompletionService<Boolean> workers = new ExecutorCompletionService<>(pool);
      for (int t = 0; t < threads; t++) {
        workers.submit(this::work, true);
      }
      for (int t = 0; t < threads; t++) {
        workers.take().get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } finally {
      ended = true;
      pool.shutdownNow();
      await(pool);
    }
  }

  private static void await(ExecutorService pool) {
    boolean interrupted = false;
    while (!pool.isTerminated()) {
      try {
        var unused = pool.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean over() {
    return ended
        || Thread.currentThread().isInterrupted()
        || study.stops() != stops
        || (timeout != null
            && Duration.ofNanos(System.nanoTime() - started).compareTo(timeout) >= 0);
  }

  private void work() {
    while (!over() && begun.getAndIncrement() < trials) {
      try {
        Optional<Trial> trial = study.next(this::over);
        if (trial.isEmpty()) {
          return;
        }
        evaluate(trial.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Study.NotRunningException e) {
        // Somebody else ended it, or gave it again: what came out here counts for nothing.
      }
    }
  }

  private void evaluate(Trial trial) throws InterruptedException {
    int number = trial.number();
    double value;
    try {
      value = objective.evaluate(new RunningTrial(study, trial));
    } catch (TrialPrunedException e) {
      study.prune(number, Map.of());
      return;
    } catch (InterruptedException e) {
      study.giveBack(number);
      throw e;
    } catch (StoreException e) {
      throw e;
    } catch (Exception e) {
      if (Thread.currentThread().isInterrupted()) {
        study.giveBack(number);
      } else {
        study.fail(number, e);
      }
      return;
    } catch (Error e) {
      study.fail(number, e);
      throw e;
    }
    study.tell(number, value);
  }
}
