package dev.distill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** What a server refuses, and how it ends. */
class LimitsTest extends ServerCase {
  private void startOne(ServerConfig.Builder config) throws IOException {
    Models.student(1).write(folder.resolve("m.distill"));
    start(config);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server().port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private void awaitInFlight(int requests) throws Exception {
    String gauge = "distill_requests_in_flight " + requests + ".0";
    while (!get("/metrics").response().body().contains(gauge)) {
      Thread.sleep(10);
    }
  }

  private static String head(String path, int length) {
    return "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(path, length);
  }

  /** What comes until the server waits or closes, at least a status line. */
  private static String read(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] bytes = new byte[4096];
    int size = 0;
    while (true) {
      int read = in.read(bytes, size, bytes.length - size);
      if (read < 0) {
        break;
      }
      size += read;
      if (new String(bytes, 0, size, StandardCharsets.UTF_8).endsWith("}")) {
        break;
      }
    }
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  @Test
  void too_large_a_body_is_refused_announced_or_not() throws Exception {
    startOne(config());
    String large = " ".repeat((1 << 20) + 1);
    Reply announced = post("/v2/models/m/infer", large);
    assertThat(announced.status()).isEqualTo(413);
    assertThat(announced.error()).contains("1048576");
    Reply chunked =
        send(
            request("/v2/models/m/infer")
                .POST(
                    BodyPublishers.ofInputStream(
                        () ->
                            new java.io.ByteArrayInputStream(
                                large.getBytes(StandardCharsets.UTF_8))))
                .build());
    assertThat(chunked.status()).isEqualTo(413);
    assertThat(post("/v2/models/m/infer", ONE).status()).isEqualTo(200);
  }

  @Test
  void too_many_rows_are_refused_before_they_are_kept() throws Exception {
    startOne(config());
    Reply rows = post("/v2/models/m/rows", "{\"rows\":[" + "{},".repeat(1_000) + "{}]}");
    assertThat(rows.status()).isEqualTo(413);
    assertThat(rows.error()).contains("at most 1000 rows");
    Reply shape = post("/v2/models/m/infer", ONE.replace("[1]", "[2000000000]"));
    assertThat(shape.status()).isEqualTo(413);
    assertThat(post("/v2/models/m/rows", "{\"rows\":[" + "{},".repeat(999) + "{}]}").status())
        .isEqualTo(200);
  }

  @Test
  void a_full_queue_says_when_to_try_again() throws Exception {
    startOne(config());
    int size = 100_000;
    try (Socket first = connect();
        Socket second = connect()) {
      write(first, head("/v2/models/m/infer", size) + "{");
      write(second, head("/v2/models/m/infer", size) + "{");
      // A large request of ours before both have come would take one's place and have it refused.
      awaitInFlight(2);
      Reply refused = post("/v2/models/m/infer", " ".repeat(size));
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(post("/v2/models/m/infer", ONE).status()).isEqualTo(200);
    }
    // Who went away gives the place back.
    Reply later = post("/v2/models/m/infer", ONE + " ".repeat(size));
    for (int i = 0; i < 100 && later.status() == 429; i++) {
      Thread.sleep(20);
      later = post("/v2/models/m/infer", ONE + " ".repeat(size));
    }
    assertThat(later.status()).isEqualTo(200);
  }

  @Test
  void a_body_that_does_not_come_is_given_up() throws Exception {
    startOne(config().limits(limits(Duration.ofMillis(300))));
    try (Socket slow = connect()) {
      write(slow, head("/v2/models/m/infer", 500) + "{\"inputs\"");
      assertThat(read(slow)).startsWith("HTTP/1.1 408");
    }
    assertThat(post("/v2/models/m/infer", ONE).status()).isEqualTo(200);
  }

  @Test
  void an_answer_that_would_take_too_long_is_not_begun() throws Exception {
    Limits brief = new Limits(1 << 20, 100_000, 2, Duration.ofMillis(1), Duration.ofMillis(100));
    startOne(config().limits(brief));
    StringBuilder body = new StringBuilder("{\"rows\":[{\"age\":1}");
    body.append(",{\"age\":1}".repeat(60_000)).append("]}");
    Reply reply = post("/v2/models/m/rows", body.toString());
    // The sweep may be first to see it.
    assertThat(reply.status()).isIn(503, 408);
    if (reply.status() == 503) {
      assertThat(reply.header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void a_token_is_asked_for_but_not_for_health() throws Exception {
    startOne(config().token("s3cret"));
    assertThat(get("/v2/health/live").status()).isEqualTo(200);
    assertThat(get("/v2/health/ready").status()).isEqualTo(200);
    for (String path : List.of("/v2", "/v2/models/m", "/metrics")) {
      Reply refused = get(path);
      assertThat(refused.status()).as(path).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
    }
    assertThat(post("/v2/models/m/infer", ONE).status()).isEqualTo(401);
    for (String wrong : List.of("Bearer s3cre", "Bearer s3cret2", "s3cret", "Basic s3cret")) {
      assertThat(send(request("/v2").header("Authorization", wrong).GET().build()).status())
          .as(wrong)
          .isEqualTo(401);
    }
    assertThat(send(request("/v2").header("Authorization", "Bearer s3cret").GET().build()).status())
        .isEqualTo(200);
    assertThatThrownBy(() -> config().token("two words").build()).hasMessageContaining("token");
  }

  @Test
  void tls_by_pem_files() throws Exception {
    Path store = folder.resolve("store.p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of("-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=localhost"));
    command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", "changeit"));
    assertThat(new ProcessBuilder(command).redirectErrorStream(true).start().waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey("a", "changeit".toCharArray()).getEncoded()));
    startOne(config().tls(certificate, key));

    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys);
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null);
    trusted.setCertificateEntry("a", keys.getCertificate("a"));
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    HttpClient secure = HttpClient.newBuilder().sslContext(context).build();
    URI at = URI.create("https://localhost:" + server().port() + "/v2/models/m/infer");
    assertThat(
            secure
                .send(
                    HttpRequest.newBuilder(at).POST(BodyPublishers.ofString(ONE)).build(),
                    BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
    assertThatThrownBy(() -> start(config().port(0).tls(folder.resolve("none.pem"), key)))
        .hasMessageContaining("none.pem");
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes), what);
  }

  @Test
  void it_listens_at_loopback_unless_told() {
    assertThat(ServerConfig.builder().folder(folder).build().host()).isEqualTo("127.0.0.1");
  }

  @Test
  void a_closing_server_answers_what_is_in_flight() throws Exception {
    Models.student(1).write(folder.resolve("m.distill"));
    start(
        config()
            .limits(new Limits(1 << 20, 1_000, 2, Duration.ofSeconds(9), Duration.ofSeconds(8))));
    try (Socket slow = connect()) {
      byte[] body = ONE.getBytes(StandardCharsets.UTF_8);
      write(slow, head("/v2/models/m/infer", body.length) + "{\"inputs\":[");
      awaitInFlight(1);
      CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> server().close());
      Reply ready = get("/v2/health/ready");
      for (int i = 0; i < 20 && ready.status() == 200; i++) {
        Thread.sleep(10);
        ready = get("/v2/health/ready");
      }
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.header("Connection")).isEqualToIgnoringCase("close");
      Thread.sleep(1_200);
      assertThat(closed).isNotDone();
      write(slow, ONE.substring("{\"inputs\":[".length()));
      String answer = read(slow);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("probabilities");
      closed.join();
      assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }
  }
}
