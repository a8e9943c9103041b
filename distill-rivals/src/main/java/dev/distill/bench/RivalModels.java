package dev.distill.bench;

import dev.distill.export.JavaExporter;
import dev.distill.models.xgboost.Unwrapped;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.FittedStudent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** One model a shape, as files in a folder, so that every fork reads the very same. */
final class RivalModels {
  static final List<String> SHAPES = List.of("1x18", "20x3", "100x5", "504x6x7", "linear100x26");
  // Fewer are walked the same way so often that a processor knows where each goes.
  static final int ROWS = 32_768;
  static final Path FOLDER =
      Path.of(System.getProperty("rivals.models", "target/rivals")).toAbsolutePath();

  private RivalModels() {}

  static StudentFile student(String shape) throws IOException {
    return StudentFile.load(FOLDER.resolve(shape + ".distill"));
  }

  static Path booster(String shape) {
    return FOLDER.resolve(shape + ".ubj");
  }

  /** The class that {@code distill export --to java} makes of the model. */
  static Path generated(String shape) {
    return FOLDER.resolve("S" + shape + ".java");
  }

  /** H2O's Java, of a model of its own. */
  static Path pojo(String shape) {
    return FOLDER.resolve("h2o-" + shape + ".java");
  }

  /**
   * What a shape's name says.
   *
   * @param rounds trees a class, or trees where two classes share them
   */
  record Size(int trees, int depth, int rounds, int features, int classes, boolean linear) {
    static Size of(String shape) {
      boolean linear = shape.startsWith("linear");
      int[] numbers =
          Arrays.stream(shape.substring(linear ? 6 : 0).split("x"))
              .mapToInt(Integer::parseInt)
              .toArray();
      if (linear) {
        return new Size(0, 0, 0, numbers[0], numbers[1], true);
      }
      int classes = numbers.length > 2 ? numbers[2] : 2;
      int rounds = classes == 2 ? numbers[0] : numbers[0] / classes;
      return new Size(numbers[0], numbers[1], rounds, 20, classes, false);
    }

    /** What models of this size are fitted to. */
    BenchTask task() {
      return BenchTask.random(trees == 1 ? 50_000 : 5_000, features, classes);
    }
  }

  /** Fits what is not there yet. */
  static void prepare() throws IOException, XGBoostError, InterruptedException {
    Files.createDirectories(FOLDER);
    for (String shape : SHAPES) {
      if (!Files.exists(pojo(shape))) {
        try {
          H2oPojo.write(shape, pojo(shape));
        } catch (IOException e) {
          System.out.println(e.getMessage());
        }
      }
      fit(shape, FOLDER.resolve(shape + ".distill"));
      export(shape);
    }
  }

  private static void fit(String shape, Path file)
      throws IOException, XGBoostError, InterruptedException {
    if (Files.exists(file)) {
      return;
    }
    if (shape.startsWith("linear")) {
      write(linear(100, 26), file);
      return;
    }
    Size size = Size.of(shape);
    try (BenchTask.Context context = new BenchTask.Context(1);
        FittedStudent fitted =
            size.task()
                .fit(Unwrapped.customLossOnly(), 1, 1, size.rounds(), size.depth(), context)) {
      Unwrapped.booster(fitted).saveModel(booster(shape).toString());
      write(fitted.portable().orElseThrow(), file);
    }
  }

  private static void export(String shape) throws IOException {
    String name = generated(shape).getFileName().toString();
    if (!Files.exists(generated(shape))) {
      for (Map.Entry<String, byte[]> file :
          new JavaExporter().export(student(shape), name, Map.of()).entrySet()) {
        Files.write(FOLDER.resolve(file.getKey()), file.getValue());
      }
    }
  }

  private static PortableModel linear(int features, int classes) {
    Random random = new Random(7);
    float[] weights = new float[features * classes];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return DenseNetwork.linear(features, classes, weights, new float[classes]);
  }

  private static void write(PortableModel model, Path file) throws IOException {
    List<String> columns = IntStream.range(0, model.features()).mapToObj(j -> "x" + j).toList();
    List<String> classes = IntStream.range(0, model.classes()).mapToObj(k -> "c" + k).toList();
    new StudentFile(Schema.numbers(columns), model, classes, "y", 1, new float[0], Map.of())
        .write(file);
  }

  /** Rows that no model was trained on, from the same distribution. */
  static float[] rows(int features, int count) {
    Random random = new Random(99);
    float[] rows = new float[features * ROWS];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
    }
    float[] all = new float[features * Math.max(ROWS, count)];
    for (int i = 0; i < all.length; i++) {
      all[i] = rows[i % rows.length];
    }
    return all;
  }
}
