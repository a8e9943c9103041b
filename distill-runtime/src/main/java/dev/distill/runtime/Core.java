package dev.distill.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The innermost model of a student, and which feature of the student each of its features is made
 * of.
 */
final class Core {
  private final List<PortableModel> around = new ArrayList<>();
  private final int features;
  private final PortableModel model;
  private final int[] owners;
  private final boolean logarithm;

  Core(PortableModel outermost) {
    features = outermost.features();
    int[] owners = new int[features];
    for (int j = 0; j < owners.length; j++) {
      owners[j] = j;
    }
    boolean logarithm = false;
    PortableModel model = outermost;
    while (true) {
      if (model instanceof StandardizedModel standardized) {
        owners = extended(owners, standardized.standardizer().indicators());
        around.add(model);
        model = standardized.model();
      } else if (model instanceof HingedModel hinged) {
        owners = extended(owners, hinged.hinges());
        around.add(model);
        model = hinged.model();
      } else if (model instanceof Logarithm log) {
        logarithm = true;
        model = log.model();
      } else {
        break;
      }
    }
    this.model = model;
    this.owners = owners;
    this.logarithm = logarithm;
  }

  private static int[] extended(int[] owners, int[] more) {
    int[] all = Arrays.copyOf(owners, owners.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[owners.length + i] = owners[more[i]];
    }
    return all;
  }

  /** The innermost model. */
  PortableModel model() {
    return model;
  }

  /** The feature of the student that each feature of the innermost model is made of. */
  int[] owners() {
    return owners;
  }

  /** Whether a logarithm is taken somewhere of what it gives. */
  boolean isLogarithm() {
    return logarithm;
  }

  /** The row as the innermost model reads it, from 0 on. */
  float[] row(float[] row, int at) {
    float[] in = Arrays.copyOfRange(row, at, at + features);
    for (PortableModel model : around) {
      if (model instanceof StandardizedModel standardized) {
        float[] out = new float[standardized.standardizer().outputs()];
        standardized.standardizer().apply(in, 0, out, 0);
        in = out;
      } else if (model instanceof HingedModel hinged) {
        float[] out = new float[hinged.model().features()];
        HingedModel.apply(in, 0, hinged.features(), hinged.hinges(), hinged.knots(), out, 0);
        in = out;
      }
    }
    return in;
  }
}
