package dev.distill.models.tribuo;

import dev.distill.runtime.PortableModel;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import java.util.function.Function;
import org.tribuo.common.sgd.AbstractSGDTrainer;
import org.tribuo.math.FeedForwardParameters;
import org.tribuo.math.StochasticGradientOptimiser;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.Regressor;

/** Stochastic gradient descent by one of Tribuo's trainers. */
final class Descent {
  static final String EPOCHS = "epochs";
  static final String RATE = "learning_rate";
  static final String PENALTY = "l2";
  static final String FACTOR_PENALTY = "factor_l2";

  /**
   * A row a step: of more, Tribuo can not add up gradients of which some are 0 and kept as sparse.
   */
  static final int BATCH = 1;

  /** Makes a trainer. */
  @FunctionalInterface
  interface Trainers {
    AbstractSGDTrainer<Regressor, DenseVector, ?, ?> trainer(
        DistillationObjective objective,
        StochasticGradientOptimiser optimiser,
        int epochs,
        long seed);
  }

  private Descent() {}

  /**
   * Few rows need many epochs.
   *
   * @param steps so many single steps are enough
   * @param work so many weights, counted once a step, are enough
   */
  static Hyperparameter.Int epochs(TaskShape shape, double steps, double work) {
    double rows = Math.max(1, shape.rows());
    double weights = (double) shape.features() * shape.classes();
    int most = (int) Math.max(20, Math.min(1_000, Math.min(steps, work / weights) / rows));
    return new Hyperparameter.Int(
        EPOCHS, 5, most, true, most, "passes over the rows; early stopping keeps the best");
  }

  /** By the rows: a penalty is so many rows' worth of doubt, whatever their number. */
  static Hyperparameter.Real penalty(TaskShape shape) {
    return penalty(shape, PENALTY, 0.001, 1, 30, "L2 penalty on the weights");
  }

  /** Pairs of features are many, and more doubtful. */
  static Hyperparameter.Real factorPenalty(TaskShape shape) {
    return penalty(shape, FACTOR_PENALTY, 0.1, 10, 300, "L2 penalty on the factors");
  }

  private static Hyperparameter.Real penalty(
      TaskShape shape, String name, double low, double initial, double high, String description) {
    double row = 1.0 / Math.max(1, shape.rows());
    return new Hyperparameter.Real(name, low * row, high * row, true, initial * row, description);
  }

  /**
   * Trains.
   *
   * @param bias whether a last feature of 1 stands for the bias
   */
  static FittedStudent fit(
      TrainingSet training,
      Hyperparameters hyperparameters,
      FitContext context,
      boolean bias,
      Trainers trainers,
      Function<FeedForwardParameters, PortableModel> portable) {
    Quiet.please();
    DistillationObjective objective =
        new DistillationObjective(((Targets.Gradient) training.targets()).loss());
    Rows rows = context.shared(training.features(), Rows.class, Rows::new);
    Scores scores = new Scores(training.classes(), bias);
    Rows.Targeted dataset = rows.targeted(objective.outputs(), training.classes());
    double factors =
        hyperparameters.values().containsKey(FACTOR_PENALTY)
            ? hyperparameters.real(FACTOR_PENALTY)
            : 0;
    Epochs epochs =
        new Epochs(
            new AdaGrad(hyperparameters.real(RATE), 1e-6, 0),
            new Epochs.Penalty(hyperparameters.real(PENALTY), factors),
            dataset.size(),
            hyperparameters.integer(EPOCHS),
            scores,
            context);
    try {
      trainers
          .trainer(objective, epochs, hyperparameters.integer(EPOCHS), context.seed())
          .train(dataset);
    } catch (Epochs.Enough enough) {
      // The best parameters are kept.
    }
    return new SgdStudent(epochs.best(), scores, rows.columns(), epochs.epoch(), portable);
  }
}
