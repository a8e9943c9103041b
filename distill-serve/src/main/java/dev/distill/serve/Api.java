package dev.distill.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.security.MessageDigest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests on one event loop. Small ones are answered at once, where they came in; large
 * ones take one of the queue's places and are answered by other threads, so that no one waits for
 * them.
 */
final class Api {
  /** What all event loops share. */
  record Shared(
      ModelFolder models,
      Metrics metrics,
      @Nullable AccessLog log,
      ServerConfig config,
      Semaphore places,
      Executor workers,
      ThreadLocal<Scorer> scorers,
      State state) {}

  /** How the server is. */
  static final class State {
    volatile boolean draining;
  }

  /** Bodies up to here are read on the event loop. */
  private static final int SMALL_BODY = 16 << 10;

  /** So many rows are scored on the event loop. */
  private static final int SMALL_ROWS = 32;

  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence CLOSE = HttpHeaders.createOptimized("close");
  private static final CharSequence ONE_SECOND = HttpHeaders.createOptimized("1");
  private static final String ROWS_EXTENSION = "distill_rows";

  private final Shared shared;
  private final Context context;
  private final Scorer scorer;
  private final Limits limits;
  private final byte @Nullable [] token;
  private final byte[] bytes = new byte[SMALL_BODY];
  private final Set<Exchange> receiving = new LinkedHashSet<>();

  Api(Shared shared, Context context) {
    this.shared = shared;
    this.context = context;
    limits = shared.config().limits();
    scorer = new Scorer(limits, shared.config().loggedShare());
    String secret = shared.config().token();
    token = secret == null ? null : ("Bearer " + secret).getBytes(US_ASCII);
  }

