package dev.distill.bench;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.TreeEnsemble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Models other than boosted trees, with random weights: one row, its class, and a batch; against
 * loops written down unit by unit.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class DenseBench {
  static final int ROWS = 1024;

  /** A model and rows to score. */
  @State(Scope.Benchmark)
  public static class Model {
    /**
     * The kind and the numbers of units from the features to the classes; for machines, of
     * features, factors and classes; for a forest, of features, trees of 255 nodes and classes.
     */
    @Param({
      "linear 10 2",
      "linear 54 7",
      "linear 100 26",
      "linear 500 26",
      "network 30 64 10",
      "standardized 54 7",
      "standardized 30 64 10",
      "machine 54 8 7",
      "machine 30 8 2",
      "forest 16 50 26",
      "forest 54 50 2"
    })
    public String shape;

    int features;
    int classes;
    PortableModel portable;
    private List<float[]> weights;
    private int[] sizes;
    float[] rows;
    float[] out;
    float[] batch;
    private final Random random = new Random(1);
    private int next;

    /** Makes the model. */
    @Setup
    public void setUp() {
      String[] words = shape.split(" ");
      sizes = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
      features = sizes[0];
      classes = sizes[sizes.length - 1];
      portable =
          switch (words[0]) {
            case "linear", "network" -> network();
            case "standardized" -> new StandardizedModel(standardizer(), network());
            case "machine" -> machine();
            default -> Logarithm.of(forest());
          };
      rows = gaussian(ROWS * features);
      out = new float[classes];
      batch = new float[ROWS * classes];
    }

    private DenseNetwork network() {
      List<Layer> layers = new ArrayList<>();
      weights = new ArrayList<>();
      for (int l = 1; l < sizes.length; l++) {
        float[] values = gaussian(sizes[l - 1] * sizes[l]);
        layers.add(
            new Layer(
                sizes[l - 1],
                sizes[l],
                l == sizes.length - 1 ? Activation.IDENTITY : Activation.RELU,
                values,
                new float[sizes[l]]));
        weights.add(values);
      }
      return new DenseNetwork(layers);
    }

    private Standardizer standardizer() {
      float[] low = new float[features];
      float[] high = new float[features];
      double[] scale = new double[features];
      Arrays.fill(low, -2);
      Arrays.fill(high, 2);
      Arrays.fill(scale, 1.1);
      return new Standardizer(low, high, new double[features], scale, new int[0], new float[0]);
    }

    private FactorizationMachine machine() {
      float[] linear = gaussian(classes * features);
      float[] vectors = gaussian(classes * features * sizes[1]);
      weights = List.of(linear, vectors);
      return new FactorizationMachine(features, sizes[1], new float[classes], linear, vectors);
    }

    private TreeEnsemble forest() {
      TreeEnsemble.Builder builder = TreeEnsemble.builder(features, new float[classes]);
      for (int t = 0; t < sizes[1]; t++) {
        builder.vectorTree(255);
        for (int node = 0; node < 255; node++) {
          if (node < 127) {
            float threshold = (float) random.nextGaussian();
            int feature = random.nextInt(features);
            builder.split(node, feature, threshold, 2 * node + 1, 2 * node + 2, true);
          } else {
            float[] leaf = new float[classes];
            for (int k = 0; k < classes; k++) {
              leaf[k] = random.nextFloat() / (classes * sizes[1]);
            }
            builder.leaf(node, leaf);
          }
        }
      }
      return builder.build();
    }

    private float[] gaussian(int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }

    int nextRow() {
      next = (next + 1) % ROWS;
      return next * features;
    }

    /** The logits by the words of the contract; of networks and machines alone. */
    float[] plain(int at) {
      if (shape.startsWith("machine")) {
        return machine(at);
      }
      float[] in = Arrays.copyOfRange(rows, at, at + features);
      if (shape.startsWith("standardized")) {
        for (int j = 0; j < features; j++) {
          in[j] = (float) (Math.min(Math.max(in[j], -2), 2) * 1.1);
        }
      }
      for (int l = 0; l < weights.size(); l++) {
        float[] values = weights.get(l);
        float[] sums = new float[sizes[l + 1]];
        for (int k = 0; k < sums.length; k++) {
          float sum = 0;
          for (int j = 0; j < in.length; j++) {
            sum += values[j * sums.length + k] * in[j];
          }
          sums[k] = l == weights.size() - 1 ? sum : Math.max(0, sum);
        }
        in = sums;
      }
      return in;
    }

    private float[] machine(int at) {
      int factors = sizes[1];
      float[] logits = new float[classes];
      for (int k = 0; k < classes; k++) {
        float logit = 0;
        for (int j = 0; j < features; j++) {
          logit += weights.get(0)[k * features + j] * rows[at + j];
        }
        for (int f = 0; f < factors; f++) {
          float sum = 0;
          float squares = 0;
          for (int j = 0; j < features; j++) {
            float product = weights.get(1)[(k * features + j) * factors + f] * rows[at + j];
            sum += product;
            squares += product * product;
          }
          logit += 0.5f * (sum * sum - squares);
        }
        logits[k] = logit;
      }
      return logits;
    }
  }

  @Benchmark
  public float[] row(Model model) {
    model.portable.logits(model.rows, model.nextRow(), model.out, 0);
    return model.out;
  }

  @Benchmark
  public int predict(Model model) {
    return model.portable.predict(model.rows, model.nextRow());
  }

  @Benchmark
  public float[] plain(Model model) {
    return model.shape.startsWith("forest") ? model.out : model.plain(model.nextRow());
  }

  @Benchmark
  public float[] batch(Model model) {
    model.portable.logits(model.rows, ROWS, model.batch);
    return model.batch;
  }
}
