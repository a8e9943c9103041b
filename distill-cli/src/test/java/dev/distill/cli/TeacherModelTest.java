package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose teacher is a model that answers. */
class TeacherModelTest {
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void data_and_teacher() throws Exception {
    write("train.csv", 300, 1);
    write("test.csv", 200, 2);
    float[] rows = new float[600];
    float[] labels = new float[300];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 300; i++) {
      rows[2 * i] = (float) random.nextDouble();
      rows[2 * i + 1] = (float) random.nextDouble();
      labels[i] = rows[2 * i] > 0.5 ? 1 : 0;
    }
    DMatrix matrix = new DMatrix(rows, 300, 2, Float.NaN);
    matrix.setLabel(labels);
    Booster teacher =
        XGBoost.train(matrix, Map.of("objective", "binary:logistic"), 10, Map.of(), null, null);
    teacher.saveModel(file("teacher.ubj").toString());
    teacher.saveModel(file("teacher.json").toString());
    matrix.dispose();
  }

  private void write(String name, int rows, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder("u,v,kind,number\n");
    for (int i = 0; i < rows; i++) {
      double u = random.nextDouble();
      boolean yes = random.nextDouble() < (u > 0.5 ? 0.8 : 0.2);
      text.append(u).append(',').append(random.nextDouble());
      text.append(yes ? ",yes" : ",no").append(",r").append(i).append('\n');
    }
    Files.writeString(file(name), text);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Cli.Outcome run(Object... more) {
    List<Object> args = new ArrayList<>();
    args.addAll(List.of("run", "--train", file("train.csv"), "--label", "kind", "--id", "number"));
    args.addAll(List.of("--trials", 2, "--families", "xgboost.tree", "--out", file("out")));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void a_model_answers_for_training_and_test_rows() throws Exception {
    Cli.Outcome outcome = run("--teacher-model", file("teacher.ubj"), "--test", file("test.csv"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .contains("teacher: teacher.ubj (XGBoost, binary:logistic, 10 rounds, 2 classes)")
        .contains("teacher: answered 500 rows");
    JsonNode result = new ObjectMapper().readTree(file("out/result.json").toFile());
    // Made rows are asked about too: five for each training row at least, in the search.
    assertThat(result.at("/teacher/rows_answered").asInt()).isGreaterThanOrEqualTo(500 + 5 * 300);
    assertThat(result.at("/teacher/row_p50_ns").asDouble()).isPositive();
    assertThat(result.at("/teacher/models/0").asText()).startsWith("teacher.ubj (XGBoost");
    assertThat(result.at("/data/sha256").has(file("teacher.ubj").toString())).isTrue();
    // The teacher knows the rule of the labels, which four in five follow.
    assertThat(result.at("/teacher/test/accuracy").asDouble()).isBetween(0.7, 0.9);
    assertThat(result.at("/student/test/agreement").asDouble()).isGreaterThan(0.9);
  }

  @Test
  void a_share_of_the_training_rows_can_be_held_out() {
    Cli.Outcome outcome =
        run("--teacher-model", file("teacher.ubj"), "--teacher-model", file("teacher.ubj"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("teacher: answered 300 rows");
  }

  @Test
  void models_may_be_given_as_teachers_too() throws Exception {
    Cli.Outcome outcome =
        run("--teacher", file("teacher.ubj"), "--teacher", file("teacher.json"), "--augment", 0);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("teacher: answered 300 rows");
    assertThat(result().at("/teacher/models")).hasSize(2);
    assertThat(Cli.run("rerun", file("out"), "--out", file("again")).code()).isZero();
    assertRefused(
        "expected one file of probabilities, got",
        "--teacher",
        file("train.csv"),
        "--teacher",
        file("test.csv"));
    assertRefused(
        "expected one of them", "--teacher", file("train.csv"), "--teacher", file("teacher.ubj"));
  }

  @Test
  void mistakes_are_one_line() {
    assertRefused("no teacher: give --teacher", "--test", file("test.csv"));
    assertRefused(
        "expected one of them",
        "--teacher",
        file("train.csv"),
        "--teacher-model",
        file("teacher.ubj"));
    assertRefused("there is no such file", "--teacher-model", file("none.ubj"));
    assertRefused(
        "train.csv: nothing here opens such a teacher; there are ",
        "--teacher-model",
        file("train.csv"));
    assertRefused(
        "model.joblib: nothing here opens such a teacher; there are ",
        "--teacher",
        file("model.joblib"));
    assertRefused(
        "the model answers for the test rows",
        "--teacher-model",
        file("teacher.ubj"),
        "--test",
        file("test.csv"),
        "--test-teacher",
        file("test.csv"));
    assertThat(file("out")).as("a folder for nothing").doesNotExist();
  }

  private void assertRefused(String words, Object... options) {
    Cli.Outcome outcome = run(options);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().strip().lines()).hasSize(1);
    assertThat(outcome.err()).contains(words);
  }

  private static double kl(JsonNode result) {
    return result.at("/student/test/kl").asDouble();
  }

  private JsonNode result() throws Exception {
    return new ObjectMapper().readTree(file("out/result.json").toFile());
  }

  @Test
  void without_made_rows_nothing_but_the_files_is_asked_about() throws Exception {
    Cli.Outcome outcome =
        run("--teacher-model", file("teacher.ubj"), "--test", file("test.csv"), "--augment", 0);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(result().at("/teacher/rows_answered").asInt()).isEqualTo(500);
    assertThat(result().at("/student/augment").asInt()).isZero();
  }

  @Test
  void own_rows_without_labels_are_asked_about_instead_of_made_ones() throws Exception {
    write("more.csv", 900, 3);
    Cli.Outcome outcome =
        run(
            "--teacher-model",
            file("teacher.ubj"),
            "--test",
            file("test.csv"),
            "--unlabelled",
            file("more.csv"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(result().at("/teacher/rows_answered").asInt()).isEqualTo(1_400);
    assertThat(result().at("/student/augment").asInt()).isIn(0, 3);
    assertThat(kl(result())).isLessThan(0.5);
  }

  @Test
  void a_teacher_that_is_a_file_scores_made_rows_where_it_lives() throws Exception {
    Cli.Outcome made =
        Cli.run(
            "augment",
            "--train",
            file("train.csv"),
            "--label",
            "kind",
            "--id",
            "number",
            "--factor",
            4,
            "--out",
            file("made.csv"));
    assertThat(made.code()).as(made.err()).isZero();
    List<String> rows = Files.readAllLines(file("made.csv"));
    assertThat(rows.get(0)).isEqualTo("u,v");
    assertThat(rows).hasSize(1 + 4 * 300);
    score(rows, "made_teacher.csv");
    score(Files.readAllLines(file("train.csv")), "train_teacher.csv");
    score(Files.readAllLines(file("test.csv")), "test_teacher.csv");
    Cli.Outcome outcome =
        run(
            "--teacher",
            file("train_teacher.csv"),
            "--test",
            file("test.csv"),
            "--test-teacher",
            file("test_teacher.csv"),
            "--augmented",
            file("made.csv"),
            "--augmented-teacher",
            file("made_teacher.csv"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(kl(result())).isLessThan(0.5);
  }

  /** A teacher in another language: 0.8 of "yes" above a half of u. */
  private void score(List<String> rows, String name) throws Exception {
    boolean ids = rows.get(0).endsWith(",number");
    StringBuilder text = new StringBuilder(ids ? "no,yes,number\n" : "no,yes\n");
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",", -1);
      text.append(Double.parseDouble(cells[0]) > 0.5 ? "0.2,0.8" : "0.8,0.2");
      text.append(ids ? "," + cells[3] : "").append('\n');
    }
    Files.writeString(file(name), text);
  }

  @Test
  void a_study_of_other_rows_is_not_gone_on_with() throws Exception {
    write("more.csv", 900, 3);
    write("other.csv", 900, 4);
    Object[] first = {
      "--teacher-model", file("teacher.ubj"), "--test", file("test.csv"), "--study", file("s.db")
    };
    Object[] own = with(first, "--unlabelled", file("more.csv"));
    assertThat(run(own).code()).isZero();
    Cli.Outcome again = run(with(own, "--resume"));
    assertThat(again.code()).as(again.err()).isZero();
    Cli.Outcome other = run(with(first, "--unlabelled", file("other.csv"), "--resume"));
    assertThat(other.code()).as(other.out()).isEqualTo(2);
    assertThat(other.err()).contains("more_data");
  }

  private static Object[] with(Object[] options, Object... more) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void rows_without_their_teacher_are_refused() {
    assertThat(run("--teacher", file("x.csv"), "--augmented", file("made.csv")).err())
        .contains("--augmented and --augmented-teacher");
    assertThat(run("--teacher", file("x.csv"), "--unlabelled", file("made.csv")).err())
        .contains("--unlabelled was given without --teacher-model");
  }

  @Test
  void without_a_teacher_one_is_trained_on_the_labels() throws Exception {
    Cli.Outcome outcome = run("--teacher", "auto", "--test", file("test.csv"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .contains("(teacher)")
        .contains("teacher: trained here: ")
        .doesNotContain("number");
    JsonNode result = new ObjectMapper().readTree(file("out/result.json").toFile());
    assertThat(result.at("/teacher/models/0").asText()).startsWith("trained here: ");
    assertThat(result.at("/teacher/row_p50_ns").asDouble()).isPositive();
    // It answers for made rows too.
    assertThat(result.at("/teacher/rows_answered").asInt()).isGreaterThanOrEqualTo(200 + 5 * 300);
    assertThat(result.at("/teacher/test/log_loss").asDouble()).isLessThan(0.6);
    assertThat(result.at("/teacher/trust/overfit").asBoolean()).isFalse();
  }

  @Test
  void a_teacher_trained_on_labels_that_mean_nothing_knows_it() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    StringBuilder text = new StringBuilder("u,v,kind,number\n");
    for (int i = 0; i < 400; i++) {
      text.append(random.nextDouble()).append(',').append(random.nextDouble());
      text.append(random.nextBoolean() ? ",yes" : ",no").append(",r").append(i).append('\n');
    }
    Files.writeString(file("train.csv"), text);
    Cli.Outcome outcome = run("--teacher", "auto");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(file("out/result.json").toFile());
    // Had it answered for rows that it was fitted on, it would seem to know their labels.
    assertThat(result.at("/teacher/trust/train_log_loss").asDouble()).isBetween(0.65, 0.75);
  }

  @Test
  void a_teacher_that_is_to_be_trained_stands_alone() {
    assertThat(run("--teacher", "auto", "--teacher-model", file("teacher.ubj")).err())
        .contains("--teacher auto stands alone, got 2 teachers");
    assertThat(
            run("--teacher", "auto", "--test", file("test.csv"), "--test-teacher", "t.csv").err())
        .contains("--test-teacher was given, but the model answers for the test rows");
  }

  @Test
  void out_of_fold_probabilities_may_stand_beside_a_model_that_saw_the_rows() throws Exception {
    StringBuilder oof = new StringBuilder("number,p_no,p_yes\n");
    for (int i = 299; i >= 0; i--) {
      oof.append('r').append(i).append(",0.4,0.6\n");
    }
    Files.writeString(file("oof.csv"), oof);
    for (List<Object> test :
        List.of(List.<Object>of(), List.<Object>of("--test", file("test.csv")))) {
      List<Object> args = new ArrayList<>(List.of("--teacher-model", file("teacher.ubj")));
      args.addAll(List.of("--teacher-oof", file("oof.csv"), "--goal", "predict", "--augment", 0));
      args.addAll(test);
      Cli.Outcome outcome = run(args.toArray());
      assertThat(outcome.code()).as(outcome.err()).isZero();
      JsonNode result = new ObjectMapper().readTree(file("out/result.json").toFile());
      assertThat(result.at("/teacher/trust/train_confidence").asDouble())
          .isCloseTo(0.6, within(1e-6));
      assertThat(result.at("/data/sha256").has(file("oof.csv").toString())).isTrue();
      assertThat(Files.readString(file("out/leaderboard.csv"))).contains(",in_sample,");
    }
    assertThat(run("--teacher", "auto", "--teacher-oof", file("oof.csv")).err())
        .contains("--teacher auto gives out-of-fold probabilities itself");
  }

  /** The class that docs/teachers.md shows, as it stands there. */
  @Test
  void a_teacher_of_the_users_own_comes_by_a_jar() throws Exception {
    Matcher block =
        Pattern.compile("```java\n(package.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", "docs", "teachers.md")));
    assertThat(block.find()).isTrue();
    Path source = Files.writeString(file("Thresholds.java"), block.group(1));
    Cli.compile(source, folder);
    Path jar = file("thresholds.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> classes = Files.list(file("example"))) {
      for (Path type : classes.toList()) {
        out.putNextEntry(new JarEntry("example/" + type.getFileName()));
        out.write(Files.readAllBytes(type));
      }
      out.putNextEntry(new JarEntry("META-INF/services/dev.distill.spi.TeacherProvider"));
      out.write("example.Thresholds\n".getBytes(StandardCharsets.UTF_8));
    }
    Files.writeString(file("half.threshold"), "0.5\n");
    Cli.Outcome outcome =
        run("--teacher-model", file("half.threshold"), "--plugin", jar, "--augment", 0);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("teacher: yes from u = 0.5", "teacher: answered 300 rows");
    JsonNode result = new ObjectMapper().readTree(file("out/result.json").toFile());
    assertThat(result.at("/student/test/kl").asDouble())
        .isPositive()
        .isLessThan(result.at("/prior/test/kl").asDouble() / 4);
  }
}
