package dev.distill.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a path means.
 *
 * @param model for paths of a model alone, else ""
 * @param version null if none is named
 */
record Target(Kind kind, String model, @Nullable String version) {
  /** Each is asked by one method. */
  enum Kind {
    SERVER("GET"),
    LIVE("GET"),
    READY("GET"),
    METRICS("GET"),
    MODEL("GET"),
    MODEL_READY("GET"),
    INFER("POST"),
    ROWS("POST");

    final String method;

    Kind(String method) {
      this.method = method;
    }
  }

  private static final String MODELS = "/v2/models/";

  /** Null if there is nothing at the path. */
  static @Nullable Target of(String path) {
    if (!path.startsWith(MODELS)) {
      return switch (path) {
        case "/v2" -> new Target(Kind.SERVER, "", null);
        case "/v2/health/live" -> new Target(Kind.LIVE, "", null);
        case "/v2/health/ready" -> new Target(Kind.READY, "", null);
        case "/metrics" -> new Target(Kind.METRICS, "", null);
        default -> null;
      };
    }
    String[] parts = path.substring(MODELS.length()).split("/", -1);
    int at = 1;
    String version = null;
    if (parts.length > 2 && parts[1].equals("versions")) {
      version = decoded(parts[2]);
      at = 3;
    }
    if (parts.length > at + 1) {
      return null;
    }
    Kind kind =
        switch (parts.length == at ? "" : parts[at]) {
          case "" -> parts.length == at ? Kind.MODEL : null;
          case "ready" -> Kind.MODEL_READY;
          case "infer" -> Kind.INFER;
          case "rows" -> Kind.ROWS;
          default -> null;
        };
    return kind == null ? null : new Target(kind, decoded(parts[0]), version);
  }

  private static String decoded(String part) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      return URLDecoder.decode(part, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part; // no model has such a name
    }
  }
}
