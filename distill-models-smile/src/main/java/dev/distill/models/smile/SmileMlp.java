package dev.distill.models.smile;

import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.PortableModel;
import dev.distill.spi.Capabilities;
import dev.distill.spi.EarlyStopping;
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
import dev.distill.spi.Validation;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A multilayer perceptron of Smile's whose softmax is trained on the distribution by mini-batches
 * with RMSProp; early stopping keeps the best epoch's weights.
 */
public final class SmileMlp implements StudentModel {
  private static final String EPOCHS = "epochs";
  private static final String HIDDEN = "hidden";
  private static final String LAYERS = "layers";
  private static final String ACTIVATION = "activation";
  private static final String RATE = "learning_rate";
  private static final String L2 = "l2";

  /** Epochs without a better validation loss before training stops. */
  private static final int PATIENCE = 8;

  /** Made by the service loader. */
  public SmileMlp() {}

  @Override
  public String id() {
    return "smile.mlp";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "a small neural network: smooth, for some hundred nanoseconds a row";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.STANDARDIZED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    // Steps are what it takes, and few rows make few steps an epoch.
    int epochs = Math.max(30, Math.min(400, 800_000 / Math.max(1, shape.rows())));
    return SearchSpace.builder()
        .addSteps(
            new Hyperparameter.Int(
                EPOCHS, 10, epochs, true, epochs / 2, "epochs; early stopping keeps the best"))
        .addCapacity(
            new Hyperparameter.Int(
                HIDDEN, 4, 96, true, shape.small() ? 16 : 48, "units of a hidden layer"))
        .add(new Hyperparameter.Int(LAYERS, 1, 2, false, 1, "hidden layers"))
        .add(
            new Hyperparameter.Choice(
                ACTIVATION, List.of("rectifier", "tanh"), "rectifier", "of hidden units"))
        .add(new Hyperparameter.Real(RATE, 1e-3, 0.02, true, 0.008, "learning rate"))
        .add(new Hyperparameter.Real(L2, 1e-5, 0.5, true, 1e-3, "weight decay"))
        .start(Map.of(HIDDEN, shape.small() ? 32 : 96, LAYERS, 2, RATE, 0.004, L2, 1e-4))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    SmileLibrary.load();
    float[] targets = ((Targets.Soft) training.targets()).distribution();
    for (float target : targets) {
      if (!Float.isFinite(target)) {
        throw new FitException("the training targets are not all finite");
      }
    }
    int features = training.features().columns();
    int classes = training.classes();
    RandomGenerator random = context.random("smile.mlp");
    Perceptron network =
        Perceptron.random(
            features,
            hyperparameters.integer(HIDDEN),
            hyperparameters.integer(LAYERS),
            hyperparameters.choice(ACTIVATION).equals("tanh") ? Activation.TANH : Activation.RELU,
            classes,
            random.nextLong());
    network.learn(hyperparameters.real(RATE), hyperparameters.real(L2));
    int kept =
        train(
            network,
            training.features(),
            targets,
            hyperparameters.integer(EPOCHS),
            random,
            context);
    return new Student(network, features, classes, kept);
  }

  /** Trains; gives the epoch whose weights it leaves. */
  private static int train(
      Perceptron network,
      Matrix rows,
      float[] targets,
      int epochs,
      RandomGenerator random,
      FitContext context) {
    Validation validation = context.validation().orElse(null);
    if (validation == null) {
      for (int epoch = 1; epoch <= epochs; epoch++) {
        network.epoch(rows, targets, random);
        context.report(epoch, Double.NaN);
      }
      network.swap();
      return epochs;
    }
    Matrix judged = validation.features();
    float[] logits = new float[judged.rows() * network.numClasses()];
    double[][] kept = {};
    EarlyStopping stopping = new EarlyStopping(PATIENCE);
    for (int epoch = 1; epoch <= epochs && !stopping.over(epoch - 1); epoch++) {
      network.epoch(rows, targets, random);
      network.swap();
      network.logits(judged, logits);
      double now = validation.loss(logits);
      if (stopping.better(epoch, now)) {
        kept = network.weights();
      }
      network.swap();
      context.report(epoch, now);
    }
    int best = stopping.best();
    network.restore(kept);
    return best;
  }

  private static final class Student extends SmileStudent {
    private final Perceptron network;
    private final int steps;

    Student(Perceptron network, int features, int classes, int steps) {
      super(features, classes);
      this.network = network;
      this.steps = steps;
    }

    @Override
    void score(Matrix rows, float[] logits) {
      network.logits(rows, logits);
    }

    @Override
    PortableModel convert() {
      return network.portable();
    }

    @Override
    public int steps() {
      return steps;
    }
  }
}
