package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the shell is given: completion and the manual page. */
class ShellTest {
  @TempDir private Path folder = Path.of("");

  private static boolean isThere(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(place -> new File(place, program).canExecute());
  }

  /** What a program says, errors too, and its exit code in front. */
  private static String said(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + text.strip();
  }

  private Path script(String shell) throws IOException {
    Cli.Outcome outcome = Cli.run("completion", shell);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return Files.writeString(folder.resolve("completion." + shell), outcome.out());
  }

  private String completed(Path script, String words, int at) throws Exception {
    String ask =
        ". %s; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_distill 2>/dev/null; echo \"${COMPREPLY[@]}\""
            .formatted(script, words, at);
    return said("bash", "-c", ask);
  }

  @Test
  void bash_completes_commands_options_and_values() throws Exception {
    assumeTrue(isThere("bash"));
    Path script = script("bash");
    assertThat(said("bash", "-n", script.toString())).isEqualTo("0 ");
    assertThat(completed(script, "distill rer", 1)).isEqualTo("0 rerun");
    assertThat(completed(script, "distill run --teacher-k", 2)).isEqualTo("0 --teacher-kind");
    assertThat(completed(script, "distill run --plan ''", 3)).isEqualTo("0 JOINT REFERENCE");
    assertThat(completed(script, "distill completion ''", 2)).contains("BASH", "ZSH");
  }

  @Test
  void zsh_can_read_its_script() throws Exception {
    Path script = script("zsh");
    assertThat(Files.readString(script)).startsWith("autoload -U +X compinit");
    assumeTrue(isThere("zsh"));
    assertThat(said("zsh", "-n", script.toString())).isEqualTo("0 ");
    assertThat(said("zsh", "-f", "-c", "source " + script + "; whence -w _complete_distill"))
        .isEqualTo("0 _complete_distill: function");
  }

  @Test
  void an_unknown_shell_is_refused() {
    Cli.Outcome outcome = Cli.run("completion", "fish");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("BASH", "ZSH");
  }

  @Test
  void the_manual_page_has_every_command_and_option() throws Exception {
    Cli.Outcome outcome = Cli.run("man");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    String page = outcome.out().replace("\\-", "-");
    Cli.Outcome help = Cli.run("--help");
    int options = 0;
    for (String line : help.out().lines().toList()) {
      if (line.matches("  [a-z]+ {2,}\\S.*")) {
        String command = line.strip().split(" ")[0];
        assertThat(page).contains(".SH \"distill " + command + "\"");
      }
    }
    CommandLine run = Main.commandLine(new RunCommand());
    CommandSpec spec = run.getCommandSpec();
    for (OptionSpec option : spec.options()) {
      options++;
      assertThat(page).contains(option.longestName());
    }
    assertThat(options).isGreaterThan(30);
    assertThat(page).contains("NO_COLOR", "DISTILL_CACHE").doesNotContain("${", "%%");
  }

  @Test
  void the_manual_page_is_one() throws Exception {
    Path page = Files.writeString(folder.resolve("distill.1"), Cli.run("man").out());
    boolean checked = false;
    if (isThere("mandoc")) {
      checked = true;
      String said = said("mandoc", "-Tlint", "-W", "warning", page.toString());
      // It has no date: the same program makes the same page.
      assertThat(said.lines().filter(line -> !line.contains("missing date"))).hasSizeLessThan(2);
      assertThat(said).doesNotContain("ERROR", "skipping");
    }
    if (isThere("groff")) {
      checked = true;
      assertThat(said("groff", "-man", "-ww", "-Tutf8", "-z", page.toString())).isEqualTo("0 ");
    }
    assumeTrue(checked, "neither mandoc nor groff is here");
  }
}
