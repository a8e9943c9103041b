package dev.distill.report.reading;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.TreeEnsemble;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A model in words, with its size. */
public final class ModelWords {
  private ModelWords() {}

  /** The words. */
  public static String of(PortableModel model) {
    if (model instanceof TreeEnsemble trees) {
      return trees.trees() == 1
          ? "1 tree, %s nodes".formatted(number(trees.nodes()))
          : "%s trees, %s nodes".formatted(number(trees.trees()), number(trees.nodes()));
    }
    if (model instanceof DenseNetwork network) {
      return network(network);
    }
    if (model instanceof FactorizationMachine machine) {
      return "factorization machine %s → %s, %s factors"
          .formatted(machine.features(), machine.classes(), machine.factors());
    }
    if (model instanceof StandardizedModel standardized) {
      return of(standardized.model()) + ", behind standardized features";
    }
    if (model instanceof HingedModel hinged) {
      return of(hinged.model()) + ", with %s hinges".formatted(hinged.hinges().length);
    }
    if (model instanceof Logarithm logarithm) {
      return "logarithm of " + of(logarithm.model());
    }
    throw new IllegalArgumentException("no words for " + model.getClass().getName());
  }

  private static String network(DenseNetwork network) {
    List<Layer> layers = network.layers();
    StringBuilder text = new StringBuilder();
    Set<String> activations = new LinkedHashSet<>();
    text.append(network.features());
    for (Layer layer : layers) {
      text.append(" → ").append(layer.outputs());
      if (layer.activation() != Activation.IDENTITY) {
        activations.add(word(layer.activation()));
      }
    }
    if (activations.isEmpty()) {
      return (layers.size() == 1 ? "linear " : "network ") + text;
    }
    return "network " + text + ", " + String.join(" and ", activations);
  }

  private static String word(Activation activation) {
    return switch (activation) {
      case IDENTITY -> "identity";
      case RELU -> "rectifier";
      case TANH -> "hyperbolic tangent";
    };
  }

  private static String number(int value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
