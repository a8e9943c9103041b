package dev.distill.models.tribuo;

import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.Map;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.Tensor;
import org.tribuo.regression.sgd.fm.FMRegressionTrainer;

/**
 * Factorisation machines (Rendle, 2010), one a class, by stochastic gradient steps: Tribuo's
 * trainer for several outputs under the distillation loss, so that T and α are exact in training.
 */
public final class TribuoFm implements StudentModel {
  private static final String FACTORS = "factors";
  private static final String SPREAD = "initial_spread";

  /** Made by the service loader. */
  public TribuoFm() {}

  @Override
  public String id() {
    return "tribuo.fm";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "factorisation machines: linear, and every pair of features, in a few numbers each";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.HINGED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return SearchSpace.builder()
        .addSteps(Descent.epochs(shape, 2e5, 5e7))
        .add(new Hyperparameter.Int(FACTORS, 1, 8, true, 3, "numbers a feature and class"))
        .add(
            new Hyperparameter.Real(
                Descent.RATE, 0.02, 0.5, true, 0.1, "size of the first steps (AdaGrad)"))
        .add(Descent.penalty(shape))
        .add(Descent.factorPenalty(shape))
        .add(
            new Hyperparameter.Real(
                SPREAD, 0.001, 0.1, true, 0.01, "standard deviation of the first factors"))
        .start(Map.of(FACTORS, 8))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    return Descent.fit(
        training,
        hyperparameters,
        context,
        false,
        (objective, optimiser, epochs, seed) ->
            new FMRegressionTrainer(
                objective,
                optimiser,
                epochs,
                -1,
                Descent.BATCH,
                seed,
                hyperparameters.integer(FACTORS),
                // Named a variance, but the factor of a standard normal number.
                hyperparameters.real(SPREAD),
                false),
        TribuoFm::portable);
  }

  private static PortableModel portable(FeedForwardParameters parameters) {
    Tensor[] tensors = parameters.get();
    DenseVector biases = (DenseVector) tensors[0];
    DenseMatrix linear = (DenseMatrix) tensors[1];
    int classes = linear.getDimension1Size();
    int features = linear.getDimension2Size();
    int factors = ((DenseMatrix) tensors[2]).getDimension1Size();
    float[] bias = new float[classes];
    float[] weights = new float[classes * features];
    float[] vectors = new float[classes * features * factors];
    for (int k = 0; k < classes; k++) {
      DenseMatrix own = (DenseMatrix) tensors[k + 2];
      bias[k] = (float) biases.get(k);
      for (int j = 0; j < features; j++) {
        int at = k * features + j;
        weights[at] = (float) linear.get(k, j);
        for (int f = 0; f < factors; f++) {
          vectors[at * factors + f] = (float) own.get(f, j);
        }
      }
    }
    return new FactorizationMachine(features, factors, bias, weights, vectors);
  }
}
