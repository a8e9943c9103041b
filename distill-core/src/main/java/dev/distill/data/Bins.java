package dev.distill.data;

import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.runtime.TreeEnsemble.Split;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Quantile bins ({@link Encoding#BINNED}), learned on training rows. Bin b holds the values from
 * cut b − 1 up to, not including, cut b; missing values and minus infinity are below all bins.
 */
final class Bins implements RowEncoder {
  private final float[][] cuts;

  private Bins(float[][] cuts) {
    this.cuts = cuts;
  }

  /** A bin for each distinct value, or, where there are too many, quantiles of equal size. */
  static Bins learn(Matrix rows) {
    float[][] cuts = new float[rows.columns()][];
    float[] column = new float[rows.rows()];
    for (int j = 0; j < cuts.length; j++) {
      int count = 0;
      for (int i = 0; i < column.length; i++) {
        float x = rows.get(i, j);
        if (x > Float.NEGATIVE_INFINITY) {
          column[count++] = x;
        }
      }
      Arrays.sort(column, 0, count);
      cuts[j] = cuts(column, count);
    }
    return new Bins(cuts);
  }

  private static float[] cuts(float[] sorted, int count) {
    int distinct = count == 0 ? 0 : 1;
    for (int i = 1; i < count; i++) {
      distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
    }
    float[] cuts = new float[Math.min(distinct, Encoding.MOST_BINS) + 1];
    int size = 0;
    // How many rows a bin must hold before the next one begins.
    double wanted = distinct <= Encoding.MOST_BINS ? 1 : (double) count / Encoding.MOST_BINS;
    double next = wanted;
    for (int i = 1; i < count; i++) {
      if (i >= next && sorted[i] != sorted[i - 1] && size < Encoding.MOST_BINS - 1) {
        cuts[size++] = between(sorted[i - 1], sorted[i]);
        next = Math.max(next, i) + (distinct <= Encoding.MOST_BINS ? 0 : wanted);
      }
    }
    return Arrays.copyOf(cuts, size);
  }

  /** A value above the lower and not above the upper one. */
  private static float between(float lower, float upper) {
    float middle = (float) ((lower + (double) upper) / 2);
    return middle > lower && middle < Float.POSITIVE_INFINITY ? middle : upper;
  }

  @Override
  public int features() {
    return cuts.length;
  }

  @Override
  public int outputs() {
    return cuts.length;
  }

  @Override
  public void encode(float[] row, int at, float[] out, int o) {
    for (int j = 0; j < cuts.length; j++) {
      float x = row[at + j];
      out[o + j] = x > Float.NEGATIVE_INFINITY ? bin(cuts[j], x) : -1;
    }
  }

  /** The number of cuts that are not above a value, without a branch that depends on it. */
  private static int bin(float[] cuts, float x) {
    int below = 0;
    for (int rest = cuts.length; rest > 0; rest >>>= 1) {
      int half = (rest + 1) >>> 1;
      below += x >= cuts[below + half - 1] ? half : 0;
    }
    return below;
  }

  @Override
  public PortableModel portable(PortableModel model) {
    if (model.features() != outputs()) {
      throw new FitException(
          "the portable form reads %s features, expected %s"
              .formatted(model.features(), outputs()));
    }
    if (model instanceof TreeEnsemble trees) {
      return trees.map(this::raw, DoubleUnaryOperator.identity());
    }
    if (model instanceof Logarithm logarithm) {
      return Logarithm.of(portable(logarithm.model()));
    }
    throw new FitException(
        "the portable form of a family with BINNED features must be a tree ensemble, got "
            + model.getClass().getSimpleName());
  }

  /** The question about the value that a question about the bin stands for. */
  private Split raw(Split split) {
    float[] own = cuts[split.feature()];
    // Bins below the threshold go left: those up to this one.
    double last = Math.ceil(split.threshold()) - 1;
    if (last < -1) {
      return new Split(split.feature(), Float.NEGATIVE_INFINITY, false);
    }
    if (last >= own.length) {
      throw new FitException(
          "a tree asks feature %s for bins below %s, but there are %s"
              .formatted(split.feature(), split.threshold(), own.length + 1));
    }
    // Below the lowest finite value is minus infinity alone, which is binned with the missing ones.
    float threshold = last < 0 ? -Float.MAX_VALUE : own[(int) last];
    return new Split(split.feature(), threshold, true);
  }
}
