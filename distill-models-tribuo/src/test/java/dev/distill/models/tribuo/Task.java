package dev.distill.models.tribuo;

import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.FittedStudent;
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
 * Rows and what they are to be.
 *
 * @param targets rows × classes, row-major
 */
record Task(Matrix features, int classes, float[] targets) {

  /** Whole numbers from -1 to 8, as bins are, and a smooth teacher of them. */
  static Task random(int rows, int columns, int classes, long seed) {
    Random random = new Random(seed);
    float[] x = new float[rows * columns];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(10) - 1;
    }
    double[] weights = random.doubles((long) columns * classes, -1, 1).toArray();
    float[] targets = new float[rows * classes];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double z = 0;
        for (int j = 0; j < columns; j++) {
          z += weights[j * classes + k] * Math.sin(x[i * columns + j]) / Math.sqrt(columns) * 2;
        }
        targets[i * classes + k] = (float) Math.exp(z);
        sum += targets[i * classes + k];
      }
      for (int k = 0; k < classes; k++) {
        targets[i * classes + k] /= (float) sum;
      }
    }
    return new Task(new Matrix(x, rows, columns), classes, targets);
  }

  /** A column of 0 and 1 that tells two distributions apart, and columns of noise. */
  static Task groups(int rows, int noise, float[]... distributions) {
    Random random = new Random(5);
    int columns = 1 + noise;
    int classes = distributions[0].length;
    float[] x = new float[rows * columns];
    float[] targets = new float[rows * classes];
    for (int i = 0; i < rows; i++) {
      int group = i % distributions.length;
      x[i * columns] = group;
      for (int j = 1; j < columns; j++) {
        x[i * columns + j] = random.nextInt(3);
      }
      System.arraycopy(distributions[group], 0, targets, i * classes, classes);
    }
    return new Task(new Matrix(x, rows, columns), classes, targets);
  }

  int rows() {
    return features.rows();
  }

  TaskShape shape() {
    return new TaskShape(rows(), features.columns(), classes);
  }

  FittedStudent fit(StudentModel family, Map<String, Object> given, TestContext context) {
    Targets taught =
        family.capabilities().level() == TargetLevel.SOFT_TARGETS
            ? new Targets.Soft(targets)
            : new Targets.Gradient(
                new DistillationLoss(new SoftTargets(1, targets, classes), new int[rows()], 1));
    return family.fit(
        new TrainingSet(features, classes, taught),
        family.searchSpace(shape()).complete(given),
        context);
  }

  /** The training rows' logits by the library's own code. */
  float[] logits(FittedStudent student) {
    float[] logits = new float[rows() * classes];
    student.logits(features, logits);
    return logits;
  }

  float[] fitted(StudentModel family, Map<String, Object> given, long seed) {
    return logits(fit(family, given, new TestContext().seed(seed)));
  }

  /** Probabilities of logits. */
  static double[] softmax(float[] logits, int classes) {
    double[] p = new double[logits.length];
    for (int i = 0; i < p.length; i += classes) {
      double most = Double.NEGATIVE_INFINITY;
      for (int k = i; k < i + classes; k++) {
        most = Math.max(most, logits[k]);
      }
      double sum = 0;
      for (int k = i; k < i + classes; k++) {
        p[k] = Math.exp(logits[k] - most);
        sum += p[k];
      }
      for (int k = i; k < i + classes; k++) {
        p[k] /= sum;
      }
    }
    return p;
  }

  /** Mean KL of the targets to the student. */
  double divergence(float[] logits) {
    double[] q = softmax(logits, classes);
    double sum = 0;
    for (int i = 0; i < q.length; i++) {
      sum += targets[i] > 0 ? targets[i] * Math.log(targets[i] / q[i]) : 0;
    }
    return sum / rows();
  }
}
