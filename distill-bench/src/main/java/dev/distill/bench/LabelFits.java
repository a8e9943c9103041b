package dev.distill.bench;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.fm.FMClassificationTrainer;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import smile.base.cart.SplitRule;
import smile.classification.DecisionTree;
import smile.classification.GradientTreeBoost;
import smile.classification.LogisticRegression;
import smile.classification.RandomForest;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.data.vector.IntVector;

/**
 * The fits that libraries offer for labels alone, with the hyperparameters of a family; data are
 * converted beforehand.
 */
final class LabelFits {
  private final BenchTask task;
  private final Hyperparameters values;

  LabelFits(BenchTask task, Hyperparameters values) {
    this.task = task;
    this.values = values;
  }

  /** The library's fit that is nearest to a family, if it has one that this module can run. */
  Optional<Supplier<Object>> of(String family) {
    return switch (family) {
      case "smile.tree" -> {
        DataFrame data = frame();
        yield Optional.of(
            () ->
                DecisionTree.fit(
                    Formula.lhs("label"),
                    data,
                    SplitRule.GINI,
                    values.integer("max_depth"),
                    values.integer("max_leaves"),
                    values.integer("min_leaf_rows")));
      }
      case "smile.forest" -> {
        DataFrame data = frame();
        int trees = values.integer("trees");
        yield Optional.of(
            () ->
                RandomForest.fit(
                    Formula.lhs("label"),
                    data,
                    trees,
                    values.integer("columns"),
                    SplitRule.GINI,
                    20,
                    values.integer("max_leaves"),
                    values.integer("min_leaf_rows"),
                    1.0,
                    null,
                    LongStream.range(2, trees + 2)));
      }
      case "smile.gbm" -> {
        DataFrame data = frame();
        yield Optional.of(
            () ->
                GradientTreeBoost.fit(
                    Formula.lhs("label"),
                    data,
                    values.integer("rounds"),
                    values.integer("max_depth"),
                    1 << values.integer("max_depth"),
                    values.integer("min_leaf_rows"),
                    values.real("learning_rate"),
                    values.real("subsample")));
      }
      case "smile.softmax" -> {
        double[][] rows = rows(task.features());
        yield Optional.of(
            () -> LogisticRegression.fit(rows, task.labels(), values.real("l2"), 1e-4, 150));
      }
      case "tribuo.tree" -> {
        MutableDataset<Label> data = dataset(binned(task.features()));
        yield Optional.of(
            () ->
                new CARTClassificationTrainer(
                        values.integer("max_depth"),
                        values.integer("min_leaf_rows"),
                        0,
                        1,
                        false,
                        new GiniIndex(),
                        1)
                    .train(data));
      }
      case "tribuo.forest" -> {
        MutableDataset<Label> data = dataset(binned(task.features()));
        yield Optional.of(
            () ->
                new RandomForestTrainer<>(
                        new CARTClassificationTrainer(
                            values.integer("max_depth"),
                            values.integer("min_leaf_rows"),
                            0,
                            0.99f,
                            false,
                            new GiniIndex(),
                            1),
                        new VotingCombiner(),
                        values.integer("trees"))
                    .train(data));
      }
      case "tribuo.linear" -> {
        MutableDataset<Label> data = dataset(task.features());
        yield Optional.of(
            () ->
                new LinearSGDTrainer(
                        new LogMulticlass(),
                        new AdaGrad(values.real("learning_rate")),
                        values.integer("epochs"),
                        -1,
                        1,
                        1)
                    .train(data));
      }
      case "tribuo.fm" -> {
        MutableDataset<Label> data = dataset(task.features());
        yield Optional.of(
            () ->
                new FMClassificationTrainer(
                        new LogMulticlass(),
                        new AdaGrad(values.real("learning_rate")),
                        values.integer("epochs"),
                        -1,
                        1,
                        1,
                        values.integer("factors"),
                        0.01)
                    .train(data));
      }
      default -> Optional.empty();
    };
  }

  private DataFrame frame() {
    String[] names =
        IntStream.range(0, task.features().columns()).mapToObj(j -> "x" + j).toArray(String[]::new);
    return DataFrame.of(rows(task.features()), names).merge(IntVector.of("label", task.labels()));
  }

  private static double[][] rows(Matrix features) {
    double[][] rows = new double[features.rows()][features.columns()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < features.columns(); j++) {
        rows[i][j] = features.get(i, j);
      }
    }
    return rows;
  }

  /** Ranks in 255 steps, as the families' trees see them. */
  private static Matrix binned(Matrix features) {
    float[] binned = new float[features.values().length];
    float[] sorted = new float[features.rows()];
    for (int j = 0; j < features.columns(); j++) {
      for (int i = 0; i < sorted.length; i++) {
        sorted[i] = features.get(i, j);
      }
      Arrays.sort(sorted);
      for (int i = 0; i < sorted.length; i++) {
        int rank = Arrays.binarySearch(sorted, features.get(i, j));
        binned[i * features.columns() + j] = (int) (rank * 255L / sorted.length);
      }
    }
    return new Matrix(binned, features.rows(), features.columns());
  }

  private MutableDataset<Label> dataset(Matrix features) {
    String[] names =
        IntStream.range(0, features.columns()).mapToObj("x%05d"::formatted).toArray(String[]::new);
    List<Example<Label>> examples = new ArrayList<>();
    double[][] rows = rows(features);
    for (int i = 0; i < rows.length; i++) {
      examples.add(new ArrayExample<>(new Label(String.valueOf(task.labels()[i])), names, rows[i]));
    }
    LabelFactory factory = new LabelFactory();
    return new MutableDataset<>(examples, new SimpleDataSourceProvenance("rows", factory), factory);
  }
}
