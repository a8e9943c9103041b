package dev.distill.runtime;

import java.util.function.UnaryOperator;

/**
 * The logits of a model that adds up probabilities, such as a forest whose leaves hold
 * distributions: the natural logarithm of its sums, which count as at least {@link #FLOOR}.
 */
public final class Logarithm extends RowScorer implements PortableModel {
  /** Probabilities below this count as this much. */
  public static final double FLOOR = 1e-6;

  private final PortableModel model;

  private Logarithm(PortableModel model) {
    super(model.features(), model.classes(), 1);
    this.model = model;
  }

  /**
   * The logarithm of a model's sums. For a single tree it is taken of the leaves, at once.
   *
   * @param model gives one probability a class
   */
  public static PortableModel of(PortableModel model) {
    return model instanceof TreeEnsemble trees && foldable(trees)
        ? fold(trees)
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
  void score(float[] row, int at, float[] out, int o, float[] buffer) {
    model.logits(row, at, out, o);
    for (int k = o; k < o + classes(); k++) {
      out[k] = of((double) out[k]);
    }
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

  private static TreeEnsemble fold(TreeEnsemble trees) {
    return trees.map(UnaryOperator.identity(), Logarithm::of);
  }
}
