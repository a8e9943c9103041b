package dev.distill.cli;

import dev.distill.cli.data.InputException;
import dev.distill.report.page.RunFolder;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill mlflow}: a finished run in an MLflow tracking server. */
@Command(
    name = "mlflow",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Logs a finished run to an MLflow tracking server: options, figures and files.",
      "",
      "A user and password are taken from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
          + " a token from MLFLOW_TRACKING_TOKEN. A folder that is logged twice is two runs there.",
      ""
    },
    footer = {"", "Example:", "  distill mlflow runs/income --server http://localhost:5000"})
final class MlflowCommand implements Callable<Integer> {
  private static final Duration FIRST_WAIT = Duration.ofMillis(500);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "DIR", description = "the folder that a run wrote to")
  private Path folder = Path.of("");

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "address of the tracking server (default: MLFLOW_TRACKING_URI)")
  private @Nullable String server;

  @Option(
      names = "--experiment",
      paramLabel = "NAME",
      description = "experiment to log to, made if there is none (${DEFAULT-VALUE})")
  private String experiment = "distill";

  @Option(
      names = "--run-name",
      paramLabel = "NAME",
      description = "name of the run there (default: the name of DIR)")
  private @Nullable String runName;

  @Option(
      names = "--no-artifacts",
      description =
          "log no files: the student, and the report with its rows of the data, stay here")
  private boolean withoutFiles;

  @Override
  public Integer call() throws Exception {
    RunFolder run = RunFolder.read(folder);
    Path yaml = folder.resolve("run.yaml");
    Map<String, List<String>> options =
        Files.exists(yaml)
            ? RunConfig.read(yaml, Main.commandLine(new RunCommand()).getCommandSpec()).options()
            : Map.of();
    MlflowServer mlflow = MlflowServer.at(address(), System.getenv(), FIRST_WAIT);
    MlflowServer.Experiment into = mlflow.experiment(experiment);
    if (!withoutFiles && !mlflow.takesFiles(into)) {
      throw new InputException(
          "experiment '%s' keeps its files at %s, which the server does not hand on; log to one"
                  .formatted(experiment, into.files())
              + " that was made under 'mlflow server --serve-artifacts', or give --no-artifacts");
    }
    List<Path> files = withoutFiles ? List.of() : MlflowRun.files(folder);
    MlflowRun logged = MlflowRun.of(name(), run, options);
    String id = mlflow.log(into, logged, files);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Logged %s parameters, %s metrics and %s files as run %s of experiment '%s':%n%s%n",
        logged.params().size(),
        logged.metrics().size(),
        files.size(),
        id,
        experiment,
        mlflow.page(into, id));
    out.flush();
    return Main.OK;
  }

  private String address() {
    String address = server == null ? System.getenv(MlflowServer.ADDRESS) : server;
    if (address == null || address.isBlank()) {
      throw new InputException(
          "no tracking server is named: give --server http://host:5000, or set "
              + MlflowServer.ADDRESS);
    }
    return address;
  }

  private String name() {
    if (runName != null) {
      return runName;
    }
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "run" : name.toString();
  }
}
