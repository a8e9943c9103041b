package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.loss.KullbackLeibler;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Test rows with the same value, or a range of values, in a column, on which the student is farther
 * from the teacher than on the others.
 *
 * @param column the column
 * @param where what its values are, such as {@code age >= 61}
 * @param rows how many test rows these are
 * @param kl mean KL of the teacher from the student on them, in nats
 * @param klElsewhere the same on the other test rows
 * @param p chance of such a difference if there were none, at most: of Welch's statistic, times the
 *     number of slices that were looked at (Bonferroni)
 */
public record Slice(
    String column, String where, int rows, double kl, double klElsewhere, double p) {

  private static final int MOST = 5;
  private static final int FEWEST_ROWS = 30;
  private static final int MOST_LEVELS = 12;
  private static final double LEVEL = 0.05;

  /** The slices on which it is certainly farther, the worst first; of a column the worst one. */
  static List<Slice> worst(Dataset test, double[] teacher, double[] student) {
    int classes = test.classes().size();
    double[] kl = new double[test.rows()];
    for (int i = 0; i < kl.length; i++) {
      int at = i * classes;
      kl[i] = KullbackLeibler.row(teacher, at, student, at, classes, KullbackLeibler.FLOOR);
    }
    List<Slice> all = new ArrayList<>();
    Schema schema = test.schema();
    for (int c = 0; c < schema.columns().size(); c++) {
      if (schema.columns().get(c) instanceof Schema.CategoryColumn category) {
        levels(test, category, c, kl, all);
      } else {
        ranges(test.features(), schema.columns().get(c).name(), schema.offset(c), kl, all);
      }
    }
    List<Slice> worst = new ArrayList<>();
    Set<String> columns = new HashSet<>();
    all.stream()
        .map(s -> new Slice(s.column, s.where, s.rows, s.kl, s.klElsewhere, s.p * all.size()))
        .filter(s -> s.p < LEVEL)
        .sorted(Comparator.comparingDouble((Slice s) -> -s.kl))
        .filter(s -> columns.add(s.column))
        .limit(MOST)
        .forEach(worst::add);
    return worst;
  }

  private static void levels(
      Dataset test, Schema.CategoryColumn column, int c, double[] kl, List<Slice> all) {
    Matrix rows = test.features();
    int first = test.schema().offset(c);
    float[] code = new float[rows.columns()];
    int some = Math.min(MOST_LEVELS, column.levels().size());
    for (int l = -1; l < some; l++) {
      String level = l < 0 ? null : column.levels().get(l);
      test.schema().encodeCategory(c, level, code, 0);
      String where = column.name() + (level == null ? " is missing" : " = " + level);
      add(
          column.name(),
          where,
          i ->
              Arrays.equals(
                  rows.values(),
                  i * rows.columns() + first,
                  i * rows.columns() + first + column.width(),
                  code,
                  first,
                  first + column.width()),
          kl,
          all);
    }
  }

  /** The lowest and the highest quarter, and where it is missing. */
  private static void ranges(Matrix rows, String name, int feature, double[] kl, List<Slice> all) {
    float[] sorted = new float[rows.rows()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = rows.get(i, feature);
    }
    Arrays.sort(sorted); // NaN last
    int present = sorted.length;
    while (present > 0 && Float.isNaN(sorted[present - 1])) {
      present--;
    }
    add(name, name + " is missing", i -> Float.isNaN(rows.get(i, feature)), kl, all);
    if (present > 0) {
      float low = sorted[(present - 1) / 4];
      float high = sorted[3 * (present - 1) / 4];
      add(name, name + " <= " + text(low), i -> rows.get(i, feature) <= low, kl, all);
      add(name, name + " >= " + text(high), i -> rows.get(i, feature) >= high, kl, all);
    }
  }

  private static String text(float value) {
    return String.valueOf(Table.text(Double.parseDouble(Float.toString(value))));
  }

  private static void add(
      String column, String where, IntPredicate in, double[] kl, List<Slice> all) {
    double[] count = new double[2];
    double[] sum = new double[2];
    double[] squares = new double[2];
    for (int i = 0; i < kl.length; i++) {
      int side = in.test(i) ? 1 : 0;
      count[side]++;
      sum[side] += kl[i];
      squares[side] += kl[i] * kl[i];
    }
    if (count[0] < FEWEST_ROWS || count[1] < FEWEST_ROWS) {
      return;
    }
    double[] mean = new double[2];
    double error = 0;
    for (int side = 0; side < 2; side++) {
      mean[side] = sum[side] / count[side];
      double variance = squares[side] / count[side] - mean[side] * mean[side];
      error += Math.max(0, variance) / (count[side] - 1);
    }
    all.add(
        new Slice(column, where, (int) count[1], mean[1], mean[0], tail(mean[1] - mean[0], error)));
  }

  /** An upper bound of the normal tail, by Mills' ratio: φ(z) / z. */
  private static double tail(double difference, double squaredError) {
    double z = difference / Math.sqrt(squaredError);
    return z > 0 ? Math.min(1, Math.exp(-z * z / 2) / (z * Math.sqrt(2 * Math.PI))) : 1;
  }
}
