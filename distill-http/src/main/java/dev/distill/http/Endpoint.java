package dev.distill.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.distill.spi.NoAnswerException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A model's address, asked again with growing waits where that may help: no connection, no answer
 * in time, 429 and 5xx. Redirections are not followed, for they would carry the token elsewhere.
 */
final class Endpoint {
  private static final int SHOWN = 300;

  /** Python's servers write NaN, which is no JSON but must be seen to be named. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final URI uri;
  private final Options options;
  private final HttpClient client;

  Endpoint(URI uri, Options options) {
    this.uri = uri;
    this.options = options;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.connectTimeout())
            .build();
  }

  /** The address, as messages name it. */
  String url() {
    return uri.toString();
  }

  /** What the server says of the model. */
  JsonNode metadata() {
    return send(request(uri).GET().build());
  }

  /** The server's answer to a request of inference, in JSON. */
  JsonNode infer(byte[] body) {
    return send(
        request(URI.create(uri + "/infer"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }

  private HttpRequest.Builder request(URI at) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at).header("Accept", "application/json").timeout(options.timeout());
    if (options.token() != null) {
      request.header("Authorization", "Bearer " + options.token());
    }
    return request;
  }

  private JsonNode send(HttpRequest request) {
    long wait = options.firstWait().toMillis();
    for (int attempt = 1; ; attempt++) {
      String reason;
      Exception cause = null;
      long asked = 0;
      try {
        HttpResponse<byte[]> response = once(request);
        int status = response.statusCode();
        if (status == 200) {
          return json(response.body());
        }
        reason = "%s%s".formatted(status, said(response.body()));
        if (status != 429 && status < 500) {
          throw new NoAnswerException(
              "%s: the server refused with %s%s".formatted(uri, reason, hint(response)), null);
        }
        asked = retryAfterMillis(response);
      } catch (IOException e) {
        cause = e;
        reason = e instanceof ConnectException ? "can't connect" : oneLine(e.toString());
      }
      if (attempt == options.attempts()) {
        throw new NoAnswerException(
            "%s: no answer in %s attempts, the last one: %s".formatted(uri, attempt, reason),
            cause);
      }
      sleep(Math.min(Math.max(wait, asked), options.longestWait().toMillis()));
      wait *= 2;
    }
  }

  /** One attempt; unlike the request's own time-out, this one holds for the body too. */
  private HttpResponse<byte[]> once(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.ofByteArray());
    try {
      return answer.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer in " + text(options.timeout()), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw interrupted(e);
    }
  }

  private static String text(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  private void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private NoAnswerException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new NoAnswerException(uri + ": interrupted while it was asked", e);
  }

  private static long retryAfterMillis(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("").strip();
    return seconds.matches("[0-9]{1,9}") ? 1000 * Long.parseLong(seconds) : 0;
  }

  private String hint(HttpResponse<?> response) {
    return switch (response.statusCode()) {
      case 401, 403 ->
          options.token() == null
              ? "; a token is taken from DISTILL_TEACHER_TOKEN, which is not set"
              : "; the token of DISTILL_TEACHER_TOKEN was sent";
      case 301, 302, 303, 307, 308 ->
          "; it has moved to " + oneLine(response.headers().firstValue("Location").orElse("?"));
      default -> "";
    };
  }

  private JsonNode json(byte[] body) {
    @Nullable JsonNode read;
    try {
      read = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: answered with what is no JSON:%s".formatted(uri, said(body)), e);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
    if (read == null || !read.isObject()) {
      throw new IllegalArgumentException(
          "%s: expected a JSON object, got:%s".formatted(uri, said(body)));
    }
    return read;
  }

  /** The message in a server's answer, after a blank, on one line and not too long. */
  private static String said(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      JsonNode error = JSON.readTree(body).path("error");
      text = error.isTextual() ? error.asText() : text;
    } catch (IOException e) {
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
