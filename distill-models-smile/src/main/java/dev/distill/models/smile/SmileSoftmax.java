package dev.distill.models.smile;

import dev.distill.loss.DistillationLoss;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.Arrays;
import java.util.Map;
import smile.math.BFGS;
import smile.math.DifferentiableMultivariateFunction;

/**
 * Softmax regression: linear logits that minimise the distillation loss itself, with an L2 penalty
 * on the weights, by Smile's L-BFGS (Liu and Nocedal, 1989). T and α are exact in training.
 */
public final class SmileSoftmax implements StudentModel {
  private static final String L2 = "l2";

  private static final int CORRECTIONS = 7;
  private static final int MOST_ITERATIONS = 150;
  private static final double TOLERANCE = 1e-4;

  /** Made by the service loader. */
  public SmileSoftmax() {}

  @Override
  public String id() {
    return "smile.softmax";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "softmax regression: linear, tiny and easy to explain, for nanoseconds a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.HINGED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return SearchSpace.builder()
        .add(
            new Hyperparameter.Real(
                L2, 1e-2, 100, true, 1, "L2 penalty on the weights, in rows' worth of loss"))
        .start(Map.of(L2, 0.15))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    SmileLibrary.load();
    Objective objective =
        new Objective(
            training.features(),
            ((Targets.Gradient) training.targets()).loss(),
            hyperparameters.real(L2) / training.features().rows(),
            context);
    double[] start = new double[(training.features().columns() + 1) * training.classes()];
    BFGS.minimize(objective, CORRECTIONS, start, TOLERANCE, MOST_ITERATIONS);
    return new Student(training.features().columns(), training.classes(), objective.best());
  }

  /**
   * Loss and gradient by the weights: features × classes, row-major, then the biases. The line
   * search asks for the value and then for the gradient at one point: both are computed at once.
   */
  private static final class Objective implements DifferentiableMultivariateFunction {
    private final Matrix rows;
    private final DistillationLoss loss;
    private final double l2;
    private final FitContext context;
    private final int classes;
    private final float[] logits;
    private final float[] gradient;
    private final float[] curvature;
    private final double[] at;
    private final double[] gradientAt;
    private final double[] best;
    private double valueAt = Double.NaN;
    private double lowest = Double.POSITIVE_INFINITY;
    private int evaluations;

    Objective(Matrix rows, DistillationLoss loss, double l2, FitContext context) {
      this.rows = rows;
      this.loss = loss;
      this.l2 = l2;
      this.context = context;
      classes = loss.classes();
      logits = new float[loss.rows() * classes];
      gradient = new float[logits.length];
      curvature = new float[logits.length];
      at = new double[(rows.columns() + 1) * classes];
      gradientAt = new double[at.length];
      best = new double[at.length];
    }

    /** The weights of the lowest loss that was seen. */
    double[] best() {
      return best;
    }

    @Override
    public double f(double[] weights) {
      evaluate(weights);
      return valueAt;
    }

    @Override
    public double g(double[] weights, double[] out) {
      evaluate(weights);
      System.arraycopy(gradientAt, 0, out, 0, out.length);
      return valueAt;
    }

    private void evaluate(double[] weights) {
      if (evaluations > 0 && Arrays.equals(weights, at)) {
        return;
      }
      System.arraycopy(weights, 0, at, 0, at.length);
      linear(rows, classes, weights, logits);
      loss.gradient(logits, gradient, curvature);
      penalise();
      valueAt += loss.value(logits);
      if (!Double.isFinite(valueAt)) {
        throw new FitException("the loss is not finite after " + evaluations + " evaluations");
      }
      if (valueAt < lowest) {
        lowest = valueAt;
        System.arraycopy(weights, 0, best, 0, best.length);
      }
      context.report(++evaluations, Double.NaN);
    }

    /** Gradient by the weights; the value is the penalty's. */
    private void penalise() {
      int columns = rows.columns();
      int biases = columns * classes;
      Arrays.fill(gradientAt, 0);
      for (int i = 0; i < rows.rows(); i++) {
        int g = i * classes;
        for (int j = 0; j < columns; j++) {
          double x = rows.values()[i * columns + j];
          if (x == 0) {
            continue; // As most indicators and half of the hinges are.
          }
          int w = j * classes;
          for (int k = 0; k < classes; k++) {
            gradientAt[w + k] += x * gradient[g + k];
          }
        }
        for (int k = 0; k < classes; k++) {
          gradientAt[biases + k] += gradient[g + k];
        }
      }
      double squares = 0;
      for (int w = 0; w < at.length; w++) {
        gradientAt[w] /= rows.rows();
        if (w < biases) {
          gradientAt[w] += l2 * at[w];
          squares += at[w] * at[w];
        }
      }
      valueAt = l2 / 2 * squares;
    }
  }

  /** Logits of rows, added up in double. */
  private static void linear(Matrix rows, int classes, double[] weights, float[] logits) {
    int columns = rows.columns();
    double[] sums = new double[classes];
    for (int i = 0; i < rows.rows(); i++) {
      System.arraycopy(weights, columns * classes, sums, 0, classes);
      for (int j = 0; j < columns; j++) {
        double x = rows.values()[i * columns + j];
        if (x == 0) {
          continue;
        }
        int w = j * classes;
        for (int k = 0; k < classes; k++) {
          sums[k] += x * weights[w + k];
        }
      }
      for (int k = 0; k < classes; k++) {
        logits[i * classes + k] = (float) sums[k];
      }
    }
  }

  private static final class Student extends SmileStudent {
    private final double[] weights;

    Student(int features, int classes, double[] weights) {
      super(features, classes);
      this.weights = weights;
    }

    @Override
    void score(Matrix rows, float[] logits) {
      linear(rows, classes(), weights, logits);
    }

    @Override
    PortableModel convert() {
      float[] narrow = new float[weights.length];
      for (int w = 0; w < narrow.length; w++) {
        narrow[w] = (float) weights[w];
      }
      int biases = features() * classes();
      return DenseNetwork.linear(
          features(),
          classes(),
          Arrays.copyOf(narrow, biases),
          Arrays.copyOfRange(narrow, biases, narrow.length));
    }

    @Override
    public int steps() {
      return 0;
    }
  }
}
