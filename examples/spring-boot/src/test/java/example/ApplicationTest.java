package example;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.ResponseEntity;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "distill.every=20ms")
class ApplicationTest {
  @TempDir static Path folder;

  @Autowired TestRestTemplate http;
  @Autowired Scorer scorer;

  private final Path file = folder.resolve("income.distill");

  @DynamicPropertySource
  static void properties(DynamicPropertyRegistry registry) throws IOException {
    Students.olderThan(40).write(folder.resolve("income.distill"));
    registry.add("distill.folder", () -> folder);
  }

  @BeforeEach
  void student() throws Exception {
    Students.olderThan(40).write(file);
    await(() -> scorer.problem().isEmpty() && label(50).equals("yes"));
  }

  private static void await(BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("20 s are enough").isLessThan(end);
      Thread.sleep(10);
    }
  }

  private ResponseEntity<JsonNode> post(String student, Object age) {
    return http.postForEntity("/score/" + student, Map.of("age", age), JsonNode.class);
  }

  private String label(Object age) {
    return post("income", age).getBody().path("label").asText();
  }

  private JsonNode health() {
    JsonNode all = http.getForEntity("/actuator/health", JsonNode.class).getBody();
    return all.path("components").path("student");
  }

  @Test
  void scores_a_row() {
    JsonNode answer = post("income", 50).getBody();
    assertThat(answer.path("label").asText()).isEqualTo("yes");
    assertThat(answer.path("probabilities").path("yes").asDouble())
        .isEqualTo(scorer.score("income", Map.of("age", 50)).probabilities().get("yes"));
    assertThat(label(30)).isEqualTo("no");
  }

  @Test
  void says_what_is_wrong_with_a_request() {
    assertThat(post("other", 50).getStatusCode().value()).isEqualTo(404);
    ResponseEntity<JsonNode> answer = post("income", "old");
    assertThat(answer.getStatusCode().value()).isEqualTo(400);
    assertThat(answer.getBody().path("error").asText())
        .isEqualTo("column 'age': expected a number, got 'old'");
  }

  @Test
  void a_new_file_answers_and_a_broken_one_keeps_it() throws Exception {
    Students.olderThan(60).write(file);
    await(() -> label(50).equals("no"));

    Files.writeString(file, "broken");
    await(() -> health().path("details").has("problem"));
    assertThat(health().path("status").asText()).isEqualTo("UP");
    assertThat(health().path("details").path("problem").asText()).startsWith(file + ": ");
    assertThat(label(50)).isEqualTo("no");

    Files.delete(file);
    await(() -> health().path("status").asText().equals("DOWN"));
    assertThat(http.getForEntity("/actuator/health", JsonNode.class).getStatusCode().value())
        .isEqualTo(503);
  }
}
