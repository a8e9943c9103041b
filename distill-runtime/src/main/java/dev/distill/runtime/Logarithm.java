package dev.distill.runtime;

import java.util.function.UnaryOperator;

/**
 * The logits of a model that adds up probabilities, such as a forest whose leaves hold
 * distributions: the natural logarithm of its sums, which count as at least {@link #FLOOR}.
 */
public final class Logarithm extends RowScorer implements PortableModel {
  /** Probabilities below this count as this much. */
  public static final double FLOOR = 1e-6;

  // More than a unit in the last place of a logit: no float has a logarithm beyond 128.
  private static final double NEAR = 1e-4;

  private final PortableModel model;

  private Logarithm(PortableModel model) {
    super(model.features(), model.classes(), slots(model));
    this.model = model;
  }

  /**
   * The logarithm of a model's sums. For a single tree it is taken of the leaves, at once.
   *
   * @param model gives one probability a class
   */
  public static PortableModel of(PortableModel model) {
    return model instanceof TreeEnsemble trees && foldable(trees)
        ? trees.map(UnaryOperator.identity(), Logarithm::of)
        : new Logarithm(model);
  }

  /** The logit of a probability. */
  public static float of(double probability) {
    // Math.log may differ in the last bit between machines. NaN fails the comparison.
    return (float) StrictMath.log(probability > FLOOR ? probability : FLOOR);
  }

  /** The model that gives probabilities. */
  public PortableModel model() {
    return model;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    score(model, row, at, out, o, scratch, slot);
    for (int k = o; k < o + classes(); k++) {
      out[k] = of((double) out[k]);
    }
  }

  @Override
  int predict(float[] row, int at, float[][] scratch) {
    float[] sums = scratch[0];
    score(model, row, at, sums, 0, scratch, 1);
    int largest = largest(sums, classes());
    // Sums that differ, but not by a unit in the last place of their logarithm, and all up to the
    // floor, are equal as logits, of which the first counts. No others need a logarithm.
    double near = sums[largest] * (1 - NEAR);
    for (int k = 0; k < largest; k++) {
      if ((sums[k] >= near || near <= FLOOR)
          && of((double) sums[k]) == of((double) sums[largest])) {
        return k;
      }
    }
    return largest;
  }

  private static boolean foldable(TreeEnsemble trees) {
    if (trees.trees() != 1 || trees.targetClass(0) >= 0) {
      return false;
    }
    for (int k = 0; k < trees.classes(); k++) {
      if (trees.base(k) != 0) {
        return false;
      }
    }
    return true;
  }
}
