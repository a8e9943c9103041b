package dev.distill.runtime;

import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Random models of each kind, and what they give for a row by the words of their contracts. */
final class RandomModels {
  private static final List<Activation> ACTIVATIONS =
      List.of(Activation.IDENTITY, Activation.RELU, Activation.TANH);

  private RandomModels() {}

  /** One of each kind, and some in others; all read so many features. */
  static List<PortableModel> each(int features, int classes, Random random) {
    Standardizer standardizer = standardizer(features, random);
    Standardizer again = standardizer(standardizer.outputs(), random);
    return List.of(
        linear(features, classes, random),
        network(features, classes, random),
        machine(features, classes, random),
        new StandardizedModel(standardizer, network(standardizer.outputs(), classes, random)),
        new StandardizedModel(standardizer, machine(standardizer.outputs(), classes, random)),
        new StandardizedModel(standardizer, forest(standardizer.outputs(), 3, classes, random)),
        Logarithm.of(forest(features, 3, classes, random)),
        Logarithm.of(linear(features, classes, random)),
        hinged(features, 5, classes, random),
        new StandardizedModel(standardizer, hinged(standardizer.outputs(), 7, classes, random)),
        new StandardizedModel(
            standardizer,
            Logarithm.of(new StandardizedModel(again, network(again.outputs(), classes, random)))));
  }

  static HingedModel hinged(int features, int hinges, int classes, Random random) {
    return new HingedModel(
        features,
        random.ints(hinges, 0, features).toArray(),
        values(hinges, random),
        linear(features + hinges, classes, random));
  }

  static DenseNetwork linear(int features, int classes, Random random) {
    return DenseNetwork.linear(
        features, classes, values(features * classes, random), values(classes, random));
  }

  /** A network of up to four layers, as wide as makes a difference to the loops. */
  static DenseNetwork network(int features, int classes, Random random) {
    List<Layer> layers = new ArrayList<>();
    int inputs = features;
    for (int l = random.nextInt(4); l >= 0; l--) {
      int outputs = l == 0 ? classes : 1 + random.nextInt(random.nextBoolean() ? 20 : 70);
      Activation activation =
          l == 0 && random.nextBoolean() ? Activation.IDENTITY : ACTIVATIONS.get(random.nextInt(3));
      layers.add(
          new Layer(
              inputs,
              outputs,
              activation,
              values(inputs * outputs, random),
              values(outputs, random)));
      inputs = outputs;
    }
    return new DenseNetwork(layers);
  }

  static FactorizationMachine machine(int features, int classes, Random random) {
    int factors = 1 + random.nextInt(12);
    return new FactorizationMachine(
        features,
        factors,
        values(classes, random),
        values(classes * features, random),
        values(classes * features * factors, random));
  }

  /** Trees whose leaves hold a distribution, divided by their number. */
  static TreeEnsemble forest(int features, int trees, int classes, Random random) {
    RandomTrees forest = new RandomTrees(features, classes, random);
    Arrays.fill(forest.base, 0);
    for (int t = 0; t < trees; t++) {
      RandomTrees.Tree tree = forest.add(RandomTrees.Shape.RAGGED, 1 + random.nextInt(20), -1);
      for (int node = 0; node < tree.leaf.length; node++) {
        if (tree.feature[node] < 0) {
          tree.leaf[node] = distribution(classes, trees, random);
        }
      }
    }
    return forest.build();
  }

