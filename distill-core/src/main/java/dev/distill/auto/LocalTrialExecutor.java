package dev.distill.auto;

import dev.distill.search.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  /**
   * {@inheritDoc} When it returns or throws, no trial is running any more, but for those that ran
   * out of time and were left behind.
   */
  @Override
  public void run(
      Supplier<Optional<TrialSpec>> next,
      Function<TrialSpec, TrialOutcome> run,
      Consumer<TrialOutcome> tell) {
    Turns turns = new Turns(next, run, tell);
    ExecutorService pool =
        Executors.newFixedThreadPool(workers, r -> new Thread(r, "distill-trial"));
    List<Future<?>> running = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      running.add(pool.submit(turns::work));
    }
    pool.shutdown();
    if (await(pool, turns)) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while trials ran");
    }
    for (Future<?> worker : running) {
      try {
        worker.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof StoreException store) {
          throw store; // a full disk, a lost connection: its message says what to do
        }
        throw new IllegalStateException("a trial worker died: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while trials ran", e);
      }
    }
  }

  /**
   * Waits until all trials have ended, for what they share is freed after that.
   *
   * @return whether this thread was interrupted
   */
  private static boolean await(ExecutorService pool, Turns turns) {
    boolean interrupted = false;
    while (true) {
      try {
        if (pool.awaitTermination(1, TimeUnit.DAYS)) {
          return interrupted;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        turns.over = true;
        pool.shutdownNow();
      }
    }
  }

  /** What the workers take turns at; over when there is no more or a worker died. */
  private static final class Turns {
    private final Supplier<Optional<TrialSpec>> next;
    private final Function<TrialSpec, TrialOutcome> run;
    private final Consumer<TrialOutcome> tell;
    private int running;
    private volatile boolean over;

    Turns(
        Supplier<Optional<TrialSpec>> next,
        Function<TrialSpec, TrialOutcome> run,
        Consumer<TrialOutcome> tell) {
      this.next = next;
      this.run = run;
      this.tell = tell;
    }

    void work() {
      boolean finished = false;
      try {
        for (Optional<TrialSpec> spec = take(); spec.isPresent(); spec = take()) {
          tell(run.apply(spec.get()));
        }
        finished = true;
      } finally {
        if (!finished) {
          end();
        }
      }
    }

    private synchronized Optional<TrialSpec> take() {
      while (!over) {
        Optional<TrialSpec> spec = next.get();
        if (spec.isPresent()) {
          running++;
          return spec;
        }
        if (running == 0) {
          end();
        } else {
          try {
            wait();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
          }
        }
      }
      return Optional.empty();
    }

    private synchronized void tell(TrialOutcome outcome) {
      running--;
      tell.accept(outcome);
      notifyAll();
    }

    void end() {
      over = true;
      synchronized (this) {
        notifyAll();
      }
    }
  }
}
