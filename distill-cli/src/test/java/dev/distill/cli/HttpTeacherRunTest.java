package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose teacher is behind an address. */
class HttpTeacherRunTest {
  private static final int ROWS = 600;

  @TempDir private Path folder = Path.of("");
  private final HttpServer server;
  private final AtomicInteger paid = new AtomicInteger();
  private volatile int allowed = Integer.MAX_VALUE;

  /** A name of its own, so that no earlier test's answers are found. */
  private final String model = "m-" + UUID.randomUUID();

  HttpTeacherRunTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @BeforeEach
  void data() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder("u,v,kind\n");
    for (int i = 0; i < ROWS; i++) {
      double u = random.nextDouble();
      text.append(u).append(',').append(random.nextDouble());
      text.append(random.nextDouble() < u ? ",yes\n" : ",no\n");
    }
    Files.writeString(folder.resolve("train.csv"), text);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestMethod().equals("GET")) {
        reply(
            exchange,
            200,
            """
            {"inputs":[{"name":"u","datatype":"FP64","shape":[-1]}],
             "outputs":[{"name":"prob","datatype":"FP64","shape":[-1,2]}]}""");
        return;
      }
      JsonNode data = new ObjectMapper().readTree(body).at("/inputs/0/data");
      if (paid.get() + data.size() > allowed) {
        reply(exchange, 402, "{\"error\":\"pay first\"}");
        return;
      }
      paid.addAndGet(data.size());
      StringBuilder values = new StringBuilder();
      for (JsonNode u : data) {
        values.append(values.isEmpty() ? "" : ",").append(1 - u.asDouble());
        values.append(',').append(u.asDouble());
      }
      reply(
          exchange,
          200,
          """
          {"outputs":[{"name":"prob","datatype":"FP64","shape":[%s,2],"data":[%s]}]}"""
              .formatted(data.size(), values));
    }
  }

  private static void reply(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v2/models/" + model;
  }

  private Cli.Outcome run(String place, int augment) {
    return Cli.run(
        "run",
        "--train",
        folder.resolve("train.csv"),
        "--label",
        "kind",
        "--teacher-model",
        place,
        "--augment",
        augment,
        "--trials",
        2,
        "--families",
        "xgboost.tree",
        "--out",
        folder.resolve("out"));
  }

  @Test
  void rows_that_were_answered_before_an_end_are_not_paid_for_again() throws IOException {
    allowed = 512;
    Cli.Outcome refused = run(url(), 0);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err().strip().lines()).hasSize(1);
    assertThat(refused.err()).contains(url() + ": the server refused with 402 'pay first'");

    allowed = ROWS;
    Cli.Outcome outcome = run(url(), 0);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("teacher: " + url()).contains("output 'prob', 88 rows sent");
    assertThat(paid).hasValue(ROWS);
    JsonNode result = new ObjectMapper().readTree(folder.resolve("out/result.json").toFile());
    assertThat(result.at("/teacher/rows_answered").asInt()).isEqualTo(ROWS);
    assertThat(result.at("/data/sha256").has(url())).isFalse();
  }

  @Test
  void an_end_while_made_rows_are_asked_about_is_one_line() {
    allowed = ROWS;
    Cli.Outcome refused = run(url(), 10);
    assertThat(refused.code()).as(refused.err()).isEqualTo(2);
    assertThat(refused.err()).contains("distill: " + url() + ": the server refused with 402");
    assertThat(refused.err()).doesNotContain("\tat ");
    assertThat(paid).hasValueBetween(1, ROWS);
  }

  @Test
  void an_address_that_is_none_is_one_line() {
    Cli.Outcome refused = run("http://127.0.0.1/models/m", 0);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).startsWith("distill: http://127.0.0.1/models/m: is no model's");
    assertThat(refused.err().strip().lines()).hasSize(1);
  }
}
