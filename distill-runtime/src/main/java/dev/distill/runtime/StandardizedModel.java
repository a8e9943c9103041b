package dev.distill.runtime;

/** A model behind a {@link Standardizer}. */
public final class StandardizedModel extends RowScorer implements PortableModel {
  private final Standardizer standardizer;
  private final PortableModel model;

  /**
   * A model behind a standardizer.
   *
   * @throws IllegalArgumentException if the model reads another number of features than the
   *     standardizer gives
   */
  public StandardizedModel(Standardizer standardizer, PortableModel model) {
    super(standardizer.features(), model.classes(), slots(model), standardizer.outputs());
    if (model.features() != standardizer.outputs()) {
      throw new IllegalArgumentException(
          "the model reads %d features, but the standardizer gives %d"
              .formatted(model.features(), standardizer.outputs()));
    }
    this.standardizer = standardizer;
    this.model = model;
  }

  /** What stands before the model. */
  public Standardizer standardizer() {
    return standardizer;
  }

  /** The model, which reads standardized features. */
  public PortableModel model() {
    return model;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    float[] standardized = scratch[slot];
    standardizer.apply(row, at, standardized, 0);
    score(model, standardized, 0, out, o, scratch, slot + 1);
  }
}
