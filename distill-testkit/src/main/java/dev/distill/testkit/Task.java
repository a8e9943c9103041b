package dev.distill.testkit;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.TaskShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Training rows with a teacher and labels.
 *
 * @param teacher rows × classes probabilities, row-major
 * @param labels class index a row
 */
record Task(Matrix features, int classes, double[] teacher, int[] labels) {

  /** {@code -Ddistill.seed=N} repeats a run or makes another; what fails says it. */
  static final long SEED = Long.getLong("distill.seed", 20240701);

  /** Values that no training row needs to have for a served row to have them. */
  static final float[] ODD = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1e30f,
    -1e30f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL / 3,
    0f,
    -0f,
    -7,
    99,
    1e6f
  };

  /** Rows of signal and noise, of which the labels are drawn; every third column has ties. */
  static Task random(int rows, int columns, int classes, String name) {
    RandomGenerator random = Seeds.random(SEED, name);
    float[] x = new float[rows * columns];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      if (i % columns % 3 == 1) {
        x[i] = Math.round(4 * x[i]) / 4f;
      }
    }
    int told = Math.min(columns, 4);
    double[] weights = random.doubles((long) told * classes, -1, 1).toArray();
    double[] teacher = new double[rows * classes];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      int at = i * classes;
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double z = 0;
        for (int j = 0; j < told; j++) {
          z += weights[j * classes + k] * Math.sin(2 * x[i * columns + j]);
        }
        teacher[at + k] = Math.exp(z);
        sum += teacher[at + k];
      }
      for (int k = 0; k < classes; k++) {
        teacher[at + k] /= sum;
      }
      labels[i] = label(teacher, at, classes, random.nextDouble());
    }
    return new Task(new Matrix(x, rows, columns), classes, teacher, labels);
  }

  /**
   * Groups of equal size, one after the other in turn and told apart by the one column, which holds
   * the group's number; a group's labels are in the proportions of its distribution.
   */
  static Task groups(int each, double[]... distributions) {
    int groups = distributions.length;
    int classes = distributions[0].length;
    float[] x = new float[each * groups];
    double[] teacher = new double[x.length * classes];
    int[] labels = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % groups;
      System.arraycopy(distributions[i % groups], 0, teacher, i * classes, classes);
      labels[i] = label(teacher, i * classes, classes, spread(i / groups));
    }
    return new Task(new Matrix(x, x.length, 1), classes, teacher, labels);
  }

  /** As evenly spread over 0 to 1 as can be, whatever the number of members. */
  private static double spread(int member) {
    return (0.5 + member * 0.6180339887498949) % 1;
  }

  private static int label(double[] distribution, int at, int classes, double draw) {
    double left = draw;
    for (int k = 0; k < classes - 1; k++) {
      left -= distribution[at + k];
      if (left < 0) {
        return k;
      }
    }
    return classes - 1;
  }

  /** The first class has this share; each of the others a larger one than the next. */
  static double[] shares(int classes, double first) {
    double[] shares = new double[classes];
    shares[0] = first;
    for (int k = 1; k < classes; k++) {
      shares[k] = (1 - first) * 2 * (classes - k) / (classes * (classes - 1));
    }
    return shares;
  }

  /** Two groups, told apart by one column; over all rows the first class is the most frequent. */
  static Task twoGroups(int classes) {
    return groups(300, shares(classes, .7), shares(classes, .4));
  }

  /**
   * Two columns of 0 and 1 which, for rows of one class, know nothing of each other, so that their
   * parts in the logits add up: any honest family can learn it, and only from both.
   */
  static Task twoColumns(int classes) {
    double[] prior = {.5, .3, .2};
    double[][] one = {{.2, .6, .8}, {.3, .8, .5}};
    List<double[]> distributions = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    for (int cell = 0; cell < 4; cell++) {
      double[] joint = new double[classes];
      double all = 0;
      for (int k = 0; k < classes; k++) {
        joint[k] =
            prior[k]
                * (cell >> 1 == 1 ? one[0][k] : 1 - one[0][k])
                * ((cell & 1) == 1 ? one[1][k] : 1 - one[1][k]);
        all += joint[k];
      }
      for (int k = 0; k < classes; k++) {
        joint[k] /= all;
      }
      for (int i = 0; i < Math.round(800 * all); i++) {
        rows.add(new float[] {cell >> 1, cell & 1});
        distributions.add(joint);
      }
    }
    double[] teacher = new double[rows.size() * classes];
    int[] labels = new int[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(distributions.get(i), 0, teacher, i * classes, classes);
      labels[i] = label(teacher, i * classes, classes, spread(i));
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length).boxed().toList());
    Collections.shuffle(order, new Random(SEED));
    return new Task(Matrix.of(rows.toArray(new float[0][])), classes, teacher, labels)
        .select(order.stream().mapToInt(i -> i).toArray());
  }

  Task with(Matrix other) {
    return new Task(other, classes, teacher, labels);
  }

  Task with(double[] other) {
    return new Task(features, classes, other, labels);
  }

  Task with(int[] other) {
    return new Task(features, classes, teacher, other);
  }

  /** The given rows, in the given order. */
  Task select(int[] rows) {
    double[] picked = new double[rows.length * classes];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(teacher, rows[i] * classes, picked, i * classes, classes);
    }
    return new Task(
        features.select(rows), classes, picked, Arrays.stream(rows).map(r -> labels[r]).toArray());
  }

  /** The same with values missing everywhere, and odd ones in the last two columns. */
  Task dirty() {
    RandomGenerator random = Seeds.random(SEED, "dirty");
    float[] x = features.values().clone();
    for (int i = 0; i < x.length; i++) {
      int column = i % features.columns();
      if (random.nextInt(10) == 0) {
        x[i] = Float.NaN;
      } else if (column >= features.columns() - 2 && random.nextInt(6) == 0) {
        x[i] = ODD[random.nextInt(ODD.length)];
      }
    }
    return with(new Matrix(x, features.rows(), features.columns()));
  }

  int rows() {
    return labels.length;
  }

  TaskShape shape() {
    return new TaskShape(rows(), features.columns(), classes);
  }

  DistillationLoss loss(double temperature, double alpha) {
    return new DistillationLoss(SoftTargets.soften(teacher, classes, temperature), labels, alpha);
  }
}
