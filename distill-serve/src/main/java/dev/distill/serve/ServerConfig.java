package dev.distill.serve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link StudentServer} serves, where, and within which limits. Immutable. */
public final class ServerConfig {
  private final List<Path> folders;
  private final Map<String, Path> files;
  private final String host;
  private final int port;
  private final int threads;
  private final Limits limits;
  private final @Nullable Path accessLog;
  private final double loggedShare;
  private final @Nullable String token;
  private final @Nullable Path certificate;
  private final @Nullable Path key;
  private final Consumer<String> notices;

  private ServerConfig(Builder builder) {
    folders = List.copyOf(builder.folders);
    files = Map.copyOf(builder.files);
    host = builder.host;
    port = builder.port;
    threads = builder.threads;
    limits = builder.limits;
    accessLog = builder.accessLog;
    loggedShare = builder.loggedShare;
    token = builder.token;
    certificate = builder.certificate;
    key = builder.key;
    notices = builder.notices;
  }

  /** Loopback, port 8080, no log, no token, no TLS; models must be named. */
  public static Builder builder() {
    return new Builder();
  }

  /** Folders of models. */
  public List<Path> folders() {
    return folders;
  }

  /** Files of models, by the name that each is served under. */
  public Map<String, Path> files() {
    return files;
  }

  /** The address to listen at. */
  public String host() {
    return host;
  }

  /** The port to listen at, 0 for any that is free. */
  public int port() {
    return port;
  }

  /** Number of event loops; as many threads more score large requests. */
  public int threads() {
    return threads;
  }

  /** What a client may ask. */
  public Limits limits() {
    return limits;
  }

  /** The file that takes a line a request, or null. */
  public @Nullable Path accessLog() {
    return accessLog;
  }

  /** The share of requests whose rows and answers are logged too. */
  public double loggedShare() {
    return loggedShare;
  }

  /** What a client must send as bearer token, or null. */
  public @Nullable String token() {
    return token;
  }

  /** The certificate chain, PEM, or null for plain HTTP. */
  public @Nullable Path certificate() {
    return certificate;
  }

  /** The certificate's private key, PEM. */
  public @Nullable Path key() {
    return key;
  }

  /** Told in a line what the server's owner should know: a model that was loaded, or was not. */
  public Consumer<String> notices() {
    return notices;
  }

  /** Collects settings. */
  public static final class Builder {
    private final List<Path> folders = new ArrayList<>();
    private final Map<String, Path> files = new LinkedHashMap<>();
    private String host = "127.0.0.1";
    private int port = 8080;
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private Limits limits = Limits.DEFAULT;
    private @Nullable Path accessLog;
    private double loggedShare;
    private @Nullable String token;
    private @Nullable Path certificate;
    private @Nullable Path key;
    private Consumer<String> notices = line -> {};

    private Builder() {}

    /**
     * Serves what a folder holds, now and later: {@code NAME.distill} is version 1 of a model,
     * {@code NAME/VERSION.distill} a version.
     */
    public Builder folder(Path folder) {
      folders.add(folder);
      return this;
    }

    /**
     * Serves a file as version 1 of a model.
     *
     * @throws IllegalArgumentException if the name is taken, or has other characters than letters,
     *     digits, '.', '_' and '-', or begins with '.'
     */
    public Builder model(String name, Path file) {
      if (!ModelFolder.isName(name)) {
        throw new IllegalArgumentException(
            "model '" + name + "': a name has letters, digits, '.', '_' and '-' alone");
      }
      if (files.put(name, file) != null) {
        throw new IllegalArgumentException("model '" + name + "' is named twice");
      }
      return this;
    }

    /** The address to listen at; other machines reach the server at others than loopback alone. */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /** The port to listen at, 0 for any that is free. */
    public Builder port(int value) {
      port = value;
      return this;
    }

    /** Number of event loops, and of threads for large requests; half of the cores by default. */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** What a client may ask. */
    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    /**
     * Writes a line a request to a file.
     *
     * @param share of the requests whose rows and answers are written too, 0 to 1
     */
    public Builder accessLog(Path file, double share) {
      accessLog = file;
      loggedShare = share;
      return this;
    }

    /** What a client must send as bearer token, except to ask for the server's health. */
    public Builder token(String value) {
      token = value;
      return this;
    }

    /** Serves HTTPS. */
    public Builder tls(Path certificateChain, Path privateKey) {
      certificate = certificateChain;
      key = privateKey;
      return this;
    }

    /** Told in a line what the server's owner should know; called from any thread. */
    public Builder notices(Consumer<String> value) {
      notices = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if one is out of range or no model is named
     */
    public ServerConfig build() {
      if (folders.isEmpty() && files.isEmpty()) {
        throw new IllegalArgumentException("a server needs a folder or a file of models, got none");
      }
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("port must be in 0…65535, got " + port);
      }
      if (threads < 1) {
        throw new IllegalArgumentException("threads must be > 0, got " + threads);
      }
      if (!(loggedShare >= 0 && loggedShare <= 1)) {
        throw new IllegalArgumentException(
            "the share of logged rows must be in 0…1, got " + loggedShare);
      }
      if (token != null && (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127))) {
        throw new IllegalArgumentException(
            "the token must be printable ASCII without blanks, got other characters or none");
      }
      return new ServerConfig(this);
    }
  }
}
