package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.StudentFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own: class paths and signals. */
class ProcessTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static Process start(Predicate<String> onClassPath, Object... args) throws IOException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(onClassPath)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, "dev.distill.cli.Main"));
    Arrays.stream(args).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void without_the_xgboost_module_its_families_are_gone_and_it_says_what_to_add() throws Exception {
    Predicate<String> noXgboost = entry -> !entry.contains("xgboost");
    Process students = start(noXgboost, "students");
    assertThat(output(students)).contains("none", "dev.distill:distill-models-xgboost");
    assertThat(students.waitFor()).isZero();

    Cli.writeData(folder, "train", 50, 1);
    Process run =
        start(
            noXgboost,
            "run",
            "--train",
            folder.resolve("train.csv"),
            "--label",
            "kind",
            "--teacher",
            folder.resolve("train_teacher.csv"),
            "--out",
            folder.resolve("out"));
    assertThat(output(run)).contains("add one, such as dev.distill:distill-models-xgboost");
    assertThat(run.waitFor()).isEqualTo(2);
  }

  @Test
  void an_interrupt_ends_early_with_the_best_so_far_written() throws Exception {
    Cli.writeData(folder, "train", 2_000, 1);
    Process run =
        start(
            entry -> true,
            "run",
            "--train",
            folder.resolve("train.csv"),
            "--label",
            "kind",
            "--teacher",
            folder.resolve("train_teacher.csv"),
            "--trials",
            "2000",
            "--out",
            folder.resolve("out"));
    StringBuilder text = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
      boolean stopped = false;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        text.append(line).append('\n');
        if (!stopped && line.startsWith("trial ")) {
          new ProcessBuilder("kill", "-INT", String.valueOf(run.pid())).start().waitFor();
          stopped = true;
        }
      }
    }
    assertThat(run.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).as(text.toString()).isEqualTo(130);
    assertThat(text).contains("ended early");
    StudentFile.load(folder.resolve("out/student.distill"));
  }
}
