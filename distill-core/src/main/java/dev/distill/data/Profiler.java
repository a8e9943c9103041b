package dev.distill.data;

import dev.distill.runtime.Profile;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Makes the {@link Profile} that a student file carries. Cut points are rounded to about a
 * hundredth of the spread of the middle nine tenths and leave a twentieth of the rows between them;
 * a value that a twentieth of the rows share has a bin of its own. The least and the largest value
 * are not in it.
 */
public final class Profiler {
  private static final int BINS = 20;
  private static final int FEWEST_BINS = 4;
  private static final int MOST_BINS = 4_000;

  private Profiler() {}

  /** The columns of training rows, in the order of the schema. */
  public static List<Profile.Column> columns(Dataset train) {
    Schema schema = train.schema();
    Matrix rows = train.features();
    List<Profile.Column> columns = new ArrayList<>();
    int bins = Math.max(FEWEST_BINS, Math.min(BINS, MOST_BINS / schema.columns().size()));
    for (int c = 0; c < schema.columns().size(); c++) {
      if (schema.columns().get(c) instanceof Schema.CategoryColumn category) {
        columns.add(levels(rows, schema, c, category));
      } else {
        float[] values = new float[rows.rows()];
        for (int i = 0; i < values.length; i++) {
          values[i] = rows.get(i, schema.offset(c));
        }
        columns.add(numbers(values, bins));
      }
    }
    return columns;
  }

  /** Probabilities, rows × classes, as histograms: which classes, {@link Profile.Answers} says. */
  public static List<Profile.Numbers> probabilities(double[] probabilities, int classes) {
    List<Profile.Numbers> histograms = new ArrayList<>();
    for (int k = classes == 2 ? 1 : 0; k < classes && classes <= Profiler.BINS; k++) {
      float[] values = new float[probabilities.length / classes];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) probabilities[i * classes + k];
      }
      histograms.add(numbers(values, BINS));
    }
    return histograms;
  }

  /** What a few have is not told. */
  public static int[] told(int[] counts) {
    return Arrays.stream(counts).map(count -> count < Profile.FEWEST ? 0 : count).toArray();
  }

  private static Profile.Levels levels(
      Matrix rows, Schema schema, int c, Schema.CategoryColumn column) {
    int[] counts = new int[column.levels().size()];
    int missing = 0;
    int other = 0;
    for (int i = 0; i < rows.rows(); i++) {
      int level = level(schema, c, rows, i);
      if (level < 0) {
        missing++;
      } else if (level < counts.length) {
        counts[level]++;
      } else {
        other++;
      }
    }
    return new Profile.Levels(missing, other, told(counts));
  }

  /**
   * The level that features say: −1 if it is missing (or, where one feature stands for two levels,
   * neither of them), the number of levels if it is none of them.
   */
  public static int level(Schema schema, int column, Matrix rows, int row) {
    int first = schema.offset(column);
    float value = rows.get(row, first);
    if (Float.isNaN(value)) {
      return -1;
    }
    Schema.CategoryColumn category = (Schema.CategoryColumn) schema.columns().get(column);
    if (category.width() == 1) {
      return (int) value;
    }
    int level = 0;
    while (level < category.width() && rows.get(row, first + level) != 1) {
      level++;
    }
    return level;
  }

  static Profile.Numbers numbers(float[] values, int bins) {
    Arrays.sort(values); // NaN last
    int present = values.length;
    while (present > 0 && Float.isNaN(values[present - 1])) {
      present--;
    }
    float[] cuts = cuts(values, present, bins);
    Profile.Numbers empty =
        new Profile.Numbers(values.length - present, cuts, new int[cuts.length + 1]);
    int[] counts = new int[cuts.length + 1];
    for (int i = 0; i < present; i++) {
      counts[empty.bin(values[i])]++;
    }
    return new Profile.Numbers(values.length - present, cuts, told(counts));
  }

  private static float[] cuts(float[] sorted, int present, int bins) {
    TreeSet<Float> cuts = new TreeSet<>();
    int target = Math.max(Profile.FEWEST, (present + bins - 1) / bins);
    double step = step(sorted, present);
    int waiting = 0;
    for (int from = 0; from < present; ) {
      float value = sorted[from];
      int to = from + 1;
      while (to < present && sorted[to] == value) {
        to++;
      }
      waiting += to - from;
      if (to - from >= target) {
        cuts.add(value + 0.0f); // −0 is 0
        cuts.add(Math.nextUp(value + 0.0f));
        waiting = 0;
      } else if (waiting >= target && present - to >= Profile.FEWEST) {
        double middle = (value + (double) sorted[to]) / 2;
        cuts.add((float) (Math.rint(middle / step) * step) + 0.0f);
        waiting = 0;
      }
      from = to;
    }
    cuts.removeIf(cut -> !Float.isFinite(cut));
    float[] found = new float[cuts.size()];
    int at = 0;
    for (float cut : cuts) {
      found[at++] = cut;
    }
    return found;
  }

  /** The power of ten that cut points are rounded to. */
  private static double step(float[] sorted, int present) {
    if (present == 0) {
      return 1;
    }
    double spread =
        sorted[(int) (0.95 * (present - 1))] - (double) sorted[(int) (0.05 * (present - 1))];
    if (!(spread > 0)) {
      spread = sorted[present - 1] - (double) sorted[0];
    }
    return spread > 0 ? Math.pow(10, Math.floor(Math.log10(spread)) - 2) : 1;
  }
}
