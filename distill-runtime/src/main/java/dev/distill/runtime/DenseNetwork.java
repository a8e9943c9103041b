package dev.distill.runtime;

import java.util.List;

/**
 * Fully connected layers, one after the other; with one layer, a linear model. A unit is the
 * activation of its bias plus inputs times weights, added in float32 in the order of the inputs.
 */
public final class DenseNetwork extends RowScorer implements PortableModel {

  /** What becomes of a unit's sum. */
  public enum Activation {
    /** The sum itself. */
    IDENTITY,
    /** max(0, sum), the rectifier. */
    RELU,
    /** The hyperbolic tangent, as fdlibm computes it. */
    TANH
  }

  /**
   * One layer.
   *
   * @param inputs number of inputs, &gt; 0
   * @param outputs number of units, &gt; 0
   * @param weights inputs × outputs, row-major: the weights of one input stand side by side
   * @param bias one a unit
   */
  public record Layer(
      int inputs, int outputs, Activation activation, float[] weights, float[] bias) {
    /** Checks the shapes and that all values are finite; copies the arrays. */
    public Layer {
      if (inputs < 1 || outputs < 1) {
        throw new IllegalArgumentException(
            "a layer needs inputs and outputs, got %d and %d".formatted(inputs, outputs));
      }
      weights = RowScorer.finite("weights", weights, (long) inputs * outputs);
      bias = RowScorer.finite("bias", bias, outputs);
    }
  }

  private final List<Layer> layers;
  private final int widest;

  /**
   * A network.
   *
   * @param layers from the features to the logits; the last one has a unit a class
   * @throws IllegalArgumentException if there is none, or one has other inputs than the layer
   *     before it has outputs
   */
  public DenseNetwork(List<Layer> layers) {
    super(first(layers).inputs(), layers.get(layers.size() - 1).outputs(), 2 * widest(layers));
    this.layers = List.copyOf(layers);
    widest = widest(layers);
    for (int l = 1; l < layers.size(); l++) {
      if (layers.get(l).inputs() != layers.get(l - 1).outputs()) {
        throw new IllegalArgumentException(
            "layer %d has %d inputs, but the layer before it has %d outputs"
                .formatted(l, layers.get(l).inputs(), layers.get(l - 1).outputs()));
      }
    }
  }

  /** A linear model: one layer without activation. */
  public static DenseNetwork linear(int features, int classes, float[] weights, float[] bias) {
    return new DenseNetwork(
        List.of(new Layer(features, classes, Activation.IDENTITY, weights, bias)));
  }

  private static Layer first(List<Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network needs at least one layer, got none");
    }
    return layers.get(0);
  }

  /** The widest layer but the last, which writes where the logits go. */
  private static int widest(List<Layer> layers) {
    int widest = 0;
    for (Layer layer : layers.subList(0, layers.size() - 1)) {
      widest = Math.max(widest, layer.outputs());
    }
    return widest;
  }

  /** From the features to the logits. */
  public List<Layer> layers() {
    return layers;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[] buffer) {
    float[] in = row;
    int from = at;
    for (int l = 0; l < layers.size(); l++) {
      boolean last = l == layers.size() - 1;
      float[] to = last ? out : buffer;
      int start = last ? o : l % 2 * widest;
      apply(layers.get(l), in, from, to, start);
      in = to;
      from = start;
    }
  }

  private static void apply(Layer layer, float[] in, int from, float[] to, int start) {
    float[] weights = layer.weights;
    int outputs = layer.outputs;
    System.arraycopy(layer.bias, 0, to, start, outputs);
    for (int j = 0; j < layer.inputs; j++) {
      float x = in[from + j];
      int w = j * outputs;
      for (int k = 0; k < outputs; k++) {
        to[start + k] += weights[w + k] * x;
      }
    }
    if (layer.activation == Activation.RELU) {
      for (int k = start; k < start + outputs; k++) {
        to[k] = Math.max(0, to[k]);
      }
    } else if (layer.activation == Activation.TANH) {
      for (int k = start; k < start + outputs; k++) {
        // Math.tanh may differ in the last bit between machines.
        to[k] = (float) StrictMath.tanh(to[k]);
      }
    }
  }
}
