package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.cli.data.InputException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An MLflow tracking server, by its REST API 2.0. A request is made again, after growing waits,
 * where that may help: no connection, 429 and 5xx; one that may have made a run is not.
 * Redirections are not followed, for they would carry the token elsewhere.
 */
final class MlflowServer {
  /** The variable of the environment that names the server, as for MLflow's own clients. */
  static final String ADDRESS = "MLFLOW_TRACKING_URI";

  private static final String USER = "MLFLOW_TRACKING_USERNAME";
  private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";

  /** What MLflow takes in one request at most. */
  private static final int PARAMS = 100;

  private static final int METRICS = 1000;
  private static final int SHOWN = 300;
  private static final int ATTEMPTS = 5;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final String API = "/api/2.0/mlflow/";
  private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts";
  private static final Pattern PROXIED = Pattern.compile("mlflow-artifacts:(?://([^/]*))?(/.*)?");
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * An experiment: a named list of runs.
   *
   * @param files where the files of its runs are kept
   */
  record Experiment(String id, String name, String files) {}

  /** The server refused, or gave no answer; the message is the one line that the user sees. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** MLflow's word for it; empty if it gave none. */
    private final String code;

    private Failure(String message, @Nullable Throwable cause, String code) {
      super(message, cause);
      this.code = code;
    }

