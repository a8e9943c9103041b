package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.report.page.ComparePage;
import dev.distill.report.page.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill compare}: runs side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts runs side by side: what each student keeps, and what it costs.",
      "",
      "Runs of the same files with several seeds get their mean and standard deviation. Figures of"
          + " other test rows are not to be compared, and it says so.",
      ""
    },
    footer = {"", "Example:", "  distill compare runs/seed1 runs/seed2 --out compare.html"})
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "2..*", paramLabel = "DIR", description = "folders that runs wrote to")
  private List<Path> folders = List.of();

  @Option(names = "--out", paramLabel = "F", description = "also write them as an HTML page")
  private @Nullable Path out;

  @Override
  public Integer call() throws Exception {
    if (folders.stream().map(f -> f.toAbsolutePath().normalize()).distinct().count()
        < folders.size()) {
      throw new InputException("a folder was given twice, expected different ones: " + folders);
    }
    List<RunFolder> runs = new ArrayList<>();
    for (Path folder : folders) {
      runs.add(RunFolder.read(folder));
    }
    spec.commandLine().getOut().print(ComparePage.text(runs));
    if (out != null) {
      OutputFolder.write(out, ComparePage.of(runs));
      spec.commandLine().getOut().println("Written to " + out);
    }
    spec.commandLine().getOut().flush();
    return Main.OK;
  }
}
