package dev.distill.models.tribuo;

import dev.distill.runtime.DenseNetwork;
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
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.regression.sgd.linear.LinearSGDTrainer;

/**
 * Multinomial logistic regression by stochastic gradient steps: Tribuo's linear trainer for several
 * outputs under the distillation loss, so that T and α are exact in training.
 */
public final class TribuoLinear implements StudentModel {

  /** Made by the service loader. */
  public TribuoLinear() {}

  @Override
  public String id() {
    return "tribuo.linear";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "logistic regression: the smallest student, weights that people can read";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.LOSS_GRADIENT, 1_000, Encoding.HINGED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    Hyperparameter.Real penalty = Descent.penalty(shape);
    return SearchSpace.builder()
        .addSteps(Descent.epochs(shape, 4e5, 3e8))
        .add(
            new Hyperparameter.Real(
                Descent.RATE, 0.05, 1, true, 0.5, "size of the first steps (AdaGrad)"))
        .add(penalty)
        .start(Map.of(Descent.RATE, 0.25, Descent.PENALTY, penalty.low() * 50))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    return Descent.fit(
        training,
        hyperparameters,
        context,
        true,
        (objective, optimiser, epochs, seed) ->
            new LinearSGDTrainer(objective, optimiser, epochs, -1, Descent.BATCH, seed),
        TribuoLinear::portable);
  }

  private static PortableModel portable(FeedForwardParameters parameters) {
    DenseMatrix matrix = ((LinearParameters) parameters).getWeightMatrix();
    int classes = matrix.getDimension1Size();
    int features = matrix.getDimension2Size() - 1;
    float[] weights = new float[features * classes];
    float[] bias = new float[classes];
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < features; j++) {
        weights[j * classes + k] = (float) matrix.get(k, j);
      }
      bias[k] = (float) matrix.get(k, features);
    }
    return DenseNetwork.linear(features, classes, weights, bias);
  }
}
