package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.search.Trial;
import dev.distill.search.jdbc.JdbcStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run on the demo's data, and what is taken from its study. */
class PickCommandTest {
  private static final List<String> FILES =
      List.of("train.csv.gz", "train_teacher.csv.gz", "test.csv.gz", "test_teacher.csv.gz");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void run_once() throws IOException {
    for (String name : FILES) {
      try (InputStream in = DemoCommand.class.getResourceAsStream("demo/" + name)) {
        Files.copy(Objects.requireNonNull(in), file(name));
      }
    }
    Cli.Outcome outcome = run("--objectives", "bytes");
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  private static Cli.Outcome run(Object... more) {
    List<Object> args = new ArrayList<>(List.of("run", "--label", "soil", "--threads", 1));
    args.addAll(List.of("--train", file(FILES.get(0)), "--teacher", file(FILES.get(1))));
    args.addAll(List.of("--test", file(FILES.get(2)), "--test-teacher", file(FILES.get(3))));
    args.addAll(List.of("--families", "smile.tree,xgboost.tree", "--trials", 4));
    args.addAll(List.of("--study", file("study.db"), "--out", file("run")));
    args.addAll(Arrays.asList(more));
    return Cli.run(args.toArray());
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  private static Cli.Outcome pick(Object trial, String out, Object... more) {
    List<Object> args = new ArrayList<>(List.of("pick", "--study", file("study.db")));
    args.addAll(List.of("--trial", trial, "--out", file(out)));
    args.addAll(Arrays.asList(more));
    return Cli.run(args.toArray());
  }

  private static JsonNode result(String out) throws IOException {
    return JSON.readTree(file(out).resolve("result.json").toFile());
  }

  /** The lines of the run's leaderboard, by column. */
  private static List<Map<String, String>> leaderboard() throws IOException {
    List<String> lines = Files.readAllLines(file("run/leaderboard.csv"));
    List<String> heads = List.of(lines.get(0).split(","));
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = List.of(line.split(",", -1));
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < heads.size(); i++) {
        row.put(heads.get(i), cells.get(i).replace("\"", ""));
      }
      rows.add(row);
    }
    return rows;
  }

  private static Map<String, List<Trial>> studies() {
    try (JdbcStore store = JdbcStore.existing(file("study.db").toString())) {
      Map<String, List<Trial>> all = new LinkedHashMap<>();
      store.studies().forEach(name -> all.put(name, store.trials(name)));
      return all;
    }
  }

  private static void assertRefused(Cli.Outcome outcome, String... words) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    String last = outcome.err().strip().lines().reduce((a, b) -> b).orElseThrow();
    assertThat(last).startsWith("distill: ").contains(words);
    assertThat(file("refused/student.distill")).doesNotExist();
  }

  @Test
  void every_trial_of_the_front_can_be_taken_and_is_what_the_leaderboard_says() throws IOException {
    Map<String, List<Trial>> before = studies();
    List<Map<String, String>> front =
        leaderboard().stream().filter(row -> "yes".equals(row.get("front"))).toList();
    assertThat(front).isNotEmpty();
    for (Map<String, String> row : front) {
      String trial = row.getOrDefault("trial", "");
      Cli.Outcome outcome = pick(trial, "front", "--search", row.getOrDefault("search", ""));
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.out())
          .contains("on test rows", "Trial " + trial + " of distill/student, fitted on all 1,200");
      JsonNode student = result("front").path("student");
      assertThat(student.path("trial").asText()).isEqualTo(trial);
      assertThat(student.path("family").asText()).isEqualTo(row.get("family"));
      assertThat(student.path("validation").path("loss").asText()).isEqualTo(row.get("loss"));
      assertThat(student.path("test").path("kl").asDouble()).isPositive();
      assertThat(student.path("cost").path("bytes").asLong())
          .isEqualTo(Files.size(file("front/student.distill")));
    }
    assertThat(studies()).isEqualTo(before);
  }

  @Test
  void the_chosen_trial_gives_the_same_student_and_figures_as_the_run() throws IOException {
    JsonNode run = result("run");
    JsonNode chosen = run.path("student");
    Cli.Outcome outcome =
        pick(
            chosen.path("trial").asInt(),
            "again",
            "--search",
            chosen.path("search").asText(),
            "--summary",
            file("picked.md"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(file("picked.md")).content().contains("distill pick --study");
    assertThat(file("again/student.distill")).hasSameBinaryContentAs(file("run/student.distill"));
    assertThat(Files.readString(file("again/MODEL_CARD.md"))).contains("distill pick --study");
    JsonNode again = result("again");
    for (String part : List.of("/student/test", "/hard_twin/test", "/teacher/test", "/front")) {
      assertThat(again.at(part)).as(part).isEqualTo(run.at(part));
    }
    assertThat(again.path("comparison")).isEqualTo(run.path("comparison"));
    assertThat(again.path("data").path("train_rows").asInt()).isEqualTo(1_200);
  }

  @Test
  void a_trial_without_a_student_is_refused_with_those_that_have_one() {
    List<Trial> trials = studies().getOrDefault("distill/student", List.of());
    List<Integer> best =
        trials.stream()
            .filter(t -> t.state() == Trial.State.COMPLETE)
            .sorted(Comparator.comparingDouble(Trial::value))
            .map(Trial::number)
            .toList();
    assertRefused(
        pick(99, "refused"),
        "search 'student', trial 99: there are " + trials.size() + " trials, expected one of",
        best.toString());
    assertRefused(pick(-1, "refused"), "trial -1");
  }

  @Test
  void trials_of_the_twin_and_unknown_searches_are_refused_with_those_that_are_not() {
    String last =
        studies().keySet().stream()
            .filter(name -> name.startsWith("distill/student final "))
            .map(name -> name.substring("distill/".length()))
            .collect(Collectors.joining(", "));
    for (String search : List.of("twin", "student x20 0a1b2c3d", "nothing")) {
      assertRefused(
          pick(0, "refused", "--search", search),
          "search '" + search + "' has no trial to pick, expected one of [student, " + last + "]");
    }
  }

  @Test
  void an_unknown_study_is_refused() {
    assertRefused(
        pick(0, "refused", "--study-name", "wine"),
        "there is no study 'wine' in " + file("study.db") + ", expected one of [distill]");
    assertRefused(
        Cli.run("pick", "--study", file("none.db"), "--trial", 0), "there is no study store");
    assertThat(file("none.db")).doesNotExist();
  }

  @Test
  void files_that_are_gone_or_changed_are_named_and_may_be_elsewhere() throws IOException {
    Path teacher = file(FILES.get(1));
    Path elsewhere = file("elsewhere.csv.gz");
    Files.move(teacher, elsewhere);
    try {
      assertRefused(pick(0, "refused"), teacher + ": it is gone since the run", "--teacher");
      Files.writeString(teacher, "p_1,p_2\n0.5,0.5\n");
      assertRefused(pick(0, "refused"), teacher + ": it was changed since the run", "--teacher");
      Cli.Outcome outcome = pick(0, "elsewhere", "--teacher", elsewhere);
      assertThat(outcome.code()).as(outcome.err()).isZero();
    } finally {
      Files.deleteIfExists(teacher);
      Files.move(elsewhere, teacher);
    }
  }

  @Test
  void what_would_make_another_study_is_refused() {
    assertRefused(pick(0, "refused", "--seed=9"), "another seed");
    Cli.Outcome typo = pick(0, "refused", "--trail", "3");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.err()).contains("Unknown option", "'--trail'", "'distill pick --help'");
  }
}
