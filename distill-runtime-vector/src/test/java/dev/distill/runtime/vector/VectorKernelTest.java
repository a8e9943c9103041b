package dev.distill.runtime.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.distill.probe.Probe;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.DenseNetwork.Activation;
import dev.distill.runtime.DenseNetwork.Layer;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.Standardizer;
import dev.distill.runtime.StudentFile;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorKernelTest {
  private static final List<Activation> ACTIVATIONS = List.of(Activation.values());

  @TempDir private Path folder = Path.of("");

  @Test
  void gives_the_bits_of_plain_loops_for_any_shape_and_value() {
    VectorKernel kernel = new VectorKernel();
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int inputs = 1 + random.nextInt(40);
      int outputs = seed < 80 ? seed + 1 : 1 + random.nextInt(300);
      int count = random.nextInt(20);
      int from = random.nextInt(3);
      float[] in = Probe.rows(1, from + count * inputs, random);
      float[] weights = finite(inputs * outputs, random);
      float[] bias = finite(outputs, random);
      int to = random.nextInt(3);
      float[] out = new float[to + count * outputs + 3];
      Arrays.fill(out, 7);
      kernel.apply(in, from, count, weights, bias, out, to);
      float[] expected = new float[out.length];
      Arrays.fill(expected, 7);
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < outputs; k++) {
          float sum = bias[k];
          for (int j = 0; j < inputs; j++) {
            sum += weights[j * outputs + k] * in[from + i * inputs + j];
          }
          expected[to + i * outputs + k] = sum;
        }
      }
      // As assertThat(float[]) compares: bits, any NaN like another.
      assertThat(out)
          .as("%d rows, %d inputs, %d outputs, seed %d", count, inputs, outputs, seed)
          .isEqualTo(expected);
    }
  }

  /** The runtime in a class loader that does not see the kernel gives what this one gives. */
  @Test
  void students_answer_the_same_bits_with_it_as_without() throws Exception {
    assertThat(Class.forName("dev.distill.runtime.Affine").getClassLoader())
        .isSameAs(VectorKernel.class.getClassLoader());
    URL[] alone = {StudentFile.class.getProtectionDomain().getCodeSource().getLocation()};
    try (URLClassLoader plain = new URLClassLoader(alone, ClassLoader.getPlatformClassLoader())) {
      Class<?> file = plain.loadClass(StudentFile.class.getName());
      Method load = file.getMethod("load", byte[].class);
      Method logits =
          plain
              .loadClass(PortableModel.class.getName())
              .getMethod("logits", float[].class, int.class, float[].class);
      for (int seed = 0; seed < 60; seed++) {
        Random random = new Random(seed);
        PortableModel model = model(random);
        Object without =
            file.getMethod("model").invoke(load.invoke(null, (Object) student(model).toBytes()));
        assertThat(without).isNotInstanceOf(PortableModel.class);
        for (int count : new int[] {0, 1, 3, 16, 127, 128, 259}) {
          float[] rows = Probe.rows(model.features(), count, random);
          float[] expected = new float[count * model.classes()];
          logits.invoke(without, rows, count, expected);
          float[] batch = new float[expected.length];
          model.logits(rows, count, batch);
          float[] single = new float[expected.length];
          double[] widened = new double[expected.length];
          for (int i = 0; i < count; i++) {
            model.logits(rows, i * model.features(), single, i * model.classes());
          }
          model.logits(rows, count, widened);
          String where =
              "%s of %d features, %d classes, %d rows, seed %d"
                  .formatted(
                      model.getClass().getSimpleName(),
                      model.features(),
                      model.classes(),
                      count,
                      seed);
          assertThat(batch).as(where).isEqualTo(expected);
          assertThat(single).as(where).isEqualTo(expected);
          for (int i = 0; i < widened.length; i++) {
            assertThat(Double.compare(widened[i], expected[i])).as(where).isZero();
          }
        }
      }
    }
  }

  @Test
  void a_process_has_it_where_the_module_is_there_and_answers_the_same_anywhere() throws Exception {
    Path file = folder.resolve("s.distill");
    student(model(new Random(3))).write(file);
    String vectors = "--add-modules=jdk.incubator.vector";
    String plain = probe(file, false);
    assertThat(plain).startsWith("plain ");
    String bits = plain.substring("plain ".length());
    assertThat(probe(file, false, vectors)).as("no kernel").isEqualTo(plain);
    assertThat(probe(file, true)).as("no flag").isEqualTo(plain);
    assertThat(probe(file, true, vectors)).as("all").isEqualTo("vectors " + bits);
    assertThat(probe(file, true, vectors, "-Xint")).as("no compiler").isEqualTo(plain);
    assertThat(probe(file, true, vectors, "-XX:TieredStopAtLevel=1")).as("C1").isEqualTo(plain);
    // Vectors of 8, 4 and 2 floats, where the machine can; others don't know these options.
    for (String other : new String[] {"UseAVX=2", "UseAVX=0", "MaxVectorSize=8"}) {
      assertThat(probe(file, true, vectors, "-XX:+IgnoreUnrecognizedVMOptions", "-XX:" + other))
          .as(other)
          .isIn(plain, "vectors " + bits);
    }
  }

  @Test
  void modules_have_it_only_where_the_flag_asks_for_it() throws Exception {
    Path file = folder.resolve("s.distill");
    student(model(new Random(3))).write(file);
    String[] path = {
      "-p",
      location(StudentFile.class) + java.io.File.pathSeparator + location(VectorKernel.class),
      "--add-modules=dev.distill.runtime",
      "--add-opens=dev.distill.runtime/dev.distill.runtime=ALL-UNNAMED"
    };
    String plain = run(file, location(Probe.class), path);
    assertThat(plain).startsWith("plain ");
    String[] more = Arrays.copyOf(path, path.length + 1);
    more[path.length] = "--add-modules=jdk.incubator.vector";
    assertThat(run(file, location(Probe.class), more)).isEqualTo(plain.replace("plain", "vectors"));
  }

  @Test
  void is_not_made_where_plain_loops_are_quicker() {
    assertThat(new VectorKernel(4, "mixed mode, sharing")).isNotNull();
    for (String compiler : new String[] {"interpreted mode", "mixed mode, emulated-client"}) {
      assertThatThrownBy(() -> new VectorKernel(16, compiler))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("vectors of 16 floats, compiled in %s; needed: at least 4, and C2", compiler);
    }
    assertThatThrownBy(() -> new VectorKernel(2, "mixed mode"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** Once C2 has compiled it; before, vectors are objects. */
  @Test
  void scoring_allocates_nothing() {
    Random random = new Random(1);
    for (PortableModel model : List.of(linear(100, 26, random), linear(20, 16, random))) {
      float[] rows = Probe.rows(model.features(), 259, random);
      float[] out = new float[259 * model.classes()];
      Runnable score =
          () -> {
            model.logits(rows, 259, out);
            model.logits(rows, 0, out, 0);
          };
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 20_000 && least > 0; i++) {
        least = Math.min(least, allocated(score));
      }
      assertThat(least).as("bytes a batch").isZero();
    }
  }

  private static long allocated(Runnable run) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(id);
    run.run();
    return threads.getThreadAllocatedBytes(id) - before;
  }

  // ---- models ----

  /** One that has a wide layer, most often, and perhaps narrow ones, and something around it. */
  private static PortableModel model(Random random) {
    int features = 1 + random.nextInt(30);
    int classes = 2 + random.nextInt(random.nextBoolean() ? 5 : 60);
    return switch (random.nextInt(4)) {
      case 0 -> linear(features, classes, random);
      case 1 -> network(features, classes, random);
      case 2 -> {
        Standardizer standardizer = standardizer(features, random);
        PortableModel inner =
            random.nextBoolean()
                ? network(features, classes, random)
                : new HingedModel(
                    features,
                    new int[] {0},
                    new float[] {0.1f},
                    linear(features + 1, classes, random));
        yield new StandardizedModel(standardizer, inner);
      }
      default ->
          new FactorizationMachine(
              features,
              3,
              finite(classes, random),
              finite(classes * features, random),
              finite(classes * features * 3, random));
    };
  }

  private static DenseNetwork linear(int features, int classes, Random random) {
    return DenseNetwork.linear(
        features, classes, finite(features * classes, random), finite(classes, random));
  }

  private static DenseNetwork network(int features, int classes, Random random) {
    List<Layer> layers = new ArrayList<>();
    int inputs = features;
    for (int l = random.nextInt(3); l >= 0; l--) {
      int outputs = l == 0 ? classes : 1 + random.nextInt(80);
      layers.add(
          new Layer(
              inputs,
              outputs,
              ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())),
              finite(inputs * outputs, random),
              finite(outputs, random)));
      inputs = outputs;
    }
    return new DenseNetwork(layers);
  }

  private static Standardizer standardizer(int features, Random random) {
    float[] low = new float[features];
    float[] high = new float[features];
    double[] scale = random.doubles(features).toArray();
    Arrays.fill(low, -2);
    Arrays.fill(high, 2);
    return new Standardizer(low, high, new double[features], scale, new int[0], new float[0]);
  }

  /** What weights can be: also zeros, subnormal and huge ones. */
  private static float[] finite(int count, Random random) {
    float[] odd = {0, -0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE};
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          random.nextInt(40) == 0 ? odd[random.nextInt(odd.length)] : (float) random.nextGaussian();
    }
    return values;
  }

  private static StudentFile student(PortableModel model) {
    return new StudentFile(
        Schema.numbers(IntStream.range(0, model.features()).mapToObj(j -> "x" + j).toList()),
        model,
        IntStream.range(0, model.classes()).mapToObj(k -> "c" + k).toList(),
        "y",
        1,
        new float[0],
        Map.of());
  }

  // ---- processes ----

  private static String probe(Path file, boolean kernel, String... options) throws Exception {
    List<String> path = new ArrayList<>(List.of(location(StudentFile.class)));
    path.add(location(Probe.class));
    if (kernel) {
      path.add(location(VectorKernel.class));
    }
    return run(file, String.join(java.io.File.pathSeparator, path), options);
  }

  private static String run(Path file, String classPath, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, Probe.class.getName(), file.toString()));
    Path errors = Path.of(file + ".err");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String line;
    try (var reader = process.inputReader()) {
      line = reader.lines().reduce("", String::concat);
    }
    assertThat(process.waitFor())
        .as(command + ": " + java.nio.file.Files.readString(errors))
        .isZero();
    // The JVM's own word of incubator modules.
    return line.replaceAll("(?i)WARNING: Using incubator modules: \\S*vector", "");
  }

  private static String location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
