package dev.distill.models.smile;

import dev.distill.models.smile.HistogramTree.Leaf;
import dev.distill.models.smile.HistogramTree.Question;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Matrix;
import java.util.List;
import smile.base.cart.Node;
import smile.data.AbstractTuple;
import smile.data.type.StructType;

/** Trained trees, whose leaves' outputs are added up. */
final class TreesStudent extends SmileStudent {
  /** The target of a tree whose leaves have an output for every class. */
  static final int EVERY = -1;

  /**
   * A tree.
   *
   * @param target the class that its leaves add to, or {@link #EVERY}
   */
  record Tree(Node root, int target) {}

  private final StructType schema;
  private final List<Tree> trees;
  private final boolean probabilities;
  private final int steps;

  /**
   * A student.
   *
   * @param probabilities whether the sums are probabilities, and logits their logarithms
   * @param steps what {@link #steps()} says
   */
  TreesStudent(BinnedRows rows, int classes, List<Tree> trees, boolean probabilities, int steps) {
    super(rows.features(), classes);
    schema = rows.frame().schema();
    this.trees = List.copyOf(trees);
    this.probabilities = probabilities;
    this.steps = steps;
  }

  @Override
  void score(Matrix rows, float[] logits) {
    int classes = classes();
    Row row = new Row(rows);
    for (int i = 0; i < rows.rows(); i++) {
      row.at = i * rows.columns();
      int o = i * classes;
      for (int k = o; k < o + classes; k++) {
        logits[k] = 0;
      }
      for (Tree tree : trees) {
        float[] outputs = ((Leaf) tree.root().predict(row)).outputs();
        if (tree.target() == EVERY) {
          for (int k = 0; k < classes; k++) {
            logits[o + k] += outputs[k];
          }
        } else {
          logits[o + tree.target()] += outputs[0];
        }
      }
      if (probabilities) {
        for (int k = o; k < o + classes; k++) {
          logits[k] = Logarithm.of((double) logits[k]);
        }
      }
    }
  }

  @Override
  PortableModel convert() {
    TreeEnsemble.Builder ensemble = TreeEnsemble.builder(features(), new float[classes()]);
    for (Tree tree : trees) {
      int nodes = 2 * tree.root().leaves() - 1;
      if (tree.target() == EVERY) {
        ensemble.vectorTree(nodes);
      } else {
        ensemble.tree(nodes, tree.target());
      }
      add(ensemble, tree.root(), 0);
    }
    TreeEnsemble built = ensemble.build();
    return probabilities ? Logarithm.of(built) : built;
  }

  /** Adds a node and all below it, numbered from {@code at}; gives the number after the last. */
  private static int add(TreeEnsemble.Builder ensemble, Node node, int at) {
    if (node instanceof Question question) {
      int right = add(ensemble, question.trueChild(), at + 1);
      // Smile asks for "up to the threshold", portable trees for "below".
      ensemble.split(
          at, question.feature(), Math.nextUp(question.threshold()), at + 1, right, true);
      return add(ensemble, question.falseChild(), right);
    }
    ensemble.leaf(at, ((Leaf) node).outputs());
    return at + 1;
  }

  @Override
  public int steps() {
    return steps;
  }

  /** A row as Smile's trees read it. */
  private final class Row extends AbstractTuple {
    private final float[] values;
    private int at;

    Row(Matrix rows) {
      values = rows.values();
    }

    @Override
    public StructType schema() {
      return schema;
    }

    @Override
    public Object get(int i) {
      return values[at + i];
    }

    @Override
    public double getDouble(int i) {
      return values[at + i];
    }
  }
}
