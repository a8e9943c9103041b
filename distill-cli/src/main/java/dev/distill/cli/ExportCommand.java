package dev.distill.cli;

import dev.distill.auto.ExporterCatalog;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.StudentExporter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill export}: a student in another form. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes a student in another form, to serve without Distill; 'distill verify' shows that it"
          + " answers alike.",
      "Without --to: lists the forms.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  distill export runs/income/student.distill --to java --out"
          + " src/main/java/com/example/Income.java --package com.example"
    })
final class ExportCommand implements Callable<Integer> {
  private static final String PACKAGE = "package";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "the student.distill of a run")
  private @Nullable Path file;

  @Option(names = "--to", paramLabel = "FORM", description = "what to write, such as java")
  private @Nullable String to;

  @Option(
      names = "--out",
      paramLabel = "F",
      description =
          "the file to write; a Java class is called like its file (default: beside the student)")
  private @Nullable Path out;

  @Option(
      names = "--" + PACKAGE,
      paramLabel = "NAME",
      description = "the package of a Java class (none)")
  private @Nullable String room;

  @Mixin private Families families = new Families();

  @Override
  public Integer call() throws IOException {
    PrintWriter terminal = spec.commandLine().getOut();
    ExporterCatalog catalog = families.exporters();
    if (to == null) {
      for (StudentExporter exporter : catalog.exporters()) {
        terminal.printf("%-8s %s%n", exporter.name(), exporter.description());
      }
      terminal.flush();
      return Main.OK;
    }
    StudentExporter exporter = catalog.named(to);
    if (file == null) {
      throw new IllegalArgumentException("export --to " + to + ": which FILE? expected a student");
    }
    StudentFile student = StudentFile.load(file);
    Map<String, String> options = new LinkedHashMap<>();
    if (room != null) {
      options.put(PACKAGE, room);
    }
    Path target = out != null ? out : file.resolveSibling("Student." + exporter.extension());
    List<Path> written = ExporterCatalog.export(student, exporter, target, options);
    for (Path path : written) {
      terminal.printf(Locale.ROOT, "%,d bytes written to %s%n", Files.size(path), path);
    }
    terminal.printf("try it: distill verify %s %s%n", file, target);
    terminal.flush();
    return Main.OK;
  }
}
