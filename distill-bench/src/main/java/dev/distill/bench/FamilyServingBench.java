package dev.distill.bench;

import dev.distill.auto.StudentCatalog;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import java.util.Arrays;
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
 * A student of each family with its defaults, fitted on 5 000 × 20 rows: one row by its portable
 * form and by its library, on one thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class FamilyServingBench {
  private static final int FEATURES = 20;
  private static final int ROWS = 1024;

  /** {@link Benchmarks} gives all on the class path. */
  @Param("xgboost.trees")
  String family;

  /** Number of classes. */
  @Param({"2", "5"})
  int classes;

  FittedStudent student;
  PortableModel portable;
  private BenchTask.Context context;
  private float[] rows;
  private Matrix[] single;
  private float[] out;
  private int next;

  /** Fits the student. */
  @Setup
  public void setUp() {
    BenchTask task = BenchTask.random(5_000, FEATURES, classes);
    context = new BenchTask.Context(1);
    StudentModel model =
        StudentCatalog.discover(FamilyServingBench.class.getClassLoader()).get(family);
    student = task.fit(model, 0.5, context);
    portable = student.portable().orElseThrow();
    rows = BenchTask.random(60_000, FEATURES, 2).features().values();
    rows = Arrays.copyOfRange(rows, rows.length - ROWS * FEATURES, rows.length);
    single = new Matrix[ROWS];
    for (int i = 0; i < ROWS; i++) {
      single[i] =
          new Matrix(Arrays.copyOfRange(rows, i * FEATURES, (i + 1) * FEATURES), 1, FEATURES);
    }
    out = new float[classes];
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    student.close();
    context.close();
  }

  @Benchmark
  public float[] portable() {
    next = (next + 1) % ROWS;
    portable.logits(rows, next * FEATURES, out, 0);
    return out;
  }

  @Benchmark
  public float[] library() {
    next = (next + 1) % ROWS;
    student.logits(single[next], out);
    return out;
  }
}
