package dev.distill.cli;

import dev.distill.auto.ExporterCatalog;
import dev.distill.auto.Plugins;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TeacherCatalog;
import dev.distill.cli.data.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Where student families, teachers and exports come from: the class path, the folder {@code
 * plugins} beside the launcher, and plugins that are named.
 */
final class Families {
  @Option(
      names = "--plugin",
      paramLabel = "JAR",
      description =
          "jar with more student families, teachers or exports, or a folder of jars: one with its"
              + " dependencies; may be given several times (those in plugins/, beside the launcher,"
              + " are there anyway)")
  private List<Path> plugins = List.of();

  /** All families that can be found. */
  StudentCatalog catalog() throws IOException {
    try {
      return StudentCatalog.discover(Thread.currentThread().getContextClassLoader(), all());
    } catch (IllegalStateException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  /** All that opens models as teachers. */
  TeacherCatalog teachers() throws IOException {
    return TeacherCatalog.discover(Thread.currentThread().getContextClassLoader(), all());
  }

  /** All forms that students can be exported to. */
  ExporterCatalog exporters() throws IOException {
    return ExporterCatalog.discover(Thread.currentThread().getContextClassLoader(), all());
  }

  /** As words of a command line. */
  List<String> words() {
    return plugins.stream().map(plugin -> "--plugin=" + plugin).toList();
  }

  private List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    // The launcher says where it stands.
    String home = System.getProperty("distill.home");
    if (home != null) {
      all.addAll(Plugins.in(Path.of(home, "plugins")));
    }
    all.addAll(plugins);
    return all;
  }
}
