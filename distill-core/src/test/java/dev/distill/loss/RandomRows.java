package dev.distill.loss;

import java.util.Random;

/**
 * Random inputs of one shape. {@code -Ddistill.seed=N} repeats a run or makes another; a failed
 * assertion should say {@link #toString}.
 */
public final class RandomRows {
  private final long seed = Long.getLong("distill.seed", 20240701);
  private final Random random = new Random(seed);
  public final int rows;
  public final int classes;

  /** Rows of that many classes. */
  public RandomRows(int rows, int classes) {
    this.rows = rows;
    this.classes = classes;
  }

  /** Logits of the given standard deviation, each of which is a float. */
  public double[] logits(double deviation) {
    double[] z = new double[rows * classes];
    for (int j = 0; j < z.length; j++) {
      z[j] = (float) (deviation * random.nextGaussian());
    }
    return z;
  }

  /** Probabilities, each of which is a float. */
  public double[] probabilities() {
    double[] p = logits(2);
    Softmax.softmax(1, p, rows, classes, p);
    for (int j = 0; j < p.length; j++) {
      p[j] = (float) p[j];
    }
    return p;
  }

  /** Labels in [0, classes). */
  public int[] labels() {
    return random.ints(rows, 0, classes).toArray();
  }

  /** Labels, every third of which is missing. */
  public int[] someLabels() {
    int[] y = labels();
    for (int i = 0; i < y.length; i += 3) {
      y[i] = CombinedLoss.UNLABELLED;
    }
    return y;
  }

  /** The same numbers as float32. */
  public static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int j = 0; j < floats.length; j++) {
      floats[j] = (float) values[j];
    }
    return floats;
  }

  @Override
  public String toString() {
    return "%d × %d, repeat with -Ddistill.seed=%d".formatted(rows, classes, seed);
  }
}
