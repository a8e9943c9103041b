package dev.distill.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.VotingCombiner;
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
import smile.data.DataFrame;
import smile.data.Tuple;
import smile.data.formula.Formula;
import smile.data.type.StructType;
import smile.data.vector.IntVector;

/**
 * Models that libraries fit themselves, as they read no others: as many trees of the same depth, or
 * as many weights. Rows are converted beforehand.
 */
final class OwnModels {
  private OwnModels() {}

  /** A tree or boosted trees, or a logistic regression. */
  static Rival smile(RivalModels.Size size, float[][] rows) {
    BenchTask task = size.task();
    double[][] x = doubles(task);
    double[] out = new double[task.classes()];
    if (size.linear()) {
      LogisticRegression model = LogisticRegression.fit(x, task.labels(), 0.1, 1e-2, 5);
      double[][] each = doubles(rows);
      return first -> {
        model.predict(each[first], out);
        return out;
      };
    }
    String[] names =
        IntStream.range(0, task.features().columns()).mapToObj(j -> "x" + j).toArray(String[]::new);
    DataFrame inputs = DataFrame.of(x, names);
    StructType schema = inputs.schema();
    DataFrame data = inputs.merge(IntVector.of("y", task.labels()));
    Tuple[] each = new Tuple[rows.length];
    double[][] values = doubles(rows);
    for (int i = 0; i < each.length; i++) {
      each[i] = Tuple.of(values[i], schema);
    }
    Formula formula = Formula.lhs("y");
    if (size.rounds() == 1) {
      DecisionTree tree =
          DecisionTree.fit(formula, data, SplitRule.GINI, size.depth(), 1 << size.depth(), 1);
      return first -> {
        tree.predict(each[first], out);
        return out;
      };
    }
    GradientTreeBoost trees =
        GradientTreeBoost.fit(
            formula, data, size.rounds(), size.depth(), 1 << size.depth(), 1, 0.1, 1.0);
    return first -> {
      trees.predict(each[first], out);
      return out;
    };
  }

  /** A tree, a forest, or a linear model. */
  static Rival tribuo(RivalModels.Size size, float[][] rows) {
    BenchTask task = size.task();
    CARTClassificationTrainer tree =
        new CARTClassificationTrainer(
            size.depth(), 1, 0, size.trees() == 1 ? 1 : 0.99f, false, new GiniIndex(), 1);
    Trainer<Label> trainer =
        size.linear()
            ? new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1), 2, -1, 1, 1)
            : size.trees() == 1
                ? tree
                : new RandomForestTrainer<>(tree, new VotingCombiner(), size.trees());
    String[] names =
        IntStream.range(0, task.features().columns())
            .mapToObj("x%05d"::formatted)
            .toArray(String[]::new);
    double[][] x = doubles(task);
    List<Example<Label>> examples = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      examples.add(new ArrayExample<>(new Label("c" + task.labels()[i]), names, x[i]));
    }
    LabelFactory factory = new LabelFactory();
    Model<Label> model =
        trainer.train(
            new MutableDataset<>(
                examples, new SimpleDataSourceProvenance("rows", factory), factory));
    List<Example<Label>> each = new ArrayList<>();
    for (double[] row : doubles(rows)) {
      each.add(new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, names, row));
    }
    return first -> model.predict(each.get(first));
  }

  private static double[][] doubles(BenchTask task) {
    double[][] rows = new double[task.features().rows()][task.features().columns()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = task.features().get(i, j);
      }
    }
    return rows;
  }

  /** The same numbers as doubles. */
  static double[][] doubles(float[][] rows) {
    double[][] all = new double[rows.length][];
    for (int i = 0; i < all.length; i++) {
      float[] row = rows[i];
      all[i] = IntStream.range(0, row.length).mapToDouble(j -> row[j]).toArray();
    }
    return all;
  }
}
