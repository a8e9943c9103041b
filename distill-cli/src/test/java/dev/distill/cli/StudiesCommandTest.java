package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.Direction;
import dev.distill.search.Study;
import dev.distill.search.jdbc.JdbcStore;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudiesCommandTest {
  private static final SearchSpace SPACE =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("family", List.of("tree", "net"), "tree", ""))
          .add(new Hyperparameter.Real("rate", 1e-3, 1, true, 0.125, ""))
          .add(new Hyperparameter.Int("depth", 1, 9, false, 3, ""))
          .build();

  @TempDir private Path folder = Path.of("");

  private Path file() {
    return folder.resolve("study.db");
  }

  private static String lines(String text) {
    return text.replace(System.lineSeparator(), "\n");
  }

  private void fill() {
    try (JdbcStore store = JdbcStore.open(file())) {
      Study study = Study.builder(SPACE).name("wine").store(store).create();
      study.enqueue(new Hyperparameters(Map.of("depth", 5)));
      study.enqueue(new Hyperparameters(Map.of("family", "net")));
      study.report(study.ask().orElseThrow().number(), 10, 0.5);
      study.tell(0, 0.25);
      study.ask();
      study.fail(1, "no\nluck", Map.of());
      study.ask();
      Study several =
          Study.builder(SPACE)
              .name("two")
              .store(store)
              .directions(List.of(Direction.MINIMIZE, Direction.MAXIMIZE))
              .create();
      several.enqueue(SPACE.defaults());
      several.tell(several.ask().orElseThrow().number(), List.of(1.0, 2e9), List.of(), Map.of());
      Study.builder(SPACE).name("none").store(store).create();
    }
  }

  @Test
  void lists_studies() {
    fill();
    Cli.Outcome outcome = Cli.run("studies", file());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(lines(outcome.out()))
        .containsPattern("^wine: minimize, 3 trials \\(1 running, 1 complete, 1 failed\\)\n")
        .containsPattern("\n  from \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d to \\d{4}-\\d\\d-")
        .contains("\n  best 0.25000, trial 0: family=tree rate=0.12500 depth=5\n")
        .contains("\ntwo: minimize and maximize, 1 trial (1 complete)\n")
        .contains("  best of objective 1 1.0000, trial 0: family=tree")
        .contains("  best of objective 2 2.0000e+09, trial 0: family=tree")
        .endsWith("none: minimize, no trials\n");
  }

  @Test
  void lists_the_trials_of_a_study() {
    fill();
    Cli.Outcome outcome = Cli.run("studies", file(), "wine");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(lines(outcome.out()).lines().toList().subList(0, 3))
        .satisfiesExactly(
            head ->
                assertThat(head)
                    .isEqualTo("trial  state          value       steps     seconds  parameters"),
            first ->
                assertThat(first)
                    .matches(
                        " {4}0  complete +0.25000 +10 +0\\.\\d  family=tree rate=0.12500 depth=5"),
            second ->
                assertThat(second)
                    .matches(" {4}1  failed +0\\.\\d  family=net rate=0.12500 depth=3  no luck"));
  }

  @Test
  void says_what_is_wrong_with_a_file() throws IOException {
    String none = "distill: there is no study store %s; 'distill run --study' makes one%n";
    assertThat(Cli.run("studies", file()))
        .isEqualTo(new Cli.Outcome(2, "", none.formatted(file())));
    Files.writeString(file(), "a,b\n1,2\n".repeat(100));
    assertThat(Cli.run("studies", file()).err())
        .contains(file() + " is no study store: the file is not an SQLite database");
    Files.delete(file());
    fill();
    assertThat(Cli.run("studies", file(), "beer").err())
        .contains("there is no study 'beer' in " + file() + "; there are [wine, two, none]");
    assertThat(Cli.run("studies", "jdbc:mysql://host/x").err())
        .contains("add com.mysql:mysql-connector-j to the class path");
    assertThat(Cli.run("studies").err()).contains("Missing required parameter: 'FILE'");
  }
}
