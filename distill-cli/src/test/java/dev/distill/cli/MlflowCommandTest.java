package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.cli.data.InputException;
import dev.distill.report.page.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.api.proto.Service;
import org.mlflow.tracking.MlflowClient;

/** A real run, logged to a server that holds to MLflow's protocol; and servers that don't. */
class MlflowCommandTest {
  @TempDir private static Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private MlflowFake server;

  @BeforeAll
  static void runs() throws Exception {
    Cli.writeData(folder, "train", 300, 1);
    Cli.Outcome outcome =
        Cli.run(
            "run",
            "--train=" + folder.resolve("train.csv"),
            "--label=kind",
            "--teacher=" + folder.resolve("train_teacher.csv"),
            "--families=xgboost.tree",
            "--trials=6",
            "--out=" + run());
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  private static Path run() {
    return folder.resolve("animals");
  }

  @BeforeEach
  void starts() throws IOException {
    server = new MlflowFake();
  }

  @AfterEach
  void stops() {
    server.close();
  }

  private Cli.Outcome log(Object... more) {
    List<Object> words = new ArrayList<>(List.of("mlflow", run(), "--server", server.url() + "/"));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private MlflowServer.Experiment ask(Map<String, String> environment) {
    return MlflowServer.at(server.url(), environment, Duration.ofMillis(1)).experiment("distill");
  }

  private static Map<String, String> params(Service.Run run) {
    return run.getData().getParamsList().stream()
        .collect(Collectors.toMap(Service.Param::getKey, Service.Param::getValue));
  }

  @Test
  void a_run_is_logged_whole_and_read_by_mlflows_own_client() throws Exception {
    Cli.Outcome outcome = log();
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Service.Run run;
    try (MlflowClient client = new MlflowClient(server.url())) {
      run = client.getRun(server.run().getInfo().getRunId());
    }
    assertThat(outcome.out())
        .contains("and 6 files as run " + run.getInfo().getRunId() + " of experiment 'distill'")
        .contains(server.url() + "/#/experiments/1/runs/" + run.getInfo().getRunId());
    assertThat(run.getInfo().getStatus()).isEqualTo(Service.RunStatus.FINISHED);
    assertThat(run.getInfo().getRunName()).isEqualTo("animals");

    JsonNode result = new ObjectMapper().readTree(Files.readString(run().resolve("result.json")));
    assertThat(params(run))
        .containsEntry("run/seed", "1")
        .containsEntry("run/families", "xgboost.tree")
        .containsEntry("data/label", "kind")
        .containsEntry("data/classes", "3")
        .containsEntry("student/family", "xgboost.tree")
        .containsEntry("student/temperature", result.at("/student/temperature").asText())
        .containsKey("student/hyperparameters/max_leaves");
    Map<String, Double> metrics = new HashMap<>();
    Map<Long, Double> losses = new HashMap<>();
    for (Service.Metric metric : run.getData().getMetricsList()) {
      if (metric.getKey().equals("trials/loss")) {
        losses.put(metric.getStep(), metric.getValue());
      } else {
        assertThat(metrics.put(metric.getKey(), metric.getValue())).as(metric.getKey()).isNull();
      }
    }
    for (String path :
        List.of(
            "student/test/kl",
            "hard_twin/test/log_loss",
            "teacher/test/accuracy",
            "prior/test/brier",
            "student/cost/bytes",
            "comparison/kl_gain/low",
            "trials/ended",
            "seconds")) {
      assertThat(metrics).containsEntry(path, result.at("/" + path).asDouble());
    }
    assertThat(losses).hasSizeGreaterThan(1).containsKey(0L);
    assertThat(run.getData().getTagsList())
        .extracting(Service.RunTag::getKey)
        .contains("mlflow.runName", "mlflow.source.name", "distill.version", "distill.action");
    assertThat(run.getData().getTagsList())
        .filteredOn(tag -> tag.getKey().equals("mlflow.note.content"))
        .extracting(Service.RunTag::getValue)
        .containsExactly(result.path("verdict").asText() + "\n\n" + result.path("advice").asText());

    String place = "1/" + run.getInfo().getRunId() + "/artifacts/";
    assertThat(server.files.keySet())
        .containsExactlyInAnyOrder(
            place + "student.distill",
            place + "report.html",
            place + "MODEL_CARD.md",
            place + "result.json",
            place + "leaderboard.csv",
            place + "run.yaml");
    assertThat(server.files.get(place + "student.distill"))
        .isEqualTo(Files.readAllBytes(run().resolve("student.distill")));
    assertThat(server.asked)
        .filteredOn(asked -> !asked.endsWith("/runs/get"))
        .startsWith(
            "GET /api/2.0/mlflow/experiments/get-by-name",
            "POST /api/2.0/mlflow/experiments/create",
            "GET /api/2.0/mlflow/experiments/get-by-name",
            "POST /api/2.0/mlflow/runs/create",
            "POST /api/2.0/mlflow/runs/log-batch")
        .endsWith("POST /api/2.0/mlflow/runs/update");
    assertThat(server.authorizations).containsOnly("null");
  }

  /** So that the server of these tests is MLflow's in the eyes of somebody else as well. */
  @Test
  void mlflows_own_client_can_work_with_the_server() {
    try (MlflowClient client = new MlflowClient(server.url())) {
      assertThat(client.getExperimentByName("theirs")).isEmpty();
      String experiment = client.createExperiment("theirs");
      String run = client.createRun(experiment).getRunId();
      client.logParam(run, "depth", "3");
      client.setTerminated(run);
    } catch (RuntimeException e) {
      // It logs one by one, which we don't.
      assertThat(e).hasMessageContaining("log-parameter");
    }
    assertThat(server.runs).hasSize(1);
  }

  @Test
  void experiment_and_name_can_be_given_and_files_left_out() {
    server.root = "s3://bucket/";
    Cli.Outcome outcome =
        log("--experiment", "Größe & Art", "--run-name", "second try", "--no-artifacts");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(server.experiments).containsOnlyKeys("Größe & Art");
    assertThat(server.run().getInfo().getRunName()).isEqualTo("second try");
    assertThat(server.files).isEmpty();
  }

  @Test
  void a_place_for_files_that_is_not_the_servers_is_told_before_anything_is_logged() {
    server.root = "s3://bucket/";
    Cli.Outcome outcome = log();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("keeps its files at s3://bucket/1", "--serve-artifacts", "--no-artifacts");
    assertThat(server.runs).isEmpty();
    server.experiments.clear();
    server.root = "mlflow-artifacts://another.example/";
    assertThat(log().err()).contains("keeps its files at mlflow-artifacts://another.example/1");
  }

  @Test
  void places_may_be_named_by_the_servers_address() {
    server.root = server.url() + "/api/2.0/mlflow-artifacts/artifacts/with blank/";
    assertThat(log().code()).isZero();
    assertThat(server.files.keySet()).allMatch(name -> name.startsWith("with blank/1/"));
    server.experiments.clear();
    server.files.clear();
    server.root = "mlflow-artifacts://" + server.url().substring(7) + "/";
    assertThat(log().code()).isZero();
    assertThat(server.files.keySet()).hasSize(6).allMatch(name -> name.startsWith("1/"));
  }

  @Test
  void an_experiment_that_somebody_else_makes_meanwhile_is_used() {
    server.answer("/create", 1, 400, "{\"error_code\": \"RESOURCE_ALREADY_EXISTS\"}");
    assertThatThrownBy(() -> ask(Map.of())).hasMessageContaining("was made and is not there");
    server.answer("get-by-name", 1, 404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}");
    server.experiment("distill");
    assertThat(ask(Map.of()).id()).isEqualTo("1");
    assertThat(server.asked).endsWith("GET /api/2.0/mlflow/experiments/get-by-name");
  }

  @Test
  void a_deleted_experiment_is_not_logged_to() {
    server.experiment("distill").setLifecycleStage("deleted");
    Cli.Outcome outcome = log();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("'distill' is deleted", "mlflow experiments restore -x 1", "--experiment");
  }

  @Test
  void who_may_not_is_told_which_variables_there_are_and_never_a_secret() {
    String body = "{\"error_code\": \"PERMISSION_DENIED\", \"message\": \"no\"}";
    server.answer("get-by-name", 3, 401, body);
    assertThatThrownBy(() -> ask(Map.of()))
        .hasMessageContaining("refused with 401 'no'; give MLFLOW_TRACKING_USERNAME")
        .hasMessageContaining("MLFLOW_TRACKING_TOKEN");
    assertThatThrownBy(() -> ask(Map.of("MLFLOW_TRACKING_TOKEN", "hush")))
        .hasMessageContaining("what MLFLOW_TRACKING_TOKEN named was sent")
        .hasMessageNotContaining("hush");
    Map<String, String> both =
        Map.of("MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "hush");
    assertThatThrownBy(() -> ask(both))
        .hasMessageContaining("what MLFLOW_TRACKING_USERNAME named was sent")
        .hasMessageNotContaining("hush");
    assertThat(server.authorizations).containsExactly("null", "Bearer hush", "Basic bWU6aHVzaA==");
    assertThatThrownBy(() -> ask(Map.of("MLFLOW_TRACKING_TOKEN", "a b")))
        .isInstanceOf(InputException.class)
        .hasMessageNotContaining("a b");
  }

  @Test
  void a_server_that_stumbles_is_asked_again_and_one_that_is_down_named() {
    server.answer("get-by-name", 2, 502, "<html>bad gateway</html>");
    assertThat(ask(Map.of()).name()).isEqualTo("distill");
    server.answer("get-by-name", 5, 503, "");
    assertThatThrownBy(() -> ask(Map.of()))
        .hasMessageContaining("experiments/get-by-name: no answer in 5 attempts")
        .hasMessageEndingWith("503");
    server.close();
    assertThatThrownBy(() -> ask(Map.of())).hasMessageContaining("can't connect");
  }

  @Test
  void a_run_is_not_made_twice() throws IOException {
    server.answer("runs/create", 1, 500, "");
    MlflowServer mlflow = MlflowServer.at(server.url(), Map.of(), Duration.ofMillis(1));
    MlflowServer.Experiment into = mlflow.experiment("distill");
    MlflowRun logged = MlflowRun.of("x", RunFolder.read(run()), Map.of());
    assertThatThrownBy(() -> mlflow.log(into, logged, List.of()))
        .hasMessageContaining("runs/create: no answer in 1 attempt,");
    assertThat(server.runs).isEmpty();
    server.answer("runs/create", 1, 503, "");
    mlflow.log(into, logged, List.of());
    assertThat(server.runs).hasSize(1);
  }

  @Test
  void what_fails_half_way_is_marked() {
    server.answer("student.distill", 1, 403, "");
    Cli.Outcome outcome = log();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("…/student.distill: the server refused with 403")
        .contains("was begun there and is marked FAILED");
    assertThat(server.run().getInfo().getStatus()).isEqualTo(Service.RunStatus.FAILED);
  }

  @Test
  void another_server_is_told_from_mlflows() {
    String is = "is that an MLflow tracking server?";
    server.answer("get-by-name", 1, 404, "<h1>Not Found</h1>");
    assertThat(log().err()).contains("404 '<h1>Not Found</h1>'; " + is);
    server.answer("get-by-name", 1, 200, "<h1>Hello</h1>");
    assertThat(log().err()).contains(is, "Hello");
    server.answer("get-by-name", 1, 200, "{\"status\": \"ok\"}");
    assertThat(log().err()).contains(is, "without an experiment");
    server.answer("get-by-name", 1, 301, "");
    assertThat(log().err()).contains("301; it has moved to http://elsewhere.example/");
  }

  @Test
  void an_address_that_is_none_is_refused() {
    for (String address : List.of("localhost:5000", "ftp://host", "http://", "http://host?a=b")) {
      Cli.Outcome outcome = Cli.run("mlflow", run(), "--server", address);
      assertThat(outcome.code()).as(address).isEqualTo(2);
      assertThat(outcome.err()).contains("--server: ");
    }
    Cli.Outcome secret = Cli.run("mlflow", run(), "--server", "http://me:hush@host:5000");
    assertThat(secret.code()).isEqualTo(2);
    assertThat(secret.err()).contains("MLFLOW_TRACKING_PASSWORD").doesNotContain("hush");
    assertThat(Cli.run("mlflow", folder, "--server", server.url()).err())
        .contains("result.json: is not there");
  }

  @Test
  void a_result_without_its_time_is_refused() throws IOException {
    Path old = Files.createDirectories(folder.resolve("old"));
    String result = Files.readString(run().resolve("result.json"));
    Files.writeString(
        old.resolve("result.json"), result.replaceFirst("\"ended_at\" : \"[^\"]+\",", ""));
    Cli.Outcome outcome = Cli.run("mlflow", old, "--server", server.url());
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("result.json: field 'ended_at' must be a time");
    assertThat(server.runs).isEmpty();
  }

  @Test
  void long_and_many_values_keep_to_the_limits() throws IOException {
    Map<String, List<String>> options = new HashMap<>();
    for (int i = 0; i < 250; i++) {
      options.put("--option-" + i, List.of("x".repeat(400), "ü".repeat(400)));
    }
    options.put("--odd(name)" + "n".repeat(300), List.of("1"));
    List<Map<String, String>> trials = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      trials.add(Map.of("search", "student", "state", "complete", "trial", i + "", "loss", "0.5"));
    }
    RunFolder small = RunFolder.read(run());
    RunFolder large = new RunFolder("x", small.result(), trials, small.student());
    MlflowServer mlflow = MlflowServer.at(server.url(), Map.of(), Duration.ofMillis(1));
    mlflow.log(mlflow.experiment("distill"), MlflowRun.of("x", large, options), List.of());
    assertThat(params(server.run())).hasSizeGreaterThan(250);
    assertThat(params(server.run()).get("run/option-7")).hasSize(500).endsWith("…");
    assertThat(server.run().getData().getMetricsCount()).isGreaterThan(2500);
  }
}
