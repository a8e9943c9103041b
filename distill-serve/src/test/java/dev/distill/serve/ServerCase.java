package dev.distill.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A server of a folder of its own, and a client. */
abstract class ServerCase {
  static final ObjectMapper JSON = new ObjectMapper();

  /** One row for {@link Models#SCHEMA}, as the protocol has it. */
  static final String ONE =
      """
      {"inputs":[
        {"name":"age","datatype":"FP64","shape":[1],"data":[41]},
        {"name":"city","datatype":"BYTES","shape":[1,1],"data":["東京"]},
        {"name":"smoker","datatype":"BYTES","shape":[1],"data":["yes"]},
        {"name":"height in cm","datatype":"FP32","shape":[1],"data":[0.4]}]}""";

  @TempDir Path folder = Path.of("");
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final List<String> notices = new CopyOnWriteArrayList<>();
  private @Nullable StudentServer server;

  /** What came back. */
  record Reply(int status, JsonNode json, HttpResponse<String> response) {
    String error() {
      return json.path("error").asText();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  ServerConfig.Builder config() {
    return ServerConfig.builder()
        .folder(folder)
        .port(0)
        .threads(2)
        .notices(notices::add)
        .limits(limits(Duration.ofSeconds(10)));
  }

  static Limits limits(Duration timeout) {
    return new Limits(1 << 20, 1_000, 2, timeout, Duration.ofMillis(400));
  }

  StudentServer start(ServerConfig.Builder config) throws IOException {
    StudentServer started = StudentServer.start(config.build());
    server = started;
    return started;
  }

  StudentServer server() {
    StudentServer started = server;
    if (started == null) {
      throw new IllegalStateException("no server was started");
    }
    return started;
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server().port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  Reply post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  Reply send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    boolean isJson =
        response.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
    return new Reply(
        response.statusCode(), JSON.readTree(isJson ? response.body() : "{}"), response);
  }
}
