package dev.distill.models.xgboost;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.testkit.TestContext;
import java.util.Map;
import java.util.Random;

/**
 * Training rows with a teacher and labels.
 *
 * @param teacher rows × classes, row-major
 */
record Task(Matrix features, int classes, double[] teacher, int[] labels) {

  /** {@code -Ddistill.seed=N} repeats a run or makes another; failed assertions say it. */
  static final long SEED = Long.getLong("distill.seed", 20240701);

  static final String REPEAT = "repeat with -Ddistill.seed=" + SEED;

  /** Rows of noise and signal; some values are tied, a few missing if told. */
  static Task random(int rows, int columns, int classes, boolean missing, long salt) {
    Random random = new Random(SEED + salt);
    float[] x = new float[rows * columns];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      if (i % columns % 3 == 1) {
        x[i] = Math.round(4 * x[i]) / 4f;
      }
      if (missing && random.nextInt(10) == 0) {
        x[i] = Float.NaN;
      }
    }
    double[] weights = random.doubles((long) columns * classes, -1, 1).toArray();
    double[] teacher = new double[rows * classes];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double z = 0;
        for (int j = 0; j < columns; j++) {
          float value = x[i * columns + j];
          z += weights[j * classes + k] * (Float.isNaN(value) ? 2 : Math.sin(2 * value));
        }
        teacher[i * classes + k] = Math.exp(z);
        sum += Math.exp(z);
      }
      double draw = random.nextDouble();
      labels[i] = classes - 1;
      for (int k = classes - 1; k >= 0; k--) {
        teacher[i * classes + k] /= sum;
      }
      for (int k = 0; k < classes; k++) {
        draw -= teacher[i * classes + k];
        if (draw < 0) {
          labels[i] = k;
          break;
        }
      }
    }
    return new Task(new Matrix(x, rows, columns), classes, teacher, labels);
  }

  /**
   * Groups of equal size, told apart by the one column; row i is of group i modulo their number.
   * Within a group labels count up, so that a group holds all of them about equally often.
   */
  static Task groups(int rows, double[]... distributions) {
    int classes = distributions[0].length;
    float[] x = new float[rows];
    double[] teacher = new double[rows * classes];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      int group = i % distributions.length;
      x[i] = group;
      System.arraycopy(distributions[group], 0, teacher, i * classes, classes);
      // Half of the labels are the group's number, so that groups differ.
      int member = i / distributions.length;
      labels[i] = (member % 2 == 0 ? group : member / 2) % classes;
    }
    return new Task(new Matrix(x, rows, 1), classes, teacher, labels);
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

  int rows() {
    return labels.length;
  }

  TaskShape shape() {
    return new TaskShape(rows(), features.columns(), classes);
  }

  DistillationLoss loss(double temperature, double alpha) {
    return new DistillationLoss(SoftTargets.soften(teacher, classes, temperature), labels, alpha);
  }

  Hyperparameters complete(StudentModel family, Map<String, Object> given) {
    return family.searchSpace(shape()).complete(given);
  }

  /** Fits a family; the hyperparameters not given have their defaults. */
  FittedStudent fit(
      StudentModel family,
      double temperature,
      double alpha,
      Map<String, Object> given,
      FitContext context) {
    DistillationLoss loss = loss(temperature, alpha);
    Targets targets =
        family.capabilities().level() == TargetLevel.LOSS_GRADIENT
            ? new Targets.Gradient(loss)
            : new Targets.Soft(loss.mixedTarget());
    return family.fit(
        new TrainingSet(features, classes, targets), complete(family, given), context);
  }

  /** Fits in a sweep of its own and gives the training rows' logits. */
  float[] fitted(StudentModel family, double temperature, double alpha, Map<String, Object> given) {
    try (TestContext context = new TestContext();
        FittedStudent student = fit(family, temperature, alpha, given, context)) {
      return logits(student, features);
    }
  }

  static float[] logits(FittedStudent student, Matrix rows) {
    float[] logits = new float[rows.rows() * classes(student)];
    student.logits(rows, logits);
    return logits;
  }

  static int classes(FittedStudent student) {
    return student.portable().orElseThrow().classes();
  }
}
