package dev.distill.bench;

import hex.Model;
import hex.glm.GLM;
import hex.glm.GLMModel;
import hex.tree.gbm.GBM;
import hex.tree.gbm.GBMModel;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import water.DKV;
import water.H2O;
import water.Key;
import water.fvec.Frame;
import water.fvec.Vec;

/**
 * Models of H2O's own, written as the Java that H2O makes of them: it has no way from another
 * library's trees to Java. H2O runs in a process of its own, without a network.
 */
final class H2oPojo {
  private H2oPojo() {}

  /** Fits a model and writes it, in another process. */
  static void write(String shape, Path file) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("h2o");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                H2oPojo.class.getName(),
                shape,
                file.toString(),
                work.toString())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("H2O failed: " + work.resolve("log"));
    }
  }

  /** {@code SHAPE FILE FOLDER}. */
  public static void main(String[] arguments) throws Exception {
    H2O.main(
        new String[] {
          "-disable_web",
          "-disable_net",
          "-name",
          "rivals",
          "-nthreads",
          "1",
          "-ga_opt_out",
          "-ice_root",
          arguments[2],
          "-log_level",
          "FATAL"
        });
    H2O.waitForCloudSize(1, 10_000);
    RivalModels.Size size = RivalModels.Size.of(arguments[0]);
    Frame frame = frame(size.task());
    Model<?, ?, ?> model;
    if (size.linear()) {
      GLMModel.GLMParameters parameters =
          new GLMModel.GLMParameters(GLMModel.GLMParameters.Family.multinomial);
      parameters._train = frame._key;
      parameters._response_column = "y";
      parameters._max_iterations = 3;
      model = new GLM(parameters).trainModel().get();
    } else {
      GBMModel.GBMParameters parameters = new GBMModel.GBMParameters();
      parameters._train = frame._key;
      parameters._response_column = "y";
      parameters._ntrees = size.rounds();
      parameters._max_depth = size.depth();
      parameters._min_rows = 1;
      parameters._seed = 1;
      model = new GBM(parameters).trainModel().get();
    }
    File file = new File(arguments[1]);
    try (OutputStream out = Files.newOutputStream(file.toPath())) {
      model.toJava(out, false, false);
    }
    System.exit(0);
  }

  private static Frame frame(BenchTask task) {
    int columns = task.features().columns();
    int rows = task.features().rows();
    Key<Vec>[] keys = Vec.VectorGroup.VG_LEN1.addVecs(columns + 1);
    Vec[] vectors = new Vec[columns + 1];
    for (int j = 0; j < columns; j++) {
      double[] values = new double[rows];
      for (int i = 0; i < rows; i++) {
        values[i] = task.features().get(i, j);
      }
      vectors[j] = Vec.makeVec(values, keys[j]);
    }
    double[] labels = IntStream.of(task.labels()).asDoubleStream().toArray();
    String[] classes =
        IntStream.range(0, task.classes()).mapToObj(k -> "c" + k).toArray(String[]::new);
    vectors[columns] = Vec.makeVec(labels, classes, keys[columns]);
    List<String> names = IntStream.range(0, columns).mapToObj(j -> "x" + j).toList();
    String[] all =
        java.util.stream.Stream.concat(names.stream(), java.util.stream.Stream.of("y"))
            .toArray(String[]::new);
    Frame frame = new Frame(Key.<Frame>make("frame"), all, vectors);
    DKV.put(frame);
    return frame;
  }
}
