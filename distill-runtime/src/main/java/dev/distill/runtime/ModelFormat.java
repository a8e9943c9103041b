package dev.distill.runtime;

import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a {@link PortableModel} in a student file: the name of its kind, then the model. */
final class ModelFormat {
  private static final String TREES = "trees";
  private static final String NETWORK = "network";
  private static final String FACTORIZATION = "factorization";
  private static final String STANDARDIZED = "standardized";
  private static final String HINGED = "hinged";
  private static final String LOGARITHM = "logarithm";

  /** Bytes of the name of a kind; a longer one is damage. */
  private static final int LONGEST_KIND = 64;

  /** Models inside models: more than any family makes, and no deep recursion. */
  static final int DEEPEST = 4;

  private ModelFormat() {}

  /** How many models stand one inside the other. */
  static int depth(PortableModel model) {
    int depth = 1;
    PortableModel inner = model;
    while (true) {
      if (inner instanceof TreeEnsemble) { // loads no class of the others
        return depth;
      } else if (inner instanceof StandardizedModel standardized) {
        inner = standardized.model();
      } else if (inner instanceof HingedModel hinged) {
        inner = hinged.model();
      } else if (inner instanceof Logarithm logarithm) {
        inner = logarithm.model();
      } else {
        return depth;
      }
      depth++;
    }
  }

  static void write(PortableModel model, Output out) {
    if (model instanceof TreeEnsemble trees) {
      out.text(TREES);
      TreeFormat.write(trees, out);
    } else if (model instanceof DenseNetwork network) {
      out.text(NETWORK);
      network(network, out);
    } else if (model instanceof FactorizationMachine machine) {
      out.text(FACTORIZATION);
      factorization(machine, out);
    } else if (model instanceof StandardizedModel standardized) {
      out.text(STANDARDIZED);
      standardizer(standardized.standardizer(), out);
      write(standardized.model(), out);
    } else if (model instanceof HingedModel hinged) {
      out.text(HINGED);
      hinges(hinged, out);
      write(hinged.model(), out);
    } else if (model instanceof Logarithm logarithm) {
      out.text(LOGARITHM);
      write(logarithm.model(), out);
    }
  }

  /** Reads a model that must have so many features. */
  static PortableModel read(Input in, int features) throws StudentFileException {
    return read(in, features, DEEPEST);
  }

  private static PortableModel read(Input in, int features, int deepest)
      throws StudentFileException {
    String kind = in.text(LONGEST_KIND);
    if (deepest == 0) {
      throw in.corrupt("models within models, deeper than " + DEEPEST);
    }
    PortableModel model;
    if (kind.equals(TREES)) {
      model = TreeFormat.read(in, features);
    } else if (kind.equals(NETWORK)) {
      model = network(in);
    } else if (kind.equals(FACTORIZATION)) {
      model = factorization(in);
    } else if (kind.equals(STANDARDIZED)) {
      Standardizer standardizer = standardizer(in);
      model = new StandardizedModel(standardizer, read(in, standardizer.outputs(), deepest - 1));
    } else if (kind.equals(HINGED)) {
      int[] hinges = in.counts(in.count(5, "hinges"));
      float[] knots = in.floats(hinges.length, "knots");
      PortableModel inner = read(in, Math.addExact(features, hinges.length), deepest - 1);
      model = new HingedModel(features, hinges, knots, inner);
    } else if (kind.equals(LOGARITHM)) {
      model = Logarithm.of(read(in, features, deepest - 1));
    } else {
      throw in.refused(
          ("has a model of kind '" + kind + "'; this reader knows: ")
              + (TREES + ", " + NETWORK + ", " + FACTORIZATION + ", ")
              + (STANDARDIZED + ", " + HINGED + ", " + LOGARITHM));
    }
    if (model.features() != features) {
      throw in.corrupt("%d features, expected %d".formatted(model.features(), features));
    }
    return model;
  }

  private static void network(DenseNetwork network, Output out) {
    out.count(network.features());
    out.count(network.layers().size());
    for (Layer layer : network.layers()) {
      out.count(layer.outputs());
      out.u8(List.of(Activation.values()).indexOf(layer.activation()));
      floats(layer.weights(), out);
      floats(layer.bias(), out);
    }
  }

  private static DenseNetwork network(Input in) throws StudentFileException {
    int inputs = in.count();
    int count = in.count(2, "layers");
    List<Layer> layers = new ArrayList<>(count);
    Activation[] activations = Activation.values();
    for (int l = 0; l < count; l++) {
      int outputs = in.count();
      int activation = in.u8();
      if (activation >= activations.length) {
        throw in.corrupt("layer %d: activation %d".formatted(l, activation));
      }
      layers.add(
          new Layer(
              inputs,
              outputs,
              activations[activation],
              in.floats((long) inputs * outputs, "weights"),
              in.floats(outputs, "biases")));
      inputs = outputs;
    }
    return new DenseNetwork(layers);
  }

  private static void factorization(FactorizationMachine machine, Output out) {
    out.count(machine.features());
    out.count(machine.classes());
    out.count(machine.factors());
    floats(machine.bias(), out);
    floats(machine.weights(), out);
    floats(machine.vectors(), out);
  }

  private static FactorizationMachine factorization(Input in) throws StudentFileException {
    int features = in.count();
    int classes = in.count();
    int factors = in.count();
    float[] bias = in.floats(classes, "biases");
    long weights = (long) classes * features;
    return new FactorizationMachine(
        features,
        factors,
        bias,
        in.floats(weights, "weights"),
        in.floats(Math.multiplyExact(weights, factors), "factors"));
  }

  private static void standardizer(Standardizer standardizer, Output out) {
    out.count(standardizer.features());
    for (int j = 0; j < standardizer.features(); j++) {
      out.f32(standardizer.low(j));
      out.f32(standardizer.high(j));
      out.f64(standardizer.center(j));
      out.f64(standardizer.scale(j));
    }
    int[] indicators = standardizer.indicators();
    out.count(indicators.length);
    for (int feature : indicators) {
      out.count(feature);
    }
    floats(standardizer.values(), out);
  }

  private static Standardizer standardizer(Input in) throws StudentFileException {
    int features = in.count(24, "features");
    float[] low = new float[features];
    float[] high = new float[features];
    double[] center = new double[features];
    double[] scale = new double[features];
    for (int j = 0; j < features; j++) {
      low[j] = in.f32();
      high[j] = in.f32();
      center[j] = in.f64();
      scale[j] = in.f64();
    }
    int[] indicators = in.counts(in.count(5, "indicators"));
    float[] values = in.floats(indicators.length, "values of indicators");
    return new Standardizer(low, high, center, scale, indicators, values);
  }

  private static void hinges(HingedModel hinged, Output out) {
    out.count(hinged.hinges().length);
    for (int feature : hinged.hinges()) {
      out.count(feature);
    }
    floats(hinged.knots(), out);
  }

  private static void floats(float[] values, Output out) {
    for (float value : values) {
      out.f32(value);
    }
  }
}
