package dev.distill.cli;

import dev.distill.export.Parity;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.StudentExporter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill verify}: whether an export answers as its student does. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares an export with its student over rows made to be hard: every threshold hit exactly"
          + " and missed by one float, zeros of both signs, subnormal, huge, infinite and missing"
          + " values, levels it never saw.",
      "Exit code 0 if no class flips and all probabilities are within the form's bound, else 1.",
      ""
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "FILE", description = "the student.distill of a run")
  private Path file = Path.of("");

  @Parameters(index = "1", paramLabel = "EXPORT", description = "what 'distill export' made of it")
  private Path export = Path.of("");

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "how many rows to compare (${DEFAULT-VALUE})")
  private long rows = 1_000_000;

  @Option(names = "--seed", paramLabel = "N", description = "seed of the rows (${DEFAULT-VALUE})")
  private long seed = 1;

  @Mixin private Families families = new Families();

  @Override
  public Integer call() throws IOException {
    if (rows < 1) {
      throw new IllegalArgumentException("--rows must be > 0, got " + rows);
    }
    StudentFile student = StudentFile.load(file);
    StudentExporter exporter = families.exporters().of(export);
    Parity parity;
    try (ExportedStudent opened = exporter.open(export, student)) {
      parity = Parity.of(student, opened, exporter.bound(), rows, seed);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "rows                   %,d (%s)%n", parity.rows(), exporter.name());
    out.printf(Locale.ROOT, "class flips            %,d%n", parity.flips());
    out.printf(Locale.ROOT, "ties within the bound  %,d%n", parity.ties());
    out.printf("largest difference     %s of a probability%n", number(parity.largest()));
    out.printf("bound                  %s%n", number(parity.bound()));
    out.println(parity.holds() ? "the export answers as the student does" : "IT DOES NOT AGREE");
    if (!parity.holds()) {
      out.println("for example " + parity.worst());
    }
    out.flush();
    return parity.holds() ? Main.OK : Main.FAILED;
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.2g", value);
  }
}
