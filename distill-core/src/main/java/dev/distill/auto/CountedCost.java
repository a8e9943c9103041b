package dev.distill.auto;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;

/**
 * What scoring one row takes by the work that it is: nodes visited, products added up. In a search
 * a measured time would let the noise of a machine with several trials at once decide; what is
 * counted is the same every time. The nanoseconds of each piece of work were fitted to some eighty
 * students of all families (JDK 17, x86-64): most came out within a third, single trees within a
 * fifth. What the delivered student takes is measured.
 */
final class CountedCost {
  private static final int ROWS = 100;

  private static final double CALL = 12;
  private static final double NODE = 1.3;

  /** What a step waits for its node, for each doubling of the nodes beyond those at hand. */
  private static final double WAIT = 0.6;

  private static final double NODES_AT_HAND = 512;

  /** So many trees are walked side by side. */
  private static final int LANES = 8;

  /** … so that one tree's wait is hidden behind the others' steps, but not all of it. */
  private static final double WAIT_SIDE_BY_SIDE = 0.15;

  private static final double LEAF_VALUE = 0.8;
  private static final double PRODUCT = 0.06;
  private static final double INNER_MODEL = 30;
  private static final double STANDARDIZED_VALUE = 2;
  private static final double HINGE = 0.6;
  private static final double LOGARITHM = 8;
  private static final double EXPONENTIAL = 8;

  private CountedCost() {}

  /** Nanoseconds a row, a mean over some of the rows. */
  static double nanos(PortableModel model, Matrix rows) {
    int count = Math.min(ROWS, rows.rows());
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += nanos(model, rows.values(), i * rows.columns());
    }
    return CALL + softmax(model) + sum / Math.max(1, count);
  }

  /** A single tree has the probabilities in its leaves. */
  private static double softmax(PortableModel model) {
    boolean single =
        model instanceof TreeEnsemble trees && trees.trees() == 1 && trees.targetClass(0) < 0;
    return single ? 0 : EXPONENTIAL * (model.classes() == 2 ? 1 : model.classes());
  }

  private static double nanos(PortableModel model, float[] rows, int at) {
    if (model instanceof TreeEnsemble trees) {
      return nanos(trees, rows, at);
    }
    if (model instanceof Logarithm logarithm) {
      return LOGARITHM * model.classes() + nanos(logarithm.model(), rows, at);
    }
    if (model instanceof StandardizedModel standardized) {
      return INNER_MODEL + STANDARDIZED_VALUE * model.features() + inner(standardized.model());
    }
    if (model instanceof HingedModel hinged) {
      return HINGE * hinged.knots().length + inner(hinged.model());
    }
    if (model instanceof DenseNetwork network) {
      double products = 0;
      for (DenseNetwork.Layer layer : network.layers()) {
        products += (double) layer.inputs() * layer.outputs();
      }
      return PRODUCT * products;
    }
    int factors = ((FactorizationMachine) model).factors();
    return PRODUCT * model.features() * model.classes() * (1 + 2 * factors);
  }

  /** What is inside reads other values than the row's; of trees it takes one way for all. */
  private static double inner(PortableModel model) {
    return nanos(model, new float[model.features()], 0);
  }

  private static double nanos(TreeEnsemble trees, float[] rows, int at) {
    double sum = 0;
    double step = step(trees);
    for (int t = 0; t < trees.trees(); t++) {
      int node = 0;
      while (!trees.isLeaf(t, node)) {
        float value = rows[at + trees.feature(t, node)];
        boolean left =
            Float.isNaN(value) ? trees.missingLeft(t, node) : value < trees.threshold(t, node);
        node = trees.left(t, node) + (left ? 0 : 1);
        sum += step;
      }
      if (trees.targetClass(t) < 0) {
        sum += LEAF_VALUE * trees.classes();
      }
    }
    return sum;
  }

  private static double step(TreeEnsemble trees) {
    boolean alone = trees.trees() < LANES;
    double nodes = alone ? trees.nodes() : (double) trees.nodes() / trees.trees();
    double doublings = Math.max(0, StrictMath.log(nodes / NODES_AT_HAND) / StrictMath.log(2));
    return NODE + (alone ? WAIT : WAIT_SIDE_BY_SIDE) * doublings;
  }
}