  private static float[] distribution(int classes, int trees, Random random) {
    double[] weights = new double[classes];
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      weights[k] = random.nextInt(3) == 0 ? 0 : random.nextDouble();
      sum += weights[k];
    }
    float[] values = new float[classes];
    for (int k = 0; k < classes; k++) {
      values[k] = (float) (sum == 0 ? 0 : weights[k] / sum / trees);
    }
    return values;
  }

  static Standardizer standardizer(int features, Random random) {
    float[] low = new float[features];
    float[] high = new float[features];
    double[] center = new double[features];
    double[] scale = new double[features];
    for (int j = 0; j < features; j++) {
      low[j] = (float) -Math.abs(random.nextGaussian());
      high[j] = (float) Math.abs(random.nextGaussian());
      center[j] = random.nextGaussian();
      scale[j] = random.nextInt(5) == 0 ? 0 : random.nextDouble();
    }
    int[] indicators = IntStream.range(0, features).filter(j -> random.nextInt(3) == 0).toArray();
    float[] values = new float[indicators.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextBoolean() ? Float.NaN : random.nextInt(3) - 1;
    }
    return new Standardizer(low, high, center, scale, indicators, values);
  }

  private static float[] values(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(10) == 0 ? 0 : (float) random.nextGaussian();
    }
    return values;
  }

  // ---- the plain forms ----

  /** The logits of a row, to the bit. */
  static float[] logits(PortableModel model, float[] row) {
    if (model instanceof DenseNetwork network) {
      float[] values = row;
      for (Layer layer : network.layers()) {
        values = layer(layer, values);
      }
      return values;
    }
    if (model instanceof FactorizationMachine machine) {
      return machine(machine, row);
    }
    if (model instanceof StandardizedModel standardized) {
      return logits(standardized.model(), standardize(standardized.standardizer(), row));
    }
    if (model instanceof HingedModel hinged) {
      int[] hinges = hinged.hinges();
      float[] bent = Arrays.copyOf(row, row.length + hinges.length);
      for (int h = 0; h < hinges.length; h++) {
        float above = row[hinges[h]] - hinged.knots()[h];
        bent[row.length + h] = above > 0 || Float.isNaN(above) ? above : 0;
      }
      return logits(hinged.model(), bent);
    }
    if (model instanceof Logarithm logarithm) {
      float[] sums = logits(logarithm.model(), row);
      for (int k = 0; k < sums.length; k++) {
        double p = sums[k] > 1e-6 ? sums[k] : 1e-6;
        sums[k] = (float) StrictMath.log(p);
      }
      return sums;
    }
    float[] logits = new float[model.classes()];
    model.logits(row, 0, logits, 0);
    return logits;
  }

  private static float[] layer(Layer layer, float[] in) {
    float[] weights = layer.weights();
    float[] out = layer.bias();
    for (int k = 0; k < out.length; k++) {
      for (int j = 0; j < in.length; j++) {
        out[k] += weights[j * out.length + k] * in[j];
      }
      out[k] =
          switch (layer.activation()) {
            case IDENTITY -> out[k];
            case RELU -> Math.max(0, out[k]);
            case TANH -> (float) StrictMath.tanh(out[k]);
          };
    }
    return out;
  }

  private static float[] machine(FactorizationMachine machine, float[] row) {
    float[] out = machine.bias();
    float[] weights = machine.weights();
    float[] vectors = machine.vectors();
    int features = row.length;
    int factors = machine.factors();
    for (int k = 0; k < out.length; k++) {
      for (int j = 0; j < features; j++) {
        out[k] += weights[k * features + j] * row[j];
      }
      for (int f = 0; f < factors; f++) {
        float sum = 0;
        float squares = 0;
        for (int j = 0; j < features; j++) {
          float product = vectors[(k * features + j) * factors + f] * row[j];
          sum += product;
          squares += product * product;
        }
        out[k] += 0.5f * (sum * sum - squares);
      }
    }
    return out;
  }

  static float[] standardize(Standardizer standardizer, float[] row) {
    float[] out = new float[standardizer.outputs()];
    for (int j = 0; j < row.length; j++) {
      float x = Math.min(Math.max(row[j], standardizer.low(j)), standardizer.high(j));
      out[j] = Float.isNaN(x) ? 0 : (float) ((x - standardizer.center(j)) * standardizer.scale(j));
    }
    for (int i = 0; i < standardizer.indicators().length; i++) {
      float x = row[standardizer.indicators()[i]];
      float wanted = standardizer.values()[i];
      out[row.length + i] = (Float.isNaN(wanted) ? Float.isNaN(x) : x == wanted) ? 1 : 0;
    }
    return out;
  }
}
