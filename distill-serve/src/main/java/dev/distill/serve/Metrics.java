package dev.distill.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the server counts, for Prometheus to read. Names of clients' choice are never labels. */
final class Metrics {
  /** The format that Prometheus reads. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Duration[] STEPS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger models = new AtomicInteger();
  private final Counter unlogged =
      Counter.builder("distill.log.dropped")
          .description("Lines of the access log that were dropped, as the disk was too slow")
          .register(registry);

  Metrics() {
    registry.gauge("distill.requests.in.flight", inFlight);
    registry.gauge("distill.models", models);
  }

  /** The meters of a version; the same ones for a file that takes another's place. */
  OfModel of(String model, String version) {
    return new OfModel(model, version);
  }

  AtomicInteger inFlight() {
    return inFlight;
  }

  /** Number of versions served. */
  void models(int count) {
    models.set(count);
  }

  void unlogged() {
    unlogged.increment();
  }

  void loaded(String model, boolean well) {
    Counter.builder("distill.model.loads")
        .description("Files of models that were loaded, or could not be")
        .tag("model", model)
        .tag("result", well ? "ok" : "failed")
        .register(registry)
        .increment();
  }

  byte[] text() {
    return registry.scrape(CONTENT_TYPE).getBytes(StandardCharsets.UTF_8);
  }

  private Timer timer(String model, String version, int status) {
    return Timer.builder("distill.requests")
        .description("Requests for predictions, from their first byte to the answer's last")
        .tag("model", model)
        .tag("version", version)
        .tag("status", Integer.toString(status))
        .serviceLevelObjectives(STEPS)
        .register(registry);
  }

  /** A request that came to no model. */
  void refused(int status, long nanos) {
    timer("", "", status).record(Duration.ofNanos(nanos));
  }

  /** Meters of one version. */
  final class OfModel {
    private final String model;
    private final String version;
    private final Timer well;
    private final Counter rows;

    private OfModel(String model, String version) {
      this.model = model;
      this.version = version;
      well = timer(model, version, 200);
      rows =
          Counter.builder("distill.rows")
              .description("Rows that were scored")
              .tag("model", model)
              .tag("version", version)
              .register(registry);
    }

    void answered(int status, int scored, long nanos) {
      if (status == 200) {
        well.record(nanos, TimeUnit.NANOSECONDS);
        rows.increment(scored);
      } else {
        timer(model, version, status).record(Duration.ofNanos(nanos));
      }
    }

    /** Takes the meters away, as the version is served no more. */
    void remove() {
      registry
          .find("distill.requests")
          .tags("model", model, "version", version)
          .meters()
          .forEach(registry::remove);
      registry.remove(rows);
    }
  }
}
