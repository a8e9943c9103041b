package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.SliceRows;
import dev.distill.loss.KullbackLeibler;
import java.util.ArrayList;
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
    for (SliceRows rows : SliceRows.of(test.schema(), test.features())) {
      add(rows.column(), rows.where(), rows.in(), kl, all);
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
