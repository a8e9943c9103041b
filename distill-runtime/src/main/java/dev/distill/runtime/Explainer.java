package dev.distill.runtime;

import dev.distill.runtime.DenseNetwork.Activation;
import org.jspecify.annotations.Nullable;

/** Explains rows of a student; made once a student. Immutable. */
final class Explainer {
  private static final String KINDS =
      "can be explained: linear and additive models, tree ensembles, and both behind standardized"
          + " features or hinges";

  private final StudentFile student;
  private final Core core;
  private final @Nullable TreeShap trees;
  private final DenseNetwork.@Nullable Layer linear;

  /**
   * @throws UnsupportedOperationException if the model is of a kind that can't be explained, or has
   *     trees and the file no covers
   */
  Explainer(StudentFile student, int @Nullable [] covers) {
    this.student = student;
    core = new Core(student.model());
    PortableModel model = core.model();
    if (core.isLogarithm()) {
      throw new UnsupportedOperationException(
          "a logarithm of summed probabilities (a forest) is no sum of contributions; " + KINDS);
    }
    if (model instanceof TreeEnsemble ensemble) {
      if (covers == null) {
        throw new UnsupportedOperationException(
            "explaining trees needs the training rows of each leaf (section COVR), which this file"
                + " does not have: it was written by an older version, or under a limit of bytes");
      }
      trees = new TreeShap(ensemble, covers, core.owners());
      linear = null;
    } else if (model instanceof DenseNetwork network
        && network.layers().size() == 1
        && network.layers().get(0).activation() == Activation.IDENTITY) {
      trees = null;
      linear = network.layers().get(0);
    } else {
      throw new UnsupportedOperationException(
          "a %s is no sum of contributions; %s"
              .formatted(
                  model instanceof FactorizationMachine ? "factorization machine" : "network",
                  KINDS));
    }
  }

  Explanation explain(float[] features, int offset) {
    int classes = student.classes().size();
    double[] base = new double[classes];
    double[] contributions = new double[student.schema().features() * classes];
    float[] row = core.row(features, offset);
    if (trees != null) {
      System.arraycopy(trees.base(), 0, base, 0, classes);
      trees.add(row, contributions);
    } else if (linear != null) {
      float[] bias = linear.bias();
      float[] weights = linear.weights();
      for (int k = 0; k < classes; k++) {
        base[k] = bias[k];
      }
      for (int j = 0; j < row.length; j++) {
        int to = core.owners()[j] * classes;
        for (int k = 0; k < classes; k++) {
          contributions[to + k] += (double) weights[j * classes + k] * row[j];
        }
      }
    }
    divide(base, student.temperature());
    divide(contributions, student.temperature());
    return new Explanation(student.schema(), base, contributions);
  }

  private static void divide(double[] values, double temperature) {
    for (int i = 0; i < values.length; i++) {
      values[i] /= temperature;
    }
  }
}
