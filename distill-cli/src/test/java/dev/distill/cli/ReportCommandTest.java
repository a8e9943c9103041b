package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real run, its page, and the page made again. */
class ReportCommandTest {
  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void runs() throws Exception {
    Cli.writeData(folder, "train", 300, 1);
    Cli.writeData(folder, "test", 200, 2);
    for (int seed = 1; seed <= 2; seed++) {
      Cli.Outcome outcome =
          Cli.run(
              "run",
              "--train",
              folder.resolve("train.csv"),
              "--label",
              "kind",
              "--teacher",
              folder.resolve("train_teacher.csv"),
              "--test",
              folder.resolve("test.csv"),
              "--test-teacher",
              folder.resolve("test_teacher.csv"),
              "--families",
              "xgboost.tree",
              "--trials",
              6,
              "--seed",
              seed,
              "--out",
              run(seed));
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.out()).contains("result.json, report.html");
    }
  }

  private static Path run(int seed) {
    return folder.resolve("run" + seed);
  }

  private static String page() throws Exception {
    return Files.readString(run(1).resolve("report.html"));
  }

  @Test
  void a_run_writes_a_page_of_everything() throws Exception {
    assertThat(page())
        .contains("Predicting <bdi class=\"name\" title=\"kind\">", "Gap closed", "Row ")
        .contains("What speaks for", "colour", "\"importance\":{\"", "\"reading\":{\"tree\"")
        .contains("distill run", "--families xgboost.tree", "--seed 1")
        .doesNotContain("There is no leaderboard.csv");
  }

  @Test
  void the_page_is_made_again_to_the_byte_without_training() throws Exception {
    String first = page();
    Files.delete(run(1).resolve("report.html"));
    Cli.Outcome outcome = Cli.run("report", run(1));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(page()).isEqualTo(first);
  }

  @Test
  void rows_can_be_left_out_and_the_page_written_elsewhere() throws Exception {
    Path file = folder.resolve("other/page.html");
    assertThat(Cli.run("report", run(1), "--no-rows", "--out", file).code()).isZero();
    assertThat(Files.readString(file)).doesNotContain("What speaks for").contains("Gap closed");
  }

  @Test
  void a_folder_that_is_no_run_is_named() {
    Cli.Outcome outcome = Cli.run("report", folder.resolve("none"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("none", "result.json: is not there; expected the folder");
  }

  @Test
  void runs_of_two_seeds_stand_side_by_side() throws Exception {
    Path file = folder.resolve("compare.html");
    Cli.Outcome outcome = Cli.run("compare", run(1), run(2), "--out", file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("run1", "run2", "xgboost.tree", "\nmean ", "\nstandard deviation ")
        .contains("Written to " + file);
    assertThat(Files.readString(file)).contains("2 runs side by side", "run2");
  }

  @Test
  void one_run_alone_or_twice_is_refused() {
    assertThat(Cli.run("compare", run(1)).code()).isEqualTo(2);
    Cli.Outcome twice = Cli.run("compare", run(1), run(1));
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("given twice");
  }
}
