package dev.distill.models.smile;

import dev.distill.spi.Encoding;
import java.util.Arrays;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;
import smile.base.cart.CART;
import smile.base.cart.InternalNode;
import smile.base.cart.LeafNode;
import smile.base.cart.Node;
import smile.base.cart.OrdinalNode;
import smile.base.cart.OrdinalSplit;
import smile.base.cart.Split;
import smile.data.type.DataTypes;
import smile.data.type.StructField;
import smile.math.MathEx;

/**
 * A tree of Smile's, grown best split first, over binned features and with several outputs, which
 * Smile's own trees have not: one tree then knows all classes, and a split is found by a histogram
 * of a column's bins instead of a walk through its sorted values.
 *
 * <p>A row brings numerators and denominators; a leaf's outputs are made of their sums. A split
 * gains Σ_k N_k²/(D_k + λ) of its sides less that of the whole: with targets and counts, what the
 * squared error falls by; with gradients and curvatures, a Newton step (Chen and Guestrin, 2016).
 */
final class HistogramTree extends CART {

  /** The bins of a column, the one of missing values included. */
  static final int MOST_BINS = Encoding.MOST_BINS + 1;

  /** A split gains more than rounding makes up. */
  private static final double LEAST_GAIN = 1e-6;

  /** What a row brings is a multiple of this, so that sums are exact in any order of the rows. */
  private static final double UNIT = 0x1p-24;

  /**
   * How a tree grows.
   *
   * @param depth most splits above a leaf
   * @param leaves most leaves, at least 2
   * @param minRows least rows in a leaf
   * @param columns how many columns, drawn anew, are tried at a split
   * @param lambda what every denominator is raised by
   */
  record Growth(int depth, int leaves, int minRows, int columns, double lambda) {}

  /**
   * What rows bring, row by row: numerators, then denominators.
   *
   * @param values rows × (numerators + denominators), in {@link #unit units}
   * @param denominators as many as numerators, or one for all
   */
  record Statistics(double[] values, int numerators, int denominators) {
    int width() {
      return numerators + denominators;
    }
  }

  /** A leaf with its sums and outputs. */
  static final class Leaf extends LeafNode {
    private final double[] sums;
    private final float[] outputs;

    private Leaf(int size, double[] sums, float[] outputs) {
      super(size);
      this.sums = sums;
      this.outputs = outputs;
    }

    /** The outputs; not to be changed. */
    float[] outputs() {
      return outputs;
    }

    @Override
    public String dot(smile.data.type.StructType schema, StructField response, int id) {
      return " %d [label=\"%s\"];%n".formatted(id, Arrays.toString(outputs));
    }

    @Override
    public double deviance() {
      return 0;
    }

    @Override
    public int[] toString(
        smile.data.type.StructType schema,
        StructField response,
        InternalNode parent,
        int depth,
        java.math.BigInteger id,
        java.util.List<String> lines) {
      lines.add(" ".repeat(depth) + id + ") " + Arrays.toString(outputs));
      return new int[] {size};
    }
  }

  /** A question for a bin that tells its threshold, which Smile's keeps to itself. */
  static final class Question extends OrdinalNode {
    private final float threshold;

    private Question(
        int feature, float threshold, double score, double deviance, Node left, Node right) {
      super(feature, threshold, score, deviance, left, right);
      this.threshold = threshold;
    }

    /** Half way between two bins: bins below go to the true child. */
    float threshold() {
      return threshold;
    }
  }

  private static final class BinSplit extends OrdinalSplit {
    private final int column;
    private final float threshold;
    private final double gain;

    BinSplit(
        LeafNode leaf,
        int column,
        float threshold,
        double gain,
        int lo,
        int hi,
        int left,
        int right,
        short[] bins) {
      super(leaf, column, threshold, gain, lo, hi, left, right, row -> bins[row] <= threshold);
      this.column = column;
      this.threshold = threshold;
      this.gain = gain;
    }

    @Override
    public OrdinalNode toNode(Node left, Node right) {
      return new Question(column, threshold, gain, 0, left, right);
    }
  }

  private final BinnedRows rows;
  private final double[] values;
  private final int numerators;
  private final int denominators;
  private final int width;
  private final double lambda;
  private final Function<double[], float[]> outputs;
  private final int[] counts = new int[MOST_BINS];
  private final double[] histogram;
  private final double[] left;
  private final double[] right;

