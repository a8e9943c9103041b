package dev.distill.bench;

import dev.distill.models.xgboost.Unwrapped;
import dev.distill.models.xgboost.XgboostTrees;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Boosting 20 000 × 30 rows of 5 classes for 50 rounds of depth 4: by XGBoost's own {@code
 * multi:softprob}, by our gradient of the very same loss, and by the distillation loss at T = 3.
 *
 * <p>Two threads need two idle cores, or {@code OMP_WAIT_POLICY=passive} in the environment: OpenMP
 * spins while it waits, and beside other work on the same cores takes many times as long.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3)
@Measurement(iterations = 9)
@SuppressWarnings("NullAway.Init")
public class TrainingBench {
  @Param({"1", "2"})
  int threads;

  int rounds = 50;
  private final StudentModel custom = Unwrapped.customLossOnly();
  private final StudentModel trees = new XgboostTrees();
  private BenchTask task;
  private BenchTask.Context context;

  /** The matrix is built here, as it is once a sweep, so no shot pays for it. */
  @Setup
  public void setUp() {
    task = BenchTask.random(20_000, 30, 5);
    context = new BenchTask.Context(threads);
    fit(trees, 1, 0, 1);
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    context.close();
  }

  @Benchmark
  public int nativeLoss() {
    return fit(trees, 1, 0, rounds);
  }

  @Benchmark
  public int customSameLoss() {
    return fit(custom, 1, 0, rounds);
  }

  @Benchmark
  public int customDistillation() {
    return fit(trees, 3, .7, rounds);
  }

  private int fit(StudentModel family, double temperature, double alpha, int count) {
    try (FittedStudent student = task.fit(family, temperature, alpha, count, 4, context)) {
      return student.steps();
    }
  }
}
