package example;

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
import java.util.Optional;

/**
 * Naive Bayes on soft counts: a row counts for every class, as much as the teacher gives it.
 *
 * <p>logit(class) = ln P(class) + weight × Σ over features of ln (P(class | bin) / P(class)).
 */
public final class NaiveBayes implements StudentModel {

  @Override
  public String id() {
    return "example.bayes";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public String description() {
    return "naive Bayes on soft counts: one look at the rows, features taken one by one";
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(TargetLevel.SOFT_TARGETS, 1_000, Encoding.BINNED, true);
  }

  @Override
  public SearchSpace searchSpace(TaskShape shape) {
    return SearchSpace.builder()
        .add(
            new Hyperparameter.Real(
                "smoothing", 0.1, 100, true, 1, "rows of the prior added to each bin"))
        .add(
            new Hyperparameter.Real(
                "weight", 0.02, 1, true, 1, "of each feature; below 1 where features overlap"))
        .build();
  }

  @Override
  public FittedStudent fit(
      TrainingSet training, Hyperparameters hyperparameters, FitContext context) {
    Matrix rows = training.features();
    int classes = training.classes();
    float[] target = ((Targets.Soft) training.targets()).distribution();
    double smoothing = hyperparameters.real("smoothing");
    double weight = hyperparameters.real("weight");

    double[] prior = new double[classes];
    for (int i = 0; i < target.length; i++) {
      prior[i % classes] += target[i];
    }
    float[] base = new float[classes];
    for (int k = 0; k < classes; k++) {
      // Half a row each, so that a class that no row has is unlikely, not impossible.
      prior[k] = (prior[k] + 0.5) / (rows.rows() + 0.5 * classes);
      base[k] = (float) Math.log(prior[k]);
    }

    float[][] tables = new float[rows.columns()][];
    for (int j = 0; j < tables.length; j++) {
      double[] counts = counts(rows, j, target, classes);
      tables[j] = new float[counts.length];
      for (int at = 0; at < counts.length; at += classes) {
        double all = smoothing;
        for (int k = 0; k < classes; k++) {
          all += counts[at + k];
        }
        for (int k = 0; k < classes; k++) {
          double share = (counts[at + k] + smoothing * prior[k]) / all;
          tables[j][at + k] = (float) (weight * Math.log(share / prior[k]));
        }
      }
      context.report(j + 1, Double.NaN);
    }
    return new Student(base, tables);
  }

  /** Soft counts: bin × class; the first bin is that of missing values, −1. */
  private static double[] counts(Matrix rows, int column, float[] target, int classes) {
    int bins = 1;
    for (int i = 0; i < rows.rows(); i++) {
      bins = Math.max(bins, (int) rows.get(i, column) + 2);
    }
    double[] counts = new double[bins * classes];
    for (int i = 0; i < rows.rows(); i++) {
      int bin = (int) rows.get(i, column) + 1;
      for (int k = 0; k < classes; k++) {
        counts[bin * classes + k] += target[i * classes + k];
      }
    }
    return counts;
  }

  /** For each feature what each of its bins adds to each logit. */
  private static final class Student implements FittedStudent {
    private final float[] base;
    private final float[][] tables;
    private volatile boolean closed;

    Student(float[] base, float[][] tables) {
      this.base = base;
      this.tables = tables;
    }

    @Override
    public void logits(Matrix rows, float[] logits) {
      open();
      int classes = base.length;
      if (rows.columns() != tables.length || logits.length < rows.rows() * classes) {
        throw new IllegalArgumentException(
            "rows must have %s columns and logits room for %s values, got %s and %s"
                .formatted(tables.length, rows.rows() * classes, rows.columns(), logits.length));
      }
      for (int i = 0; i < rows.rows(); i++) {
        System.arraycopy(base, 0, logits, i * classes, classes);
        for (int j = 0; j < tables.length; j++) {
          int last = tables[j].length / classes - 1;
          int bin = Math.min(last, (int) rows.get(i, j) + 1);
          for (int k = 0; k < classes; k++) {
            logits[i * classes + k] += tables[j][bin * classes + k];
          }
        }
      }
    }

    /** A tree for each feature: a binary search for its bin. */
    @Override
    public Optional<PortableModel> portable() {
      open();
      TreeEnsemble.Builder trees = TreeEnsemble.builder(tables.length, base);
      for (int j = 0; j < tables.length; j++) {
        int bins = tables[j].length / base.length;
        trees.vectorTree(2 * bins - 1);
        search(trees, j, 0, 0, bins);
      }
      return Optional.of(trees.build());
    }

    /** Adds the search among bins, numbering its nodes from {@code node}. */
    private void search(TreeEnsemble.Builder trees, int feature, int node, int from, int to) {
      if (to - from == 1) {
        float[] leaf = new float[base.length];
        System.arraycopy(tables[feature], from * base.length, leaf, 0, base.length);
        trees.leaf(node, leaf);
        return;
      }
      int middle = (from + to) >>> 1;
      int right = node + 2 * (middle - from);
      // The bin of missing values is −1, and comes first.
      trees.split(node, feature, middle - 1, node + 1, right, true);
      search(trees, feature, node + 1, from, middle);
      search(trees, feature, right, middle, to);
    }

    @Override
    public int steps() {
      return 0;
    }

    private void open() {
      if (closed) {
        throw new IllegalStateException("the student is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
