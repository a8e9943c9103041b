package dev.distill.runtime;

/**
 * Factorisation machines, one a class (Rendle, 2010): the logit is the bias, plus weights times
 * features, plus for every pair of features the product of both times the inner product of their
 * factors, computed as ½ Σ_f ((Σ_j v_jf x_j)² − Σ_j (v_jf x_j)²). The sums of bias and weights are
 * float32, those of factors double: there, what is left after taking the squares away may be far
 * less than they are, and float32 would miss it by more than 1e-5. All are added in order.
 *
 * <p>It knows no missing values: a feature that is NaN makes the logits NaN. Behind a {@link
 * Standardizer} there is none.
 */
public final class FactorizationMachine extends RowScorer implements PortableModel {
  // As in RowScorer: nothing is allocated, and no thread keeps a class loader.
  private static final ThreadLocal<double[][]> SUMS = new ThreadLocal<>();

  private final int factors;
  private final Affine linear;
  // The factors of each feature: classes × factors. In an array of their own, as in Affine.
  private final double[][] vectors;

  /**
   * Machines.
   *
   * @param factors number of factors a feature, &gt; 0
   * @param bias one a class
   * @param weights classes × features, row-major
   * @param vectors classes × features × factors, row-major
   * @throws IllegalArgumentException if a shape does not fit or a value is not finite
   */
  public FactorizationMachine(
      int features, int factors, float[] bias, float[] weights, float[] vectors) {
    super(features, bias.length, new int[0], bias.length);
    checkProducts(bias.length, factors);
    this.factors = factors;
    int classes = bias.length;
    checkFinite("weights", weights, (long) classes * features);
    checkFinite("vectors", vectors, (long) weights.length * factors);
    linear = new Affine(features, classes, transposed(weights, classes, features), bias);
    this.vectors = new double[features][classes * factors];
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < features; j++) {
        for (int f = 0; f < factors; f++) {
          this.vectors[j][k * factors + f] = vectors[(k * features + j) * factors + f];
        }
      }
    }
  }

  private static void checkProducts(int classes, int factors) {
    if (factors < 1) {
      throw new IllegalArgumentException("factors must be > 0, got " + factors);
    }
    if ((long) classes * factors > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%d classes × %d factors are too many".formatted(classes, factors));
    }
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] transposed = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = values[i * columns + j];
      }
    }
    return transposed;
  }

  /** Number of factors a feature. */
  public int factors() {
    return factors;
  }

  /** A copy of the biases: one a class. */
  public float[] bias() {
    return linear.bias();
  }

  /** A copy of the weights: classes × features, row-major. */
  public float[] weights() {
    return transposed(linear.weights(), features(), classes());
  }

  /** A copy of the factors: classes × features × factors, row-major. */
  public float[] vectors() {
    float[] all = new float[classes() * features() * factors];
    for (int k = 0; k < classes(); k++) {
      for (int j = 0; j < features(); j++) {
        for (int f = 0; f < factors; f++) {
          all[(k * features() + j) * factors + f] = (float) vectors[j][k * factors + f];
        }
      }
    }
    return all;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    final double[][] vectors = this.vectors;
    float[] logits = scratch[slot];
    int features = features();
    int classes = classes();
    int products = classes * factors;
    double[][] both = sums(products);
    double[] sums = both[0];
    double[] squares = both[1];
    for (int p = 0; p < products; p++) {
      sums[p] = 0;
      squares[p] = 0;
    }
    for (int j = 0; j < features; j += 2) {
      // An odd one is alone: any factors times 0 add a 0, which changes no bit, as no sum is -0.
      boolean pair = j + 1 < features;
      double[] next = vectors[pair ? j + 1 : j];
      add(vectors[j], row[at + j], next, pair ? row[at + j + 1] : 0, sums, squares, products);
    }
    linear.apply(row, at, logits);
    for (int k = 0; k < classes; k++) {
      double logit = logits[k];
      for (int p = k * factors; p < (k + 1) * factors; p++) {
        logit += 0.5 * (sums[p] * sums[p] - squares[p]);
      }
      out[o + k] = (float) logit;
    }
  }

  private static void add(
      double[] v, double x, double[] w, double y, double[] sums, double[] squares, int count) {
    for (int p = 0; p < count; p++) {
      double a = v[p] * x;
      double b = w[p] * y;
      sums[p] = sums[p] + a + b;
      squares[p] = squares[p] + a * a + b * b;
    }
  }

  /** This thread's sums and squares, at least this many. */
  private static double[][] sums(int count) {
    double[][] sums = SUMS.get();
    if (sums == null || sums[0].length < count) {
      sums = new double[2][count];
      SUMS.set(sums);
    }
    return sums;
  }
}
