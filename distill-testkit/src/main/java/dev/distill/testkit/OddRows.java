package dev.distill.testkit;

import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Rows that a student may be asked about and was not trained on. */
final class OddRows {
  private static final int ROWS = 1_500;

  private OddRows() {}

  /**
   * Every odd value in every column; the training rows; and rows put together of training values,
   * of what lies between two of them, of the thresholds of a model's trees, all of these by one ulp
   * either side, and of odd values.
   */
  static Matrix of(Matrix training, PortableModel... models) {
    RandomGenerator random = Seeds.random(Task.SEED, "odd rows");
    int columns = training.columns();
    float[][] pools = new float[columns][];
    List<List<Float>> thresholds = thresholds(columns, models);
    for (int j = 0; j < columns; j++) {
      pools[j] = neighbours(training, j, thresholds.get(j));
    }
    float[] values = new float[ROWS * columns];
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < columns; j++) {
        float[] pool = pools[j];
        values[i * columns + j] =
            i < Task.ODD.length
                ? Task.ODD[i]
                : switch (random.nextInt(4)) {
                  case 0 -> Task.ODD[random.nextInt(Task.ODD.length)];
                  case 1 -> training.get(random.nextInt(training.rows()), j);
                  default -> pool[random.nextInt(pool.length)];
                };
      }
    }
    int whole = Math.min(training.rows(), ROWS / 3) * columns;
    System.arraycopy(training.values(), 0, values, Task.ODD.length * columns, whole);
    return new Matrix(values, ROWS, columns);
  }

  private static List<List<Float>> thresholds(int columns, PortableModel... models) {
    List<List<Float>> thresholds = new ArrayList<>();
    for (int j = 0; j < columns; j++) {
      thresholds.add(new ArrayList<>());
    }
    for (PortableModel model : models) {
      PortableModel inner = model instanceof Logarithm logarithm ? logarithm.model() : model;
      if (inner instanceof TreeEnsemble trees) {
        for (int t = 0; t < trees.trees(); t++) {
          for (int n = 0; n < trees.nodes(t); n++) {
            if (!trees.isLeaf(t, n)) {
              thresholds.get(trees.feature(t, n)).add(trees.threshold(t, n));
            }
          }
        }
      }
    }
    return thresholds;
  }

  private static float[] neighbours(Matrix training, int column, List<Float> thresholds) {
    float[] sorted = new float[training.rows()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = training.get(i, column);
    }
    Arrays.sort(sorted);
    List<Float> around = new ArrayList<>(thresholds);
    // Those that the model asks for count twice.
    around.addAll(thresholds);
    for (int i = 0; i < sorted.length; i++) {
      around.add(sorted[i]);
      if (i > 0) {
        around.add((float) ((sorted[i - 1] + (double) sorted[i]) / 2));
      }
    }
    float[] pool = new float[3 * around.size()];
    for (int i = 0; i < around.size(); i++) {
      pool[3 * i] = around.get(i);
      pool[3 * i + 1] = Math.nextUp(around.get(i));
      pool[3 * i + 2] = Math.nextDown(around.get(i));
    }
    return pool;
  }
}
