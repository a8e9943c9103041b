package dev.distill.models.tribuo;

import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tribuo.math.la.SparseVector;

/** Trees whose mean distribution is the student's. */
final class TreesStudent implements FittedStudent {
  private final List<JointTree> trees;
  private final Shape shape;
  private volatile boolean closed;

  TreesStudent(List<JointTree> trees, int features, int classes) {
    this.trees = List.copyOf(trees);
    shape = new Shape(features, classes);
  }

  @Override
  public void logits(Matrix rows, float[] logits) {
    Shape.open(closed);
    shape.check(rows, logits);
    int[] columns = new int[shape.features()];
    for (int j = 0; j < columns.length; j++) {
      columns[j] = j;
    }
    double[] values = new double[columns.length];
    float[] sums = new float[shape.classes()];
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < values.length; j++) {
        values[j] = rows.get(i, j);
      }
      SparseVector row = SparseVector.createSparseVector(values.length, columns, values);
      Arrays.fill(sums, 0);
      for (JointTree tree : trees) {
        tree.add(row, trees.size(), sums);
      }
      for (int k = 0; k < sums.length; k++) {
        logits[i * sums.length + k] = Logarithm.of((double) sums[k]);
      }
    }
  }

  @Override
  public Optional<PortableModel> portable() {
    Shape.open(closed);
    TreeEnsemble.Builder ensemble =
        TreeEnsemble.builder(shape.features(), new float[shape.classes()]);
    for (JointTree tree : trees) {
      tree.add(ensemble, trees.size());
    }
    return Optional.of(Logarithm.of(ensemble.build()));
  }

  @Override
  public int steps() {
    return 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}
