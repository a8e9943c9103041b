package dev.distill.cli;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** Compiles Java of the documentation on the class path of this test. */
final class Javac {
  private Javac() {}

  /** What is wrong with a source; empty if it compiles. */
  static String problems(Path source, Path into) {
    StringWriter problems = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    boolean compiles =
        compiler
            .getTask(
                problems,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    into.toString()),
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjects(source.toFile()))
            .call();
    return compiles ? "" : problems.toString();
  }
}
