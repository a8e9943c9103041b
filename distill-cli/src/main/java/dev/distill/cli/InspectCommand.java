package dev.distill.cli;

import dev.distill.report.reading.Explanation;
import dev.distill.report.reading.ModelWords;
import dev.distill.runtime.Profile;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill inspect}: what a student file holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {"Checks a student file and shows what it holds.", ""})
final class InspectCommand implements Callable<Integer> {
  private static final int SHOWN = 12;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "the student.distill of a run")
  private Path file = Path.of("");

  @Option(
      names = "--explain",
      description = {
        "the student as a text to read: rules of a small tree, or what each column adds (additive"
            + " and linear students)"
      })
  private boolean explain;

  @Override
  public Integer call() throws IOException {
    StudentFile student = StudentFile.load(file);
    PrintWriter out = spec.commandLine().getOut();
    if (explain) {
      List<String> lines = Explanation.of(student);
      out.printf(
          "%s: %s, to tell %s from the columns of a row%n",
          file, ModelWords.of(student.model()), "'" + student.label() + "'");
      lines.forEach(out::println);
      out.flush();
      return Main.OK;
    }
    out.printf("%s: %,d bytes, checksum and verification rows agree%n", file, Files.size(file));
    out.printf(
        "classes    %s of '%s': %s%n",
        student.classes().size(), student.label(), some(student.classes()));
    out.printf("model      %s%n", ModelWords.of(student.model()));
    out.printf("calibrated by temperature %s%n", student.temperature());
    out.printf(
        "columns    %s, which become %s features%n",
        student.schema().columns().size(), student.schema().features());
    for (Schema.Column column :
        student.schema().columns().subList(0, Math.min(SHOWN, student.schema().columns().size()))) {
      out.printf("  %-24s %s%n", column.name(), kind(column));
    }
    if (student.schema().columns().size() > SHOWN) {
      out.printf("  … and %s more%n", student.schema().columns().size() - SHOWN);
    }
    out.printf("profile    %s%n", student.profile().map(InspectCommand::words).orElse("none"));
    out.println("provenance");
    student.provenance().forEach((name, value) -> out.printf("  %-34s %s%n", name, value));
    out.flush();
    return Main.OK;
  }

  private static String words(Profile profile) {
    Profile.Answers answers = profile.answers();
    return String.format(
        Locale.ROOT,
        "%,d training rows%s (for distill monitor)",
        profile.rows(),
        answers == null
            ? ""
            : String.format(
                Locale.ROOT,
                ", answers to %,d test rows: accuracy %.4f, log loss %.4f",
                answers.rows(),
                answers.right() / (double) answers.rows(),
                answers.logLoss()));
  }

  private static String kind(Schema.Column column) {
    if (column instanceof Schema.CategoryColumn category) {
      return "category, %s levels, %s: %s"
          .formatted(
              category.levels().size(),
              category.coding() == Schema.Coding.INDICATORS
                  ? "0/1 indicators"
                  : "rank by frequency",
              some(category.levels()));
    }
    return "number";
  }

  private static String some(List<String> names) {
    String text = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() > SHOWN ? text + ", …" : text;
  }
}
