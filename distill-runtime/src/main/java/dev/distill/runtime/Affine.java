package dev.distill.runtime;

import java.util.Arrays;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Bias plus inputs times weights, for several outputs: each is added in float32 in the order of the
 * inputs. The loops differ by shape, the bits do not.
 */
final class Affine {
  /** Sums of many rows by the vector API; null where that is missing. */
  private static final @Nullable AffineKernel KERNEL =
      ServiceLoader.load(AffineKernel.class, Affine.class.getClassLoader())
          .findFirst()
          .orElse(null);

  // From here on a vector of outputs is quicker than sums in registers.
  private static final int WIDE = 16;

  private final int inputs;
  private final int outputs;
  private final float[] bias;
  private final float[] weights; // inputs × outputs if they are few or there is a kernel
  // The weights of each input in an array of their own, as HotSpot makes vectors of loops whose
  // arrays all have the same index, and of no others.
  private final float[][] rows;

  /**
   * @param weights inputs × outputs, row-major; copied
   * @param bias one an output; copied
   */
  Affine(int inputs, int outputs, float[] weights, float[] bias) {
    RowScorer.checkFinite("weights", weights, (long) inputs * outputs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.bias = RowScorer.finite("bias", bias, outputs);
    this.weights = outputs < WIDE || KERNEL != null ? weights.clone() : new float[0];
    rows = outputs < WIDE ? new float[0][] : rows(weights, inputs, outputs);
  }

  private static float[][] rows(float[] weights, int inputs, int outputs) {
    float[][] rows = new float[inputs][];
    for (int j = 0; j < inputs; j++) {
      rows[j] = Arrays.copyOfRange(weights, j * outputs, (j + 1) * outputs);
    }
    return rows;
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return outputs;
  }

  /** A copy: inputs × outputs, row-major. */
  float[] weights() {
    if (outputs < WIDE) {
      return weights.clone();
    }
    float[] all = new float[inputs * outputs];
    for (int j = 0; j < inputs; j++) {
      System.arraycopy(rows[j], 0, all, j * outputs, outputs);
    }
    return all;
  }

  /** A copy. */
  float[] bias() {
    return bias.clone();
  }

  /**
   * @param to takes the outputs from 0 on
   */
  void apply(float[] in, int from, float[] to) {
    if (outputs < WIDE) {
      narrow(in, from, to);
    } else {
      wide(in, from, to);
    }
  }

  /** The same for several rows, where these are wide and a kernel does them; else false. */
  boolean applyRows(float[] in, int from, int count, float[] out, int to) {
    return KERNEL != null
        && outputs >= WIDE
        && KERNEL.apply(in, from, count, weights, bias, out, to);
  }

  /** Whether rows side by side are quicker than one after the other. */
  boolean isWide() {
    return outputs >= WIDE;
  }

  /**
   * Several rows side by side, each input and each output in an array of its own: the same sums in
   * the same order.
   *
   * @param values the inputs stand from {@code in} on, the outputs go to {@code to} and after
   * @param count number of rows
   */
  void applyBlock(float[][] values, int in, int to, int count) {
    for (int k = 0; k < outputs; k++) {
      float[] sums = values[to + k];
      Arrays.fill(sums, 0, count, bias[k]);
      int j = 0;
      for (; j + 4 <= inputs; j += 4) {
        add(
            values[in + j],
            weight(j, k),
            values[in + j + 1],
            weight(j + 1, k),
            values[in + j + 2],
            weight(j + 2, k),
            values[in + j + 3],
            weight(j + 3, k),
            sums,
            count);
      }
      for (; j < inputs; j++) {
        add(values[in + j], weight(j, k), sums, count);
      }
    }
  }

  private float weight(int input, int output) {
    return outputs < WIDE ? weights[input * outputs + output] : rows[input][output];
  }

  private void narrow(float[] in, int from, float[] to) {
    int k = 0;
    if (k + 8 <= outputs) {
      eight(in, from, to);
      k += 8;
    }
    if (k + 4 <= outputs) {
      four(k, in, from, to);
      k += 4;
    }
    if (k + 2 <= outputs) {
      two(k, in, from, to);
      k += 2;
    }
    if (k < outputs) {
      one(k, in, from, to);
    }
  }

  private void eight(float[] in, int from, float[] to) {
    final float[] weights = this.weights;
    final int outputs = this.outputs;
    float a = bias[0];
    float b = bias[1];
    float c = bias[2];
    float d = bias[3];
    float e = bias[4];
    float f = bias[5];
    float g = bias[6];
    float h = bias[7];
    int w = 0;
    for (int j = from; j < from + inputs; j++) {
      float x = in[j];
      a += weights[w] * x;
      b += weights[w + 1] * x;
      c += weights[w + 2] * x;
      d += weights[w + 3] * x;
      e += weights[w + 4] * x;
      f += weights[w + 5] * x;
      g += weights[w + 6] * x;
      h += weights[w + 7] * x;
      w += outputs;
    }
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    to[4] = e;
    to[5] = f;
    to[6] = g;
    to[7] = h;
  }

  private void four(int k, float[] in, int from, float[] to) {
    final float[] weights = this.weights;
    final int outputs = this.outputs;
    float a = bias[k];
    float b = bias[k + 1];
    float c = bias[k + 2];
    float d = bias[k + 3];
    int w = k;
    for (int j = from; j < from + inputs; j++) {
      float x = in[j];
      a += weights[w] * x;
      b += weights[w + 1] * x;
      c += weights[w + 2] * x;
      d += weights[w + 3] * x;
      w += outputs;
    }
    to[k] = a;
    to[k + 1] = b;
    to[k + 2] = c;
    to[k + 3] = d;
  }

  private void two(int k, float[] in, int from, float[] to) {
    final float[] weights = this.weights;
    final int outputs = this.outputs;
    float a = bias[k];
    float b = bias[k + 1];
    int w = k;
    for (int j = from; j < from + inputs; j++) {
      float x = in[j];
      a += weights[w] * x;
      b += weights[w + 1] * x;
      w += outputs;
    }
    to[k] = a;
    to[k + 1] = b;
  }

  private void one(int k, float[] in, int from, float[] to) {
    float a = bias[k];
    int w = k;
    for (int j = from; j < from + inputs; j++) {
      a += weights[w] * in[j];
      w += outputs;
    }
    to[k] = a;
  }

  private void wide(float[] in, int from, float[] to) {
    final float[][] rows = this.rows;
    System.arraycopy(bias, 0, to, 0, outputs);
    int j = 0;
    // Four inputs at a time, as a sum must be stored before the next pass can load it.
    for (; j + 4 <= inputs; j += 4) {
      add(
          rows[j],
          in[from + j],
          rows[j + 1],
          in[from + j + 1],
          rows[j + 2],
          in[from + j + 2],
          rows[j + 3],
          in[from + j + 3],
          to,
          outputs);
    }
    for (; j < inputs; j++) {
      add(rows[j], in[from + j], to, outputs);
    }
  }

  private static void add(
      float[] p,
      float a,
      float[] q,
      float b,
      float[] r,
      float c,
      float[] s,
      float d,
      float[] to,
      int count) {
    for (int k = 0; k < count; k++) {
      to[k] = to[k] + p[k] * a + q[k] * b + r[k] * c + s[k] * d;
    }
  }

  private static void add(float[] p, float a, float[] to, int count) {
    for (int k = 0; k < count; k++) {
      to[k] += p[k] * a;
    }
  }
}
