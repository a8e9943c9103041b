package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;
import org.tribuo.regression.rtree.impurity.RegressorImpurity;

class JensenGapTest {

  private static Node<Regressor> tree(Task task, RegressorImpurity impurity, int rows) {
    return new CARTJointRegressionTrainer(6, rows, 1e-6f, .7f, impurity, false, 3)
        .train(new Rows(task.features()).targeted(task.targets(), task.classes()))
        .getRoot();
  }

  /** Remembered sums are those that Tribuo's own measure adds up anew at each threshold. */
  @Test
  void grows_the_trees_that_squared_error_grows() {
    for (int classes : new int[] {2, 5}) {
      Task task = Task.random(400, 6, classes, 50);
      assertSame(
          tree(task, new JensenGap(JensenGap.Function.SQUARE, 1), 20),
          tree(task, new MeanSquaredError(), 20));
    }
  }

  private static void assertSame(Node<Regressor> ours, Node<Regressor> theirs) {
    if (theirs instanceof SplitNode<Regressor> split) {
      SplitNode<Regressor> own = (SplitNode<Regressor>) ours;
      assertThat(own.getFeatureID()).isEqualTo(split.getFeatureID());
      assertThat(own.splitValue()).isEqualTo(split.splitValue());
      assertSame(own.getGreaterThan(), split.getGreaterThan());
      assertSame(own.getLessThanOrEqual(), split.getLessThanOrEqual());
    } else {
      double[] expected = ((LeafNode<Regressor>) theirs).getOutput().getValues();
      assertThat(((LeafNode<Regressor>) ours).getOutput().getValues())
          .containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void is_the_divergence_of_rows_from_their_mean() {
    float[] weights = {1, 1, 2};
    float[][] targets = {{.2f, .6f, 0}, {.8f, .4f, 1}};
    JensenGap gap = new JensenGap(JensenGap.Function.ENTROPY, 1);
    double sum = 0;
    double expected = 0;
    for (float[] t : targets) {
      sum += gap.impurity(t, weights);
      double mean = (t[0] + t[1] + 2 * t[2]) / 4;
      for (int i = 0; i < 3; i++) {
        expected += t[i] > 0 ? weights[i] / 4 * t[i] * Math.log(t[i] / mean) : 0;
      }
    }
    assertThat(sum).isCloseTo(expected, within(1e-6));
  }
}
