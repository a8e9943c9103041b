package dev.distill.runtime.vector;

import dev.distill.runtime.AffineKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Four or eight rows × two vectors of outputs at a time, whose sums stay in registers. No fused
 * multiply-add: each product and each sum is rounded by itself, as plain loops do.
 *
 * <p>The last two vectors end where the outputs end, and may compute some of them once more, to the
 * same bits: so nothing is padded, masked or copied.
 */
final class VectorKernel implements AffineKernel {
  // Not more lanes than a wide layer has outputs at least.
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  // Where vectors have 512 bits there are 32 of them, else perhaps 16: sums of eight rows would not
  // stay in registers.
  private static final boolean EIGHT_ROWS = LANES == 16;

  /**
   * @throws UnsupportedOperationException if plain loops are quicker here: vectors of less than
   *     four floats, or a Java that does not compile with HotSpot's C2
   */
  VectorKernel() {
    this(LANES, System.getProperty("java.vm.info", ""));
  }

  VectorKernel(int lanes, String compiler) {
    // -Xint and -XX:TieredStopAtLevel=1: each operation would be a call that allocates.
    if (lanes < 4 || compiler.contains("interpreted") || compiler.contains("emulated-client")) {
      throw new UnsupportedOperationException(
          "vectors of %d floats, compiled in %s; needed: at least 4, and C2"
              .formatted(lanes, compiler));
    }
  }

  @Override
  public boolean apply(
      float[] in, int from, int count, float[] weights, float[] bias, float[] out, int to) {
    int outputs = bias.length;
    int inputs = weights.length / outputs;
    if (outputs < LANES) {
      plain(in, from, count, inputs, weights, bias, out, to);
      return true;
    }
    int last = outputs - LANES;
    for (int done = 0; done < outputs; done += 2 * LANES) {
      int k = Math.min(done, Math.max(0, last - LANES));
      int l = Math.min(k + LANES, last);
      int i = 0;
      if (EIGHT_ROWS) {
        for (; i + 8 <= count; i += 8) {
          eightRows(in, from + i * inputs, inputs, weights, bias, k, l, out, to + i * outputs);
        }
      }
      for (; i + 4 <= count; i += 4) {
        fourRows(in, from + i * inputs, inputs, weights, bias, k, l, out, to + i * outputs);
      }
      for (; i < count; i++) {
        row(in, from + i * inputs, inputs, weights, bias, k, l, out, to + i * outputs);
      }
    }
    return true;
  }

