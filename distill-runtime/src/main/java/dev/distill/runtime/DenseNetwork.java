package dev.distill.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Fully connected layers, one after the other; with one layer, a linear model. A unit is the
 * activation of its bias plus inputs times weights, added in float32 in the order of the inputs.
 *
 * <p>It knows no missing values: a feature that is NaN makes the logits NaN. Behind a {@link
 * Standardizer} there is none.
 */
public final class DenseNetwork extends RowScorer implements PortableModel {
  /** The most layers; a file of many tiny ones would cost far more than its size. */
  static final int MOST_LAYERS = 256;

  /** What becomes of a unit's sum; files have their order. */
  public enum Activation {
    /** The sum itself. */
    IDENTITY,
    /** max(0, sum), the rectifier; NaN stays NaN. */
    RELU,
    /** The hyperbolic tangent, as fdlibm computes it. */
    TANH
  }

  /** One layer. Immutable. */
  public static final class Layer {
    private final Activation activation;
    private final Affine sums;

    /**
     * Checks and copies the arrays.
     *
     * @param inputs number of inputs, &gt; 0
     * @param outputs number of units, &gt; 0
     * @param weights inputs × outputs, row-major: the weights of one input stand side by side;
     *     finite
     * @param bias one a unit; finite
     * @throws IllegalArgumentException if a shape does not fit or a value is not finite
     */
    public Layer(int inputs, int outputs, Activation activation, float[] weights, float[] bias) {
      if (inputs < 1 || outputs < 1) {
        throw new IllegalArgumentException(
            "a layer needs inputs and outputs, got %d and %d".formatted(inputs, outputs));
      }
      this.activation = Objects.requireNonNull(activation, "activation");
      sums = new Affine(inputs, outputs, weights, bias);
    }

    /** Number of inputs. */
    public int inputs() {
      return sums.inputs();
    }

    /** Number of units. */
    public int outputs() {
      return sums.outputs();
    }

    /** What becomes of a unit's sum. */
    public Activation activation() {
      return activation;
    }

    /** A copy of the weights: inputs × outputs, row-major. */
    public float[] weights() {
      return sums.weights();
    }

    /** A copy of the biases, one a unit. */
    public float[] bias() {
      return sums.bias();
    }

    private void apply(float[] in, int from, float[] to) {
      sums.apply(in, from, to);
      activate(to, sums.outputs());
    }

    private boolean applyRows(float[] in, int from, int count, float[] out, int to) {
      return activation == Activation.IDENTITY && sums.applyRows(in, from, count, out, to);
    }

    private void applyBlock(float[][] values, int in, int to, int count) {
      sums.applyBlock(values, in, to, count);
      for (int k = to; k < to + sums.outputs(); k++) {
        activate(values[k], count);
      }
    }

    private void activate(float[] units, int count) {
      if (activation == Activation.RELU) {
        for (int i = 0; i < count; i++) {
          units[i] = Math.max(0, units[i]);
        }
      } else if (activation == Activation.TANH) {
        for (int i = 0; i < count; i++) {
          // Math.tanh may differ in the last bit between machines.
          units[i] = (float) StrictMath.tanh(units[i]);
        }
      }
    }
  }

  /** Fewer rows are scored one by one. */
  private static final int FEWEST = 128;

  private final List<Layer> layers;
  private final int widest;

  /**
   * A network.
   *
   * @param layers from the features to the logits, at most 256; the last one has a unit a class
   * @throws IllegalArgumentException if there are none or too many, or one has other inputs than
   *     the layer before it has outputs
   */
  public DenseNetwork(List<Layer> layers) {
    super(
        blocks(layers),
        first(layers).inputs(),
        layers.get(layers.size() - 1).outputs(),
        new int[0],
        slots(layers));
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
    if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
      throw new IllegalArgumentException(
          "a network has 1 to %d layers, got %d".formatted(MOST_LAYERS, layers.size()));
    }
    return layers.get(0);
  }

  private static boolean blocks(List<Layer> layers) {
    boolean wide = false;
    for (Layer layer : layers) {
      wide |= layer.sums.isWide();
    }
    return wide && first(layers).inputs() + 2L * widest(layers) <= MOST_IN_BLOCK;
  }

  /** Two for the units of a row, and for blocks one for each input and unit, twice. */
  private static int[] slots(List<Layer> layers) {
    int widest = widest(layers);
    int[] slots = new int[blocks(layers) ? 2 + first(layers).inputs() + 2 * widest : 2];
    Arrays.fill(slots, BLOCK);
    slots[0] = widest;
    slots[1] = widest;
    return slots;
  }

  private static int widest(List<Layer> layers) {
    int widest = 0;
    for (Layer layer : layers) {
      widest = Math.max(widest, layer.outputs());
    }
    return widest;
  }

  /** From the features to the logits. */
  public List<Layer> layers() {
    return layers;
  }

  @Override
  void score(float[] row, int at, float[] out, int o, float[][] scratch, int slot) {
    float[] in = row;
    int from = at;
    float[] to = scratch[slot];
    float[] next = scratch[slot + 1];
    for (int l = 0; l < layers.size(); l++) {
      layers.get(l).apply(in, from, to);
      in = to;
      from = 0;
      to = next;
      next = in;
    }
    System.arraycopy(in, 0, out, o, classes());
  }

  @Override
  void scoreBlock(
      float[] rows, int at, int count, float[] out, int o, float[][] scratch, int slot) {
    if (layers.size() == 1 && layers.get(0).applyRows(rows, at, count, out, o)) {
      return;
    }
    if (!blocks(this) || count < FEWEST) {
      super.scoreBlock(rows, at, count, out, o, scratch, slot);
      return;
    }
    int in = slot + 2;
    for (int j = 0; j < features(); j++) {
      float[] values = scratch[in + j];
      for (int i = 0; i < count; i++) {
        values[i] = rows[at + i * features() + j];
      }
    }
    int to = in + features();
    int next = to + widest;
    for (int l = 0; l < layers.size(); l++) {
      layers.get(l).applyBlock(scratch, in, to, count);
      in = to;
      to = next;
      next = in;
    }
    for (int k = 0; k < classes(); k++) {
      float[] values = scratch[in + k];
      for (int i = 0; i < count; i++) {
        out[o + i * classes() + k] = values[i];
      }
    }
  }
}
