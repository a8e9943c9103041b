package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark runs once, so that none rots; nothing is timed. */
class BenchmarksTest {
  @Test
  void kernels_run() {
    KernelBench bench = new KernelBench();
    bench.classes = 10;
    bench.setUp();
    assertThat(bench.addDouble()).doesNotContain(Double.NaN);
    assertThat(bench.addFloat()).doesNotContain(Float.NaN);
    assertThat(bench.softmaxDouble()[0]).isBetween(0., 1.);
    assertThat(bench.softmaxFloat()[0]).isBetween(0f, 1f);
    assertThat(bench.klDouble()).isPositive();
    assertThat(bench.klFloat()).isPositive();
    assertThat(bench.lossDouble()).doesNotContain(Double.NaN);
    assertThat(bench.lossFloat()).doesNotContain(Float.NaN);
    assertThat(bench.lossFloatAtOne()).doesNotContain(Float.NaN);
  }

  @Test
  void serving_scores_alike() throws Exception {
    for (String shape : new String[] {"1x18", "20x3", "21x3x7"}) {
      ServingBench bench = new ServingBench();
      ServingBench.Model model = new ServingBench.Model();
      model.shape = shape;
      model.setUp();
      try {
        ServingBench.Batch batch = new ServingBench.Batch();
        batch.rows = 16;
        batch.setUp(model);
        float last = bench.rowOurs(model)[model.classes - 1];
        model.next--;
        float[] inplace = bench.rowXgboostInplace(model)[0];
        model.next--;
        float[] dmatrix = bench.rowXgboostDmatrix(model)[0];
        assertThat(inplace[inplace.length - 1]).isEqualTo(last);
        assertThat(dmatrix[dmatrix.length - 1]).isEqualTo(last);
        float[] ours = bench.batchOurs(model, batch);
        float[][] theirs = bench.batchXgboostInplace(model, batch);
        assertThat(theirs[15][theirs[15].length - 1]).isEqualTo(ours[ours.length - 1]);
      } finally {
        model.tearDown();
      }
    }
  }

  @Test
  void loading_is_measured_in_processes_of_their_own() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LoadBench.run(List.of("--runs", "1"), new PrintStream(out, true, UTF_8));
    assertThat(out.toString(UTF_8).lines())
        .hasSizeGreaterThanOrEqualTo(3) // from jars also with an archive of their classes
        .anyMatch(line -> line.matches("wall +median .*; warm .*"))
        .anyMatch(line -> line.matches("cpu +median .*"));
  }

  @Test
  void families_score_alike() {
    FamilyServingBench bench = new FamilyServingBench();
    bench.family = "xgboost.tree";
    bench.classes = 5;
    bench.setUp();
    try {
      float[] portable = bench.portable().clone();
      for (int i = 0; i < 1023; i++) {
        bench.portable();
      }
      assertThat(bench.library()).containsExactly(portable);
    } finally {
      bench.tearDown();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smile.forest",
        "smile.gbm",
        "smile.mlp",
        "smile.softmax",
        "smile.tree",
        "tribuo.fm",
        "tribuo.forest",
        "tribuo.linear",
        "tribuo.tree",
        "xgboost.tree"
      })
  void every_family_trains_beside_its_library(String family) {
    FamilyTrainingBench bench = new FamilyTrainingBench();
    bench.family = family;
    bench.classes = 3;
    bench.rows = 60;
    bench.setUp();
    try {
      assertThat(bench.soft()).isNotNull();
      assertThat(bench.hard()).isNotNull();
    } finally {
      bench.tearDown();
    }
  }

  @Test
  void a_server_is_loaded_and_every_answer_checked() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ServeLoad.run(Duration.ofSeconds(3), 2, new PrintStream(bytes, true, UTF_8));
    String text = bytes.toString(UTF_8);
    assertThat(text).contains("a student", "ratio to the constant", " 0 failed", "MiB");
    // Both students answered: the swaps came through.
    assertThat(text).containsPattern("by student: \\[[1-9]\\d*, [1-9]\\d*\\]");
  }

  @Test
  void training_runs() throws Exception {
    TrainingBench bench = new TrainingBench();
    bench.threads = 1;
    bench.rounds = 2;
    bench.setUp();
    assertThat(bench.nativeLoss()).isEqualTo(2);
    assertThat(bench.customSameLoss()).isEqualTo(2);
    assertThat(bench.customDistillation()).isEqualTo(2);
    bench.tearDown();
  }

  @Test
  void ratios_are_to_the_baseline_with_the_same_parameters() {
    List<String> lines =
        new Ratios(
                List.of(
                    new Ratios.Measured("KernelBench.addFloat", "2", 1000, 1, 0),
                    new Ratios.Measured("KernelBench.lossFloat", "2", 1000, 7, 0),
                    new Ratios.Measured("ServingBench.rowOurs", "20x3", 1, .5, 0),
                    new Ratios.Measured("ServingBench.rowXgboostInplace", "100x5", 1, 9, 0),
                    new Ratios.Measured("ServingBench.rowXgboostInplace", "20x3", 1, 20, 0),
                    new Ratios.Measured("TrainingBench.nativeLoss", "1", 1, 400, 0),
                    new Ratios.Measured("TrainingBench.customSameLoss", "1", 1, 440, 0)))
            .lines();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1))
        .contains("7.00 ns an element", "7.0 × an addition", "0.00 B an element");
    assertThat(lines.get(2)).contains("500 ns", "in place  40.0 ×", "by DMatrix   NaN ×");
    assertThat(lines.get(3)).contains("1 thread(s)", "1.10 × native");
  }
}
