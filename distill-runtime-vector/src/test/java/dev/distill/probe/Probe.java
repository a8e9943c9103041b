package dev.distill.probe;

import dev.distill.runtime.AffineKernel;
import dev.distill.runtime.StudentFile;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A process that scores rows with a file: prints which kernel it has, and a hash of the logits. In
 * a package of its own, as no module may share one with the class path.
 */
public final class Probe {
  private Probe() {}

  /** Scores the file that is named. */
  public static void main(String[] arguments) throws Exception {
    StudentFile student = StudentFile.load(Path.of(arguments[0]));
    float[] rows = rows(student.model().features(), 300, new Random(5));
    float[] out = new float[300 * student.model().classes()];
    student.model().logits(rows, 300, out);
    Field kernel = Class.forName("dev.distill.runtime.Affine").getDeclaredField("KERNEL");
    kernel.setAccessible(true);
    float[] some = new float[32];
    boolean vectors =
        kernel.get(null) instanceof AffineKernel found
            && found.apply(some, 0, 1, some, some, new float[32], 0);
    System.out.println((vectors ? "vectors " : "plain ") + Arrays.hashCode(out));
  }

  /** Rows with all that floats can be: NaN, infinities, zeros of both signs, tiny and huge ones. */
  public static float[] rows(int features, int count, Random random) {
    float[] odd = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      -0f,
      0,
      Float.MIN_VALUE,
      -Float.MIN_NORMAL / 3,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    float[] rows = new float[features * count];
    for (int i = 0; i < count; i++) {
      boolean plain = random.nextBoolean();
      for (int j = 0; j < features; j++) {
        rows[i * features + j] =
            plain || random.nextInt(features) > 1
                ? (float) (random.nextGaussian() * Math.exp(random.nextGaussian()))
                : odd[random.nextInt(odd.length)];
      }
    }
    return rows;
  }
}
