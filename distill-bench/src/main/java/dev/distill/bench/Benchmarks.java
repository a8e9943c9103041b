package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.distill.auto.StudentCatalog;
import dev.distill.spi.StudentModel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs a group of benchmarks with forks, warm-up and the allocation profiler. */
public final class Benchmarks {
  private static final Map<String, List<Class<?>>> GROUPS =
      Map.of(
          "kernels", List.of(KernelBench.class),
          "serving", List.of(ServingBench.class),
          "dense", List.of(DenseBench.class),
          "training", List.of(TrainingBench.class),
          "families", List.of(FamilyServingBench.class, FamilyTrainingBench.class),
          "all",
              List.of(
                  KernelBench.class,
                  ServingBench.class,
                  DenseBench.class,
                  TrainingBench.class,
                  FamilyServingBench.class,
                  FamilyTrainingBench.class));

  /** A comparison that is no benchmark of JMH. */
  private record Comparison(String usage, Action main) {}

  private interface Action {
    void run(List<String> words, PrintStream out) throws IOException;
  }

  private static final SortedMap<String, Comparison> COMPARISONS =
      new TreeMap<>(
          Map.of(
              "search", new Comparison(SearchBench.USAGE, SearchBench::run),
              "generators", new Comparison(GeneratorBench.USAGE, GeneratorBench::run),
              "load", new Comparison(LoadBench.USAGE, LoadBench::run),
              "read", new Comparison(ReadBench.USAGE, ReadBench::run),
              "workers", new Comparison(WorkersBench.USAGE, WorkersBench::run)));

  private Benchmarks() {}

  /** Takes the name of a group and {@code --quick}, or the name of a comparison and its options. */
  public static void main(String[] arguments) throws RunnerException, IOException {
    List<String> words = new ArrayList<>(Arrays.asList(arguments));
    Comparison comparison = words.isEmpty() ? null : COMPARISONS.get(words.get(0));
    if (comparison != null) {
      run(comparison, words.subList(1, words.size()));
      return;
    }
    boolean quick = words.remove("--quick");
    if (words.size() != 1 || !GROUPS.containsKey(words.get(0))) {
      System.err.println(
          "usage: java -jar benchmarks.jar kernels|serving|dense|training|families|all [--quick]");
      COMPARISONS
          .values()
          .forEach(c -> System.err.println("   or: java -jar benchmarks.jar " + c.usage()));
      System.exit(2);
    }
    List<Ratios.Measured> measured = new ArrayList<>();
    for (Class<?> group : GROUPS.getOrDefault(words.get(0), List.of())) {
      for (RunResult result : run(group, quick)) {
        measured.add(measured(result));
      }
    }
    System.out.println();
    String waiting = System.getenv().getOrDefault("OMP_WAIT_POLICY", "not set");
    System.out.println(
        "JDK "
            + Runtime.version().feature()
            + ", OMP_WAIT_POLICY "
            + waiting.toLowerCase(Locale.ROOT));
    System.out.println("Ratios within this run" + (quick ? " (quick: rough)" : ""));
    new Ratios(measured).lines().forEach(line -> System.out.println("  " + line));
  }

  private static void run(Comparison comparison, List<String> words) throws IOException {
    try {
      PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
      comparison.main().run(words, out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println("usage: java -jar benchmarks.jar " + comparison.usage());
      System.exit(2);
    }
  }

  private static Collection<RunResult> run(Class<?> group, boolean quick) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + group.getName() + "\\.")
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true);
    if (Runtime.version().feature() >= 24) {
      options.jvmArgsAppend("--enable-native-access=ALL-UNNAMED");
    }
    if (quick) {
      options.forks(1).warmupIterations(2).measurementIterations(3);
      if (group != TrainingBench.class && group != FamilyTrainingBench.class) {
        options
            .warmupTime(TimeValue.milliseconds(400))
            .measurementTime(TimeValue.milliseconds(300));
      }
      if (group == KernelBench.class) {
        options.param("classes", "2", "10");
      }
      if (group == ServingBench.class) {
        options.param("rows", "16", "65536");
      }
    }
    if (group == FamilyServingBench.class || group == FamilyTrainingBench.class) {
      options.param("family", families());
    }
    return new Runner(options.build()).run();
  }

  private static String[] families() {
    return StudentCatalog.discover(Benchmarks.class.getClassLoader()).students().stream()
        .map(StudentModel::id)
        .toArray(String[]::new);
  }

  private static Ratios.Measured measured(RunResult result) {
    BenchmarkParams params = result.getParams();
    String name = params.getBenchmark();
    String[] parts = name.split("\\.");
    String parameters =
        params.getParamsKeys().stream()
            .sorted(Comparator.reverseOrder())
            .map(params::getParam)
            .collect(Collectors.joining(" × "));
    Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
    return new Ratios.Measured(
        parts[parts.length - 2] + "." + parts[parts.length - 1],
        parameters,
        elements(params),
        result.getPrimaryResult().getScore(),
        allocated == null ? Double.NaN : allocated.getScore());
  }

  private static int elements(BenchmarkParams params) {
    if (params.getParamsKeys().contains("rows")) {
      return Integer.parseInt(params.getParam("rows"));
    }
    if (params.getParamsKeys().contains("classes")) {
      int classes = Integer.parseInt(params.getParam("classes"));
      return KernelBench.ELEMENTS / classes * classes;
    }
    return 1;
  }
}
