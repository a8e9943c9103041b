package dev.distill.models.smile;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import smile.base.mlp.ActivationFunction;
import smile.base.mlp.Cost;
import smile.base.mlp.HiddenLayer;
import smile.base.mlp.Layer;
import smile.base.mlp.LayerBuilder;
import smile.base.mlp.OutputFunction;
import smile.base.mlp.OutputLayer;
import smile.classification.MLP;
import smile.math.MathEx;
import smile.math.TimeFunction;

/**
 * Smile's perceptron with what it keeps to itself: targets that are distributions, the sums before
 * the softmax, and its weights.
 */
final class Perceptron extends MLP {
  private static final long serialVersionUID = 1;

  /** Rows of a mini-batch. */
  private static final int BATCH = 32;

  /** RMSProp's memory and what it adds to a mean square. */
  private static final double MEMORY = .95;

  private static final double EPSILON = 1e-7;

  /** Smile 3.1.1 takes (1 − tanh x)² for the derivative of tanh x, which is 1 − tanh² x. */
  static final class Tanh implements ActivationFunction {
    private static final long serialVersionUID = 1;

    @Override
    public String name() {
      return "TANH";
    }

    @Override
    public void f(double[] x) {
      for (int i = 0; i < x.length; i++) {
        // As the portable form computes it.
        x[i] = StrictMath.tanh(x[i]);
      }
    }

    @Override
    public void g(double[] g, double[] y) {
      for (int i = 0; i < g.length; i++) {
        g[i] *= 1 - y[i] * y[i];
      }
    }
  }

  /** A layer that shows its weights. */
  private interface Open {
    PlainMatrix open();

    double[] bias();

    Activation activation();
  }

  private static final class Hidden extends HiddenLayer implements Open {
    private static final long serialVersionUID = 1;
    private final PlainMatrix plain;
    private final Activation kind;

    Hidden(int units, int inputs, Activation kind) {
      super(
          units, inputs, 0, kind == Activation.TANH ? new Tanh() : ActivationFunction.rectifier());
      this.kind = kind;
      plain = PlainMatrix.of(weight);
      weight = plain;
      weightGradient = ThreadLocal.withInitial(() -> new PlainMatrix(units, inputs));
      weightGradientMoment2 = ThreadLocal.withInitial(() -> new PlainMatrix(units, inputs));
    }

    @Override
    public PlainMatrix open() {
      return plain;
    }

    @Override
    public double[] bias() {
      return bias;
    }

    @Override
    public Activation activation() {
      return kind;
    }
  }

  private static final class Output extends OutputLayer implements Open {
    private static final long serialVersionUID = 1;
    private final PlainMatrix plain;
    // A thread's own, as the layer's output is.
    private final transient ThreadLocal<double[]> sums;

    Output(int classes, int inputs) {
      super(classes, inputs, OutputFunction.SOFTMAX, Cost.LIKELIHOOD);
      plain = PlainMatrix.of(weight);
      weight = plain;
      weightGradient = ThreadLocal.withInitial(() -> new PlainMatrix(classes, inputs));
      weightGradientMoment2 = ThreadLocal.withInitial(() -> new PlainMatrix(classes, inputs));
      sums = ThreadLocal.withInitial(() -> new double[classes]);
    }

    @Override
    public void transform(double[] x) {
      System.arraycopy(x, 0, sums.get(), 0, x.length);
      super.transform(x);
    }

    @Override
    public PlainMatrix open() {
      return plain;
    }

    @Override
    public double[] bias() {
      return bias;
    }

    @Override
    public Activation activation() {
      return Activation.IDENTITY;
    }
  }

  private static final class Builder extends LayerBuilder {
    private final transient IntFunction<Layer> make;

    Builder(int units, IntFunction<Layer> make) {
      super(units, 0);
      this.make = make;
    }

    @Override
    public Layer build(int inputs) {
      return make.apply(inputs);
    }
  }

  private final transient List<Open> layers = new ArrayList<>();
  private final transient Output last;

  /**
   * Running means of the weights, which jump less from epoch to epoch (Polyak and Juditsky, 1992).
   */
  private final transient double[][] averages;

  private Perceptron(LayerBuilder... builders) {
    super(builders);
    last = (Output) output;
    for (int l = 1; l < net.length; l++) {
      layers.add((Open) net[l]);
    }
    layers.add(last);
    averages = weights();
  }

