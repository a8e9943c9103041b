package dev.distill.spi;

/**
 * In what form a family wants its features. Core encodes the rows before training and scoring, and
 * takes it into the portable model; a family sees its own form alone.
 */
public enum Encoding {
  /** As they are: float32, NaN = missing, infinities included. The family must cope with all. */
  AS_IS,
  /**
   * Each value is the number of its quantile bin, a whole number from 0 up to at most {@link
   * #MOST_BINS} − 1; missing is −1, and so is minus infinity. For trees: few distinct values,
   * nothing missing, and any threshold between two bins is one between two values. The portable
   * form must be a tree ensemble, or the logarithm of one.
   */
  BINNED,
  /**
   * Each feature has mean 0 and variance 1 over the training rows and is limited to their range;
   * missing is 0, with a 0/1 feature after all others for each pattern of missing values among the
   * training rows (none for a column without any value). For linear models and networks.
   */
  STANDARDIZED,
  /**
   * As {@link #STANDARDIZED}, and after all others {@code max(0, x − knot)} for each standardized
   * feature x at its quartiles: a linear model of these bends, and stays a sum over features.
   */
  HINGED;

  /** The most bins of a feature. */
  public static final int MOST_BINS = 255;
}
