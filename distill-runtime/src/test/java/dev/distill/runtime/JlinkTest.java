package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program of a module scores a file in a Java that has nothing but java.base. */
class JlinkTest {
  private static final String MAIN =
      """
      package app;

      import dev.distill.runtime.StudentFile;
      import java.nio.file.Path;
      import java.util.Arrays;

      public class Main {
        public static void main(String[] args) throws Exception {
          StudentFile student = StudentFile.load(Path.of(args[0]));
          double[] probabilities = new double[student.classes().size()];
          student.score(student.row().set("age", 41).set("city", "Oslo"), probabilities);
          System.out.println(Arrays.toString(probabilities));
          System.out.println(ModuleLayer.boot().modules().size());
        }
      }
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void scores_in_an_image_of_two_modules() throws Exception {
    Path runtime =
        Path.of(StudentFile.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeTrue(ToolProvider.findFirst("jlink").isPresent(), "this Java has no jlink");
    assumeTrue(
        Files.isDirectory(Path.of(System.getProperty("java.home"), "jmods"))
            || Runtime.version().feature() >= 24,
        "this Java has no modules to link");
    Path source = Files.createDirectories(folder.resolve("src/app"));
    Files.writeString(source.resolve("Main.java"), MAIN);
    Files.writeString(
        folder.resolve("src/module-info.java"), "module app { requires dev.distill.runtime; }");
    tool(
        "javac",
        "-p",
        runtime.toString(),
        "-d",
        folder.resolve("app").toString(),
        folder.resolve("src/module-info.java").toString(),
        source.resolve("Main.java").toString());
    Path image = folder.resolve("image");
    tool(
        "jlink",
        "--module-path",
        runtime + java.io.File.pathSeparator + folder.resolve("app"),
        "--add-modules",
        "app",
        "--output",
        image.toString());

    StudentFile student = Students.boosted();
    Path file = folder.resolve("s.distill");
    student.write(file);
    Process process =
        new ProcessBuilder(
                image.resolve("bin/java").toString(), "-m", "app/app.Main", file.toString())
            .redirectErrorStream(true)
            .start();
    List<String> lines;
    try (var reader = process.inputReader()) {
      lines = reader.lines().toList();
    }
    assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
    double[] expected = new double[3];
    student.score(student.row().set("age", 41).set("city", "Oslo"), expected);
    // app, dev.distill.runtime, java.base
    assertThat(lines).containsExactly(Arrays.toString(expected), "3");
  }

  private static void tool(String name, String... arguments) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    int code = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
    assertThat(code).as(name + ": " + out).isZero();
  }
}
