package dev.distill.cli;

import dev.distill.auto.StudySettings;
import dev.distill.report.page.ShellWord;
import dev.distill.search.jdbc.JdbcStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code distill pick}: the student of another trial of a run. */
@Command(
    name = "pick",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis =
        "distill pick --study FILE --trial N [--study-name NAME] [--search NAME]%n"
            + "             [--out DIR] [options of distill run]",
    description = {
      "Delivers the student of a trial that 'distill run --study' kept, such as one of the Pareto"
          + " front.",
      "",
      "Nothing is searched again. A trial was fitted on a part of the rows, so its student is"
          + " fitted once more on all training rows, as is the hard-label twin of the run. Files"
          + " and options are those of the run, which the study has noted; an option of 'distill"
          + " run' given here takes the place of the run's, such as --train F where a file has"
          + " moved.",
      "",
      "Writes student.distill, result.json and MODEL_CARD.md into DIR.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  distill studies runs/income.db distill/student",
      "  distill pick --study runs/income.db --trial 17 --out runs/small"
    })
final class PickCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private KeptStudy study = new KeptStudy();

  @Option(
      names = "--trial",
      required = true,
      paramLabel = "N",
      description = "the trial's number, as in leaderboard.csv and 'distill studies'")
  private int trial;

  @Option(
      names = "--search",
      paramLabel = "NAME",
      description =
          "the trial's search, as in leaderboard.csv; in 'distill studies' it stands after the name"
              + " of the study and a slash (${DEFAULT-VALUE})")
  private String search = "student";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder for what comes out (default: trial-N)")
  private @Nullable Path out;

  @Unmatched private List<String> others = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    try (JdbcStore store = study.open()) {
      Arguments made = study.arguments(store);
      RunCommand run = new RunCommand();
      CommandLine line = Main.commandLine(run);
      line.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
      made.parse(
          spec.commandLine(),
          line,
          others,
          List.of("--out=" + (out == null ? Path.of("trial-" + trial) : out)));
      StudySettings kept = StudySettings.kept(store, study.name());
      String again =
          Run.words(spec.commandLine()).stream()
              .map(ShellWord::quoted)
              .collect(Collectors.joining(" "));
      run.pick(kept, search, trial, again);
    }
    return Main.OK;
  }
}