  /** Fewer outputs than a vector has lanes. */
  private static void plain(
      float[] in,
      int from,
      int count,
      int inputs,
      float[] weights,
      float[] bias,
      float[] out,
      int to) {
    int outputs = bias.length;
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < outputs; k++) {
        float sum = bias[k];
        for (int j = 0; j < inputs; j++) {
          sum += weights[j * outputs + k] * in[from + i * inputs + j];
        }
        out[to + i * outputs + k] = sum;
      }
    }
  }

  /** The outputs from k and from l on, of the rows that begin at {@code row}. */
  private static void fourRows(
      float[] in,
      int row,
      int inputs,
      float[] weights,
      float[] bias,
      int k,
      int l,
      float[] out,
      int to) {
    int outputs = bias.length;
    FloatVector a = FloatVector.fromArray(SPECIES, bias, k);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = FloatVector.fromArray(SPECIES, bias, l);
    FloatVector f = e;
    FloatVector g = e;
    FloatVector h = e;
    int at = 0;
    for (int j = row; j < row + inputs; j++) {
      FloatVector first = FloatVector.fromArray(SPECIES, weights, at + k);
      FloatVector second = FloatVector.fromArray(SPECIES, weights, at + l);
      at += outputs;
      float p = in[j];
      float q = in[j + inputs];
      float r = in[j + 2 * inputs];
      float s = in[j + 3 * inputs];
      a = a.add(first.mul(p));
      e = e.add(second.mul(p));
      b = b.add(first.mul(q));
      f = f.add(second.mul(q));
      c = c.add(first.mul(r));
      g = g.add(second.mul(r));
      d = d.add(first.mul(s));
      h = h.add(second.mul(s));
    }
    a.intoArray(out, to + k);
    e.intoArray(out, to + l);
    b.intoArray(out, to + outputs + k);
    f.intoArray(out, to + outputs + l);
    c.intoArray(out, to + 2 * outputs + k);
    g.intoArray(out, to + 2 * outputs + l);
    d.intoArray(out, to + 3 * outputs + k);
    h.intoArray(out, to + 3 * outputs + l);
  }

  /** As below. No method is called for what they share: not inlined, it makes vectors objects. */
  private static void eightRows(
      float[] in,
      int row,
      int inputs,
      float[] weights,
      float[] bias,
      int k,
      int l,
      float[] out,
      int to) {
    int outputs = bias.length;
    FloatVector a = FloatVector.fromArray(SPECIES, bias, k);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    FloatVector a2 = FloatVector.fromArray(SPECIES, bias, l);
    FloatVector b2 = a2;
    FloatVector c2 = a2;
    FloatVector d2 = a2;
    FloatVector e2 = a2;
    FloatVector f2 = a2;
    FloatVector g2 = a2;
    FloatVector h2 = a2;
    int at = 0;
    for (int j = row; j < row + inputs; j++) {
      FloatVector first = FloatVector.fromArray(SPECIES, weights, at + k);
      FloatVector second = FloatVector.fromArray(SPECIES, weights, at + l);
      at += outputs;
      float x = in[j];
      a = a.add(first.mul(x));
      a2 = a2.add(second.mul(x));
      x = in[j + inputs];
      b = b.add(first.mul(x));
      b2 = b2.add(second.mul(x));
      x = in[j + 2 * inputs];
      c = c.add(first.mul(x));
      c2 = c2.add(second.mul(x));
      x = in[j + 3 * inputs];
      d = d.add(first.mul(x));
      d2 = d2.add(second.mul(x));
      x = in[j + 4 * inputs];
      e = e.add(first.mul(x));
      e2 = e2.add(second.mul(x));
      x = in[j + 5 * inputs];
      f = f.add(first.mul(x));
      f2 = f2.add(second.mul(x));
      x = in[j + 6 * inputs];
      g = g.add(first.mul(x));
      g2 = g2.add(second.mul(x));
      x = in[j + 7 * inputs];
      h = h.add(first.mul(x));
      h2 = h2.add(second.mul(x));
    }
    a.intoArray(out, to + k);
    a2.intoArray(out, to + l);
    b.intoArray(out, to + outputs + k);
    b2.intoArray(out, to + outputs + l);
    c.intoArray(out, to + 2 * outputs + k);
    c2.intoArray(out, to + 2 * outputs + l);
    d.intoArray(out, to + 3 * outputs + k);
    d2.intoArray(out, to + 3 * outputs + l);
    e.intoArray(out, to + 4 * outputs + k);
    e2.intoArray(out, to + 4 * outputs + l);
    f.intoArray(out, to + 5 * outputs + k);
    f2.intoArray(out, to + 5 * outputs + l);
    g.intoArray(out, to + 6 * outputs + k);
    g2.intoArray(out, to + 6 * outputs + l);
    h.intoArray(out, to + 7 * outputs + k);
    h2.intoArray(out, to + 7 * outputs + l);
  }

  private static void row(
      float[] in,
      int row,
      int inputs,
      float[] weights,
      float[] bias,
      int k,
      int l,
      float[] out,
      int to) {
    FloatVector a = FloatVector.fromArray(SPECIES, bias, k);
    FloatVector b = FloatVector.fromArray(SPECIES, bias, l);
    int at = 0;
    for (int j = row; j < row + inputs; j++) {
      a = a.add(FloatVector.fromArray(SPECIES, weights, at + k).mul(in[j]));
      b = b.add(FloatVector.fromArray(SPECIES, weights, at + l).mul(in[j]));
      at += bias.length;
    }
    a.intoArray(out, to + k);
    b.intoArray(out, to + l);
  }
}
