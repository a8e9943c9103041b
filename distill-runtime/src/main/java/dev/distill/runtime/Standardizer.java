package dev.distill.runtime;

/**
 * What linear models and networks need before them: each feature limited to a range, moved to a
 * centre and scaled. A missing value (NaN) becomes 0, the centre; a feature of {@code indicators}
 * also gives, after all the others, a feature that is 1 where it is missing and 0 where it is not.
 */
public final class Standardizer {
  private final float[] low;
  private final float[] high;
  private final double[] center;
  private final double[] scale;
  private final int[] indicators;

  /**
   * A standardizer of features: {@code (min(max(x, low), high) − center) × scale}.
   *
   * @param low least value of each feature that counts, finite
   * @param high largest value of each feature that counts, finite, not below {@code low}
   * @param center of each feature, finite
   * @param scale of each feature, finite; 0 makes it constant
   * @param indicators features with an indicator of their missing values, in ascending order
   * @throws IllegalArgumentException if a length or a value does not fit
   */
  public Standardizer(
      float[] low, float[] high, double[] center, double[] scale, int[] indicators) {
    int features = low.length;
    this.low = RowScorer.finite("low", low, features);
    this.high = RowScorer.finite("high", high, features);
    if (center.length != features || scale.length != features || features < 1) {
      throw new IllegalArgumentException(
          "expected a low, high, center and scale a feature, got %d, %d, %d and %d"
              .formatted(features, high.length, center.length, scale.length));
    }
    for (int j = 0; j < features; j++) {
      // What the limits give must be a float32, so that no row makes a model infinite.
      double least = (low[j] - center[j]) * scale[j];
      double most = (high[j] - center[j]) * scale[j];
      if (!(low[j] <= high[j])
          || !(Math.abs(least) <= Float.MAX_VALUE)
          || !(Math.abs(most) <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "feature %d: low %s, high %s, center %s and scale %s do not give finite values"
                .formatted(j, low[j], high[j], center[j], scale[j]));
      }
    }
    for (int i = 0; i < indicators.length; i++) {
      if (indicators[i] < (i == 0 ? 0 : indicators[i - 1] + 1) || indicators[i] >= features) {
        throw new IllegalArgumentException(
            "indicators must ascend within 0…%d, got %d".formatted(features - 1, indicators[i]));
      }
    }
    this.center = center.clone();
    this.scale = scale.clone();
    this.indicators = indicators.clone();
  }

  /** Number of features that come in. */
  public int features() {
    return low.length;
  }

  /** Number of features that go out. */
  public int outputs() {
    return low.length + indicators.length;
  }

  float low(int feature) {
    return low[feature];
  }

  float high(int feature) {
    return high[feature];
  }

  double center(int feature) {
    return center[feature];
  }

  double scale(int feature) {
    return scale[feature];
  }

  int[] indicators() {
    return indicators.clone();
  }

  /**
   * Standardizes a row.
   *
   * @param row holds {@link #features()} values from {@code at} on
   * @param out takes {@link #outputs()} values from {@code o} on; owned by the caller
   */
  public void apply(float[] row, int at, float[] out, int o) {
    for (int j = 0; j < low.length; j++) {
      float x = row[at + j];
      out[o + j] =
          Float.isNaN(x)
              ? 0
              : (float) ((Math.min(Math.max(x, low[j]), high[j]) - center[j]) * scale[j]);
    }
    for (int i = 0; i < indicators.length; i++) {
      out[o + low.length + i] = Float.isNaN(row[at + indicators[i]]) ? 1 : 0;
    }
  }
}
