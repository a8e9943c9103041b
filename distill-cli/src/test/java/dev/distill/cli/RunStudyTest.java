package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.search.jdbc.JdbcStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose trials are kept. */
class RunStudyTest {
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void data() throws IOException {
    Cli.writeData(folder, "train", 300, 1);
    Cli.writeData(folder, "other", 300, 3);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Cli.Outcome run(String out, String... more) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("--label", "kind");
    options.put("--trials", 4);
    options.put("--threads", 1);
    options.put("--families", "smile.tree,xgboost.tree");
    options.put("--study", file("study.db"));
    options.put("--train", file("train.csv"));
    options.put("--teacher", file("train_teacher.csv"));
    options.put("--out", file(out));
    List<Object> args = new ArrayList<>(List.of("run"));
    for (String option : more) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        args.add(option);
      } else {
        options.put(option.substring(0, equals), option.substring(equals + 1));
      }
    }
    options.forEach((name, value) -> args.addAll(List.of(name, value)));
    return Cli.run(args.toArray());
  }

  private Map<String, List<Trial>> studies() {
    try (StudyStore store = JdbcStore.existing(file("study.db").toString())) {
      Map<String, List<Trial>> studies = new LinkedHashMap<>();
      store.studies().forEach(name -> studies.put(name, store.trials(name)));
      return studies;
    }
  }

  private List<Trial> students() {
    return studies().getOrDefault("distill/student", List.of());
  }

  private void assertRefused(Cli.Outcome outcome, String... words) {
    assertThat(outcome.code()).isEqualTo(2);
    String last = outcome.err().strip().lines().reduce((a, b) -> b).orElseThrow();
    assertThat(last).startsWith("distill: ").contains(words);
    assertThat(file("refused/student.distill")).doesNotExist();
  }

  @Test
  void a_run_that_is_over_is_gone_on_with_to_the_same_student_without_a_trial() throws IOException {
    Cli.Outcome first = run("first");
    assertThat(first.code()).as(first.err()).isZero();
    Map<String, List<Trial>> before = studies();
    assertThat(before.keySet()).contains("distill/student", "distill/twin");
    assertThat(run("again", "--resume").code()).isZero();
    assertThat(studies()).isEqualTo(before);
    assertThat(file("again/student.distill")).hasSameBinaryContentAs(file("first/student.distill"));
    assertThat(file("again/leaderboard.csv"))
        .hasSameTextualContentAs(file("first/leaderboard.csv"));
  }

  @Test
  void what_was_asked_for_more_goes_on_where_it_was() {
    assertThat(run("first").code()).isZero();
    List<Trial> before = students();
    Cli.Outcome more = run("more", "--resume", "--trials=7");
    assertThat(more.code()).as(more.err()).isZero();
    List<Trial> after = students();
    assertThat(after).hasSize(7).startsWith(before.toArray(new Trial[0]));
  }

  @Test
  void a_study_that_is_there_is_not_touched_without_being_told() throws IOException {
    assertThat(run("first").code()).isZero();
    Map<String, List<Trial>> before = studies();
    assertRefused(run("refused"), "'distill'", "study.db", "--resume", "--study-name");
    assertThat(run("other", "--study-name=mine").code()).isZero();
    assertThat(studies()).containsAllEntriesOf(before).containsKey("mine/student");
  }

  @Test
  void what_was_made_from_something_else_is_refused_by_name() {
    assertThat(run("first").code()).isZero();
    Map<String, List<Trial>> before = studies();
    assertRefused(run("refused", "--resume", "--seed=9"), "another seed");
    assertRefused(
        run(
            "refused",
            "--resume",
            "--train=" + file("other.csv"),
            "--teacher=" + file("other_teacher.csv")),
        "another data");
    assertRefused(
        run("refused", "--resume", "--families=smile.tree"),
        "another search space",
        "xgboost.tree");
    assertRefused(run("refused", "--resume", "--max-bytes=9kB"), "another limits", "9000 bytes");
    assertRefused(run("refused", "--resume", "--objectives=bytes"), "another set of directions");
    assertThat(studies()).isEqualTo(before);
  }

  @Test
  void what_is_no_store_is_refused_and_kept() throws IOException {
    Files.writeString(file("study.db"), "my notes, which are no database at all ".repeat(50));
    byte[] notes = Files.readAllBytes(file("study.db"));
    assertRefused(run("refused"), "study.db");
    assertThat(Files.readAllBytes(file("study.db"))).isEqualTo(notes);
  }

  @Test
  void going_on_with_nothing_is_refused() {
    assertRefused(
        Cli.run(
            "run",
            "--label",
            "kind",
            "--train",
            file("train.csv"),
            "--teacher",
            file("train_teacher.csv"),
            "--out",
            file("refused"),
            "--resume"),
        "--resume",
        "--study");
  }
}
