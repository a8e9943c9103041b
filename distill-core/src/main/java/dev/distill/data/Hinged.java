package dev.distill.data;

import dev.distill.runtime.HingedModel;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Standardized features with hinges ({@code Encoding.HINGED}), learned on training rows. */
final class Hinged implements RowEncoder {
  /** The shares of rows that lie below the knots of a feature. */
  private static final double[] QUANTILES = {0.25, 0.5, 0.75};

  private final Standardized standardized;
  private final int[] hinges;
  private final float[] knots;

  private Hinged(Standardized standardized, int[] hinges, float[] knots) {
    this.standardized = standardized;
    this.hinges = hinges;
    this.knots = knots;
  }

  /**
   * Hinges at the quartiles of each feature's values, as far as they differ and lie within: none
   * for a feature of two values, nor for indicators.
   */
  static Hinged learn(Matrix rows, Schema schema) {
    Standardized standardized = Standardized.learn(rows, schema);
    Matrix encoded = standardized.encode(rows);
    List<Integer> hinges = new ArrayList<>();
    List<Float> knots = new ArrayList<>();
    float[] column = new float[rows.rows()];
    for (int j = 0; j < standardized.features(); j++) {
      int count = 0;
      for (int i = 0; i < rows.rows(); i++) {
        if (!Float.isNaN(rows.get(i, j))) {
          column[count++] = encoded.get(i, j);
        }
      }
      Arrays.sort(column, 0, count);
      float last = count == 0 ? 0 : column[0];
      for (double quantile : QUANTILES) {
        float knot = count == 0 ? 0 : column[(int) (quantile * (count - 1))];
        if (count > 0 && knot > last && knot < column[count - 1]) {
          hinges.add(j);
          knots.add(knot);
          last = knot;
        }
      }
    }
    float[] bends = new float[knots.size()];
    for (int h = 0; h < bends.length; h++) {
      bends[h] = knots.get(h);
    }
    return new Hinged(standardized, hinges.stream().mapToInt(Integer::intValue).toArray(), bends);
  }

  @Override
  public int features() {
    return standardized.features();
  }

  @Override
  public int outputs() {
    return standardized.outputs() + hinges.length;
  }

  @Override
  public void encode(float[] row, int at, float[] out, int o) {
    standardized.encode(row, at, out, o);
    HingedModel.apply(out, o, standardized.outputs(), hinges, knots, out, o);
  }

  @Override
  public PortableModel portable(PortableModel model) {
    return standardized.portable(new HingedModel(standardized.outputs(), hinges, knots, model));
  }
}
