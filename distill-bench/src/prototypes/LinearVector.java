import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A linear model of 100 × 26 in batches of 256 rows: loops as HotSpot makes vectors of them (each
 * input and output of 256 rows in an array of its own, as {@code Affine} has it) beside the vector
 * API, with sums of four rows × two vectors of outputs in registers. No fused multiply-add, the
 * order of the inputs kept: the same bits. java --add-modules jdk.incubator.vector
 * distill-bench/src/prototypes/LinearVector.java
 */
public class LinearVector {
  private static final int IN = 100;
  private static final int OUT = 26;
  private static final int ROWS = 256;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int PAIR = 2 * SPECIES.length();
  private static final int PADDED = (OUT + PAIR - 1) / PAIR * PAIR;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  /** One row after the other becomes columns, then sums. */
  static void loops(float[] rows, float[][] w, float[] bias, float[][] x, float[][] out) {
    for (int j = 0; j < IN; j++) {
      float[] column = x[j];
      for (int i = 0; i < ROWS; i++) {
        column[i] = rows[i * IN + j];
      }
    }
    for (int k = 0; k < OUT; k++) {
      float[] sums = out[k];
      Arrays.fill(sums, bias[k]);
      for (int j = 0; j < IN; j += 4) {
        add(x[j], w[j][k], x[j + 1], w[j + 1][k], x[j + 2], w[j + 2][k], x[j + 3], w[j + 3][k], sums);
      }
    }
  }

  private static void add(
      float[] p, float a, float[] q, float b, float[] r, float c, float[] s, float d, float[] to) {
    for (int k = 0; k < to.length; k++) {
      to[k] = to[k] + p[k] * a + q[k] * b + r[k] * c + s[k] * d;
    }
  }

  /** Weights inputs × padded; out rows × padded. */
  static void vectors(
      float[] rows, int count, int inputs, float[] w, float[] bias, int padded, float[] out) {
    int lanes = SPECIES.length();
    for (int o = 0; o < padded; o += PAIR) {
      for (int i = 0; i < count; i += 4) {
        FloatVector left = FloatVector.fromArray(SPECIES, bias, o);
        FloatVector right = FloatVector.fromArray(SPECIES, bias, o + lanes);
        FloatVector a = left;
        FloatVector b = left;
        FloatVector c = left;
        FloatVector d = left;
        FloatVector e = right;
        FloatVector f = right;
        FloatVector g = right;
        FloatVector h = right;
        int row = i * inputs;
        for (int j = 0; j < inputs; j++) {
          FloatVector first = FloatVector.fromArray(SPECIES, w, j * padded + o);
          FloatVector second = FloatVector.fromArray(SPECIES, w, j * padded + o + lanes);
          float p = rows[row + j];
          float q = rows[row + inputs + j];
          float r = rows[row + 2 * inputs + j];
          float s = rows[row + 3 * inputs + j];
          a = a.add(first.mul(p));
          e = e.add(second.mul(p));
          b = b.add(first.mul(q));
          f = f.add(second.mul(q));
          c = c.add(first.mul(r));
          g = g.add(second.mul(r));
          d = d.add(first.mul(s));
          h = h.add(second.mul(s));
        }
        a.intoArray(out, i * padded + o);
        e.intoArray(out, i * padded + o + lanes);
        b.intoArray(out, (i + 1) * padded + o);
        f.intoArray(out, (i + 1) * padded + o + lanes);
        c.intoArray(out, (i + 2) * padded + o);
        g.intoArray(out, (i + 2) * padded + o + lanes);
        d.intoArray(out, (i + 3) * padded + o);
        h.intoArray(out, (i + 3) * padded + o + lanes);
      }
    }
  }

  public static void main(String[] arguments) {
    Random random = new Random(1);
    float[] rows = new float[ROWS * IN];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
    }
    float[][] w = new float[IN][OUT];
    float[] packed = new float[IN * PADDED];
    for (int j = 0; j < IN; j++) {
      for (int k = 0; k < OUT; k++) {
        w[j][k] = (float) random.nextGaussian();
        packed[j * PADDED + k] = w[j][k];
      }
    }
    float[] bias = new float[PADDED];
    float[][] x = new float[IN][ROWS];
    float[][] sums = new float[OUT][ROWS];
    float[] out = new float[ROWS * PADDED];
    double loops = Double.MAX_VALUE;
    double vectors = Double.MAX_VALUE;
    for (int run = 0; run < 100; run++) {
      long start = CPU.getCurrentThreadCpuTime();
      for (int i = 0; i < 100; i++) {
        loops(rows, w, bias, x, sums);
      }
      long middle = CPU.getCurrentThreadCpuTime();
      for (int i = 0; i < 100; i++) {
        vectors(rows, ROWS, IN, packed, bias, PADDED, out);
      }
      loops = Math.min(loops, middle - start);
      vectors = Math.min(vectors, CPU.getCurrentThreadCpuTime() - middle);
    }
    for (int i = 0; i < ROWS; i++) {
      for (int k = 0; k < OUT; k++) {
        if (sums[k][i] != out[i * PADDED + k]) {
          throw new AssertionError("row " + i + ", output " + k);
        }
      }
    }
    System.out.printf(
        "JDK %d, %d lanes: loops %.0f ns, vector API %.0f ns a row%n",
        Runtime.version().feature(),
        SPECIES.length(),
        loops / 100 / ROWS,
        vectors / 100 / ROWS);
  }
}