  private HistogramTree(
      BinnedRows rows,
      Statistics statistics,
      int[] samples,
      Growth growth,
      Function<double[], float[]> outputs) {
    super(
        rows.frame(),
        new StructField("y", DataTypes.DoubleType),
        growth.depth() + 1,
        growth.leaves(),
        growth.minRows(),
        Math.min(growth.columns(), rows.features()),
        samples,
        new int[rows.features() + 1][]);
    this.rows = rows;
    this.outputs = outputs;
    lambda = growth.lambda();
    numerators = statistics.numerators();
    denominators = statistics.denominators();
    width = statistics.width();
    values = statistics.values();
    histogram = new double[MOST_BINS * width];
    left = new double[width];
    right = new double[width];
  }

  /**
   * Grows a tree.
   *
   * @param samples how often each row counts; 0 leaves it out
   * @param seed for the columns that are drawn, and which of equal splits is taken
   * @param outputs makes a leaf's outputs of its sums
   * @return the root
   */
  static Node grow(
      BinnedRows rows,
      Statistics statistics,
      int[] samples,
      Growth growth,
      long seed,
      Function<double[], float[]> outputs) {
    HistogramTree tree = new HistogramTree(rows, statistics, samples, growth, outputs);
    // Smile has one generator a thread; a tree is grown by one thread alone.
    MathEx.setSeed(seed);
    tree.grow();
    return tree.root();
  }

  /** The nearest value that sums exactly. */
  static double unit(double value) {
    return Math.rint(value / UNIT) * UNIT;
  }

  /** The leaf of a row. */
  static Leaf leaf(Node root, BinnedRows rows, int row) {
    Node node = root;
    while (node instanceof Question question) {
      boolean below = rows.column(question.feature())[row] <= question.threshold();
      node = below ? question.trueChild() : question.falseChild();
    }
    return (Leaf) node;
  }

  private void grow() {
    LeafNode first = newNode(index);
    root = first;
    // Smile searches columns side by side on the threads of the common pool, unless some columns
    // are left out. So there is one column too many, and it is left out from the beginning.
    boolean[] unsplittable = new boolean[rows.features() + 1];
    unsplittable[rows.features()] = true;
    PriorityQueue<Split> queue = new PriorityQueue<>(Split.comparator.reversed());
    findBestSplit(first, 0, index.length, unsplittable).ifPresent(queue::add);
    for (int leaves = 1; leaves < maxNodes && !queue.isEmpty(); ) {
      if (split(queue.remove(), queue)) {
        leaves++;
      }
    }
  }

  @Override
  protected double impurity(LeafNode node) {
    return 1;
  }

  @Override
  protected LeafNode newNode(int[] nodeSamples) {
    double[] sums = new double[width];
    int size = 0;
    for (int row : nodeSamples) {
      int weight = samples[row];
      size += weight;
      int at = row * width;
      for (int k = 0; k < width; k++) {
        sums[k] += weight * values[at + k];
      }
    }
    return new Leaf(size, sums, outputs.apply(sums));
  }

  @Override
  protected Optional<Split> findBestSplit(
      LeafNode node, int column, double impurity, int lo, int hi) {
    short[] bins = rows.column(column);
    int lowest = MOST_BINS;
    int highest = 0;
    for (int i = lo; i < hi; i++) {
      int row = index[i];
      int bin = bins[row] + 1;
      int weight = samples[row];
      lowest = Math.min(lowest, bin);
      highest = Math.max(highest, bin);
      counts[bin] += weight;
      int from = row * width;
      int to = bin * width;
      for (int k = 0; k < width; k++) {
        histogram[to + k] += weight * values[from + k];
      }
    }
    double[] all = ((Leaf) node).sums;
    double whole = score(all);
    Arrays.fill(left, 0);
    double bestGain = LEAST_GAIN;
    int bestCount = 0;
    float threshold = 0;
    int count = 0;
    int last = lowest;
    for (int bin = lowest; bin <= highest; bin++) {
      if (counts[bin] == 0) {
        continue;
      }
      if (count >= nodeSize && node.size() - count >= nodeSize) {
        for (int k = 0; k < width; k++) {
          right[k] = all[k] - left[k];
        }
        double gain = score(left) + score(right) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          bestCount = count;
          threshold = Math.floorDiv(last + bin, 2) - .5f;
        }
      }
      count += counts[bin];
      counts[bin] = 0;
      int from = bin * width;
      for (int k = 0; k < width; k++) {
        left[k] += histogram[from + k];
        histogram[from + k] = 0;
      }
      last = bin;
    }
    if (bestCount == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new BinSplit(
            node, column, threshold, bestGain, lo, hi, bestCount, node.size() - bestCount, bins));
  }

  private double score(double[] sums) {
    double score = 0;
    if (denominators == 1) {
      for (int k = 0; k < numerators; k++) {
        score += sums[k] * sums[k];
      }
      return score / (sums[numerators] + lambda);
    }
    for (int k = 0; k < numerators; k++) {
      score += sums[k] * sums[k] / (sums[numerators + k] + lambda);
    }
    return score;
  }
}
