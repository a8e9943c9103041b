package dev.distill.runtime;

/**
 * A model that also reads hinges of its features: after all features x come {@code max(0, x −
 * knot)}, so that a linear model bends at the knots and stays a sum over features (Friedman, 1991).
 */
public final class HingedModel extends RowScorer implements PortableModel {
  private final int[] hinges;
  private final float[] knots;
  private final PortableModel model;

  /**
   * A model behind hinges.
   *
   * @param features number of features
   * @param hinges the feature of each hinge
   * @param knots where each hinge bends, finite
   * @param model reads the features, then a value for each hinge
   * @throws IllegalArgumentException if a length or a value does not fit
   */
  public HingedModel(int features, int[] hinges, float[] knots, PortableModel model) {
    super(features, model.classes(), slots(model), model.features());
    this.knots = finite("knots", knots, hinges.length);
    this.hinges = hinges.clone();
    for (int feature : hinges) {
      if (feature < 0 || feature >= features) {
        throw new IllegalArgumentException(
            "hinges must be in 0…%d, got %d".formatted(features - 1, feature));
      }
    }
    if (model.features() != features + hinges.length) {
      throw new IllegalArgumentException(
          "the model reads %d features, expected %d and %d hinges"
              .formatted(model.features(), features, hinges.length));
    }
    this.model = model;
  }

  /** The model, which reads the features, then the hinges. */
  public PortableModel model() {
    return model;
  }

  /** The feature of each hinge; a copy. */
  public int[] hinges() {
    return hinges.clone();
  }

  /** Where each hinge bends; a copy. */
  public float[] knots() {
    return knots.clone();
  }

  /**
   * Writes a row with its hinges.
   *
   * @param out takes the row's features from {@code o} on, then the hinges; owned by the caller
   */
  public static void apply(
      float[] row, int at, int features, int[] hinges, float[] knots, float[] out, int o) {
    System.arraycopy(row, at, out, o, features);
    for (int h = 0; h < hinges.length; h++) {
      out[o + features + h] = Math.max(0, row[at + hinges[h]] - knots[h]);
    }
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    float[] bent = scratch[slot];
    apply(row, at, features(), hinges, knots, bent, 0);
    score(model, bent, 0, out, o, scratch, slot + 1);
  }
}
