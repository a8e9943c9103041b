package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.runtime.StudentFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @BeforeAll
  static void data() throws IOException {
    Cli.writeData(folder, "train", 600, 1);
    Cli.writeData(folder, "test", 300, 2);
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  /** Runs with options as given, in place of or beside those that every run needs. */
  private Cli.Outcome run(String out, Object... more) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--train", file("train.csv"));
    options.put("--label", "kind");
    options.put("--teacher", file("train_teacher.csv"));
    options.put("--trials", "2");
    options.put("--out", file(out));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i].toString(), more[i + 1]);
    }
    return Cli.run(
        Stream.concat(
                Stream.of("run"),
                options.entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())))
            .toArray());
  }

  @Test
  void a_misspelt_option_that_is_required_is_told_as_such() {
    Cli.Outcome outcome = Cli.run("run", "--trian", "x", "--label", "kind");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("Unknown option '--trian', did you mean '--train'?");
  }

  @Test
  void writes_a_student_that_scores_rows() throws IOException {
    Cli.Outcome outcome =
        run("whole", "--test", file("test.csv"), "--test-teacher", file("test_teacher.csv"));

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("student", "hard-label twin", "teacher", "class prior");
    assertThat(file("whole").toFile().list())
        .containsExactlyInAnyOrder(
            "student.distill",
            "leaderboard.csv",
            "result.json",
            "report.html",
            "run.yaml",
            "MODEL_CARD.md");
    // For others to read, as far as the user's umask has it.
    Path plain = Files.createFile(file("plain"));
    for (File written : Objects.requireNonNull(file("whole").toFile().listFiles())) {
      assertThat(Files.getPosixFilePermissions(written.toPath()))
          .isEqualTo(Files.getPosixFilePermissions(plain));
    }

    StudentFile student = StudentFile.load(file("whole/student.distill"));
    assertThat(student.classes()).containsExactly("cat", "dog", "emu");
    double[] probabilities = new double[3];
    float[] row = new float[student.schema().features()];
    student.schema().encode(Map.of("size", 9.5, "weight", "1", "colour", "green"), row);
    student.score(row, probabilities);
    assertThat(probabilities[0]).isGreaterThan(0.9);

    JsonNode result = new ObjectMapper().readTree(file("whole/result.json").toFile());
    assertThat(result.at("/student/family").asText()).matches("[a-z]+\\.[a-z]+");
    for (String who : List.of("student", "hard_twin", "teacher", "prior")) {
      for (String metric : List.of("kl", "log_loss", "accuracy", "agreement", "brier", "auc")) {
        assertThat(result.at("/" + who + "/test/" + metric).isNumber())
            .as("%s %s", who, metric)
            .isTrue();
      }
    }
    assertThat(result.at("/student/test/kl").asDouble())
        .isLessThan(result.at("/prior/test/kl").asDouble() / 4);
    assertThat(result.at("/data/train_rows").asInt()).isEqualTo(600);
    assertThat(result.at("/data/sha256").size()).isEqualTo(4);
    assertThat(Files.readAllLines(file("whole/leaderboard.csv"))).hasSizeGreaterThan(6);

    Cli.Outcome predicted =
        Cli.run(
            "predict",
            "--student",
            file("whole/student.distill"),
            "--data",
            file("test.csv"),
            "--out",
            file("predictions.csv"));
    assertThat(predicted.code()).as(predicted.err()).isZero();
    List<String> lines = Files.readAllLines(file("predictions.csv"));
    assertThat(lines).hasSize(301);
    assertThat(lines.get(0)).isEqualTo("p_cat,p_dog,p_emu,class");

    Cli.Outcome inspected = Cli.run("inspect", file("whole/student.distill"));
    assertThat(inspected.code()).as(inspected.err()).isZero();
    assertThat(inspected.out()).contains("'kind'", "cat, dog, emu", "size", "colour", "alpha");
  }

  @Test
  void the_same_seed_gives_the_same_bytes_at_one_and_two_threads() throws IOException {
    assertThat(run("one", "--threads", "1", "--seed", "7").code()).isZero();
    assertThat(run("two", "--threads", "2", "--seed", "7").code()).isZero();
    assertThat(file("one/student.distill")).hasSameBinaryContentAs(file("two/student.distill"));
  }

  @Test
  void holds_rows_out_and_says_so_where_no_test_rows_are_given() {
    Cli.Outcome outcome = run("held-out");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("120 of the 600 rows are held out");
  }

  @Test
  void runs_the_reference_plan() throws IOException {
    Cli.Outcome outcome =
        run(
            "reference",
            "--plan",
            "reference",
            "--families",
            "xgboost.trees",
            "--trials",
            "1",
            "--temperatures",
            "1,2",
            "--alphas",
            "0.5");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(file("reference/result.json").toFile());
    assertThat(result.at("/plan").asText()).isEqualTo("reference");
    assertThat(Files.readString(file("reference/leaderboard.csv")))
        .contains("xgboost.trees T=1.0 alpha=0.5", "xgboost.trees T=2.0 alpha=0.5");
  }

  @Test
  void ends_at_the_timeout_with_the_best_so_far() throws IOException {
    Cli.Outcome outcome = run("short", "--trials", "100000", "--timeout", "1s");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("ended early");
    StudentFile.load(file("short/student.distill"));
  }

  @Test
  void what_is_wrong_is_one_line_and_exit_code_2_and_leaves_nothing() throws IOException {
    Path broken = Files.writeString(file("broken_teacher.csv"), "p_cat,p_dog,p_emu\n0.1,0.2,0.7\n");
    String rest = Files.readString(file("train_teacher.csv"));
    Path other = Files.writeString(file("other.csv"), rest.replace("p_dog", "p_dug"));
    Path unsummed = Files.writeString(file("unsummed.csv"), withRow(rest, 2, "0.5,0.2,0.2"));
    Path fewer =
        Files.writeString(
            file("short.csv"),
            rest.lines().map(l -> l.replaceFirst(",[^,]*$", "")).collect(lines()));
    Object[][] wrong = {
      {"--label", "knd", "did you mean 'kind'"},
      {"--teacher", broken, "600"},
      {"--teacher", file("nowhere.csv"), "nowhere.csv"},
      {"--families", "other.tree", "distill-models-other"},
      {"--families", "xgboost.tres", "did you mean 'xgboost.tree'?"},
      {"--train", file("trian.csv"), "no such file in " + folder + ", did you mean 'train.csv'?"},
      {"--train", file("no/train.csv"), "no folder " + file("no")},
      {"--teacher", fewer, "the teacher must give each class of the label"},
      {"--teacher", other, "pass --teacher-by-position if the columns stand in this order"},
      {"--teacher", unsummed, "row 2: sums to 0.9, expected 1 ± 0.0015; other rows are fine"},
      {"--label", "weight", "is it the column to predict?"},
      {"--out", file("train.csv/out"), "can't be written to: Not a directory; name another folder"},
      {"--trails", "3", "Unknown option '--trails', did you mean '--trials'?"},
      {"--test", file("test.csv"), "--test-teacher"},
      {"--trials", "0", "trials must be >= 1"},
      {"--trials", "many", "--trials"},
      {"--alphas", "1.5", "alpha must be from 0 to 1"},
      {"--temperatures", "0", "temperature must be > 0"},
      {"--timeout", "soon", "90s, 10m or 2h"},
      {"--trial-timeout", "soon", "90s, 10m or 2h"},
      {"--plugin", file("nowhere.jar"), "nowhere.jar: there is no such file or folder of jars"},
      {"--plan", "fast", "--plan"},
      {"--threads", "0", "threads must be >= 1"},
      {"--colour", "red", "--colour"},
    };
    for (Object[] w : wrong) {
      Cli.Outcome outcome = run("wrong", w[0], w[1]);
      assertThat(outcome.code()).as("%s %s: %s", w[0], w[1], outcome.err()).isEqualTo(2);
      assertThat(outcome.err()).contains(w[2].toString());
      String first = outcome.err().lines().findFirst().orElse("");
      assertThat(first).startsWith("distill: ");
      assertThat(outcome.err().lines().filter(l -> !l.startsWith("Try '")))
          .as(outcome.err())
          .hasSize(1);
      assertThat(file("wrong/student.distill")).doesNotExist();
    }
  }

  private static Collector<CharSequence, ?, String> lines() {
    return Collectors.joining("\n", "", "\n");
  }

  private static String withRow(String text, int row, String instead) {
    List<String> all = new ArrayList<>(text.lines().toList());
    all.set(row, instead);
    return all.stream().collect(lines());
  }

  @Test
  void an_unknown_command_is_named_with_the_nearest() {
    Cli.Outcome outcome = Cli.run("rnu", "--train", "x");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("distill: Unknown command 'rnu', did you mean 'run'?");
  }

  @Test
  void an_output_that_is_a_file_is_refused_before_any_work() throws IOException {
    Files.writeString(file("taken"), "");
    Cli.Outcome outcome = run("taken");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("taken: is a file, expected a folder");
  }
}
