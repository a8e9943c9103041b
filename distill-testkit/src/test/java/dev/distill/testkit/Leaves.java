package dev.distill.testkit;

import dev.distill.runtime.PortableModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Capabilities;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A correct family: one small tree over binned features whose leaves' logits take Newton steps down
 * the loss. At each level of the ladder it does the same with what it gets.
 */
public class Leaves implements StudentModel {
  private static final int PATIENCE = 5;

  private final TargetLevel level;

  /** Learns from a distribution a row. */
  public Leaves() {
    this(TargetLevel.SOFT_TARGETS);
  }

  Leaves(TargetLevel level) {
    this.level = level;
  }

  /** Learns by the loss's own gradient. */
  public static final class ByGradient extends Leaves {
    public ByGradient() {
      super(TargetLevel.LOSS_GRADIENT);
    }
  }

  /** Learns from weights. */
  public static final class ByWeights extends Leaves {
    public ByWeights() {
      super(TargetLevel.WEIGHTED_LABELS);
    }
  }

  /** Learns from labels alone: a twin. */
  public static final class ByLabels extends Leaves {
    public ByLabels() {
      super(TargetLevel.HARD_LABELS);
    }
  }

  @Override
  public String id() {
    return "kit." + getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "a tree of a few leaves";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(level, 50, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return SearchSpace.builder()
        .addSteps(new Hyperparameter.Int("steps", 1, 60, true, 40, "Newton steps"))
        .add(new Hyperparameter.Int("depth", 1, 5, false, 3, "depth of the tree"))
        .add(new Hyperparameter.Real("pull", 0.01, 10, true, 0.1, "rows' worth of uniform"))
        .add(new Hyperparameter.Choice("pace", List.of("half", "full"), "full", "of a step"))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    Matrix rows = training.features();
    int classes = training.classes();
    Loss loss = loss(training);
    Tree tree = new Tree(rows.columns(), classes);
    float[] gradient = new float[rows.rows() * classes];
    float[] curvature = new float[gradient.length];
    loss.gradient(new float[gradient.length], gradient, curvature);
    int[] all = new int[rows.rows()];
    Arrays.setAll(all, i -> i);
    tree.grow(rows, gradient, all, hyperparameters.integer("depth"));
    int steps = newton(tree, rows, loss, hyperparameters, context);
    return new Student(tree, steps);
  }

  private static int newton(
      Tree tree, Matrix rows, Loss loss, Hyperparameters hyperparameters, FitContext context) {
    int classes = tree.classes;
    double pull = hyperparameters.real("pull");
    double pace = hyperparameters.choice("pace").equals("half") ? .5 : 1;
    Validation validation = context.validation().orElse(null);
    float[] gradient = new float[rows.rows() * classes];
    float[] curvature = new float[gradient.length];
    List<float[]> best = tree.copy();
    double lowest = Double.POSITIVE_INFINITY;
    int kept = 0;
    int most = hyperparameters.integer("steps");
    for (int step = 1; step <= most && step - kept <= PATIENCE; step++) {
      float[] logits = tree.score(rows);
      loss.gradient(logits, gradient, curvature);
      double[][] sums = new double[tree.leaves.size()][classes];
      double[][] bends = new double[tree.leaves.size()][classes];
      for (int i = 0; i < rows.rows(); i++) {
        int leaf = tree.leaf(rows.values(), i * rows.columns());
        for (int k = 0; k < classes; k++) {
          sums[leaf][k] += gradient[i * classes + k];
          bends[leaf][k] += curvature[i * classes + k];
        }
      }
      for (int l = 0; l < sums.length; l++) {
        float[] z = tree.leaves.get(l);
        double all = 0;
        for (float value : z) {
          all += Math.exp(value);
        }
        for (int k = 0; k < classes; k++) {
          double q = Math.exp(z[k]) / all;
          double g = sums[l][k] + pull * (q - 1.0 / classes);
          double h = (classes == 2 ? 2 : 1.5) * (bends[l][k] + pull * q * (1 - q)) + 1e-6;
          z[k] += (float) Math.max(-2, Math.min(2, -pace * g / h));
        }
      }
      double judged = Double.NaN;
      if (validation == null) {
        kept = step;
      } else {
        judged = validation.loss(tree.score(validation.features()));
        if (judged < lowest) {
          lowest = judged;
          kept = step;
          best = tree.copy();
        }
      }
      context.report(step, judged);
    }
    if (validation != null) {
      tree.leaves = best;
    }
    return kept;
  }

  private interface Loss {
    void gradient(float[] logits, float[] gradient, float[] curvature);
  }

  private static Loss loss(TrainingSet training) {
    int classes = training.classes();
    if (training.targets() instanceof Targets.Gradient exact) {
      return exact.loss()::gradient;
    }
    float[] weights;
    if (training.targets() instanceof Targets.Soft soft) {
      weights = soft.distribution();
    } else if (training.targets() instanceof Targets.WeightedLabels weighted) {
      weights = weighted.weights();
    } else {
      int[] labels = ((Targets.Hard) training.targets()).labels();
      weights = new float[labels.length * classes];
      for (int i = 0; i < labels.length; i++) {
        weights[i * classes + labels[i]] = 1;
      }
    }
    return (logits, gradient, curvature) -> {
      for (int from = 0; from < logits.length; from += classes) {
        double all = 0;
        double weight = 0;
        for (int j = from; j < from + classes; j++) {
          all += Math.exp(logits[j]);
          weight += weights[j];
        }
        for (int j = from; j < from + classes; j++) {
          double q = Math.exp(logits[j]) / all;
          gradient[j] = (float) (weight * q - weights[j]);
          curvature[j] = (float) (weight * q * (1 - q));
        }
      }
    };
  }

  /** Nodes in order, children after their parents; a leaf's number is its place in leaves. */
  private static final class Tree {
    final int features;
    final int classes;
    final List<int[]> nodes = new ArrayList<>();
    final List<Float> thresholds = new ArrayList<>();
    List<float[]> leaves = new ArrayList<>();

    Tree(int features, int classes) {
      this.features = features;
      this.classes = classes;
    }

    /** A node of the rows; gives its number. */
    int grow(Matrix rows, float[] gradient, int[] members, int depth) {
      int node = nodes.size();
      nodes.add(new int[] {-1, leaves.size(), 0});
      thresholds.add(0f);
      int[] split = depth == 0 ? new int[] {-1, 0} : best(rows, gradient, members);
      if (split[0] < 0) {
        leaves.add(new float[classes]);
        return node;
      }
      float threshold = split[1] + .5f;
      int[] left = Arrays.stream(members).filter(i -> rows.get(i, split[0]) < threshold).toArray();
      int[] right =
          Arrays.stream(members).filter(i -> rows.get(i, split[0]) >= threshold).toArray();
      thresholds.set(node, threshold);
      int l = grow(rows, gradient, left, depth - 1);
      int r = grow(rows, gradient, right, depth - 1);
      nodes.set(node, new int[] {split[0], l, r});
      return node;
    }

    /** Feature and last bin on the left of the best split; feature −1 if none gains anything. */
    private int[] best(Matrix rows, float[] gradient, int[] members) {
      int[] best = {-1, 0};
      double most = 1e-9;
      float last = 0;
      for (float bin : rows.values()) {
        last = Math.max(last, bin);
      }
      double[][] bins = new double[(int) last + 3][classes + 1];
      for (int j = 0; j < features; j++) {
        for (double[] bin : bins) {
          Arrays.fill(bin, 0);
        }
        double[] total = new double[classes + 1];
        for (int i : members) {
          double[] bin = bins[(int) rows.get(i, j) + 1];
          bin[classes]++;
          total[classes]++;
          for (int k = 0; k < classes; k++) {
            bin[k] += gradient[i * classes + k];
            total[k] += gradient[i * classes + k];
          }
        }
        double[] left = new double[classes + 1];
        for (int b = 0; b < bins.length - 1; b++) {
          double gain = 0;
          for (int k = 0; k <= classes; k++) {
            left[k] += bins[b][k];
          }
          if (bins[b][classes] == 0 || left[classes] == total[classes]) {
            continue;
          }
          for (int k = 0; k < classes; k++) {
            double right = total[k] - left[k];
            gain +=
                left[k] * left[k] / left[classes]
                    + right * right / (total[classes] - left[classes])
                    - total[k] * total[k] / total[classes];
          }
          if (gain > most) {
            most = gain;
            best = new int[] {j, b - 1};
          }
        }
      }
      return best;
    }

    int leaf(float[] row, int at) {
      int node = 0;
      while (nodes.get(node)[0] >= 0) {
        int[] split = nodes.get(node);
        node = row[at + split[0]] < thresholds.get(node) ? split[1] : split[2];
      }
      return nodes.get(node)[1];
    }

    float[] score(Matrix rows) {
      float[] logits = new float[rows.rows() * classes];
      for (int i = 0; i < rows.rows(); i++) {
        float[] leaf = leaves.get(leaf(rows.values(), i * features));
        System.arraycopy(leaf, 0, logits, i * classes, classes);
      }
      return logits;
    }

    List<float[]> copy() {
      return leaves.stream().map(float[]::clone).toList();
    }

    PortableModel portable() {
      TreeEnsemble.Builder builder =
          TreeEnsemble.builder(features, new float[classes]).vectorTree(nodes.size());
      for (int n = 0; n < nodes.size(); n++) {
        int[] node = nodes.get(n);
        if (node[0] >= 0) {
          builder.split(n, node[0], thresholds.get(n), node[1], node[2], true);
        } else {
          builder.leaf(n, leaves.get(node[1]));
        }
      }
      return builder.build();
    }
  }

  private static final class Student implements FittedStudent {
    private final Tree tree;
    private final int steps;
    private volatile boolean closed;

    Student(Tree tree, int steps) {
      this.tree = tree;
      this.steps = steps;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      open();
      if (rows.columns() != tree.features || logits.length != rows.rows() * tree.classes) {
        throw new IllegalArgumentException("got " + rows + " and " + logits.length + " logits");
      }
      System.arraycopy(tree.score(rows), 0, logits, 0, logits.length);
    }

    @Override
    public Optional<PortableModel> portable() {
      open();
      return Optional.of(tree.portable());
    }

    @Override
    public int steps() {
      return steps;
    }

    @Override
    public void close() {
      closed = true;
    }

    private void open() {
      if (closed) {
        throw new IllegalStateException("closed");
      }
    }
  }
}
