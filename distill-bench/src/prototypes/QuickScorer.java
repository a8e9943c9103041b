import dev.distill.runtime.TreeEnsemble;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Bit vectors (QuickScorer, Lucchese et al., 2015) beside {@link TreeEnsemble}, a row at a time,
 * rows without missing values: java -cp distill-runtime/target/classes
 * distill-bench/src/prototypes/QuickScorer.java
 */
public class QuickScorer {
  private static final int FEATURES = 20;
  private static final int ROWS = 4096;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  // The splits of each feature by ascending threshold: its tree, and the leaves that are still
  // possible where the row goes right.
  private final int[] from = new int[FEATURES + 1];
  private final float[] thresholds;
  private final int[] trees;
  private final int[] masks;
  private final int[] possible; // of each tree
  private final float[] leaves; // 32 a tree

  QuickScorer(TreeEnsemble model) {
    record Split(int feature, float threshold, int tree, int mask) {}
    List<Split> splits = new ArrayList<>();
    leaves = new float[32 * model.trees()];
    possible = new int[model.trees()];
    for (int tree = 0; tree < model.trees(); tree++) {
      int depth = model.depth(tree);
      for (int node = 0; node < model.nodes(tree); node++) {
        int level = 31 - Integer.numberOfLeadingZeros(node + 1);
        int width = 1 << (depth - level); // leaves below it; the trees are full
        int first = (node + 1 - (1 << level)) * width;
        if (model.isLeaf(tree, node)) {
          leaves[32 * tree + first] = model.leaf(tree, node, 1);
        } else {
          int left = ((1 << (width / 2)) - 1) << first;
          splits.add(
              new Split(model.feature(tree, node), model.threshold(tree, node), tree, ~left));
        }
      }
    }
    splits.sort(Comparator.comparingInt(Split::feature).thenComparingDouble(Split::threshold));
    thresholds = new float[splits.size()];
    trees = new int[splits.size()];
    masks = new int[splits.size()];
    for (int i = 0; i < trees.length; i++) {
      thresholds[i] = splits.get(i).threshold();
      trees[i] = splits.get(i).tree();
      masks[i] = splits.get(i).mask();
      from[splits.get(i).feature() + 1]++;
    }
    for (int j = 0; j < FEATURES; j++) {
      from[j + 1] += from[j];
    }
  }

  float logit(float[] rows, int at) {
    Arrays.fill(possible, -1);
    for (int j = 0; j < FEATURES; j++) {
      float x = rows[at + j];
      for (int i = from[j]; i < from[j + 1] && x >= thresholds[i]; i++) {
        possible[trees[i]] &= masks[i];
      }
    }
    float sum = 0;
    for (int tree = 0; tree < possible.length; tree++) {
      sum += leaves[32 * tree + Integer.numberOfTrailingZeros(possible[tree])];
    }
    return sum;
  }

  public static void main(String[] arguments) {
    for (int[] shape : new int[][] {{20, 3}, {100, 3}, {100, 5}}) {
      Random random = new Random(1);
      int splits = (1 << shape[1]) - 1;
      TreeEnsemble.Builder builder = TreeEnsemble.builder(FEATURES, new float[2]);
      for (int t = 0; t < shape[0]; t++) {
        builder.tree(2 * splits + 1, 1);
        for (int n = 0; n < 2 * splits + 1; n++) {
          if (n < splits) {
            float threshold = (float) random.nextGaussian();
            builder.split(n, random.nextInt(FEATURES), threshold, 2 * n + 1, 2 * n + 2, false);
          } else {
            builder.leaf(n, (float) random.nextGaussian());
          }
        }
      }
      TreeEnsemble model = builder.build();
      QuickScorer quick = new QuickScorer(model);
      float[] rows = new float[ROWS * FEATURES];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (float) random.nextGaussian();
      }
      float[] out = new float[2];
      for (int i = 0; i < ROWS; i++) {
        model.logits(rows, i * FEATURES, out, 0);
        if (out[1] != quick.logit(rows, i * FEATURES)) {
          throw new AssertionError("row " + i);
        }
      }
      double walked = Double.MAX_VALUE;
      double bits = Double.MAX_VALUE;
      float sum = 0;
      for (int run = 0; run < 100; run++) {
        long start = CPU.getCurrentThreadCpuTime();
        for (int i = 0; i < ROWS; i++) {
          model.logits(rows, i * FEATURES, out, 0);
          sum += out[1];
        }
        long middle = CPU.getCurrentThreadCpuTime();
        for (int i = 0; i < ROWS; i++) {
          sum += quick.logit(rows, i * FEATURES);
        }
        walked = Math.min(walked, middle - start);
        bits = Math.min(bits, CPU.getCurrentThreadCpuTime() - middle);
      }
      System.out.printf(
          "JDK %d, %dx%d: TreeEnsemble %.0f ns, bit vectors %.0f ns a row%s%n",
          Runtime.version().feature(),
          shape[0],
          shape[1],
          walked / ROWS,
          bits / ROWS,
          Float.isNaN(sum) ? "!" : "");
    }
  }
}
