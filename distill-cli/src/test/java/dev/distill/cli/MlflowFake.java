package dev.distill.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mlflow.api.proto.Service;
import org.mlflow_project.google.protobuf.InvalidProtocolBufferException;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/**
 * The part of MLflow's REST API 2.0 that is used, as MLflow publishes it: requests are read by the
 * messages of its own client, which refuse fields that they don't know, and held to the limits of
 * its documentation.
 */
final class MlflowFake implements AutoCloseable {
  private record Answer(int status, String body) {}

  private static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;
    private final String code;

    Wrong(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }
  }

  private final HttpServer server;

  /** Requests in their order, such as {@code POST /api/2.0/mlflow/runs/create}. */
  final List<String> asked = new ArrayList<>();

  final List<String> authorizations = new ArrayList<>();
  final Map<String, Service.Experiment.Builder> experiments = new LinkedHashMap<>();
  final Map<String, Service.Run.Builder> runs = new LinkedHashMap<>();
  final Map<String, byte[]> files = new LinkedHashMap<>();

  /** Where a new experiment keeps its files; its id comes after it. */
  String root = "mlflow-artifacts:/";

  /** What is answered before anything else, one a request to a path that ends so. */
  private final Deque<Answer> first = new ArrayDeque<>();

  private String firstAt = "";

  MlflowFake() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The next requests to a path that ends so get these answers. */
  void answer(String pathEnd, int times, int status, String body) {
    firstAt = pathEnd;
    for (int i = 0; i < times; i++) {
      first.add(new Answer(status, body));
    }
  }

  Service.Experiment.Builder experiment(String name) {
    String id = Integer.toString(experiments.size() + 1);
    Service.Experiment.Builder made =
        Service.Experiment.newBuilder()
            .setExperimentId(id)
            .setName(name)
            .setArtifactLocation(root + id)
            .setLifecycleStage("active");
    experiments.put(name, made);
    return made;
  }

  /** The only run. */
  Service.Run run() {
    return runs.values().iterator().next().build();
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    asked.add(exchange.getRequestMethod() + " " + path);
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    Answer answer = path.endsWith(firstAt) ? first.poll() : null;
    if (answer == null) {
      try {
        answer = new Answer(200, answer(exchange, path, body));
      } catch (Wrong e) {
        answer =
            new Answer(
                e.status,
                "{\"error_code\": \"%s\", \"message\": \"%s\"}"
                    .formatted(e.code, String.valueOf(e.getMessage()).replace("\"", "'")));
      }
    }
    if (answer.status() == 301) {
      exchange.getResponseHeaders().set("Location", "http://elsewhere.example/");
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String answer(HttpExchange exchange, String path, byte[] body) throws Wrong {
    String what = exchange.getRequestMethod() + " " + path.replaceFirst("^/api/2\\.0/mlflow/", "");
    String artifacts = "PUT /api/2.0/mlflow-artifacts/artifacts/";
    if (what.startsWith(artifacts)) {
      files.put(
          URLDecoder.decode(what.substring(artifacts.length()), StandardCharsets.UTF_8), body);
      return "{}";
    }
    String text = new String(body, StandardCharsets.UTF_8);
    return switch (what) {
      case "GET experiments/get-by-name" -> byName(exchange.getRequestURI().getRawQuery());
      case "POST experiments/create" -> create(text);
      case "POST runs/create" -> begin(text);
      case "POST runs/log-batch" -> batch(text);
      case "POST runs/update" -> update(text);
      case "GET runs/get" -> print(Service.GetRun.Response.newBuilder().setRun(run()).build());
      default -> throw new Wrong(404, "ENDPOINT_NOT_FOUND", "no " + what);
    };
  }

  private String byName(String query) throws Wrong {
    check(query.startsWith("experiment_name="), "expected experiment_name, got " + query);
    String name = URLDecoder.decode(query.substring(16), StandardCharsets.UTF_8);
    Service.Experiment.Builder found = experiments.get(name);
    if (found == null) {
      throw new Wrong(404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment " + name);
    }
    return print(Service.GetExperimentByName.Response.newBuilder().setExperiment(found).build());
  }

  private String create(String body) throws Wrong {
    Service.CreateExperiment.Builder asks = read(body, Service.CreateExperiment.newBuilder());
    check(!asks.getName().isEmpty() && asks.getName().length() <= 500, "name");
    if (experiments.containsKey(asks.getName())) {
      throw new Wrong(400, "RESOURCE_ALREADY_EXISTS", "Experiment exists");
    }
    String id = experiment(asks.getName()).getExperimentId();
    return print(Service.CreateExperiment.Response.newBuilder().setExperimentId(id).build());
  }

  private String begin(String body) throws Wrong {
    Service.CreateRun.Builder asks = read(body, Service.CreateRun.newBuilder());
    Service.Experiment.Builder in = null;
    for (Service.Experiment.Builder each : experiments.values()) {
      in = each.getExperimentId().equals(asks.getExperimentId()) ? each : in;
    }
    if (in == null || !in.getLifecycleStage().equals("active")) {
      throw new Wrong(404, "RESOURCE_DOES_NOT_EXIST", "no experiment " + asks.getExperimentId());
    }
    check(asks.getStartTime() > 1_600_000_000_000L, "start_time in milliseconds");
    check(asks.getTagsCount() <= 20, "at most 20 tags are taken by every store");
    check(asks.getTagsList().stream().noneMatch(t -> t.getValue().length() > 5000), "tag");
    String id = "%032x".formatted(runs.size() + 0xabcL);
    Service.RunInfo.Builder info =
        Service.RunInfo.newBuilder()
            .setRunId(id)
            .setRunName(asks.getRunName())
            .setExperimentId(asks.getExperimentId())
            .setStatus(Service.RunStatus.RUNNING)
            .setStartTime(asks.getStartTime())
            .setArtifactUri(in.getArtifactLocation() + "/" + id + "/artifacts")
            .setLifecycleStage("active");
    Service.Run.Builder run =
        Service.Run.newBuilder()
            .setInfo(info)
            .setData(Service.RunData.newBuilder().addAllTags(asks.getTagsList()));
    runs.put(id, run);
    return print(Service.CreateRun.Response.newBuilder().setRun(run).build());
  }

  private Service.Run.Builder open(String id) throws Wrong {
    Service.Run.Builder run = runs.get(id);
    if (run == null) {
      throw new Wrong(404, "RESOURCE_DOES_NOT_EXIST", "no run " + id);
    }
    return run;
  }

  private String batch(String body) throws Wrong {
    check(body.getBytes(StandardCharsets.UTF_8).length <= 1_000_000, "more than 1 MB");
    Service.LogBatch.Builder asks = read(body, Service.LogBatch.newBuilder());
    Service.RunData.Builder data = open(asks.getRunId()).getDataBuilder();
    check(asks.getParamsCount() <= 100, "more than 100 params");
    check(asks.getTagsCount() <= 100, "more than 100 tags");
    check(asks.getMetricsCount() <= 1000, "more than 1000 metrics");
    check(asks.getParamsCount() + asks.getTagsCount() + asks.getMetricsCount() <= 1000, "in all");
    Set<String> known = new HashSet<>();
    data.getParamsList().forEach(p -> known.add(p.getKey()));
    for (Service.Param param : asks.getParamsList()) {
      key(param.getKey());
      check(known.add(param.getKey()), "param twice: " + param.getKey());
      check(param.getValue().length() <= 500, "value of " + param.getKey() + " too long");
    }
    for (Service.Metric metric : asks.getMetricsList()) {
      key(metric.getKey());
      check(Double.isFinite(metric.getValue()) && metric.getTimestamp() > 0, metric.getKey());
    }
    for (Service.RunTag tag : asks.getTagsList()) {
      key(tag.getKey());
      check(tag.getValue().length() <= 5000, "value of " + tag.getKey() + " too long");
    }
    data.addAllParams(asks.getParamsList());
    data.addAllMetrics(asks.getMetricsList());
    data.addAllTags(asks.getTagsList());
    return "{}";
  }

  private static void key(String key) throws Wrong {
    check(key.length() <= 250 && key.matches("[/\\w.\\- ]+"), "key " + key);
    check(!key.startsWith("/") && !key.matches(".*(//|/\\.|\\./).*"), "key is no path: " + key);
  }

  private String update(String body) throws Wrong {
    Service.UpdateRun.Builder asks = read(body, Service.UpdateRun.newBuilder());
    Service.RunInfo.Builder info = open(asks.getRunId()).getInfoBuilder();
    check(asks.getEndTime() >= info.getStartTime(), "ends before it begins");
    info.setStatus(asks.getStatus()).setEndTime(asks.getEndTime());
    return print(Service.UpdateRun.Response.newBuilder().setRunInfo(info).build());
  }

  private static void check(boolean holds, String message) throws Wrong {
    if (!holds) {
      throw new Wrong(400, "INVALID_PARAMETER_VALUE", message);
    }
  }

  private static <B extends Message.Builder> B read(String json, B builder) throws Wrong {
    try {
      JsonFormat.parser().merge(json, builder);
      return builder;
    } catch (InvalidProtocolBufferException e) {
      throw new Wrong(400, "BAD_REQUEST", String.valueOf(e.getMessage()));
    }
  }

  private static String print(Message message) {
    try {
      return JsonFormat.printer().preservingProtoFieldNames().print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
