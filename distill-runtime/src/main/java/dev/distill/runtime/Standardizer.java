package dev.distill.runtime;

/**
 * What linear models and networks need before them: each feature limited to a range, moved to a
 * centre and scaled. A missing value (NaN) becomes 0, the centre. After all features come
 * indicators: 1 where a feature has a certain value (or is missing), 0 elsewhere.
 */
public final class Standardizer {
  private final float[] low;
  private final float[] high;
  private final double[] center;
  private final double[] scale;
  private final int[] indicators;
  private final float[] values;

  /**
   * A standardizer of features: {@code (min(max(x, low), high) − center) × scale}.
   *
   * @param low least value of each feature that counts, finite
   * @param high largest value of each feature that counts, finite, not below {@code low}
   * @param center of each feature, finite
   * @param scale of each feature, finite; 0 makes it constant
   * @param indicators the feature that each indicator looks at, in ascending order
   * @param values the value that each indicator looks for, NaN for missing; for one feature in
   *     ascending order, NaN first
   * @throws IllegalArgumentException if a length or a value does not fit
   */
  public Standardizer(
      float[] low,
      float[] high,
      double[] center,
      double[] scale,
      int[] indicators,
      float[] values) {
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
    if (values.length != indicators.length) {
      throw new IllegalArgumentException(
          "expected a value an indicator, got %d for %d"
              .formatted(values.length, indicators.length));
    }
    for (int i = 0; i < indicators.length; i++) {
      int before = i == 0 ? -1 : indicators[i - 1];
      boolean ascends =
          indicators[i] > before
              || (i > 0
                  && indicators[i] == before
                  && (values[i] > values[i - 1] || Float.isNaN(values[i - 1]))
                  && !Float.isNaN(values[i]));
      if (!ascends || indicators[i] >= features) {
        throw new IllegalArgumentException(
            "indicators must ascend within 0…%d, got %d for %s"
                .formatted(features - 1, indicators[i], values[i]));
      }
    }
    this.values = values.clone();
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

  /** The least value of a feature that counts. */
  public float low(int feature) {
    return low[feature];
  }

  /** The largest value of a feature that counts. */
  public float high(int feature) {
    return high[feature];
  }

  /** What is taken from a feature: the mean of the training rows, where they taught it. */
  public double center(int feature) {
    return center[feature];
  }

  /** What a feature is multiplied by after that. */
  public double scale(int feature) {
    return scale[feature];
  }

  /** The feature that each indicator looks at, in ascending order; a copy. */
  public int[] indicators() {
    return indicators.clone();
  }

  /** The value that each indicator looks for, NaN for missing; a copy. */
  public float[] values() {
    return values.clone();
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
      float x = row[at + indicators[i]];
      out[o + low.length + i] =
          x == values[i] || (Float.isNaN(x) && Float.isNaN(values[i])) ? 1 : 0;
    }
  }
}
