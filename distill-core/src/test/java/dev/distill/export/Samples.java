package dev.distill.export;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Students to export. */
final class Samples {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new NumberColumn("age"),
              new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "東京", "Århus")),
              new CategoryColumn("job", Coding.FREQUENCY_RANK, List.of("nurse", "smith"))));

  private Samples() {}

  /** One of each kind of model. */
  static List<StudentFile> each() {
    int n = SCHEMA.features();
    Standardizer standardizer =
        new Standardizer(
            values(n, -3),
            values(n, 5),
            new double[n],
            IntStream.range(0, n).mapToDouble(j -> j / 7.0).toArray(),
            new int[] {0, 0},
            new float[] {Float.NaN, -0f});
    int m = standardizer.outputs();
    return List.of(
        of(trees(n, 3, 2)),
        of(Logarithm.of(trees(n, 2, 5))),
        of(
            new DenseNetwork(
                List.of(
                    new Layer(n, 3, Activation.TANH, values(3 * n, 0.1f), values(3, 1)),
                    new Layer(3, 2, Activation.RELU, values(6, 0.1f), values(2, 1))))),
        of(
            new StandardizedModel(
                standardizer,
                new FactorizationMachine(
                    m, 2, values(2, 1), values(2 * m, 0.3f), values(4 * m, 0.7f)))),
        of(
            new HingedModel(
                n,
                new int[] {0, 4},
                new float[] {1e-40f, 0.1f},
                DenseNetwork.linear(n + 2, 2, values(2 * n + 4, 1), values(2, 0)))));
  }

  static StudentFile of(PortableModel model) {
    float[] rows = new float[2 * model.features()];
    rows[0] = Float.NaN;
    rows[1] = Float.POSITIVE_INFINITY;
    return new StudentFile(
        model.features() == SCHEMA.features()
            ? SCHEMA
            : Schema.numbers(IntStream.range(0, model.features()).mapToObj(j -> "x" + j).toList()),
        model,
        List.of("no", "yes"),
        "income",
        1.25,
        rows,
        Map.of("family", "test"));
  }

  /** Trees whose leaves have a value for both classes; thresholds are of all sizes. */
  static TreeEnsemble trees(int features, int trees, int depth) {
    Random random = new Random(depth);
    TreeEnsemble.Builder builder = TreeEnsemble.builder(features, new float[2]);
    int splits = (1 << depth) - 1;
    for (int t = 0; t < trees; t++) {
      builder.vectorTree(2 * splits + 1);
      for (int node = 0; node < splits; node++) {
        float threshold = Float.intBitsToFloat(random.nextInt());
        builder.split(
            node,
            random.nextInt(features),
            Float.isNaN(threshold) ? Float.NEGATIVE_INFINITY : threshold,
            2 * node + 1,
            2 * node + 2,
            random.nextBoolean());
      }
      for (int node = splits; node <= 2 * splits; node++) {
        builder.leaf(node, random.nextFloat(), -0f);
      }
    }
    return builder.build();
  }

  private static float[] values(int count, float value) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = value * (1 + i % 3);
    }
    return values;
  }
}