  /** A network with random weights. */
  static Perceptron random(
      int features, int units, int hidden, Activation activation, int classes, long seed) {
    // Smile draws weights from the calling thread's own generator.
    MathEx.setSeed(seed);
    LayerBuilder[] builders = new LayerBuilder[hidden + 2];
    builders[0] = Layer.input(features);
    for (int l = 1; l <= hidden; l++) {
      builders[l] = new Builder(units, inputs -> new Hidden(units, inputs, activation));
    }
    builders[hidden + 1] = new Builder(classes, inputs -> new Output(classes, inputs));
    return new Perceptron(builders);
  }

  /** Sets how it learns. */
  void learn(double rate, double decay) {
    setLearningRate(TimeFunction.constant(rate));
    setWeightDecay(decay);
    setRMSProp(MEMORY, EPSILON);
  }

  /** Shows it every row once, in random order. */
  void epoch(Matrix rows, float[] targets, RandomGenerator random) {
    int classes = last.getOutputSize();
    int[] order = new int[rows.rows()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    double[] row = new double[rows.columns()];
    double[] wanted = target.get();
    double weight = (double) BATCH / Math.max(BATCH, order.length);
    for (int from = 0; from < order.length; from += BATCH) {
      int to = Math.min(from + BATCH, order.length);
      for (int i = from; i < to; i++) {
        widen(rows, order[i], row);
        propagate(row, true);
        for (int k = 0; k < classes; k++) {
          wanted[k] = targets[order[i] * classes + k];
        }
        backpropagate(false);
      }
      update(to - from);
      t++;
      average(Math.max(weight, 1.0 / t));
    }
  }

  /** Moves the averages towards the weights as they are. */
  private void average(double share) {
    for (int l = 0; l < layers.size(); l++) {
      average(layers.get(l).open().values(), averages[2 * l], share);
      average(layers.get(l).bias(), averages[2 * l + 1], share);
    }
  }

  private static void average(double[] values, double[] averages, double share) {
    for (int i = 0; i < values.length; i++) {
      averages[i] += share * (values[i] - averages[i]);
    }
  }

  /** Takes the averages for the weights, or the weights back. */
  void swap() {
    for (int l = 0; l < layers.size(); l++) {
      swap(layers.get(l).open().values(), averages[2 * l]);
      swap(layers.get(l).bias(), averages[2 * l + 1]);
    }
  }

  private static void swap(double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      double value = a[i];
      a[i] = b[i];
      b[i] = value;
    }
  }

  /** Writes the rows' logits, row-major: the sums before the softmax. */
  void logits(Matrix rows, float[] logits) {
    double[] row = new double[rows.columns()];
    for (int i = 0; i < rows.rows(); i++) {
      widen(rows, i, row);
      propagate(row, false);
      double[] sums = last.sums.get();
      for (int k = 0; k < sums.length; k++) {
        logits[i * sums.length + k] = (float) sums[k];
      }
    }
  }

  /** A row in double, as Smile reads it. */
  private static void widen(Matrix rows, int row, double[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = rows.get(row, j);
    }
  }

  /** A copy of all weights and biases. */
  double[][] weights() {
    double[][] copy = new double[2 * layers.size()][];
    for (int l = 0; l < layers.size(); l++) {
      copy[2 * l] = layers.get(l).open().values().clone();
      copy[2 * l + 1] = layers.get(l).bias().clone();
    }
    return copy;
  }

  /** Takes weights and biases back. */
  void restore(double[][] weights) {
    for (int l = 0; l < layers.size(); l++) {
      double[] values = layers.get(l).open().values();
      System.arraycopy(weights[2 * l], 0, values, 0, values.length);
      double[] bias = layers.get(l).bias();
      System.arraycopy(weights[2 * l + 1], 0, bias, 0, bias.length);
    }
  }

  /** The library-free form. */
  DenseNetwork portable() {
    List<DenseNetwork.Layer> portable = new ArrayList<>();
    for (Open layer : layers) {
      PlainMatrix weights = layer.open();
      // Column by column, one a unit: an input's weights stand side by side, as portable ones do.
      portable.add(
          new DenseNetwork.Layer(
              weights.ncol(),
              weights.nrow(),
              layer.activation(),
              narrow(weights.values()),
              narrow(layer.bias())));
    }
    return new DenseNetwork(portable);
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }
}
