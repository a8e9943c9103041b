package dev.distill.auto;

import dev.distill.runtime.StudentFile;
import java.util.Arrays;

/**
 * What an answer costs, measured in this process on one thread after warming up. Machines are
 * shared and noisy: compare figures of one run only; the JMH benchmarks are the ones to quote.
 *
 * @param p50Nanos median time of one row, in ns, over groups of 16 rows scored one by one
 * @param p99Nanos 99th percentile of the same
 * @param batchRowsPerSecond rows a second when scored in one call
 * @param bytes size of the student file
 */
public record ServingCost(double p50Nanos, double p99Nanos, double batchRowsPerSecond, int bytes) {
  private static final int GROUP = 16;
  private static final int SAMPLES = 2_000;
  private static final long WARM_UP_NANOS = 100_000_000;

  /** Of an answer for which both are asked, one after the other. */
  public ServingCost plus(ServingCost other) {
    return new ServingCost(
        p50Nanos + other.p50Nanos,
        p99Nanos + other.p99Nanos,
        1 / (1 / batchRowsPerSecond + 1 / other.batchRowsPerSecond),
        bytes + other.bytes);
  }

  /**
   * Measures a student.
   *
   * @param rows count × features, row-major; at least one row
   */
  public static ServingCost measure(StudentFile file, float[] rows, int count) {
    int features = file.schema().features();
    double[] out = new double[file.classes().size()];
    float[] row = new float[features];
    int next = 0;
    long warm = System.nanoTime();
    while (System.nanoTime() - warm < WARM_UP_NANOS) {
      next = score(file, rows, count, next, row, out);
    }
    double[] nanos = new double[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
      long start = System.nanoTime();
      next = score(file, rows, count, next, row, out);
      nanos[s] = (double) (System.nanoTime() - start) / GROUP;
    }
    Arrays.sort(nanos);
    double[] all = new double[count * out.length];
    file.score(rows, count, all);
    long start = System.nanoTime();
    file.score(rows, count, all);
    double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
    return new ServingCost(
        nanos[SAMPLES / 2], nanos[SAMPLES * 99 / 100], count / seconds, file.toBytes().length);
  }

  /** Scores a group of rows one by one, from {@code next} on; gives where to go on. */
  private static int score(
      StudentFile file, float[] rows, int count, int next, float[] row, double[] out) {
    for (int i = 0; i < GROUP; i++) {
      System.arraycopy(rows, next * row.length, row, 0, row.length);
      file.score(row, out);
      next = next + 1 == count ? 0 : next + 1;
    }
    return next;
  }
}
