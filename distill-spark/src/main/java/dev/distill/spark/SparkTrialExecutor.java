package dev.distill.spark;

import dev.distill.auto.LocalTrialExecutor;
import dev.distill.auto.TrialExecutor;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import dev.distill.auto.TrialWorkers;
import dev.distill.spi.FitException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/**
 * Runs the trials of a sweep on a Spark cluster, each as a job of one task. Rows and the teacher's
 * answers are broadcast, once a round; searching, the study store, rows made for the chosen student
 * and the last fits stay in this process, the driver. The student is the one that this process
 * alone would find.
 *
 * <p>When an executor is lost, Spark runs its trials again, {@code spark.task.maxFailures} times at
 * most. A trial that could not be run by then is tried once more while no other one runs, so that
 * one which takes executors down with it fails alone.
 */
public final class SparkTrialExecutor implements TrialExecutor, TrialWorkers {
  private static final long POLL_MILLIS = 100;

  private final JavaSparkContext spark;
  private final int atOnce;
  // Held shared by trials among others, alone by one that others may not suffer from.
  private final ReadWriteLock company = new ReentrantReadWriteLock(true);

  /**
   * An executor of so many trials at once.
   *
   * @param atOnce as many as the cluster has slots for tasks is most; a search suggests {@code
   *     inFlight} at once, and two searches run side by side
   */
  public SparkTrialExecutor(SparkSession session, int atOnce) {
    if (atOnce < 1) {
      throw new IllegalArgumentException("trials at once must be >= 1, got " + atOnce);
    }
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.atOnce = atOnce;
  }

  /** {@inheritDoc} Each thread waits for a trial's job. */
  @Override
  public void run(
      Supplier<Optional<TrialSpec>> next,
      Function<TrialSpec, TrialOutcome> run,
      Consumer<TrialOutcome> tell) {
    new LocalTrialExecutor(atOnce).run(next, run, tell);
  }

  @Override
  public Optional<TrialWorkers> workers() {
    return Optional.of(this);
  }

  @Override
  public int atOnce() {
    return atOnce;
  }

  @Override
  public Round begin(RoundData data) throws IOException {
    Chunks chunks = new Chunks();
    data.writeTo(chunks);
    Broadcast<byte[][]> round = spark.broadcast(chunks.toArrays());
    // Unique in a process too that runs several applications, one after the other.
    String id = UUID.randomUUID().toString();
    return new Round() {
      @Override
      public Optional<byte[]> run(byte[] trial, BooleanSupplier stop) {
        try {
          return runOrAlone(bytes -> RoundWorkers.run(id, round, bytes), trial, stop);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return Optional.empty();
        }
      }

      @Override
      public void close() {
        if (!spark.sc().isStopped()) {
          round.destroy();
        }
      }
    };
  }

  private Optional<byte[]> runOrAlone(RoundWorkers.Task work, byte[] trial, BooleanSupplier stop)
      throws InterruptedException {
    try {
      return run(work, trial, stop, company.readLock());
    } catch (ExecutionException e) {
      try {
        return run(work, trial, stop, company.writeLock());
      } catch (ExecutionException again) {
        throw new FitException("it could not be run, alone neither: " + reason(again), again);
      }
    }
  }

  private Optional<byte[]> run(
      RoundWorkers.Task work, byte[] trial, BooleanSupplier stop, Lock lock)
      throws InterruptedException, ExecutionException {
    lock.lockInterruptibly();
    try {
      spark.sc().setJobDescription("a trial of distill");
      JavaFutureAction<List<byte[]>> job =
          spark.parallelize(List.of(trial), 1).map(work).collectAsync();
      try {
        return Optional.of(await(job, stop));
      } catch (TimeoutException | CancellationException e) {
        return Optional.empty();
      } finally {
        if (!job.isDone()) {
          job.cancel(true);
        }
      }
    } catch (IllegalStateException | ExecutionException e) {
      if (spark.sc().isStopped()) {
        throw new IllegalStateException("the Spark application has ended while trials ran", e);
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** The job's result; {@link TimeoutException} when it is to stop. */
  private static byte[] await(JavaFutureAction<List<byte[]>> job, BooleanSupplier stop)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      try {
        return job.get(POLL_MILLIS, TimeUnit.MILLISECONDS).get(0);
      } catch (TimeoutException e) {
        if (stop.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  /** The first line of what Spark says, which is long. */
  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
