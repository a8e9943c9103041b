package dev.distill.loss;

import static dev.distill.loss.RandomRows.floats;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Kernels allocate nothing, so that they can run in the innermost loop of a boosting library. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private double sink;

  @Test
  void kernels_allocate_nothing() {
    for (int k : new int[] {2, 5}) {
      kernels(k)
          .forEach(
              (name, kernel) ->
                  // The smallest object has 16 bytes: less than one byte a call is none at all.
                  assertThat(allocated(kernel)).as(name + ", K=" + k).isLessThan(1));
    }
    assertThat(sink).isNotNaN();
  }

  private static double allocated(Runnable kernel) {
    int calls = 2000;
    double least = Double.POSITIVE_INFINITY;
    // The compiler may allocate on this thread's account while it replaces a running loop.
    for (int attempt = 0; attempt < 5 && least > 0; attempt++) {
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < calls; i++) {
        kernel.run();
      }
      long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      least = Math.min(least, (after - before) / (double) calls);
    }
    return least;
  }

  private Map<String, Runnable> kernels(int k) {
    int n = 20;
    RandomRows random = new RandomRows(n, k);
    double[] p = random.probabilities();
    double[] q = random.probabilities();
    double[] z = random.logits(3);
    double[] g = new double[n * k];
    double[] h = new double[n * k];
    float[] pf = floats(p);
    float[] qf = floats(q);
    float[] zf = floats(z);
    float[] gf = new float[n * k];
    float[] hf = new float[n * k];
    int[] y = random.labels();
    int[] some = random.someLabels();
    Map<String, Runnable> kernels = new LinkedHashMap<>();
    kernels.put("softmax", () -> Softmax.softmax(2, z, n, k, g));
    kernels.put("softmax float", () -> Softmax.softmax(2, zf, n, k, gf));
    kernels.put("log softmax", () -> Softmax.logSoftmax(2, z, n, k, g));
    kernels.put("log softmax float", () -> Softmax.logSoftmax(2, zf, n, k, gf));
    kernels.put("soften", () -> TemperatureScaling.soften(2, p, n, k, g));
    kernels.put("soften float", () -> TemperatureScaling.soften(2, pf, n, k, gf));
    kernels.put("KL", () -> sink += KullbackLeibler.mean(p, q, n, k, 0));
    kernels.put("KL float", () -> sink += KullbackLeibler.mean(pf, qf, n, k, 0));
    kernels.put("JS", () -> sink += JensenShannon.mean(p, q, n, k));
    kernels.put("JS float", () -> sink += JensenShannon.mean(pf, qf, n, k));
    kernels.put("TV", () -> sink += TotalVariation.mean(p, q, n, k));
    kernels.put("TV float", () -> sink += TotalVariation.mean(pf, qf, n, k));
    kernels.put("hard CE", () -> sink += CrossEntropy.hard(y, q, n, k, 0));
    kernels.put("hard CE float", () -> sink += CrossEntropy.hard(y, qf, n, k, 0));
    kernels.put("soft CE", () -> sink += CrossEntropy.soft(p, q, n, k, 0));
    kernels.put("soft CE float", () -> sink += CrossEntropy.soft(pf, qf, n, k, 0));
    kernels.put("hard CE of logits", () -> sink += CrossEntropy.hardFromLogits(2, y, z, n, k));
    kernels.put(
        "hard CE of float logits", () -> sink += CrossEntropy.hardFromLogits(2, y, zf, n, k));
    kernels.put("soft CE of logits", () -> sink += CrossEntropy.softFromLogits(2, p, z, n, k));
    kernels.put(
        "soft CE of float logits", () -> sink += CrossEntropy.softFromLogits(2, pf, zf, n, k));
    kernels.put("value", () -> sink += CombinedLoss.value(2, 0.5, p, some, z, n, k));
    kernels.put("value float", () -> sink += CombinedLoss.value(2, 0.5, pf, some, zf, n, k));
    kernels.put("gradient", () -> CombinedLoss.gradient(2, 0.5, p, some, z, 0, n, k, g, h));
    kernels.put(
        "gradient float", () -> CombinedLoss.gradient(2, 0.5, pf, some, zf, 0, n, k, gf, hf));
    kernels.put("mean gradient", () -> CombinedLoss.meanGradient(1, 0.5, p, y, z, n, k, g, h));
    kernels.put("reference soften", () -> ReferenceLoss.soften(2, p, n, k, g));
    kernels.put("reference loss", () -> sink += ReferenceLoss.combined(0.5, p, y, q, n, k));
    return kernels;
  }
}
