package dev.distill.bench;

import dev.distill.auto.Ladder;
import dev.distill.data.EncodedFit;
import dev.distill.loss.DistillationLoss;
import dev.distill.loss.SoftTargets;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Made-up rows with a teacher that is neither linear nor sure of itself.
 *
 * @param teacher rows × classes probabilities, row-major
 */
record BenchTask(Matrix features, int classes, double[] teacher, int[] labels) {

  static BenchTask random(int rows, int columns, int classes) {
    Random random = new Random(20240701);
    float[] x = new float[rows * columns];
    for (int j = 0; j < x.length; j++) {
      x[j] = (float) random.nextGaussian();
    }
    double[] weights = random.doubles((long) columns * classes, -1, 1).toArray();
    double[] teacher = new double[rows * classes];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      int best = 0;
      for (int k = 0; k < classes; k++) {
        double z = 0;
        for (int j = 0; j < columns; j++) {
          z += weights[j * classes + k] * Math.sin(2 * x[i * columns + j]);
        }
        teacher[i * classes + k] = Math.exp(z);
        sum += Math.exp(z);
        best = teacher[i * classes + k] > teacher[i * classes + best] ? k : best;
      }
      for (int k = 0; k < classes; k++) {
        teacher[i * classes + k] /= sum;
      }
      labels[i] = random.nextInt(10) == 0 ? random.nextInt(classes) : best;
    }
    return new BenchTask(new Matrix(x, rows, columns), classes, teacher, labels);
  }

  /** A student of that many rounds and depth: no sampling, the usual learning rate. */
  FittedStudent fit(
      StudentModel family,
      double temperature,
      double alpha,
      int rounds,
      int depth,
      Context context) {
    DistillationLoss loss =
        new DistillationLoss(SoftTargets.soften(teacher, classes, temperature), labels, alpha);
    // Past the bounds of the search space where a benchmark asks for a deep tree.
    Hyperparameters values =
        new Hyperparameters(
            Map.of(
                "rounds", rounds,
                "max_depth", depth,
                "eta", 0.1,
                "min_child_weight", 1.0,
                "lambda", 1.0,
                "subsample", 1.0,
                "colsample_bytree", 1.0,
                "leaves", "one_class"));
    return family.fit(
        new TrainingSet(features, classes, new Targets.Gradient(loss)), values, context);
  }

  /** A student with its defaults, on features as its family wants them. */
  FittedStudent fit(StudentModel family, double alpha, Context context) {
    TaskShape shape = new TaskShape(features.rows(), features.columns(), classes);
    DistillationLoss loss =
        new DistillationLoss(SoftTargets.soften(teacher, classes, 1), labels, alpha);
    TrainingSet training = new TrainingSet(features, classes, Ladder.reduce(family, loss));
    return EncodedFit.fit(family, training, family.searchSpace(shape).defaults(), context);
  }

  /** A sweep of fits one after another. */
  static final class Context implements FitContext, AutoCloseable {
    private final int threads;
    private final Map<List<Object>, AutoCloseable> shared = new HashMap<>();

    Context(int threads) {
      this.threads = threads;
    }

    @Override
    public long seed() {
      return 1;
    }

    @Override
    public RandomGenerator random(String purpose) {
      return Seeds.random(1, purpose);
    }

    @Override
    public int threads() {
      return threads;
    }

    @Override
    public Optional<Validation> validation() {
      return Optional.empty();
    }

    @Override
    public void report(int step, double loss) {}

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      AutoCloseable made = shared.get(List.of(matrix, form));
      if (made == null) {
        made = make.apply(matrix);
        shared.put(List.of(matrix, form), made);
      }
      return form.cast(made);
    }

    @Override
    public void close() {
      for (AutoCloseable form : shared.values()) {
        try {
          form.close();
        } catch (Exception e) {
          throw new IllegalStateException("native memory could not be freed", e);
        }
      }
    }
  }
}