    private Failure(String message, @Nullable Throwable cause) {
      this(message, cause, "");
    }
  }

  private final String url;
  private final @Nullable String authorization;
  private final Duration firstWait;
  private final HttpClient client;

  private MlflowServer(String url, @Nullable String authorization, Duration firstWait) {
    this.url = url;
    this.authorization = authorization;
    this.firstWait = firstWait;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
  }

  /**
   * The server at an address; nothing is asked yet.
   *
   * @param environment has the user and password, or the token
   * @param firstWait the wait before a second attempt
   * @throws InputException if it is no address of a server
   */
  static MlflowServer at(String address, Map<String, String> environment, Duration firstWait) {
    String user = environment.getOrDefault(USER, "");
    String password = environment.getOrDefault(PASSWORD, "");
    String token = environment.getOrDefault(TOKEN, "").strip();
    String authorization = null;
    if (!user.isEmpty() && !password.isEmpty()) {
      byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      authorization = "Basic " + Base64.getEncoder().encodeToString(both);
    } else if (!token.isEmpty()) {
      if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new InputException(
            TOKEN + " must be printable ASCII without blanks, got other characters");
      }
      authorization = "Bearer " + token;
    }
    return new MlflowServer(checked(address), authorization, firstWait);
  }

  private static String checked(String address) {
    URI uri;
    try {
      uri = new URI(address.strip().replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      throw new InputException("--server: is no address: " + e.getReason(), e);
    }
    if (uri.getRawUserInfo() != null) {
      throw new InputException(
          "--server: an address with a user's name is not taken; %s and %s are"
              .formatted(USER, PASSWORD));
    }
    String scheme = String.valueOf(uri.getScheme());
    if (!scheme.matches("(?i)https?") || uri.getHost() == null || uri.getRawQuery() != null) {
      throw new InputException(
          "--server: %s is no tracking server's address, expected http://host:5000 or https://…"
              .formatted(address));
    }
    return uri.toString();
  }

  /**
   * An experiment by its name, made if there is none.
   *
   * @throws Failure if the server can't be asked, refuses, or has deleted it
   */
  Experiment experiment(String name) {
    JsonNode found = byName(name);
    if (found == null) {
      try {
        post("experiments/create", JSON.createObjectNode().put("name", name), true);
      } catch (Failure e) {
        // Somebody else was faster.
        if (!e.code.equals("RESOURCE_ALREADY_EXISTS")) {
          throw e;
        }
      }
      found = byName(name);
    }
    if (found == null) {
      throw new Failure("%s: experiment '%s' was made and is not there".formatted(url, name), null);
    }
    String id = found.path("experiment_id").asText();
    if (found.path("lifecycle_stage").asText().equals("deleted")) {
      throw new Failure(
          "%s: experiment '%s' is deleted; bring it back by 'mlflow experiments restore -x %s', or"
                  .formatted(url, name, id)
              + " name another by --experiment",
          null);
    }
    return new Experiment(id, name, found.path("artifact_location").asText());
  }

  private @Nullable JsonNode byName(String name) {
    try {
      String query = URLEncoder.encode(name, StandardCharsets.UTF_8);
      JsonNode answer =
          json(
              send(API + "experiments/get-by-name?experiment_name=" + query, true, r -> r.GET()),
              "experiments/get-by-name");
      JsonNode found = answer.path("experiment");
      if (!found.path("experiment_id").isTextual()) {
        throw new Failure(
            "%s: is that an MLflow tracking server? It answered without an experiment:%s"
                .formatted(url, said(answer.toString())),
            null);
      }
      return found;
    } catch (Failure e) {
      if (e.code.equals("RESOURCE_DOES_NOT_EXIST")) {
        return null;
      }
      throw e;
    }
  }

  /** Whether the server takes files for runs of an experiment itself. */
  boolean takesFiles(Experiment experiment) {
    return filesPath(experiment.files()) != null;
  }

  /** The path here of a place for files, or null if it is somewhere else. */
  private @Nullable String filesPath(String place) {
    if (place.startsWith(url + FILES + "/")) {
      return place.substring(url.length() + FILES.length());
    }
    Matcher proxied = PROXIED.matcher(place);
    if (!proxied.matches()) {
      return null;
    }
    String host = proxied.group(1);
    boolean here = host == null || host.isEmpty() || host.equals(URI.create(url).getRawAuthority());
    return here ? String.valueOf(proxied.group(2) == null ? "" : proxied.group(2)) : null;
  }

  /**
   * Logs a run whole; one that failed half-way is marked so.
   *
   * @param files to be kept with it
   * @return its id
   * @throws Failure if the server can't be asked or refuses
   */
  String log(Experiment experiment, MlflowRun run, List<Path> files) {
    ObjectNode begin = JSON.createObjectNode();
    begin.put("experiment_id", experiment.id());
    begin.put("run_name", run.name());
    begin.put("start_time", run.begun());
    begin.set("tags", pairs(List.copyOf(run.source().entrySet())));
    JsonNode info = post("runs/create", begin, false).path("run").path("info");
    String id = info.path("run_id").asText();
    if (id.isEmpty()) {
      throw new Failure(
          "%s: made a run and did not say its id:%s".formatted(url, said(info.toString())), null);
    }
    try {
      for (List<Map.Entry<String, String>> some : parts(run.params(), PARAMS)) {
        batch(id, "params", pairs(some));
      }
      for (List<MlflowRun.Metric> some : parts(run.metrics(), METRICS)) {
        batch(id, "metrics", JSON.valueToTree(some));
      }
      batch(id, "tags", pairs(List.copyOf(run.tags().entrySet())));
      String place = info.path("artifact_uri").asText();
      for (Path file : files) {
        put(place, file);
      }
      end(id, "FINISHED", run.ended());
    } catch (Failure e) {
      String state;
      try {
        end(id, "FAILED", run.ended());
        state = "is marked FAILED";
      } catch (Failure again) {
        state = "is left RUNNING";
      }
      throw new Failure(
          "%s; run %s was begun there and %s".formatted(e.getMessage(), id, state), e);
    }
    return id;
  }

  /** Where a browser shows a run. */
  String page(Experiment experiment, String run) {
    return "%s/#/experiments/%s/runs/%s".formatted(url, experiment.id(), run);
  }

  private static <T> List<List<T>> parts(List<T> all, int size) {
    List<List<T>> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += size) {
      parts.add(all.subList(from, Math.min(all.size(), from + size)));
    }
    return parts;
  }

  private static ArrayNode pairs(List<Map.Entry<String, String>> entries) {
    ArrayNode pairs = JSON.createArrayNode();
    entries.forEach(e -> pairs.addObject().put("key", e.getKey()).put("value", e.getValue()));
    return pairs;
  }

  private void batch(String run, String kind, JsonNode values) {
    ObjectNode body = JSON.createObjectNode().put("run_id", run);
    body.set(kind, values);
    post("runs/log-batch", body, true);
  }

  private void end(String run, String status, long time) {
    ObjectNode body = JSON.createObjectNode().put("run_id", run);
    post("runs/update", body.put("status", status).put("end_time", time), true);
  }

  private void put(String place, Path file) {
    String path = filesPath(place);
    if (path == null) {
      throw new Failure(
          "%s: keeps the run's files at %s, expected the place of its experiment"
              .formatted(url, place),
          null);
    }
    String target;
    try {
      target = new URI(null, null, path + "/" + file.getFileName(), null).getRawPath();
    } catch (URISyntaxException e) {
      throw new Failure(url + ": has no place for files: " + place, e);
    }
    send(
        FILES + target,
        true,
        request -> request.header("Content-Type", "application/octet-stream").PUT(content(file)));
  }

  private static BodyPublisher content(Path file) {
    try {
      return BodyPublishers.ofFile(file);
    } catch (IOException e) {
      throw new InputException(file + ": there is no such file", e);
    }
  }

  private JsonNode post(String what, ObjectNode body, boolean again) {
    String answer =
        send(
            API + what,
            again,
            request ->
                request
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body.toString())));
    return json(answer, what);
  }

  /**
   * One request with its further attempts.
   *
   * @param again whether it does no harm twice
   * @return the body of an answer that is 200
   */
  private String send(
      String path, boolean again, Function<HttpRequest.Builder, HttpRequest.Builder> method) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(url + path)).header("Accept", "application/json");
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    HttpRequest request = method.apply(builder).build();
    long wait = firstWait.toMillis();
    for (int attempt = 1; ; attempt++) {
      String reason;
      Exception cause = null;
      long asked = 0;
      boolean may = again;
      try {
        HttpResponse<String> response = once(request);
        int status = response.statusCode();
        if (status == 200) {
          return response.body();
        }
        reason = status + said(response.body());
        if (status != 429 && status < 500) {
          throw refused(response, reason);
        }
        may |= status == 429 || status == 503;
        asked = retryAfterMillis(response);
      } catch (IOException e) {
        cause = e;
        may |= e instanceof ConnectException;
        reason = e instanceof ConnectException ? "can't connect" : oneLine(e.toString());
      }
      if (attempt == ATTEMPTS || !may) {
        throw new Failure(
            "%s: %s: no answer in %s %s, the last one: %s"
                .formatted(url, name(path), attempt, attempt == 1 ? "attempt" : "attempts", reason),
            cause);
      }
      sleep(Math.min(Math.max(wait, asked), LONGEST_WAIT.toMillis()));
      wait *= 2;
    }
  }

  /** One attempt; unlike the request's own time-out, this one holds for the body too. */
  private HttpResponse<String> once(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    try {
      return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer in %s s".formatted(TIMEOUT.toSeconds()), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new Failure(url + ": interrupted while it was asked", e);
    }
  }

  private Failure refused(HttpResponse<String> response, String reason) {
    int status = response.statusCode();
    String code = "";
    try {
      code = JSON.readTree(response.body()).path("error_code").asText();
    } catch (JsonProcessingException e) {
      // Not in MLflow's form, which is told below.
    }
    String hint = "";
    if (status == 401 || status == 403) {
      hint =
          authorization == null
              ? "; give %s and %s, or %s".formatted(USER, PASSWORD, TOKEN)
              : "; what %s named was sent"
                  .formatted(authorization.startsWith("Basic") ? USER : TOKEN);
    } else if (status >= 300 && status < 400) {
      String to = response.headers().firstValue("Location").orElse("?");
      hint = "; it has moved to " + oneLine(to);
    } else if (code.isEmpty() || code.equals("ENDPOINT_NOT_FOUND")) {
      hint = "; is that an MLflow tracking server?";
    }
    String where = name(response.request().uri().getRawPath());
    return new Failure(
        "%s: %s: the server refused with %s%s".formatted(url, where, reason, hint), null, code);
  }

  /** What was asked, as messages name it. */
  private static String name(String path) {
    String plain = path.replaceFirst("\\?.*", "");
    int at = plain.indexOf(API);
    return at >= 0 ? plain.substring(at + API.length()) : plain.replaceFirst(".*/", "…/");
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted between two attempts", e);
    }
  }

  private static long retryAfterMillis(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("").strip();
    return seconds.matches("[0-9]{1,9}") ? 1000 * Long.parseLong(seconds) : 0;
  }

  private JsonNode json(String body, String what) {
    try {
      JsonNode read = JSON.readTree(body);
      if (read != null && read.isObject()) {
        return read;
      }
    } catch (JsonProcessingException e) {
      // The same as another thing than an object.
    }
    throw new Failure(
        "%s: is that an MLflow tracking server? To %s it answered with what is no JSON object:%s"
            .formatted(url, what, said(body)),
        null);
  }

  /** The message in a server's answer, after a blank, on one line and not too long. */
  private static String said(String body) {
    String text = body;
    try {
      JsonNode message = JSON.readTree(body).path("message");
      text = message.isTextual() ? message.asText() : text;
    } catch (JsonProcessingException e) {
      // A message in plain text is as good.
    }
    text = oneLine(text);
    return text.isEmpty() ? "" : " '" + text + "'";
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }
}
