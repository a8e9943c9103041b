package dev.distill.serve;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A server of students over HTTP. It looks at its files every second: a new or changed one is
 * loaded and checked beside what is served, then takes its place at once; no request fails for it.
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.builder().folder(Path.of("models")).build();
 * try (StudentServer server = StudentServer.start(config)) {
 *   …
 * }
 * }</pre>
 */
public final class StudentServer implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int IDLE_SECONDS = 75;

  private final ServerConfig config;
  private final ModelFolder models;
  private final Metrics metrics;
  private final Api.State state = new Api.State();
  private final ScheduledExecutorService looks = scheduler();
  private final ExecutorService workers;
  private final Vertx vertx;
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private @Nullable AccessLog log;
  private String unread = "";
  private final AtomicBoolean closed = new AtomicBoolean();

  private StudentServer(ServerConfig config) {
    this.config = config;
    metrics = new Metrics();
    models = new ModelFolder(config.folders(), config.files(), metrics, config.notices());
    workers =
        Executors.newFixedThreadPool(config.threads(), work -> daemon(work, "distill-serve-large"));
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(config.threads())
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
  }

  private static ScheduledExecutorService scheduler() {
    return Executors.newSingleThreadScheduledExecutor(look -> daemon(look, "distill-serve-files"));
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Loads the models and listens.
   *
   * @throws IOException if a named file or every file of the folders can't be loaded, a file of the
   *     configuration can't be read, or the address can't be listened at
   */
  public static StudentServer start(ServerConfig config) throws IOException {
    StudentServer server = new StudentServer(config);
    boolean started = false;
    try {
      server.begin();
      started = true;
      return server;
    } finally {
      if (!started) {
        server.release();
      }
    }
  }

  private void begin() throws IOException {
    models.scan();
    for (Map.Entry<String, Path> file : config.files().entrySet()) {
      if (models.find(file.getKey(), null) == null) {
        throw new IOException("%s: no student that can be served".formatted(file.getValue()));
      }
    }
    if (models.served().isEmpty()) {
      throw new IOException(
          "%s: no student that can be served, expected NAME.distill or NAME/VERSION.distill"
              .formatted(config.folders()));
    }
    Path file = config.accessLog();
    log = file == null ? null : new AccessLog(file, metrics, config.notices());
    Api.Shared shared =
        new Api.Shared(
            models,
            metrics,
            log,
            config,
            new Semaphore(config.limits().queue()),
            workers,
            ThreadLocal.withInitial(() -> new Scorer(config.limits(), config.loggedShare())),
            state);
    listen(options(), shared);
    Future<?> unused =
        looks.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private HttpServerOptions options() throws IOException {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setTcpNoDelay(true)
            .setIdleTimeout(IDLE_SECONDS)
            .setHandle100ContinueAutomatically(true)
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false);
    Path certificate = config.certificate();
    Path key = config.key();
    if (certificate != null && key != null) {
      for (Path file : List.of(certificate, key)) {
        if (!Files.isReadable(file)) {
          throw new IOException(file + ": there is no such file, or it can't be read");
        }
      }
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(certificate.toString())
                  .setKeyPath(key.toString()));
    }
    return options;
  }

  /** An event loop's part of the server. */
  private final class Loop extends AbstractVerticle {
    private final HttpServerOptions options;
    private final Api.Shared shared;

    Loop(HttpServerOptions options, Api.Shared shared) {
      this.options = options;
      this.shared = shared;
    }

    @Override
    public void start(Promise<Void> started) {
      Api api = new Api(shared, context);
      HttpServer server = vertx.createHttpServer(options).requestHandler(api::handle);
      servers.add(server);
      vertx.setPeriodic(LOOK.toMillis() / 2, timer -> api.sweep());
      server.listen().<Void>mapEmpty().onComplete(started);
    }
  }

  private void listen(HttpServerOptions options, Api.Shared shared) throws IOException {
    try {
      vertx
          .deployVerticle(
              () -> new Loop(options, shared),
              new DeploymentOptions().setInstances(config.threads()))
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw new IOException(
          "%s port %d: can't listen: %s".formatted(config.host(), config.port(), reason(e)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting", e);
    }
  }

  private static @Nullable String reason(ExecutionException e) {
    Throwable cause = e.getCause();
    return (cause == null ? e : cause).getMessage();
  }

  private void look() {
    try {
      models.scan();
      unread = "";
    } catch (IOException | RuntimeException e) {
      if (!unread.equals(e.toString())) {
        unread = e.toString();
        config.notices().accept("models can't be looked at, they are served on: " + e);
      }
    }
  }

  /** The port that it listens at. */
  public int port() {
    return servers.get(0).actualPort();
  }

  /** The names of the models that are served now, and the versions of each, the latest last. */
  public Map<String, List<String>> models() {
    Map<String, List<String>> names = new TreeMap<>();
    models.served().forEach((name, versions) -> names.put(name, versions.names()));
    return names;
  }

  /** Looks at the files now, as it does every second. */
  public void reload() throws IOException {
    models.scan();
  }

  /**
   * Says that it is not ready, answers what is asked meanwhile and closes each connection after its
   * answer; then listens no more, waits for what is in flight, and ends. Takes the grace at most.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    long begin = System.nanoTime();
    long grace = config.limits().grace().toNanos();
    state.draining = true;
    // Who asks whether it is ready, and who holds a connection, gets to know it.
    sleep(Math.min(grace / 4, TimeUnit.SECONDS.toNanos(1)));
    while (metrics.inFlight().get() > 0 && System.nanoTime() - begin < grace) {
      sleep(TimeUnit.MILLISECONDS.toNanos(10));
    }
    long left = Math.max(0, grace - (System.nanoTime() - begin));
    for (HttpServer server : servers) {
      await(server.shutdown(left, TimeUnit.NANOSECONDS).toCompletionStage(), left);
    }
    release();
  }

  private void release() {
    looks.shutdownNow();
    workers.shutdownNow();
    await(vertx.close().toCompletionStage(), TimeUnit.SECONDS.toNanos(5));
    if (log != null) {
      log.close();
    }
  }

  private static void await(CompletionStage<?> stage, long nanos) {
    try {
      stage.toCompletableFuture().get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It ends all the same: what was asked for in time was answered.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
