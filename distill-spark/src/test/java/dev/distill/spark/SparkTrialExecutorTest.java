package dev.distill.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.auto.Cancellation;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.Distiller;
import dev.distill.auto.LocalTrialExecutor;
import dev.distill.auto.TrialExecutor;
import dev.distill.auto.TrialOutcome;
import dev.distill.data.Dataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trials on a cluster of two executors, which are processes of their own. */
@Timeout(300)
class SparkTrialExecutorTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static SparkSession spark;

  @BeforeAll
  static void start() throws IOException {
    // The environment is the pom's: Spark looks for its jars here, and finds them on the class
    // path.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    spark =
        LocalSpark.quiet()
            .master("local-cluster[2,1,1024]")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config(
                "spark.executor.extraJavaOptions",
                "-XX:TieredStopAtLevel=1 -D%s=%s".formatted(ClusterFamilies.FOLDER, folder))
            .config("spark.task.maxFailures", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset rows(int count) {
    Random random = new Random(1);
    float[][] rows = new float[count][];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows[i] = new float[] {2 * random.nextFloat() - 1, 2 * random.nextFloat() - 1, i % 7};
      labels.add(random.nextDouble() < share(rows[i][0], rows[i][1]) ? "yes" : "no");
    }
    return Dataset.of(List.of("x", "y", "noise"), rows, labels);
  }

  private static double share(float x, float y) {
    return x < 0.3 ? 0.85 : y < 0 ? 0.5 : 0.15;
  }

  private static DistillationResult distil(TrialExecutor executor, int rows, String... families) {
    return builder(executor, rows, families).run();
  }

  private static Distiller.Builder builder(TrialExecutor executor, int rows, String... families) {
    return Distiller.builder()
        .train(rows(rows))
        .teacher(
            features -> {
              double[] answers = new double[2 * features.rows()];
              for (int i = 0; i < features.rows(); i++) {
                answers[2 * i + 1] = share(features.get(i, 0), features.get(i, 1));
                answers[2 * i] = 1 - answers[2 * i + 1];
              }
              return answers;
            })
        .configure(c -> settings(c, families))
        .executor(executor);
  }

  private static void settings(DistillConfig.Builder config, String... families) {
    config.families(List.of(families)).trials(8).threads(2).seed(5).augment(2);
  }

  private static List<Path> files(String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a fit, kills the process that it runs in, and tells which that was. */
  private static long killOneThatFits() {
    while (true) {
      for (Path fit : files("fit-")) {
        long pid = Long.parseLong(fit.getFileName().toString().split("-", -1)[1]);
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
        assertThat(process.destroyForcibly()).isTrue();
        process.onExit().join();
        // On a busy machine it may just have ended; then another one is killed.
        if (Files.exists(fit)) {
          return pid;
        }
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void an_executor_killed_in_the_middle_changes_nothing() throws Exception {
    String[] families = {"cluster.steady", "smile.tree", "xgboost.tree"};
    DistillationResult here = distil(new LocalTrialExecutor(2), 2_500, families);
    CompletableFuture<Long> killed =
        CompletableFuture.supplyAsync(SparkTrialExecutorTest::killOneThatFits);
    DistillationResult there = distil(new SparkTrialExecutor(spark, 2), 2_500, families);
    long pid = killed.get(1, TimeUnit.SECONDS);
    assertThat(files("fit-" + pid)).as("the fit that was killed never ended").hasSize(1);
    assertThat(there.trials()).allSatisfy(o -> assertThat(o.failure()).isEmpty());
    assertThat(there.trials().stream().map(SparkTrialExecutorTest::told))
        .containsExactlyElementsOf(
            here.trials().stream().map(SparkTrialExecutorTest::told).toList());
    assertThat(there.student().file().toBytes()).isEqualTo(here.student().file().toBytes());
    assertThat(there.twin().file().toBytes()).isEqualTo(here.twin().file().toBytes());
    Files.delete(files("fit-" + pid).get(0));
  }

  private static String told(TrialOutcome o) {
    return "%s %s %s %s %s".formatted(o.spec(), o.loss(), o.kl(), o.steps(), o.pruned());
  }

  @Test
  void trials_that_fail_or_kill_fail_alone() {
    DistillationResult result =
        distil(
            new SparkTrialExecutor(spark, 2),
            600,
            "cluster.steady",
            "cluster.broken",
            "cluster.poison");
    List<String> failures =
        result.trials().stream()
            .filter(o -> o.failure().isPresent())
            .map(o -> o.spec().family() + ": " + o.failure().orElseThrow())
            .toList();
    assertThat(failures)
        .anyMatch(f -> f.contains("cluster.broken: java.lang.IllegalStateException: broken on"))
        .anyMatch(f -> f.contains("cluster.broken: java.lang.OutOfMemoryError"))
        .noneMatch(f -> f.startsWith("cluster.steady"));
    assertThat(failures.stream().filter(f -> f.startsWith("cluster.poison")))
        .as("%s doses of two tries in company and two alone", ClusterFamilies.DOSES)
        .singleElement()
        .asString()
        .contains("it could not be run, alone neither");
    assertThat(files("dose-")).hasSize(ClusterFamilies.DOSES);
    assertThat(result.trials().stream().filter(TrialOutcome::succeeded)).hasSizeGreaterThan(4);
  }

  @Test
  void a_sweep_that_is_cancelled_breaks_off_what_runs_and_delivers_the_best_so_far()
      throws InterruptedException {
    Cancellation cancellation = new Cancellation();
    DistillationResult result =
        builder(new SparkTrialExecutor(spark, 2), 600, "cluster.steady", "smile.tree")
            .cancellation(cancellation)
            .listener(
                (outcome, best, done, total) -> {
                  if (done >= 4) {
                    cancellation.cancel();
                  }
                })
            .run();
    assertThat(result.endedEarly()).isTrue();
    assertThat(result.trials()).hasSizeBetween(4, 8);
    // Spark ends jobs when it comes to it.
    for (int i = 0;
        i < 300 && spark.sparkContext().statusTracker().getActiveJobIds().length > 0;
        i++) {
      Thread.sleep(100);
    }
    assertThat(spark.sparkContext().statusTracker().getActiveJobIds()).isEmpty();
  }

  @Test
  void refuses_to_run_none_at_once() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparkTrialExecutor(spark, 0))
        .withMessage("trials at once must be >= 1, got 0");
  }
}
