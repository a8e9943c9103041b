package dev.distill.models.smile;

import dev.distill.auto.Ladder;
import dev.distill.data.EncodedFit;
import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import dev.distill.testkit.TestContext;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.random.RandomGenerator;

/** Fits families as a sweep does. */
final class Fits {
  private final TestContext context = new TestContext().seed(7);

  Fits validation(Validation value) {
    context.validation(value);
    return this;
  }

  /** What was reported and shared. */
  TestContext context() {
    return context;
  }

  /** Fits one student of every family, and must not print: see SmileLibraryTest. */
  public static void main(String[] args) {
    Matrix rows = rows(60, 3, 1);
    ServiceLoader.load(StudentModel.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(family -> family.id().startsWith("smile."))
        .forEach(
            family -> {
              FittedStudent student = new Fits().fit(family, rows, 3, 1, .5, Map.of());
              student.logits(rows, new float[180]);
              student.portable();
            });
  }

  /** Rows of noise. */
  static Matrix rows(int rows, int columns, long seed) {
    RandomGenerator random = Seeds.random(seed, "rows");
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Matrix(values, rows, columns);
  }

  /** What a teacher says who looks at the first column, and labels that follow it. */
  static DistillationLoss loss(Matrix rows, int classes, double temperature, double alpha) {
    double[] teacher = new double[rows.rows() * classes];
    int[] labels = new int[rows.rows()];
    for (int i = 0; i < labels.length; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        teacher[i * classes + k] = Math.exp(Math.sin(rows.get(i, 0) * (k + 1)));
        sum += teacher[i * classes + k];
      }
      for (int k = 0; k < classes; k++) {
        teacher[i * classes + k] /= sum;
      }
      labels[i] = rows.get(i, 0) > 0 ? i % classes : 0;
    }
    return new DistillationLoss(SoftTargets.soften(teacher, classes, temperature), labels, alpha);
  }

  FittedStudent fit(
      StudentModel family,
      Matrix rows,
      int classes,
      double temperature,
      double alpha,
      Map<String, Object> given) {
    return EncodedFit.fit(
        family,
        new TrainingSet(
            rows, classes, Ladder.reduce(family, loss(rows, classes, temperature, alpha))),
        family.searchSpace(new TaskShape(rows.rows(), rows.columns(), classes)).complete(given),
        context);
  }

  static float[] logits(FittedStudent student, Matrix rows, int classes) {
    float[] logits = new float[rows.rows() * classes];
    student.logits(rows, logits);
    return logits;
  }

  /** Answers from a list, and the last of it for ever. */
  record Scripted(Matrix features, List<Double> answers, int[] calls) implements Validation {
    Scripted(Matrix features, Double... answers) {
      this(features, List.of(answers), new int[1]);
    }

    @Override
    public double loss(float[] logits) {
      return answers.get(Math.min(calls[0]++, answers.size() - 1));
    }
  }
}
