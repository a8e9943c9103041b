package dev.distill.spark;

import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TrialWorker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** An executor's workers: one a round, made of the broadcast data by the first trial that comes. */
final class RoundWorkers {
  /** A round's last trials may run beside the first ones of the next round. */
  private static final int KEPT = 2;

  private static final Map<String, TrialWorker> WORKERS = new LinkedHashMap<>();

  private RoundWorkers() {}

  /** What a task does with a trial. */
  @FunctionalInterface
  interface Task extends Function<byte[], byte[]> {}

  /**
   * Runs a trial; called in a task.
   *
   * @param id of the round
   */
  static byte[] run(String id, Broadcast<byte[][]> round, byte[] trial) {
    TaskContext task = TaskContext.get();
    return worker(id, round).run(trial, Math.max(1, task.cpus()), task::isInterrupted);
  }

  private static TrialWorker worker(String id, Broadcast<byte[][]> round) {
    synchronized (WORKERS) {
      TrialWorker worker = WORKERS.get(id);
      if (worker == null) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
          worker =
              TrialWorker.read(
                  Chunks.read(round.value()),
                  StudentCatalog.discover(
                      loader == null ? RoundWorkers.class.getClassLoader() : loader));
        } catch (IOException e) {
          throw new UncheckedIOException("the round can't be read: " + e.getMessage(), e);
        }
        WORKERS.put(id, worker);
        if (WORKERS.size() > KEPT) {
          String oldest = WORKERS.keySet().iterator().next();
          WORKERS.remove(oldest).close();
        }
      }
      return worker;
    }
  }
}
