package dev.distill.report.reading;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.TreeEnsemble;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A model whose logits are a constant and one contribution a column, added up. */
interface AdditiveModel {

  /** The constant, one value a class. */
  double[] start();

  /** A row of features from which to change the features of a column; a new array. */
  float[] reference();

  /** What a column adds to each class in a row. */
  double[] contribution(int column, float[] row);

  /** Where the contribution of a numeric column jumps or bends, ascending. */
  double[] places(int column);

  /** Whether it jumps there and is level between, rather than straight between. */
  boolean jumps();

  /** The model as a sum over columns, if it is one. */
  static Optional<AdditiveModel> of(Schema schema, PortableModel model) {
    if (model instanceof TreeEnsemble trees) {
      return Steps.of(schema, trees);
    }
    return Lines.of(schema, model);
  }

  /** Trees that ask one column each. */
  record Steps(TreeEnsemble trees, List<List<Integer>> byColumn) implements AdditiveModel {
    static Optional<AdditiveModel> of(Schema schema, TreeEnsemble trees) {
      List<List<Integer>> byColumn = new ArrayList<>();
      schema.columns().forEach(column -> byColumn.add(new ArrayList<>()));
      for (int tree = 0; tree < trees.trees(); tree++) {
        int own = -1;
        for (int node = 0; node < trees.nodes(tree); node++) {
          if (!trees.isLeaf(tree, node)) {
            int column = Words.column(schema, trees.feature(tree, node));
            if (own >= 0 && own != column) {
              return Optional.empty();
            }
            own = column;
          }
        }
        // A tree without a question adds the same everywhere: to any column.
        byColumn.get(Math.max(0, own)).add(tree);
      }
      return Optional.of(new Steps(trees, byColumn));
    }

    @Override
    public double[] start() {
      double[] start = new double[trees.classes()];
      for (int k = 0; k < start.length; k++) {
        start[k] = trees.base(k);
      }
      return start;
    }

    @Override
    public float[] reference() {
      return new float[trees.features()];
    }

    @Override
    public double[] contribution(int column, float[] row) {
      double[] sum = new double[trees.classes()];
      for (int tree : byColumn.get(column)) {
        int node = 0;
        while (!trees.isLeaf(tree, node)) {
          float x = row[trees.feature(tree, node)];
          boolean left =
              x < trees.threshold(tree, node) || (Float.isNaN(x) && trees.missingLeft(tree, node));
          node = trees.left(tree, node) + (left ? 0 : 1);
        }
        for (int k = 0; k < sum.length; k++) {
          sum[k] += trees.leaf(tree, node, k);
        }
      }
      return sum;
    }

    @Override
    public double[] places(int column) {
      TreeSet<Double> places = new TreeSet<>();
      for (int tree : byColumn.get(column)) {
        for (int node = 0; node < trees.nodes(tree); node++) {
          // What parts missing values alone is no place among the others.
          if (!trees.isLeaf(tree, node)
              && Math.abs(trees.threshold(tree, node)) < Float.MAX_VALUE) {
            places.add((double) trees.threshold(tree, node));
          }
        }
      }
      return places.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public boolean jumps() {
      return true;
    }
  }

  /** A linear model, which may stand behind a standardizer and hinges. */
  record Lines(Schema schema, StandardizedModel model, int[] hinges, float[] knots)
      implements AdditiveModel {
    static Optional<AdditiveModel> of(Schema schema, PortableModel model) {
      if (!(model instanceof StandardizedModel standardized)) {
        return Optional.empty();
      }
      PortableModel inner = standardized.model();
      int[] hinges = {};
      float[] knots = {};
      if (inner instanceof HingedModel hinged) {
        hinges = hinged.hinges();
        knots = hinged.knots();
        inner = hinged.model();
      }
      boolean linear =
          inner instanceof DenseNetwork network
              && network.layers().size() == 1
              && network.layers().get(0).activation() == Activation.IDENTITY;
      return linear
          ? Optional.of(new Lines(schema, standardized, hinges, knots))
          : Optional.empty();
    }

    @Override
    public double[] start() {
      return logits(reference());
    }

    @Override
    public float[] reference() {
      Standardizer standardizer = model.standardizer();
      float[] row = new float[standardizer.features()];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) standardizer.center(j);
      }
      return row;
    }

    @Override
    public double[] contribution(int column, float[] row) {
      float[] alone = reference();
      int from = schema.offset(column);
      int width = schema.columns().get(column).width();
      System.arraycopy(row, from, alone, from, width);
      double[] with = logits(alone);
      double[] start = start();
      for (int k = 0; k < with.length; k++) {
        with[k] -= start[k];
      }
      return with;
    }

    private double[] logits(float[] row) {
      double[] logits = new double[model.classes()];
      model.logits(row, 0, logits, 0);
      return logits;
    }

    @Override
    public double[] places(int column) {
      int feature = schema.offset(column);
      Standardizer standardizer = model.standardizer();
      TreeSet<Double> places = new TreeSet<>();
      places.add((double) standardizer.low(feature));
      places.add((double) standardizer.high(feature));
      for (int h = 0; h < hinges.length; h++) {
        if (hinges[h] == feature) {
          places.add(standardizer.center(feature) + knots[h] / standardizer.scale(feature));
        }
      }
      return places.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public boolean jumps() {
      return false;
    }
  }
}
