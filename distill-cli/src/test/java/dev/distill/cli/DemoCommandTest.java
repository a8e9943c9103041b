package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @Test
  void goes_the_whole_way_and_names_the_next_command(@TempDir Path folder) {
    Cli.Outcome outcome = Cli.run("demo", "--trials", "1", "--out", folder.resolve("demo"));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("hard-label twin", "distill predict --student");
    Cli.Outcome next =
        Cli.run(
            "predict",
            "--student",
            folder.resolve("demo/student.distill"),
            "--data",
            folder.resolve("demo/test.csv.gz"),
            "--out",
            folder.resolve("p.csv"));
    assertThat(next.code()).as(next.err()).isZero();
    assertThat(next.out()).contains("2000 rows scored");
  }
}
