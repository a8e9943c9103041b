package dev.distill.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One model in one scorer, on one thread: the time of a call with so many rows. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class RivalsBench {
  @Param("100x5")
  String shape;

  @Param("ours")
  String scorer;

  @Param("1")
  int rows;

  /** So long the thread computes beforehand: seconds of a busy machine may be none of ours. */
  private static final long WARM_NANOS = 3_000_000_000L;

  private Rival rival;
  private int next;

  /** Opens the scorer. */
  @Setup
  public void setUp() throws Exception {
    int features = RivalModels.student(shape).schema().features();
    rival = Rival.open(scorer, shape, RivalModels.rows(features, rows), rows);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (long end = threads.getCurrentThreadCpuTime() + WARM_NANOS;
        threads.getCurrentThreadCpuTime() < end; ) {
      score();
    }
  }

  @Benchmark
  public Object score() throws Exception {
    next = (next + 1) % RivalModels.ROWS;
    return rival.score(next);
  }
}
