package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.cli.data.DataLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A run, its record, and the run once more. */
class RerunCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  private static Path file(String name) {
    return folder.resolve(name);
  }

  /** As somebody would type it who stands elsewhere. */
  private static String relative(String name) {
    return Path.of("").toAbsolutePath().relativize(file(name).toAbsolutePath()).toString();
  }

  @BeforeAll
  static void run() throws IOException {
    Cli.writeData(folder, "train", 300, 1);
    Cli.writeData(folder, "test", 150, 2);
    Files.writeString(
        file("mine.yaml"),
        "train: train.csv\nlabel: kind\nteacher: train_teacher.csv\ntrials: 3\nseed: 3\n");
    Cli.Outcome outcome =
        Cli.run(
            "run",
            "--config=" + relative("mine.yaml"),
            "--seed=5",
            "--families=smile.tree,xgboost.tree",
            "--test=" + relative("test.csv"),
            "--test-teacher=" + relative("test_teacher.csv"),
            "--max-bytes=1MB",
            "--study=" + relative("study.db"),
            "--summary=" + relative("summary.md"),
            "--out=" + relative("run"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("run.yaml, MODEL_CARD.md");
  }

  private static Map<?, ?> record(String out) throws IOException {
    String text = Files.readString(file(out).resolve("run.yaml"));
    assertThat(RunConfigTest.errors(Schemas.read("run.schema.json"), text)).isEmpty();
    return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  private static Cli.Outcome rerun(Object... more) {
    List<Object> args = new ArrayList<>(List.of("rerun", file("run")));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void the_record_has_every_option_in_effect_and_the_files() throws IOException {
    Map<?, ?> record = record("run");
    assertThat(record.get("train")).isEqualTo("../train.csv");
    assertThat(record.get("out")).isEqualTo(".");
    assertThat(record.get("seed")).isEqualTo(5);
    assertThat(record.get("trials")).isEqualTo(3);
    assertThat(record.get("families")).isEqualTo(List.of("smile.tree", "xgboost.tree"));
    assertThat(record.get("max-bytes")).isEqualTo("1MB");
    assertThat(record.get("select")).isEqualTo("loss");
    assertThat(record.get("trial-timeout")).isEqualTo("3600s");
    assertThat(record.get("in-flight")).isEqualTo(4);
    assertThat(record.get("study")).isEqualTo("../study.db");
    assertThat(record.containsKey("max-latency")).isFalse();
    Map<?, ?> noted = Objects.requireNonNull((Map<?, ?>) record.get("record"));
    Map<?, ?> files = (Map<?, ?>) Objects.requireNonNull(noted.get("files"));
    assertThat(files).hasSize(4);
    assertThat(files.get("../test_teacher.csv"))
        .isEqualTo(DataLoader.sha256(file("test_teacher.csv")));
    assertThat(noted.get("student_sha256"))
        .isEqualTo(DataLoader.sha256(file("run/student.distill")));
  }

  @Test
  void gives_the_same_bytes_and_says_so() throws IOException {
    Cli.Outcome outcome = rerun("--out", file("again"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("The student is the same, byte for byte");
    assertThat(file("again/student.distill")).hasSameBinaryContentAs(file("run/student.distill"));
    // And its own record is as good.
    assertThat(record("again").get("families")).isEqualTo(record("run").get("families"));
  }

  @Test
  void runs_from_another_folder_as_well() throws Exception {
    Path elsewhere = Files.createDirectories(file("elsewhere"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.distill.cli.Main",
                "rerun",
                "../run")
            .directory(elsewhere.toFile())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    assertThat(text).contains("the same, byte for byte", "Written to ../run-rerun");
    assertThat(file("run-rerun/student.distill"))
        .hasSameBinaryContentAs(file("run/student.distill"));
  }

  @Test
  void another_student_is_told_with_what_is_not_as_it_was() {
    Cli.Outcome outcome = rerun("--seed=6", "--out", file("other"));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(1);
    assertThat(outcome.out()).contains("The student is another one", "--seed is given here");
  }

  @Test
  void files_that_changed_or_are_gone_are_named_and_may_be_elsewhere() throws IOException {
    Path teacher = file("train_teacher.csv");
    String was = Files.readString(teacher);
    try {
      Files.writeString(teacher, was + "0.1,0.2,0.7\n");
      Cli.Outcome changed = rerun("--out", file("refused"));
      assertThat(changed.code()).isEqualTo(2);
      assertThat(changed.err())
          .contains("train_teacher.csv: it was changed since the run", "with --teacher F");
      Files.delete(teacher);
      Cli.Outcome gone = rerun("--out", file("refused"));
      assertThat(gone.code()).isEqualTo(2);
      assertThat(gone.err())
          .contains(
              "train_teacher.csv: it is gone since the run; say where it is with --teacher F");
      assertThat(file("refused")).doesNotExist();
      Path moved = Files.writeString(file("moved.csv"), was);
      Cli.Outcome outcome = rerun("--out", file("moved"), "--teacher", moved);
      assertThat(outcome.code()).as(outcome.err() + outcome.out()).isZero();
    } finally {
      Files.writeString(teacher, was);
    }
  }

  @Test
  void what_is_no_run_is_refused() throws IOException {
    Cli.Outcome none = Cli.run("rerun", file("nowhere"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("nowhere: there is no such folder");
    Path empty = Files.createDirectories(file("empty"));
    assertThat(Cli.run("rerun", empty).err()).contains("expected the folder of a 'distill run'");
    Files.writeString(empty.resolve("run.yaml"), "train: a\n");
    assertThat(Cli.run("rerun", empty).err()).contains("does not say what the run made");
    assertThat(rerun("--out", file("run")).err()).contains("is the folder of the run itself");
    Cli.Outcome typo = rerun("--out", file("x"), "--sede", "3");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.err()).contains("Unknown option '--sede', did you mean '--seed'?");
  }

  @Test
  void the_card_and_the_summary_are_written() throws IOException {
    assertThat(Files.readString(file("run/MODEL_CARD.md")))
        .contains("# Model card: `kind`", "distill rerun", "test_teacher.csv`: SHA-256");
    assertThat(Files.readString(file("summary.md")))
        .contains("### Distill: `kind`, a", "| **student** |", "150 test rows");
  }

  @Test
  void a_summary_that_can_not_be_written_is_told_before_any_work() {
    Cli.Outcome outcome = rerun("--summary", folder, "--out", file("y"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains(folder + ": is a folder, expected a file to write");
    assertThat(file("y")).doesNotExist();
  }
}
