package dev.distill.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server of a model whose probability of the second class is its first number, over real sockets.
 * It counts how often it answered each row; a test makes it misbehave.
 */
final class TestServer implements AutoCloseable {
  /** What a test does to a request before it is answered. */
  interface Trouble {
    /**
     * Answers itself, or leaves that to the model.
     *
     * @param number of the request of inference, from 1
     * @return whether it answered
     */
    boolean answers(int number, HttpExchange exchange) throws IOException, InterruptedException;
  }

  static final String TENSOR =
      """
      {"name":"m","versions":["1"],"platform":"test",
       "inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],
       "outputs":[{"name":"label","datatype":"INT64","shape":[-1]},
                  {"name":"probabilities","datatype":"FP32","shape":[-1,2]}]}""";

  private final ObjectMapper json = new ObjectMapper();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  final Map<String, Integer> paid = Collections.synchronizedMap(new HashMap<>());
  final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
  final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
  volatile String metadata = TENSOR;

  /** Of its answers, with %s for the number of rows: both classes a row, or the second alone. */
  volatile String shape = "[%s,2]";

  volatile Trouble trouble = (number, exchange) -> false;
  private int number;

  TestServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v2/models/m", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v2/models/m";
  }

  static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      if (exchange.getRequestMethod().equals("GET")) {
        reply(exchange, 200, metadata);
        return;
      }
      JsonNode request = json.readTree(body);
      int mine;
      synchronized (this) {
        mine = ++number;
      }
      if (!trouble.answers(mine, exchange)) {
        requests.add(request);
        reply(exchange, 200, answer(request));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String answer(JsonNode request) {
    int rows = request.at("/inputs/0/shape/0").asInt();
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      StringBuilder row = new StringBuilder();
      double first = Double.NaN;
      for (JsonNode input : request.path("inputs")) {
        int width = input.path("shape").size() == 1 ? 1 : input.at("/shape/1").asInt();
        for (int c = 0; c < width; c++) {
          JsonNode cell = input.path("data").get(i * width + c);
          first = Double.isNaN(first) && cell.isNumber() ? cell.asDouble() : first;
          row.append(cell).append(' ');
        }
      }
      paid.merge(row.toString().strip(), 1, Integer::sum);
      data.append(i == 0 ? "" : ",");
      if (shape.endsWith(",2]")) {
        data.append(1 - first).append(',');
      }
      data.append(first);
    }
    return answer(shape.formatted(rows), data.toString());
  }

  static String answer(String shape, String data) {
    return """
    {"model_name":"m","outputs":[{"name":"probabilities","datatype":"FP32","shape":%s,"data":[%s]}]}"""
        .formatted(shape, data);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
