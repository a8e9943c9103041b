package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.search.StoreException;
import dev.distill.search.jdbc.JdbcStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code distill worker}: trials of a run that another process makes. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis =
        "distill worker --study FILE|URL [--study-name NAME] [--wait TIME] [options of distill run]",
    description = {
      "Runs trials of a 'distill run --study' beside it, on this machine or another one.",
      "",
      "It takes trials from the study until there are none left, and writes nothing but their"
          + " outcomes there: the run itself delivers the student. Files and options are those of"
          + " the run, which the study has noted; an option of 'distill run' given here takes the"
          + " place of the run's, such as --train F where a file is elsewhere. How many trials"
          + " run at once is the run's --in-flight.",
      "",
      "A worker that dies or hangs is told by its silence, by the database's clock, and its trials"
          + " are given to others.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  distill run ... --study jdbc:postgresql://host/studies --in-flight 8 --out runs/income",
      "  distill worker --study jdbc:postgresql://host/studies      # on each further host"
    })
final class WorkerCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 500;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private KeptStudy study = new KeptStudy();

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      converter = Quantity.Time.class,
      description = "wait so long for the run to begin (default 1m)")
  private Duration wait = Duration.ofMinutes(1);

  @Unmatched private List<String> others = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    RunCommand run = new RunCommand();
    CommandLine line = Main.commandLine(run);
    line.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
    noted()
        .parse(
            spec.commandLine(),
            line,
            others,
            List.of(
                "--study=" + study.place(),
                "--study-name=" + study.name(),
                "--resume",
                "--out=none"));
    run.work();
    return Main.OK;
  }

  private Arguments noted() throws InterruptedException {
    long end = System.nanoTime() + wait.toNanos();
    boolean told = false;
    while (true) {
      try (JdbcStore store = study.open()) {
        return study.arguments(store);
      } catch (InputException | StoreException e) {
        if (System.nanoTime() - end > 0) {
          throw e;
        }
      }
      if (!told) {
        told = true;
        PrintWriter notes = spec.commandLine().getErr();
        notes.printf(
            "waiting for a run to begin in %s, for %s s at most%n",
            study.place(), wait.toSeconds());
        notes.flush();
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }
}
