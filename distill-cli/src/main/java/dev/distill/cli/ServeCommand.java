package dev.distill.cli;

import dev.distill.serve.Limits;
import dev.distill.serve.ServerConfig;
import dev.distill.serve.StudentServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill serve}: answers over HTTP with students. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves students over HTTP: the Open Inference Protocol v2, and rows as people have them.",
      "Files are looked at every second; a changed one is swapped in without a failed request.",
      "SIGTERM and Ctrl-C end it when what is in flight has been answered.",
      ""
    })
final class ServeCommand implements Callable<Integer> {
  private static final String SUFFIX = ".distill";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "FOLDER|[NAME=]FILE",
      description =
          "a folder of NAME.distill and NAME/VERSION.distill, or a file and the name to serve it"
              + " under")
  private List<String> models = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "H",
      description = "the address to listen at (${DEFAULT-VALUE}); 0.0.0.0 for all",
      defaultValue = "127.0.0.1")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "the port (${DEFAULT-VALUE}), 0 for any that is free",
      defaultValue = "8080")
  private int port;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "event loops, and threads for large requests (half of the cores)")
  private @Nullable Integer threads;

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "a file of the bearer token that clients must send")
  private @Nullable Path tokenFile;

  @Option(
      names = "--tls-cert",
      paramLabel = "F",
      description = "certificate chain, PEM: serves HTTPS")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "F", description = "its private key, PEM")
  private @Nullable Path key;

  @Option(
      names = "--access-log",
      paramLabel = "F",
      description = "a file that takes a line of JSON a request")
  private @Nullable Path accessLog;

  @Option(
      names = "--log-rows",
      paramLabel = "SHARE",
      description = "of so many requests (0 to 1) the log has the rows and the answers too")
  private double logRows;

  @Option(
      names = "--max-body",
      paramLabel = "SIZE",
      converter = Quantity.Bytes.class,
      description = "the largest body (8MiB); beyond it 413")
  private @Nullable Long maxBody;

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "the most rows a request (10000); beyond it 413")
  private @Nullable Integer maxRows;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "the most large requests held at once (32); beyond it 429")
  private @Nullable Integer queue;

  @Option(
      names = "--timeout",
      paramLabel = "T",
      converter = Quantity.Time.class,
      description = "for a body to arrive, or an answer to be made (10s); beyond it 408 or 503")
  private @Nullable Duration timeout;

  @Option(
      names = "--grace",
      paramLabel = "T",
      converter = Quantity.Time.class,
      description = "for what is in flight when the server ends (10s)")
  private @Nullable Duration grace;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    StudentServer server = StudentServer.start(config(err));
    // The hook ends the process itself: by a signal, Java would give another exit code.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  err.flush();
                  Runtime.getRuntime().halt(Main.OK);
                },
                "distill-serve-end"));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Serving %s at %s://%s:%d/v2%n",
        String.join(", ", server.models().keySet()),
        certificate == null ? "http" : "https",
        host,
        server.port());
    out.flush();
    new CountDownLatch(1).await();
    return Main.OK;
  }

  private ServerConfig config(PrintWriter err) throws IOException {
    ServerConfig.Builder config = ServerConfig.builder().host(host).port(port);
    config.notices(line -> err.println("distill: " + line));
    for (String model : models) {
      add(config, model);
    }
    if (threads != null) {
      config.threads(threads);
    }
    if (tokenFile != null) {
      config.token(Files.readString(tokenFile).strip());
    }
    if ((certificate == null) != (key == null)) {
      throw new ParameterException(
          spec.commandLine(), "--tls-cert and --tls-key must be given together, got one of them");
    }
    if (certificate != null && key != null) {
      config.tls(certificate, key);
    }
    if (accessLog != null) {
      config.accessLog(accessLog, logRows);
    } else if (logRows != 0) {
      throw new ParameterException(
          spec.commandLine(), "--log-rows needs --access-log, the file to write to");
    }
    Limits usual = Limits.DEFAULT;
    return config
        .limits(
            new Limits(
                maxBody == null ? usual.body() : (int) Math.min(Integer.MAX_VALUE / 2, maxBody),
                maxRows == null ? usual.rows() : maxRows,
                queue == null ? usual.queue() : queue,
                timeout == null ? usual.timeout() : timeout,
                grace == null ? usual.grace() : grace))
        .build();
  }

  private void add(ServerConfig.Builder config, String model) {
    int named = model.indexOf('=');
    Path path = Path.of(named < 0 ? model : model.substring(named + 1));
    if (named < 0 && Files.isDirectory(path)) {
      config.folder(path);
      return;
    }
    if (!Files.isRegularFile(path)) {
      throw new ParameterException(
          spec.commandLine(), path + ": there is no such file or folder of students");
    }
    String name = named < 0 ? String.valueOf(path.getFileName()) : model.substring(0, named);
    config.model(
        named < 0 && name.endsWith(SUFFIX)
            ? name.substring(0, name.length() - SUFFIX.length())
            : name,
        path);
  }
}
