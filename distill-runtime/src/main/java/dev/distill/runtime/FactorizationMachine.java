package dev.distill.runtime;

/**
 * Factorisation machines, one a class (Rendle, 2010): the logit is the bias, plus weights times
 * features, plus for every pair of features the product of both times the inner product of their
 * factors, computed as ½ Σ_f ((Σ_j v_jf x_j)² − Σ_j (v_jf x_j)²).
 */
public final class FactorizationMachine extends RowScorer implements PortableModel {
  private final int factors;
  private final float[] bias;
  private final float[] weights;
  private final float[] vectors;

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
    super(features, bias.length, 2 * factors);
    if (factors < 1) {
      throw new IllegalArgumentException("factors must be > 0, got " + factors);
    }
    this.factors = factors;
    this.bias = finite("bias", bias, bias.length);
    this.weights = finite("weights", weights, (long) bias.length * features);
    this.vectors = finite("vectors", vectors, (long) bias.length * features * factors);
  }

  /** Number of factors a feature. */
  public int factors() {
    return factors;
  }

  float[] biases() {
    return bias;
  }

  float[] weights() {
    return weights;
  }

  float[] vectors() {
    return vectors;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[] buffer) {
    int features = features();
    for (int k = 0; k < bias.length; k++) {
      float sum = bias[k];
      for (int f = 0; f < 2 * factors; f++) {
        buffer[f] = 0;
      }
      int w = k * features;
      for (int j = 0; j < features; j++) {
        float x = row[at + j];
        sum += weights[w + j] * x;
        int v = (w + j) * factors;
        for (int f = 0; f < factors; f++) {
          float part = vectors[v + f] * x;
          buffer[f] += part;
          buffer[factors + f] += part * part;
        }
      }
      for (int f = 0; f < factors; f++) {
        sum += 0.5f * (buffer[f] * buffer[f] - buffer[factors + f]);
      }
      out[o + k] = sum;
    }
  }
}
