package dev.distill.auto;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs trials on threads of this process. */
public final class LocalTrialExecutor implements TrialExecutor {
  private final int workers;

  /** An executor of so many trials at once. */
  public LocalTrialExecutor(int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be >= 1, got " + workers);
    }
    this.workers = workers;
  }

  @Override
  public void run(
      Supplier<Optional<TrialSpec>> next,
      Function<TrialSpec, TrialOutcome> run,
      Consumer<TrialOutcome> tell) {
    Object turn = new Object();
    ExecutorService pool =
        Executors.newFixedThreadPool(workers, r -> new Thread(r, "distill-trial"));
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        running.add(pool.submit(() -> work(turn, next, run, tell)));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trial worker died: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while trials ran", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static void work(
      Object turn,
      Supplier<Optional<TrialSpec>> next,
      Function<TrialSpec, TrialOutcome> run,
      Consumer<TrialOutcome> tell) {
    while (true) {
      Optional<TrialSpec> spec;
      synchronized (turn) {
        spec = next.get();
      }
      if (spec.isEmpty()) {
        return;
      }
      TrialOutcome outcome = run.apply(spec.get());
      synchronized (turn) {
        tell.accept(outcome);
      }
    }
  }
}
