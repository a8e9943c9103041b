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
    super(
        blocks(standardizer, model),
        standardizer.features(),
        model.classes(),
        slots(model),
        standardizer.outputs() * (blocks(standardizer, model) ? BLOCK : 1));
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

  private static boolean blocks(Standardizer standardizer, PortableModel model) {
    return blocks(model) && standardizer.outputs() <= MOST_IN_BLOCK;
  }

  @Override
  void scoreBlock(
      float[] rows, int at, int count, float[] out, int o, float[][] scratch, int slot) {
    if (!(blocks(this) && model instanceof RowScorer scorer)) {
      super.scoreBlock(rows, at, count, out, o, scratch, slot);
      return;
    }
    float[] standardized = scratch[slot];
    for (int i = 0; i < count; i++) {
      standardizer.apply(rows, at + i * features(), standardized, i * standardizer.outputs());
    }
    scorer.scoreBlock(standardized, 0, count, out, o, scratch, slot + 1);
  }
}
