package dev.distill.cli;

import dev.distill.auto.StudentCatalog;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FitException;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code distill students}: what the class path and plugins offer. */
@Command(
    name = "students",
    mixinStandardHelpOptions = true,
    description = {"Lists the student families on the class path and in plugins.", ""})
final class StudentsCommand implements Callable<Integer> {
  /** Bounds may depend on the task; they are shown for one of this size. */
  private static final TaskShape EXAMPLE = new TaskShape(10_000, 20, 3);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private Families families = new Families();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    StudentCatalog catalog = families.catalog();
    for (StudentModel student : catalog.students()) {
      Capabilities can = student.capabilities();
      out.printf("%s: %s%n", student.id(), student.description());
      out.printf(
          "  learns from %s, up to %s classes, %s, %s%n",
          level(can),
          can.maxClasses(),
          features(can),
          can.deterministic()
              ? "the same student for a seed at any number of threads"
              : "not deterministic");
      hyperparameters(student, out);
    }
    if (catalog.students().isEmpty()) {
      out.println("none; " + StudentCatalog.whatToAdd());
    }
    catalog.problems().forEach(problem -> out.println("not loaded: " + problem.message()));
    out.flush();
    return Main.OK;
  }

  private static void hyperparameters(StudentModel student, PrintWriter out) {
    SearchSpace space;
    try {
      space = student.searchSpace(EXAMPLE);
    } catch (FitException e) {
      out.println("  can't be used: " + e.getMessage());
      return;
    }
    out.printf(
        "  hyperparameters (bounds for %,d rows, %s features, %s classes; default in brackets)%n",
        EXAMPLE.rows(), EXAMPLE.features(), EXAMPLE.classes());
    for (SearchSpace.Dimension dimension : space.dimensions()) {
      Hyperparameter parameter = dimension.parameter();
      out.printf(
          "    %-18s %-26s %s%n", parameter.name(), bounds(parameter), parameter.description());
    }
  }

  private static String features(Capabilities can) {
    return switch (can.encoding()) {
      case AS_IS -> "missing values as they are";
      case BINNED -> "missing values as the lowest";
      case STANDARDIZED, HINGED -> "missing values as the mean, with an indicator";
    };
  }

  private static String level(Capabilities can) {
    return can.level().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String bounds(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Int p) {
      return "%s to %s [%s]%s".formatted(p.low(), p.high(), p.initial(), p.log() ? " log" : "");
    }
    if (parameter instanceof Hyperparameter.Real p) {
      return "%.3g to %.3g [%.3g]%s"
          .formatted(p.low(), p.high(), p.initial(), p.log() ? " log" : "");
    }
    Hyperparameter.Choice p = (Hyperparameter.Choice) parameter;
    return String.join(" | ", p.options()) + " [" + p.initial() + "]";
  }
}
