package dev.distill.data;

import dev.distill.spi.Table;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The nearest rows of each row of a table of numbers and texts. A column adds the squared
 * difference in standard deviations; texts that differ add as much as two random numbers do, and a
 * column of numbers never more than three times that, also where one of them is missing.
 *
 * <p>All pairs are compared, column by column, in loops that the JVM vectorises. Where that is too
 * much, each row is compared with a random sample of the others.
 */
final class Neighbours {
  /** About so many cells are compared at most, some seconds of work. */
  private static final double WORK = 1e10;

  private static final int BLOCK = 1_024;

  /** The expected squared difference of two independent standardised numbers. */
  private static final float APART = 2;

  private static final float FARTHEST = 3 * APART;
  private static final float MISSING = 1e4f;

  private final float[][] columns;
  private final float[] most;
  private final int rows;

  private Neighbours(Table table) {
    int width = table.columns().size();
    rows = table.rows();
    columns = new float[width][];
    most = new float[width];
    for (int c = 0; c < width; c++) {
      if (table.columns().get(c) instanceof Table.Numbers numbers) {
        columns[c] = standardized(numbers.values());
        most[c] = FARTHEST;
      } else {
        int[] codes = ((Table.Texts) table.columns().get(c)).codes();
        columns[c] = new float[rows];
        for (int i = 0; i < rows; i++) {
          columns[c][i] = codes[i] * (float) Math.sqrt(APART);
        }
        most[c] = APART;
      }
    }
  }

  /**
   * The k nearest other rows of each row, in no order; a row may stand twice among them where they
   * were sampled.
   *
   * @param k at least 1, below the number of rows
   * @return rows × k
   */
  static int[] of(Table table, int k, long seed) {
    Neighbours all = new Neighbours(table);
    int[] nearest = new int[Math.multiplyExact(all.rows, k)];
    double affordable = WORK / all.columns.length / all.rows;
    int candidates = (int) Math.min(all.rows, Math.max(affordable, BLOCK));
    int blocks = (all.rows + BLOCK - 1) / BLOCK;
    IntStream.range(0, blocks)
        .parallel()
        .forEach(
            b -> {
              int[] sample =
                  candidates == all.rows
                      ? IntStream.range(0, candidates).toArray()
                      : new SplittableRandom(seed + b).ints(candidates, 0, all.rows).toArray();
              float[][] values = candidates == all.rows ? all.columns : all.pick(sample);
              int end = Math.min(all.rows, (b + 1) * BLOCK);
              for (int i = b * BLOCK; i < end; i++) {
                all.search(i, sample, values, k, nearest);
              }
            });
    return nearest;
  }

  private float[][] pick(int[] sample) {
    float[][] values = new float[columns.length][sample.length];
    for (int c = 0; c < values.length; c++) {
      for (int s = 0; s < sample.length; s++) {
        values[c][s] = columns[c][sample[s]];
      }
    }
    return values;
  }

  private void search(int row, int[] sample, float[][] values, int k, int[] nearest) {
    float[] near = new float[k];
    Arrays.fill(near, Float.POSITIVE_INFINITY);
    int farthest = 0;
    float[] distances = new float[BLOCK];
    for (int from = 0; from < sample.length; from += BLOCK) {
      int count = Math.min(BLOCK, sample.length - from);
      Arrays.fill(distances, 0);
      for (int c = 0; c < values.length; c++) {
        add(values[c], from, count, columns[c][row], most[c], distances);
      }
      for (int j = 0; j < count; j++) {
        if (distances[j] < near[farthest] && sample[from + j] != row) {
          near[farthest] = distances[j];
          nearest[row * k + farthest] = sample[from + j];
          for (int n = 0; n < k; n++) {
            farthest = near[n] > near[farthest] ? n : farthest;
          }
        }
      }
    }
  }

  private static void add(
      float[] values, int from, int count, float value, float most, float[] distances) {
    for (int j = 0; j < count; j++) {
      float apart = values[from + j] - value;
      distances[j] += Math.min(apart * apart, most);
    }
  }

  private static float[] standardized(double[] values) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (double value : values) {
      if (Double.isFinite(value)) {
        sum += value;
        count++;
      }
    }
    double mean = sum / Math.max(1, count);
    for (double value : values) {
      if (Double.isFinite(value)) {
        squares += (value - mean) * (value - mean);
      }
    }
    double deviation = Math.sqrt(squares / Math.max(1, count));
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      double scale = (values[i] - mean) / (deviation > 0 ? deviation : 1);
      scaled[i] = Double.isNaN(scale) ? MISSING : (float) Math.max(-1e3, Math.min(1e3, scale));
    }
    return scaled;
  }
}
