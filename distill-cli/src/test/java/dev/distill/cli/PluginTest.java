package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Families from jars: the example's, and broken ones. */
class PluginTest {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "custom-student", "src", "main", "java", "example");

  private final Path folder;
  private final Path plugins;

  PluginTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    plugins = Files.createDirectories(folder.resolve("home/plugins"));
  }

  @BeforeEach
  void home() {
    System.setProperty("distill.home", folder.resolve("home").toString());
  }

  @AfterEach
  void noHome() {
    System.clearProperty("distill.home");
  }

  /** A jar of the example's family, under a name and with a constructor of its own. */
  private Path jar(Path jar, String name, String id, String constructor) throws IOException {
    Path source = Files.createDirectories(folder.resolve(name));
    String text =
        Files.readString(EXAMPLE.resolve("NaiveBayes.java"))
            .replace("example.bayes", id)
            .replaceFirst(
                "class NaiveBayes implements StudentModel \\{",
                "class %s implements StudentModel { public %1$s() { %s }"
                    .formatted(name, constructor));
    Path file = Files.writeString(source.resolve(name + ".java"), text);
    Cli.compile(file, source);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> classes = Files.walk(source)) {
      for (Path type : classes.filter(p -> p.toString().endsWith(".class")).toList()) {
        out.putNextEntry(
            new JarEntry(source.relativize(type).toString().replace(File.separatorChar, '/')));
        out.write(Files.readAllBytes(type));
      }
      out.putNextEntry(new JarEntry("META-INF/services/dev.distill.spi.StudentModel"));
      out.write(("example." + name).getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  @Test
  void a_plugin_takes_part_and_a_broken_one_is_named() throws Exception {
    Path bayes = jar(folder.resolve("bayes.jar"), "NaiveBayes", "example.bayes", "");
    jar(
        plugins.resolve("broken.jar"),
        "Broken",
        "example.broken",
        "if (true) throw new IllegalStateException(\"no licence\");");
    byte[] whole = Files.readAllBytes(bayes);
    Files.write(plugins.resolve("cut.jar"), Arrays.copyOf(whole, whole.length / 2));

    Cli.Outcome students = Cli.run("students", "--plugin", bayes);
    assertThat(students.code()).as(students.err()).isZero();
    assertThat(students.out())
        .contains("example.bayes: naive Bayes", "xgboost.trees: ")
        .containsPattern("not loaded: example.Broken \\(.*broken.jar\\) .*no licence")
        .containsPattern("not loaded: plugin .*cut.jar can't be loaded: cut.jar is no whole jar");

    Cli.writeData(folder, "train", 300, 1);
    Cli.Outcome run =
        Cli.run(
            "run",
            "--label",
            "kind",
            "--train",
            folder.resolve("train.csv"),
            "--teacher",
            folder.resolve("train_teacher.csv"),
            "--families",
            "example.bayes,xgboost.tree",
            "--plugin",
            bayes,
            "--trials",
            "2",
            "--trial-timeout",
            "10m",
            "--out",
            folder.resolve("out"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("example.Broken", "cut.jar");
    assertThat(run.out()).contains("2 families or plugins could not be used");
    assertThat(Files.readAllLines(folder.resolve("out/leaderboard.csv")))
        .anyMatch(line -> line.contains("\"example.bayes\"") && line.endsWith(","))
        .anyMatch(
            line -> line.startsWith("\"-\",,\"example.Broken\",") && line.contains("no licence"))
        .anyMatch(line -> line.startsWith("\"-\",,\"cut.jar\","));
    JsonNode result = new ObjectMapper().readTree(folder.resolve("out/result.json").toFile());
    assertThat(result.at("/problems").size()).isEqualTo(2);
  }

  @Test
  void an_id_that_is_taken_is_refused_in_one_line_that_names_both_jars() throws Exception {
    jar(plugins.resolve("one.jar"), "One", "example.same", "");
    Path two = jar(folder.resolve("two.jar"), "Two", "example.same", "");
    Cli.Outcome outcome = Cli.run("students", "--plugin", two);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains("'example.same' is there twice", "one.jar", "two.jar");
  }
}
