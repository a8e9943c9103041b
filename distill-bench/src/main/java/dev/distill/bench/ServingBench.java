package dev.distill.bench;

import dev.distill.models.xgboost.Unwrapped;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * The same model scored by {@code TreeEnsemble} and by XGBoost4J on one thread: row by row over
 * rows that differ, and in batches.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class ServingBench {
  private static final int FEATURES = 20;
  private static final int ROWS = 4096;

  /** A fitted student in both forms, and rows to score. */
  @State(Scope.Benchmark)
  public static class Model {
    /** Trees × depth, and the number of classes if it isn't two. */
    @Param({"1x18", "20x3", "100x5", "504x6x7"})
    public String shape;

    int classes;
    FittedStudent student;
    Booster booster;
    PortableModel portable;
    float[] rows;
    float[][] single;
    float[] out;
    int next;
    private BenchTask.Context context;

    /** Fits the student. */
    @Setup
    public void setUp() {
      int[] numbers = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
      classes = numbers.length > 2 ? numbers[2] : 2;
      // A deep tree needs rows to grow on; many trees take their time.
      BenchTask task = BenchTask.random(numbers[0] == 1 ? 50_000 : 5_000, FEATURES, classes);
      context = new BenchTask.Context(1);
      int rounds = classes == 2 ? numbers[0] : numbers[0] / classes;
      student = task.fit(Unwrapped.customLossOnly(), 1, 1, rounds, numbers[1], context);
      booster = Unwrapped.booster(student);
      portable = student.portable().orElseThrow();
      // Rows that were not trained on, from the same distribution.
      rows = BenchTask.random(60_000, FEATURES, 2).features().values();
      rows = Arrays.copyOfRange(rows, rows.length - ROWS * FEATURES, rows.length);
      single = new float[ROWS][];
      for (int i = 0; i < ROWS; i++) {
        single[i] = Arrays.copyOfRange(rows, i * FEATURES, (i + 1) * FEATURES);
      }
      out = new float[classes];
    }

    int nextRow() {
      next = (next + 1) % ROWS;
      return next;
    }

    /** Frees native memory. */
    @TearDown
    public void tearDown() {
      student.close();
      context.close();
    }
  }

  /** A batch of rows and room for its logits. */
  @State(Scope.Benchmark)
  public static class Batch {
    /** How many rows. */
    @Param({"16", "256", "65536"})
    public int rows;

    Matrix matrix;
    float[] out;

    /** Copies the model's rows as often as it takes. */
    @Setup(Level.Trial)
    public void setUp(Model model) {
      float[] values = new float[rows * FEATURES];
      for (int j = 0; j < values.length; j++) {
        values[j] = model.rows[j % model.rows.length];
      }
      matrix = new Matrix(values, rows, FEATURES);
      out = new float[rows * model.classes];
    }
  }

  @Benchmark
  public float[] rowOurs(Model model) {
    model.portable.logits(model.rows, model.nextRow() * FEATURES, model.out, 0);
    return model.out;
  }

  @Benchmark
  public float[][] rowXgboostInplace(Model model) throws XGBoostError {
    return model.booster.inplace_predict(
        model.single[model.nextRow()],
        1,
        FEATURES,
        Float.NaN,
        new int[] {0, 0},
        Booster.PredictionType.kMargin,
        null);
  }

  @Benchmark
  public float[][] rowXgboostDmatrix(Model model) throws XGBoostError {
    DMatrix row = new DMatrix(model.single[model.nextRow()], 1, FEATURES, Float.NaN);
    try {
      return model.booster.predict(row, true);
    } finally {
      row.dispose();
    }
  }

  @Benchmark
  public float[] batchOurs(Model model, Batch batch) {
    model.portable.logits(batch.matrix.values(), batch.rows, batch.out);
    return batch.out;
  }

  @Benchmark
  public float[][] batchXgboostInplace(Model model, Batch batch) throws XGBoostError {
    return model.booster.inplace_predict(
        batch.matrix.values(),
        batch.rows,
        FEATURES,
        Float.NaN,
        new int[] {0, 0},
        Booster.PredictionType.kMargin,
        null);
  }
}
