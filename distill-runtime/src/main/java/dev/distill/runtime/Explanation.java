package dev.distill.runtime;

/**
 * Why a row is scored as it is: what each feature and each column adds to the logit of each class.
 * Logits here are those that the softmax takes, divided by the {@link StudentFile#temperature()}:
 * the softmax of {@link #logit} is the row's probabilities, and for two classes the difference of
 * what a column adds to both is what it adds to the log odds.
 *
 * <p>{@code logit(k) = base(k) + Σ feature(j, k) = base(k) + Σ column(c, k)}, in double precision;
 * the student adds in float32, so that its logits may differ by the rounding of its sums: about
 * 6·10⁻⁸ times the number of terms times the largest of them.
 *
 * <p>Of trees, what a feature adds is its Shapley value, and the base what they give to a training
 * row on average; of a linear model, its weights times the (standardized) feature and what is made
 * of it, and the base is the bias. A feature that the model does not read adds exactly 0. What a
 * column adds is the sum of its features.
 */
public final class Explanation {
  private final Schema schema;
  private final double[] base;
  private final double[] contributions; // features × classes

  Explanation(Schema schema, double[] base, double[] contributions) {
    this.schema = schema;
    this.base = base;
    this.contributions = contributions;
  }

  /** Number of classes. */
  public int classes() {
    return base.length;
  }

  /** What the logit of a class is before any feature. */
  public double base(int targetClass) {
    return base[targetClass];
  }

  /** What a feature adds to the logit of a class. */
  public double feature(int feature, int targetClass) {
    if (targetClass < 0 || targetClass >= base.length) {
      throw new IndexOutOfBoundsException(
          "class must be in 0…%d, got %d".formatted(base.length - 1, targetClass));
    }
    return contributions[feature * base.length + targetClass];
  }

  /** What a column adds to the logit of a class: the sum of its features. */
  public double column(int column, int targetClass) {
    int from = schema.offset(column);
    double sum = 0;
    for (int j = from; j < from + schema.columns().get(column).width(); j++) {
      sum += feature(j, targetClass);
    }
    return sum;
  }

  /** The logit of a class: the base and all contributions. */
  public double logit(int targetClass) {
    double sum = base(targetClass);
    for (int j = 0; j < schema.features(); j++) {
      sum += feature(j, targetClass);
    }
    return sum;
  }
}
