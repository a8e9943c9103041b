package dev.distill.bench;

import dev.distill.loss.CombinedLoss;
import dev.distill.loss.KullbackLeibler;
import dev.distill.loss.Softmax;
import java.util.Random;
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

/**
 * The loss kernels over about 131 072 elements, in doubles and floats; the baseline of a run is an
 * addition of two such arrays. The combined loss has T = 3 and α = 0.7, so two softmaxes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class KernelBench {
  static final int ELEMENTS = 131_072;
  private static final double TEMPERATURE = 3;
  private static final double ALPHA = .7;

  @Param({"2", "10", "100"})
  int classes;

  private int rows;
  private int[] labels;
  private double[] logits;
  private double[] soft;
  private double[] out;
  private double[] curvature;
  private float[] logitsF;
  private float[] softF;
  private float[] outF;
  private float[] curvatureF;

  /** Logits of the size that students have; no two rows alike. */
  @Setup
  public void setUp() {
    rows = ELEMENTS / classes;
    int size = rows * classes;
    Random random = new Random(20240701);
    labels = random.ints(rows, 0, classes).toArray();
    logits = random.doubles(size, -6, 6).toArray();
    soft = random.doubles(size, -6, 6).toArray();
    Softmax.softmax(TEMPERATURE, soft, rows, classes, soft);
    out = new double[size];
    curvature = new double[size];
    logitsF = new float[size];
    softF = new float[size];
    for (int j = 0; j < size; j++) {
      logitsF[j] = (float) logits[j];
      softF[j] = (float) soft[j];
    }
    outF = new float[size];
    curvatureF = new float[size];
    // KL's second argument is a distribution too.
    Softmax.softmax(1, logits, rows, classes, curvature);
    Softmax.softmax(1, logitsF, rows, classes, curvatureF);
  }

  @Benchmark
  public double[] addDouble() {
    for (int j = 0; j < out.length; j++) {
      out[j] = logits[j] + soft[j];
    }
    return out;
  }

  @Benchmark
  public float[] addFloat() {
    for (int j = 0; j < outF.length; j++) {
      outF[j] = logitsF[j] + softF[j];
    }
    return outF;
  }

  @Benchmark
  public double[] softmaxDouble() {
    Softmax.softmax(TEMPERATURE, logits, rows, classes, out);
    return out;
  }

  @Benchmark
  public float[] softmaxFloat() {
    Softmax.softmax(TEMPERATURE, logitsF, rows, classes, outF);
    return outF;
  }

  @Benchmark
  public double klDouble() {
    return KullbackLeibler.mean(soft, curvature, rows, classes, KullbackLeibler.FLOOR);
  }

  @Benchmark
  public double klFloat() {
    return KullbackLeibler.mean(softF, curvatureF, rows, classes, KullbackLeibler.FLOOR);
  }

  @Benchmark
  public double[] lossDouble() {
    CombinedLoss.gradient(
        TEMPERATURE, ALPHA, soft, labels, logits, 0, rows, classes, out, curvature);
    return out;
  }

  @Benchmark
  public float[] lossFloat() {
    CombinedLoss.gradient(
        TEMPERATURE, ALPHA, softF, labels, logitsF, 0, rows, classes, outF, curvatureF);
    return outF;
  }

  /** One softmax: what T = 1 costs, and what NumPy was timed on. */
  @Benchmark
  public float[] lossFloatAtOne() {
    CombinedLoss.gradient(1, ALPHA, softF, labels, logitsF, 0, rows, classes, outF, curvatureF);
    return outF;
  }
}
