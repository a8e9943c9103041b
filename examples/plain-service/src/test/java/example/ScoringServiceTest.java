package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoringServiceTest {
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;
  private Path file;
  private ScoringService service;

  @BeforeEach
  void start() throws Exception {
    file = folder.resolve("income.distill");
    Students.olderThan(40).write(file);
    service = new ScoringService(folder, 0, Duration.ofMillis(20));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + service.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("20 s are enough").isLessThan(end);
      Thread.sleep(10);
    }
  }

  @Test
  void scores_a_row() throws Exception {
    HttpResponse<String> answer = get("/score/income?age=50&city=Oslo");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("yes 0.8");
    assertThat(get("/score/income?age=30&city=Oslo").body()).startsWith("no 0.8");
  }

  @Test
  void says_what_is_wrong_with_a_request() throws Exception {
    assertThat(get("/score/other?age=1").statusCode()).isEqualTo(404);
    HttpResponse<String> answer = get("/score/income?age=old");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("column 'age': expected a number, got 'old'\n");
  }

  @Test
  void a_new_file_answers_and_a_broken_one_keeps_it() throws Exception {
    assertThat(get("/health").body()).isEqualTo("ok\n");
    Students.olderThan(60).write(file);
    await(() -> get("/score/income?age=50").body().startsWith("no"));

    Files.writeString(file, "broken");
    await(() -> get("/health").body().startsWith(file + ": "));
    assertThat(get("/health").statusCode()).as("the old one answers").isEqualTo(200);
    assertThat(get("/score/income?age=50").body()).startsWith("no");

    Files.delete(file);
    await(() -> get("/health").statusCode() == 503);
    assertThat(get("/score/income?age=50").statusCode()).isEqualTo(404);
  }
}
