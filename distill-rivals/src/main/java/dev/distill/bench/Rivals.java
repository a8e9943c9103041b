package dev.distill.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Our scorer beside others that read the same model: {@code java -jar rivals.jar [--quick]
 * [--single | --batch] [SHAPE…]}. Times are CPU times, as machines are shared. {@code --check} only
 * shows that they answer alike, {@code --prepare} only writes the models, {@code --single} leaves
 * out batches, {@code --batch} those that take rows one by one alone.
 */
public final class Rivals {
  private Rivals() {}

  /** Runs all shapes, or those given. */
  public static void main(String[] arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean quick = words.remove("--quick");
    boolean check = words.remove("--check");
    boolean prepare = words.remove("--prepare");
    boolean single = words.remove("--single");
    boolean batch = words.remove("--batch");
    RivalModels.prepare();
    if (prepare) {
      return;
    }
    for (String shape : words.isEmpty() ? RivalModels.SHAPES : words) {
      List<String> able = check(shape);
      if (check) {
        continue;
      }
      if (batch) {
        able.retainAll(Rival.BATCH);
      }
      Map<Integer, Map<String, Double>> table = new TreeMap<>();
      run(shape, able, new String[] {"1"}, quick, table);
      if (!single) {
        able.retainAll(Rival.BATCH);
        run(shape, able, new String[] {"16", "256", "65536"}, quick, table);
      }
      table.forEach((rows, times) -> print(shape, rows, times));
    }
  }

  /** Those that can have this model; says what each answers on row 0, and why not. */
  private static List<String> check(String shape) throws Exception {
    int features = RivalModels.student(shape).schema().features();
    int classes = RivalModels.student(shape).classes().size();
    float[] rows = RivalModels.rows(features, 1);
    List<String> able = new ArrayList<>();
    for (String name : Rival.ALL) {
      try {
        Object result = Rival.open(name, shape, rows, 1).score(0);
        System.out.printf(
            Locale.ROOT,
            "%s %s: last class of row 0: %s%n",
            shape,
            name,
            Double.isNaN(Rival.answer(result, classes)) ? result : Rival.answer(result, classes));
        able.add(name);
      } catch (Exception | LinkageError e) {
        System.out.printf("%s %s: left out: %s%n", shape, name, e);
      }
    }
    return able;
  }

  private static void run(
      String shape,
      List<String> scorers,
      String[] rows,
      boolean quick,
      Map<Integer, Map<String, Double>> table)
      throws Exception {
    List<String> others = new ArrayList<>(scorers);
    if (others.remove(Rival.VECTORS)) {
      fork(shape, List.of(Rival.VECTORS), rows, quick, table);
    }
    fork(shape, others, rows, quick, table);
  }

  /** Runs scorers that want the same of a JVM. */
  private static void fork(
      String shape,
      List<String> scorers,
      String[] rows,
      boolean quick,
      Map<Integer, Map<String, Double>> table)
      throws Exception {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + RivalsBench.class.getName() + "\\.")
            .param("shape", shape)
            .param("scorer", scorers.toArray(String[]::new))
            .param("rows", rows)
            .addProfiler(CpuTime.class)
            .jvmArgsAppend(jvm(scorers.contains(Rival.VECTORS)));
    if (quick) {
      options
          .warmupIterations(3)
          .measurementIterations(6)
          .warmupTime(TimeValue.milliseconds(300))
          .measurementTime(TimeValue.milliseconds(200));
    }
    for (RunResult result : new Runner(options.build()).run()) {
      int count = Integer.parseInt(result.getParams().getParam("rows"));
      table
          .computeIfAbsent(count, c -> new TreeMap<>())
          .put(
              result.getParams().getParam("scorer"),
              Objects.requireNonNull(result.getSecondaryResults().get(CpuTime.NAME)).getScore()
                  / count);
    }
  }

  private static String[] jvm(boolean vectors) throws IOException {
    List<String> options = new ArrayList<>();
    if (vectors) {
      options.add("--add-modules=jdk.incubator.vector");
    }
    options.add("-Drivals.models=" + RivalModels.FOLDER);
    // LightGBM4j unpacks its library there, over the one that this process has loaded.
    options.add("-Djava.io.tmpdir=" + Files.createTempDirectory("rivals"));
    if (Runtime.version().feature() >= 24) {
      options.add("--enable-native-access=ALL-UNNAMED");
    }
    return options.toArray(String[]::new);
  }

  private static void print(String shape, int rows, Map<String, Double> times) {
    double ours = times.getOrDefault("ours", Double.NaN);
    times.forEach(
        (name, nanos) ->
            System.out.printf(
                Locale.ROOT,
                "TABLE JDK %d | %s | %d | %s | %.1f ns a row | %.2f x ours%n",
                Runtime.version().feature(),
                shape,
                rows,
                name,
                nanos,
                nanos / ours));
  }
}
