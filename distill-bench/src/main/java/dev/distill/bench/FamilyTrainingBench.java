package dev.distill.bench;

import dev.distill.auto.StudentCatalog;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
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
 * What honesty costs: each family with its defaults on 4 000 × 20 rows on one thread, by the
 * teacher's distribution, and by its library's own fit of the labels alone with the same
 * hyperparameters (its own fit at α = 0 where there is none to compare with). What libraries make
 * of the rows is made beforehand, as it is once a sweep.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@SuppressWarnings("NullAway.Init")
public class FamilyTrainingBench {
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

  /** {@link Benchmarks} gives all on the class path. */
  @Param("xgboost.trees")
  String family;

  /** Number of classes. */
  @Param({"2", "5"})
  int classes;

  int rows = 4_000;
  private BenchTask task;
  private BenchTask.Context context;
  private StudentModel model;
  private Supplier<Object> labels;

  /** Converts the rows. */
  @Setup
  public void setUp() {
    TRIBUO.setLevel(Level.OFF);
    task = BenchTask.random(rows, 20, classes);
    context = new BenchTask.Context(1);
    model = StudentCatalog.discover(FamilyTrainingBench.class.getClassLoader()).get(family);
    Hyperparameters values = model.searchSpace(new TaskShape(rows, 20, classes)).defaults();
    labels = new LabelFits(task, values).of(family).orElse(() -> fit(0));
    fit(0.5);
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    context.close();
  }

  @Benchmark
  public Object soft() {
    return fit(0.5);
  }

  @Benchmark
  public Object hard() {
    return labels.get();
  }

  private Object fit(double alpha) {
    try (FittedStudent student = task.fit(model, alpha, context)) {
      return student.steps();
    }
  }
}
