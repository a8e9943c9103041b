package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void says_in_words_what_the_model_is() throws IOException {
    assertThat(inspect(forest(1200))).contains("model      1,200 trees, 3,600 nodes\n");
    assertThat(inspect(forest(1))).contains("model      1 tree, 3 nodes\n");
    assertThat(inspect(Logarithm.of(forest(50))))
        .contains("model      logarithm of 50 trees, 150 nodes\n");
    assertThat(inspect(DenseNetwork.linear(2, 3, new float[6], new float[3])))
        .contains("model      linear 2 → 3\n");
    assertThat(inspect(network(2)))
        .contains("model      network 2 → 4 → 5 → 3, rectifier and hyperbolic tangent\n");
    Standardizer standardizer =
        new Standardizer(
            new float[2],
            new float[2],
            new double[2],
            new double[2],
            new int[] {0, 1},
            new float[] {Float.NaN, Float.NaN});
    assertThat(inspect(new StandardizedModel(standardizer, network(4))))
        .contains("network 4 → 4 → 5 → 3, rectifier and hyperbolic tangent,")
        .contains(", behind standardized features\n");
    assertThat(inspect(new FactorizationMachine(2, 8, new float[3], new float[6], new float[48])))
        .contains("model      factorization machine 2 → 3, 8 factors\n");
  }

  private static TreeEnsemble forest(int trees) {
    TreeEnsemble.Builder builder = TreeEnsemble.builder(2, new float[3]);
    for (int t = 0; t < trees; t++) {
      builder.vectorTree(3).split(0, 1, 0, 1, 2, true).leaf(1, 1, 0, 0).leaf(2, 0, 1, 0);
    }
    return builder.build();
  }

  private static DenseNetwork network(int features) {
    return new DenseNetwork(
        List.of(
            new Layer(features, 4, Activation.RELU, new float[features * 4], new float[4]),
            new Layer(4, 5, Activation.TANH, new float[20], new float[5]),
            new Layer(5, 3, Activation.IDENTITY, new float[15], new float[3])));
  }

  private String inspect(PortableModel model) throws IOException {
    Path file = folder.resolve("student.distill");
    new StudentFile(
            Schema.numbers(List.of("size", "weight")),
            model,
            List.of("cat", "dog", "emu"),
            "kind",
            1,
            new float[] {0, 0},
            Map.of())
        .write(file);
    Cli.Outcome outcome = Cli.run("inspect", file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out().replace(System.lineSeparator(), "\n");
  }
}
