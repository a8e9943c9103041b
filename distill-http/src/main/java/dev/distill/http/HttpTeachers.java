package dev.distill.http;

import dev.distill.spi.NoAnswerException;
import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Opens models behind the address of an Open Inference Protocol v2 server as teachers: {@code
 * http://host/v2/models/NAME}, or {@code …/NAME/versions/V}. What they answered is kept on disk.
 */
public final class HttpTeachers implements TeacherProvider {
  private final Supplier<Options> options;

  /** Teachers as the environment's variables have them. */
  public HttpTeachers() {
    this(() -> Options.of(System.getenv()));
  }

  HttpTeachers(Supplier<Options> options) {
    this.options = options;
  }

  @Override
  public String id() {
    return "http";
  }

  @Override
  public String opens() {
    return "Open Inference Protocol v2: http://host/v2/models/NAME";
  }

  @Override
  public boolean opens(String place) {
    String lower = place.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("https://");
  }

  @Override
  public TeacherModel open(String place) throws IOException {
    Options how = options.get();
    Endpoint endpoint = new Endpoint(address(place), how);
    try {
      return new HttpTeacher(endpoint, Signature.of(endpoint.url(), endpoint.metadata()), how);
    } catch (NoAnswerException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static URI address(String place) {
    URI uri;
    try {
      uri = new URI(place.replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "%s: is no address: %s".formatted(place, e.getReason()), e);
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          uri.getHost()
              + ": an address with a user's name is not taken, give a token in"
              + " DISTILL_TEACHER_TOKEN");
    }
    if (uri.getHost() == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !uri.getRawPath().matches(".*/v2/models/[^/]+(/versions/[^/]+)?")) {
      throw new IllegalArgumentException(
          place
              + ": is no model's address, expected http://host/v2/models/NAME or"
              + " http://host/v2/models/NAME/versions/V");
    }
    return uri;
  }
}