  void handle(HttpServerRequest request) {
    Exchange exchange = new Exchange(request);
    try {
      exchange.begin();
    } catch (Refusal e) {
      exchange.refuse(e);
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
  }

  /** Refuses requests whose bodies take too long to arrive. */
  void sweep() {
    long oldest = System.nanoTime() - limits.timeout().toNanos();
    for (Exchange exchange : List.copyOf(receiving)) {
      if (exchange.started - oldest < 0) {
        exchange.refuse(
            new Refusal(
                408, "the body took longer than " + limits.timeout().toMillis() + " ms to arrive"));
        exchange.request.connection().close();
      }
    }
  }

  /** One request and its answer. All methods run on the event loop, but for {@link #work}. */
  private final class Exchange {
    final HttpServerRequest request;
    final long started = System.nanoTime();
    private @Nullable Target target;
    private @Nullable ServedModel model;
    private Buffer body = Buffer.buffer(0);
    private boolean hasPlace;
    private boolean counted;
    private boolean done;
    private long discarded;

    Exchange(HttpServerRequest request) {
      this.request = request;
    }

    void begin() throws Refusal {
      target = Target.of(request.path() == null ? "" : request.path());
      if (target == null) {
        throw new Refusal(404, "there is nothing at this path");
      }
      boolean isHealth = target.kind() == Target.Kind.LIVE || target.kind() == Target.Kind.READY;
      if (token != null && !isHealth && !isAllowed(token)) {
        throw new Refusal(401, "expected the server's token: Authorization: Bearer …");
      }
      if (!request.method().name().equals(target.kind().method)) {
        throw new Refusal(
            405,
            "expected %s here, got %s".formatted(target.kind().method, request.method().name()));
      }
      switch (target.kind()) {
        case SERVER -> send(200, server());
        case LIVE -> send(200, "{\"live\":true}");
        case READY -> {
          boolean ready = !shared.state().draining && !shared.models().served().isEmpty();
          send(ready ? 200 : 503, "{\"ready\":" + ready + ",\"live\":true}");
        }
        case METRICS -> send(200, shared.metrics().text(), Metrics.CONTENT_TYPE);
        case MODEL -> {
          ServedModel found = find(target);
          ModelFolder.Versions versions = shared.models().served().get(found.name());
          send(
              200,
              found.metadata(versions == null ? List.of(found.version()) : versions.names()),
              JSON);
        }
        case MODEL_READY -> {
          ServedModel found = find(target);
          send(
              200,
              new JsonBytes()
                  .raw("{\"name\":")
                  .text(found.name())
                  .raw(",\"ready\":true}")
                  .toBytes(),
              JSON);
        }
        case INFER, ROWS -> receive(target);
      }
    }

    private boolean isAllowed(byte[] expected) {
      String given = request.getHeader(HttpHeaders.AUTHORIZATION);
      return given != null && MessageDigest.isEqual(given.getBytes(US_ASCII), expected);
    }

    private String server() {
      String version = Api.class.getPackage().getImplementationVersion();
      return "{\"name\":\"distill\",\"version\":\"%s\",\"extensions\":[\"%s\"]}"
          .formatted(version == null ? "dev" : version, ROWS_EXTENSION);
    }

    private ServedModel find(Target of) throws Refusal {
      ServedModel found = shared.models().find(of.model(), of.version());
      if (found != null) {
        return found;
      }
      ModelFolder.Versions versions = shared.models().served().get(of.model());
      throw new Refusal(
          404,
          versions == null
              ? "there is no such model, there are " + shared.models().served().keySet()
              : "the model has no such version, there are " + versions.names());
    }

    // ---- requests with a body ----

    private void receive(Target of) throws Refusal {
      shared.metrics().inFlight().incrementAndGet();
      counted = true;
      request.exceptionHandler(e -> ended(499));
      model = find(of);
      String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
      if (type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
        throw new Refusal(
            415, "expected Content-Type application/json, got " + RowReader.cut(type));
      }
      String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
      if (coding != null && !coding.equalsIgnoreCase("identity")) {
        throw new Refusal(415, "expected a body without Content-Encoding, got one");
      }
      String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
      long announced = 0;
      try {
        announced = length == null ? 0 : Long.parseLong(length);
      } catch (NumberFormatException e) {
        throw Refusal.malformed("Content-Length: expected a whole number");
      }
      checkSize(announced);
      receiving.add(this);
      request.handler(this::chunk);
      request.endHandler(end -> received());
    }

    private void checkSize(long size) throws Refusal {
      if (size > limits.body()) {
        throw new Refusal(413, "a body has at most %d bytes, got more".formatted(limits.body()));
      }
      if (size > SMALL_BODY) {
        takePlace();
      }
    }

    private void takePlace() throws Refusal {
      if (!hasPlace && !shared.places().tryAcquire()) {
        throw new Refusal(
            429, "%d large requests are being answered, try again".formatted(limits.queue()));
      }
      hasPlace = true;
    }

    private void chunk(Buffer more) {
      if (done) {
        // Answered already: the rest is read so that the client sees the answer, but not for ever.
        discarded += more.length();
        if (discarded > 4L * limits.body()) {
          request.connection().close();
        }
        return;
      }
      try {
        checkSize((long) body.length() + more.length());
        if (body.length() == 0) {
          body = more;
        } else {
          body.appendBuffer(more);
        }
      } catch (Refusal e) {
        refuse(e);
      }
    }

    private void received() {
      receiving.remove(this);
      ServedModel of = model;
      Target at = target;
      if (done || of == null || at == null) {
        return;
      }
      Scorer.Form form = at.kind() == Target.Kind.INFER ? Scorer.Form.TENSORS : Scorer.Form.ROWS;
      try {
        int length = body.length();
        if (length <= SMALL_BODY) {
          body.getBytes(bytes);
          JsonBytes answer = scorer.answer(of, form, bytes, length, SMALL_ROWS, deadline());
          if (answer != null) {
            succeed(answer, scorer);
            return;
          }
          takePlace();
        }
        shared.workers().execute(() -> work(of, form));
      } catch (Refusal e) {
        refuse(e);
      } catch (RuntimeException e) {
        fail(e);
      }
    }

    private long deadline() {
      return System.nanoTime() + limits.timeout().toNanos();
    }

    /** On one of the workers. */
    private void work(ServedModel of, Scorer.Form form) {
      try {
        long deadline = started + limits.timeout().toNanos();
        if (System.nanoTime() - deadline > 0) {
          throw new Refusal(503, "the request waited for too long, try again");
        }
        Scorer mine = shared.scorers().get();
        byte[] whole = body.getBytes();
        JsonBytes answer = mine.answer(of, form, whole, whole.length, Integer.MAX_VALUE, deadline);
        if (answer == null) {
          throw new IllegalStateException("there are no more rows than that");
        }
        byte[] bytes = answer.toBytes();
        int rows = mine.rows();
        String id = mine.id();
        byte[] logged = mine.logged();
        context.runOnContext(
            v -> {
              if (!done) {
                respond(200, Buffer.buffer(bytes), JSON);
                ended(200, rows, id, logged);
              }
            });
      } catch (Refusal e) {
        context.runOnContext(v -> refuse(e));
      } catch (RuntimeException | OutOfMemoryError e) {
        context.runOnContext(v -> fail(e));
      }
    }

    // ---- answers ----

    private void succeed(JsonBytes answer, Scorer by) {
      respond(
          200, Buffer.buffer(answer.size()).appendBytes(answer.array(), 0, answer.size()), JSON);
      ended(200, by.rows(), by.id(), by.logged());
    }

    void refuse(Refusal refusal) {
      if (done) {
        return;
      }
      int status = refusal.status();
      HttpServerResponse response = request.response();
      if (response.closed() || response.ended()) {
        ended(status);
        return;
      }
      if (status == 429 || status == 503) {
        response.putHeader(HttpHeaders.RETRY_AFTER, ONE_SECOND);
      } else if (status == 405 && target != null) {
        response.putHeader(HttpHeaders.ALLOW, target.kind().method);
      } else if (status == 401) {
        response.putHeader("WWW-Authenticate", "Bearer");
      }
      send(
          status,
          new JsonBytes().raw("{\"error\":").text(refusal.words()).raw("}").toBytes(),
          JSON);
    }

    void fail(Throwable e) {
      shared.config().notices().accept("a request failed: " + e);
      refuse(new Refusal(500, "the server failed; its log has the reason"));
    }

    private void send(int status, String json) {
      send(status, json.getBytes(US_ASCII), JSON);
    }

    private void send(int status, byte[] content, CharSequence type) {
      respond(status, Buffer.buffer(content), type);
      ended(status);
    }

    private void respond(int status, Buffer content, CharSequence type) {
      HttpServerResponse response = request.response();
      if (response.closed() || response.ended()) {
        return; // who asked has gone
      }
      response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type);
      if (shared.state().draining) {
        response.putHeader(HttpHeaders.CONNECTION, CLOSE);
      }
      response.end(content);
    }

    private void ended(int status) {
      ended(status, 0, null, null);
    }

    private void ended(int status, int rows, @Nullable String id, byte @Nullable [] logged) {
      if (done) {
        return;
      }
      done = true;
      body = Buffer.buffer(0);
      receiving.remove(this);
      if (hasPlace) {
        hasPlace = false;
        shared.places().release();
      }
      long nanos = System.nanoTime() - started;
      if (counted) {
        shared.metrics().inFlight().decrementAndGet();
        if (model == null) {
          shared.metrics().refused(status, nanos);
        } else {
          model.meters.answered(status, rows, nanos);
        }
      }
      AccessLog log = shared.log();
      if (log != null) {
        log.add(
            request.method().name(),
            String.valueOf(request.path()),
            model,
            status,
            rows,
            nanos,
            id,
            logged);
      }
    }
  }
}
