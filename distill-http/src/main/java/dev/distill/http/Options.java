package dev.distill.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is asked.
 *
 * @param connectTimeout a connection that takes longer has failed
 * @param timeout an answer that takes longer has failed
 * @param attempts how often a request is made before it is given up
 * @param firstWait the wait before the second attempt; it doubles with each further one
 * @param longestWait no wait is longer, whatever the server asks for
 * @param batch the most rows of a request
 * @param cache the folder of answers
 * @param token sent as bearer token
 */
record Options(
    Duration connectTimeout,
    Duration timeout,
    int attempts,
    Duration firstWait,
    Duration longestWait,
    int batch,
    Path cache,
    @Nullable String token) {

  Options {
    if (token != null && !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(
          "DISTILL_TEACHER_TOKEN must be printable ASCII without blanks, got other characters");
    }
  }

  /** What is right outside of tests. */
  static Options of(Map<String, String> environment) {
    String token = environment.getOrDefault("DISTILL_TEACHER_TOKEN", "").strip();
    return new Options(
        Duration.ofSeconds(10),
        Duration.ofMinutes(2),
        7,
        Duration.ofMillis(500),
        Duration.ofMinutes(1),
        512,
        cache(environment),
        token.isEmpty() ? null : token);
  }

  private static Path cache(Map<String, String> environment) {
    String own = environment.getOrDefault("DISTILL_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    String base = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (base.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base))
        .resolve(Path.of("distill", "teachers"));
  }
}
