package dev.distill.cli;

import dev.distill.report.page.ReportPage;
import dev.distill.report.page.RunFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill report}: the page of a run, made again from what the run wrote. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes report.html of a run again, without training.",
      "",
      "Reads result.json, leaderboard.csv and student.distill in DIR, of which only the first must"
          + " be there.",
      ""
    },
    footer = {"", "Example:", "  distill report runs/income --no-rows --out income.html"})
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "DIR", description = "the folder that a run wrote to")
  private Path folder = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "the file to write (default: report.html in DIR)")
  private @Nullable Path out;

  @Option(
      names = "--no-rows",
      description = "leave out the rows of the data: the page shows the largest disagreements")
  private boolean withoutRows;

  @Override
  public Integer call() throws Exception {
    RunFolder run = RunFolder.read(folder);
    Path file = out == null ? folder.resolve("report.html") : out;
    OutputFolder.write(file, ReportPage.of(withoutRows ? run.withoutRows() : run));
    spec.commandLine().getOut().println("Written to " + file);
    return Main.OK;
  }
}
