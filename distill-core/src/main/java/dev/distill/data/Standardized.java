package dev.distill.data;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Standardized features ({@code Encoding.STANDARDIZED}), learned on training rows. */
final class Standardized implements RowEncoder {
  private static final int MOST_LEVELS = 50;

  private final Standardizer standardizer;

  private Standardized(Standardizer standardizer) {
    this.standardizer = standardizer;
  }

  /**
   * Means and deviations of the finite values; ranges too, so that no row is far outside. A column
   * without two different finite values is 0; one without any value has no indicator, as a column
   * of ones would say nothing. The rank of a category says little to a linear model, so each of its
   * commonest levels has an indicator too.
   */
  static Standardized learn(Matrix rows, Schema schema) {
    int columns = rows.columns();
    float[] low = new float[columns];
    float[] high = new float[columns];
    double[] center = new double[columns];
    double[] scale = new double[columns];
    int[] levels = levels(schema);
    List<Integer> indicators = new ArrayList<>();
    List<Float> values = new ArrayList<>();
    Set<BitSet> patterns = new HashSet<>();
    for (int j = 0; j < columns; j++) {
      BitSet missing = new BitSet(rows.rows());
      int count = 0;
      double mean = 0;
      double squares = 0;
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < rows.rows(); i++) {
        float x = rows.get(i, j);
        if (Float.isNaN(x)) {
          missing.set(i);
        } else if (Float.isFinite(x)) {
          least = Math.min(least, x);
          most = Math.max(most, x);
          // Welford (1962): no large sums that cancel.
          double step = x - mean;
          mean += step / ++count;
          squares += step * (x - mean);
        }
      }
      if (least < most) {
        low[j] = least;
        high[j] = most;
        center[j] = mean;
        scale[j] = 1 / Math.sqrt(squares / count);
      }
      int gaps = missing.cardinality();
      if (gaps > 0 && gaps < rows.rows() && patterns.add(missing)) {
        indicators.add(j);
        values.add(Float.NaN);
      }
      for (int level = 0; level < levels[j]; level++) {
        indicators.add(j);
        values.add((float) level);
      }
    }
    float[] looked = new float[values.size()];
    for (int i = 0; i < looked.length; i++) {
      looked[i] = values.get(i);
    }
    int[] at = indicators.stream().mapToInt(Integer::intValue).toArray();
    return new Standardized(new Standardizer(low, high, center, scale, at, looked));
  }

  /** How many levels of each feature have an indicator: of those that are ranks, the commonest. */
  private static int[] levels(Schema schema) {
    int[] levels = new int[schema.features()];
    for (int c = 0; c < schema.columns().size(); c++) {
      if (schema.columns().get(c) instanceof Schema.CategoryColumn category
          && category.coding() == Schema.Coding.FREQUENCY_RANK) {
        levels[schema.offset(c)] = Math.min(MOST_LEVELS, category.levels().size());
      }
    }
    return levels;
  }

  @Override
  public int features() {
    return standardizer.features();
  }

  @Override
  public int outputs() {
    return standardizer.outputs();
  }

  @Override
  public void encode(float[] row, int at, float[] out, int o) {
    standardizer.apply(row, at, out, o);
  }

  @Override
  public PortableModel portable(PortableModel model) {
    return new StandardizedModel(standardizer, model);
  }
}
