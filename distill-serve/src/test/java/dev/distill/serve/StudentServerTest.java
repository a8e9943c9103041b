package dev.distill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.runtime.Prediction;
import dev.distill.runtime.StudentFile;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentServerTest extends ServerCase {
  private final StudentFile student = Models.student(1);

  private void startOne() throws Exception {
    student.write(folder.resolve("m.distill"));
    start(config());
  }

  private static double[] doubles(JsonNode data) {
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).doubleValue();
    }
    return values;
  }

  private static double[] expected(StudentFile of, Map<String, ? extends @Nullable Object> row) {
    Prediction prediction = of.score(row);
    return of.classes().stream()
        .mapToDouble(name -> prediction.probabilities().getOrDefault(name, Double.NaN))
        .toArray();
  }

  @Test
  void health_and_metadata_are_the_protocols() throws Exception {
    startOne();
    assertThat(get("/v2/health/live").json().path("live").asBoolean()).isTrue();
    assertThat(get("/v2/health/ready").status()).isEqualTo(200);
    JsonNode server = get("/v2").json();
    assertThat(server.path("name").asText()).isEqualTo("distill");
    assertThat(server.path("version").isTextual()).isTrue();
    assertThat(server.path("extensions").isArray()).isTrue();
    Reply ready = get("/v2/models/m/ready");
    assertThat(ready.json().toString()).isEqualTo("{\"name\":\"m\",\"ready\":true}");
    assertThat(get("/v2/models/m/versions/1/ready").status()).isEqualTo(200);

    JsonNode model = get("/v2/models/m").json();
    assertThat(model.path("name").asText()).isEqualTo("m");
    assertThat(model.path("versions").toString()).isEqualTo("[\"1\"]");
    assertThat(model.path("platform").isTextual()).isTrue();
    assertThat(model.path("inputs").toString())
        .isEqualTo(
            "[{\"name\":\"age\",\"datatype\":\"FP64\",\"shape\":[-1]},"
                + "{\"name\":\"city\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                + "{\"name\":\"smoker\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                + "{\"name\":\"height in cm\",\"datatype\":\"FP64\",\"shape\":[-1]}]");
    assertThat(model.at("/outputs/0/shape").toString()).isEqualTo("[-1,3]");
    assertThat(model.at("/outputs/0/parameters/classes/1").asText()).isEqualTo("\"middle\"");
    assertThat(get("/v2/models/m/versions/1").json()).isEqualTo(model);
  }

  /** The request that the protocol's specification shows, with this model's inputs. */
  @Test
  void an_inference_request_as_the_specification_shows_it() throws Exception {
    Models.numbers(1).write(folder.resolve("mymodel.distill"));
    start(config());
    Reply reply =
        post(
            "/v2/models/mymodel/infer",
            """
            {
              "id" : "42",
              "parameters" : { "priority" : 1 },
              "inputs" : [
                {
                  "name" : "u",
                  "shape" : [ 2, 1 ],
                  "datatype" : "UINT32",
                  "data" : [ 1, 2 ]
                },
                {
                  "name" : "v",
                  "shape" : [ 2 ],
                  "datatype" : "BOOL",
                  "parameters" : {},
                  "data" : [ true, false ]
                }
              ],
              "outputs" : [
                {
                  "name" : "probabilities"
                }
              ]
            }""");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.json().path("id").asText()).isEqualTo("42");
    assertThat(reply.json().path("model_name").asText()).isEqualTo("mymodel");
    assertThat(reply.json().path("model_version").asText()).isEqualTo("1");
    assertThat(reply.json().path("outputs")).hasSize(1);
    JsonNode output = reply.json().at("/outputs/0");
    assertThat(output.path("name").asText()).isEqualTo("probabilities");
    assertThat(output.path("datatype").asText()).isEqualTo("FP64");
    assertThat(output.path("shape").toString()).isEqualTo("[2,2]");
    double[] rows = new double[4];
    Models.numbers(1).score(new float[] {1, 1, 2, 0}, 2, rows);
    assertThat(doubles(output.path("data"))).containsExactly(rows);
  }

  /**
   * Requests as NVIDIA's clients for Triton send them, in Java and in Python, when they are told to
   * use JSON: no Content-Type, parameters of an extension that is not there.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v2/models/mymodel/infer            | {"outputs":[{"name":"probabilities","parameters":{"binary_data":false}}],"inputs":[{"name":"u","shape":[2,1],"datatype":"FP64","parameters":{},"data":[1.0,2.0]},{"name":"v","shape":[2],"datatype":"FP64","parameters":{},"data":[1.0,0.0]}]}
          /v2/models/mymodel/versions/1/infer | {"inputs":[{"name":"u","shape":[2],"datatype":"FP64","parameters":{},"data":[1.0,2.0]},{"name":"v","shape":[2],"datatype":"FP64","parameters":{},"data":[1.0,0.0]}],"id":"7","parameters":{"binary_data_output":true}}
          /v2/models/mymodel/infer            | {"id":"7","inputs":[{"name":"u","shape":[2],"datatype":"FP64","data":[1.0,2.0]},{"name":"v","shape":[2],"datatype":"FP64","data":[1.0,0.0]}],"outputs":[{"name":"probabilities","parameters":{"binary_data":false}}]}
          """)
  void requests_of_tritons_clients(String path, String body) throws Exception {
    Models.numbers(1).write(folder.resolve("mymodel.distill"));
    start(config());
    Reply reply = send(request(path).POST(BodyPublishers.ofString(body)).build());
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    double[] expected = new double[4];
    Models.numbers(1).score(new float[] {1, 1, 2, 0}, 2, expected);
    assertThat(doubles(reply.json().at("/outputs/0/data"))).containsExactly(expected);
    assertThat(reply.json().at("/outputs/0/shape").toString()).isEqualTo("[2,2]");
    assertThat(reply.json().path("id").asText()).isEqualTo(body.contains("\"id\"") ? "7" : "");
    // Such a client reads binary tensors where this header is.
    assertThat(reply.header("Inference-Header-Content-Length")).isEmpty();
  }

  @Test
  void binary_tensors_are_refused_in_words() throws Exception {
    Models.numbers(1).write(folder.resolve("mymodel.distill"));
    start(config());
    Reply reply =
        post(
            "/v2/models/mymodel/infer",
            """
            {"inputs":[{"name":"u","shape":[1],"datatype":"FP64",
              "parameters":{"binary_data_size":8}}]}""");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.error()).contains("binary data are not taken");
  }

  @Test
  void named_tensors_answer_to_the_bit() throws Exception {
    startOne();
    Reply reply = post("/v2/models/m/infer", ONE);
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    Map<String, Object> row = Map.of("age", 41, "city", "東京", "smoker", "yes", "height in cm", 0.4);
    assertThat(doubles(reply.json().at("/outputs/0/data"))).containsExactly(expected(student, row));
    assertThat(reply.json().at("/outputs/1/name").asText()).isEqualTo("label");
    assertThat(reply.json().at("/outputs/1/shape").toString()).isEqualTo("[1]");
    assertThat(reply.json().at("/outputs/1/data/0").asText()).isEqualTo(student.score(row).label());
    assertThat(reply.json().has("id")).isFalse();
  }

  @Test
  void data_may_stand_before_its_name_and_be_nested() throws Exception {
    startOne();
    String turned =
        """
        {"inputs":[
          {"data":[[41],[null]],"shape":[2,1],"datatype":"FP64","name":"age"},
          {"data":["東京",""],"name":"city","datatype":"BYTES","shape":[2]},
          {"name":"smoker","datatype":"BYTES","data":[["yes"],["?"]],"shape":[2,1]},
          {"name":"height in cm","shape":[2],"datatype":"FP32","data":[0.4,NaN]}]}""";
    Reply reply = post("/v2/models/m/infer", turned);
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    double[] all = doubles(reply.json().at("/outputs/0/data"));
    Map<String, Object> row = Map.of("age", 41, "city", "東京", "smoker", "yes", "height in cm", 0.4);
    assertThat(List.of(all[0], all[1], all[2])).isEqualTo(boxed(expected(student, row)));
    assertThat(List.of(all[3], all[4], all[5])).isEqualTo(boxed(expected(student, Map.of())));
  }

  private static List<Double> boxed(double[] values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }

  @Test
  void encoded_features_are_one_tensor() throws Exception {
    startOne();
    float[] features = new float[2 * student.schema().features()];
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < features.length; i++) {
      features[i] = i % 3;
      data.append(i == 0 ? "" : ",").append(features[i]);
    }
    Reply reply =
        post(
            "/v2/models/m/infer",
            """
            {"inputs":[{"name":"features","datatype":"FP32","shape":[2,6],"data":[%s]}]}"""
                .formatted(data));
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    double[] expected = new double[6];
    student.score(features, 2, expected);
    assertThat(doubles(reply.json().at("/outputs/0/data"))).containsExactly(expected);
  }

  @Test
  void rows_are_as_people_have_them() throws Exception {
    startOne();
    Reply reply =
        post(
            "/v2/models/m/rows",
            """
            {"id":"a\\u0007","rows":[
              {"age":41,"city":"東京","smoker":true,"note":{"x":[1]},"height in cm":"0.4"},
              {"age":null,"city":"Bergen"},
              {}]}""");
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    assertThat(reply.json().path("id").asText()).isEqualTo("a\u0007");
    assertThat(reply.json().path("predictions")).hasSize(3);
    Map<String, @Nullable Object> first = new HashMap<>();
    first.put("age", 41);
    first.put("city", "東京");
    first.put("smoker", true);
    first.put("height in cm", "0.4");
    List<Map<String, ? extends @Nullable Object>> rows =
        List.of(first, Map.of("city", "Bergen"), Map.of());
    for (int i = 0; i < 3; i++) {
      JsonNode answer = reply.json().at("/predictions/" + i);
      Prediction prediction = student.score(rows.get(i));
      assertThat(answer.path("label").asText()).isEqualTo(prediction.label());
      prediction
          .probabilities()
          .forEach(
              (name, value) ->
                  assertThat(answer.path("probabilities").path(name).doubleValue())
                      .isEqualTo(value));
    }
  }

  @Test
  void many_rows_are_answered_beside_the_event_loop() throws Exception {
    startOne();
    SplittableRandom random = new SplittableRandom(4);
    StringBuilder body = new StringBuilder("{\"rows\":[");
    double[] ages = new double[900];
    for (int i = 0; i < ages.length; i++) {
      ages[i] = random.nextInt(90);
      body.append(i == 0 ? "" : ",").append("{\"age\":").append(ages[i]);
      body.append(",\"city\":\"Oslo\",\"smoker\":\"no\",\"height in cm\":1}");
    }
    Reply reply = post("/v2/models/m/rows", body.append("]}").toString());
    assertThat(reply.status()).as(reply.error()).isEqualTo(200);
    for (int i = 0; i < ages.length; i++) {
      assertThat(reply.json().at("/predictions/" + i + "/probabilities/low").doubleValue())
          .isEqualTo(
              expected(
                  student,
                  Map.of("age", ages[i], "city", "Oslo", "smoker", "no", "height in cm", 1))[0]);
    }
  }

  @Test
  void versions_are_folders_and_the_latest_answers() throws Exception {
    Path versions = Files.createDirectory(folder.resolve("m"));
    for (int version : new int[] {2, 9, 10}) {
      Models.student(version).write(versions.resolve(version + ".distill"));
    }
    start(config());
    assertThat(get("/v2/models/m").json().path("versions").toString())
        .isEqualTo("[\"2\",\"9\",\"10\"]");
    assertThat(post("/v2/models/m/infer", ONE).json().path("model_version").asText())
        .isEqualTo("10");
    Reply old = post("/v2/models/m/versions/9/infer", ONE);
    assertThat(old.json().path("model_version").asText()).isEqualTo("9");
    Map<String, Object> row = Map.of("age", 41, "city", "東京", "smoker", "yes", "height in cm", 0.4);
    assertThat(doubles(old.json().at("/outputs/0/data")))
        .containsExactly(expected(Models.student(9), row));
    Reply none = post("/v2/models/m/versions/3/infer", ONE);
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.error()).contains("2, 9, 10");
  }

  @Test
  void files_that_change_break_or_go_are_followed() throws Exception {
    startOne();
    Path file = folder.resolve("m.distill");
    Map<String, Object> row = Map.of("age", 41, "city", "東京", "smoker", "yes", "height in cm", 0.4);
    Models.student(2).write(file);
    server().reload();
    assertThat(doubles(post("/v2/models/m/infer", ONE).json().at("/outputs/0/data")))
        .containsExactly(expected(Models.student(2), row));

    byte[] broken = Models.student(3).toBytes();
    broken[broken.length / 2] ^= 1;
    Files.write(file, broken);
    server().reload();
    server().reload();
    assertThat(notices.stream().filter(line -> line.contains("can't be loaded"))).hasSize(1);
    assertThat(doubles(post("/v2/models/m/infer", ONE).json().at("/outputs/0/data")))
        .containsExactly(expected(Models.student(2), row));
    assertThat(get("/metrics").response().body())
        .contains("distill_model_loads_total{model=\"m\",result=\"failed\"} 1.0");

    Models.numbers(1).write(folder.resolve("other.distill"));
    server().reload();
    assertThat(server().models()).containsOnlyKeys("m", "other");
    Files.delete(file);
    server().reload();
    assertThat(post("/v2/models/m/infer", ONE).status()).isEqualTo(404);
    assertThat(get("/v2/health/ready").status()).isEqualTo(200);
    Files.delete(folder.resolve("other.distill"));
    server().reload();
    assertThat(get("/v2/health/ready").status()).isEqualTo(503);
  }

  /** A mounted config map: names link to a folder that one rename puts in another's place. */
  @Test
  void links_are_followed_and_hidden_entries_are_none() throws Exception {
    Path first = Files.createDirectory(folder.resolve("..1"));
    Path second = Files.createDirectory(folder.resolve("..2"));
    student.write(first.resolve("m.distill"));
    Models.student(2).write(second.resolve("m.distill"));
    Files.createSymbolicLink(folder.resolve("..data"), first);
    Files.createSymbolicLink(folder.resolve("m.distill"), Path.of("..data", "m.distill"));
    start(config());
    assertThat(server().models()).isEqualTo(Map.of("m", List.of("1")));
    JsonNode before = post("/v2/models/m/infer", ONE).json();
    Path next = Files.createSymbolicLink(folder.resolve("..next"), second);
    Files.move(next, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    server().reload();
    assertThat(post("/v2/models/m/infer", ONE).json()).isNotEqualTo(before);
  }

  @Test
  void a_change_is_seen_within_seconds() throws Exception {
    startOne();
    Models.numbers(1).write(folder.resolve("later.distill"));
    long end = System.nanoTime() + 20_000_000_000L;
    while (get("/v2/models/later").status() != 200) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @Test
  void what_can_not_be_served_at_all_is_told_at_once() throws Exception {
    assertThatThrownBy(() -> start(config())).hasMessageContaining("no student");
    Files.writeString(folder.resolve("bad.distill"), "nonsense");
    assertThatThrownBy(() -> start(config())).hasMessageContaining("no student");
    assertThat(notices).anyMatch(line -> line.contains("bad.distill"));
    assertThatThrownBy(() -> start(config().model("x", folder.resolve("bad.distill"))))
        .hasMessageContaining("bad.distill");
    student.write(folder.resolve("m.distill"));
    StudentServer first = start(config());
    assertThatThrownBy(() -> StudentServer.start(config().port(first.port()).build()))
        .hasMessageContaining("can't listen");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                          | the body is no JSON (line 1",
        "[]                                         | the body: expected an object, got an array",
        "{}                                         | inputs: missing",
        "{} {}                                      | expected its end",
        "{'inputs':3}                               | inputs: expected an array, got 3",
        "{'inputs':[]}                              | inputs: 'age' is missing",
        "{'inputs':[3]}                             | inputs[0]: expected an object, got 3",
        "{'inputs':[{'name':'age'}]}                | got no datatype",
        "{'id':3,'inputs':[]}                       | id: expected a text, got 3",
        "{'outputs':[{'name':'x'}],'inputs':[]}     | allowed are 'probabilities' and 'label', got 'x'",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[1],'data':[1]}]}   | no input 'x'",
        "{'inputs':[{'name':'age','datatype':'FLOAT','shape':[1],'data':[1]}]} | allowed are BOOL",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[2],'data':[1]}]} | says 2 values, got 1",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1],'data':[1,2]}]} | 1 values, got 2",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1,2],'data':[1,2]}]} | [N] or [N,1]",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[-1],'data':[1]}]} | whole numbers >= 0",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1]}]}            | no data",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1],'data':['x']}]} | row 0: expected a number or null, got 'x'",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1],'data':[{}]}]} | got an object",
        "{'inputs':[{'name':'age','datatype':'FP32','shape':[1],'data':[[[1]]]}]} | nested deeper",
        "{'inputs':[{'name':'features','datatype':'FP32','shape':[1],'data':[1]}]} | [N,6]",
      })
  void malformed_requests_are_told_what_is_wrong(String body, String message) throws Exception {
    startOne();
    Reply reply = post("/v2/models/m/infer", body.replace('\'', '"').replace("\"middle\"", "''"));
    String told = reply.error().replace('"', '\'');
    assertThat(reply.status()).as(told).isEqualTo(400);
    assertThat(told).contains(message);
  }

  @Test
  void rows_that_are_malformed_are_named() throws Exception {
    startOne();
    Reply reply = post("/v2/models/m/rows", "{\"rows\":[{\"age\":1},{\"age\":\"old\"}]}");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.error()).isEqualTo("rows[1].age: expected a number or null, got 'old'");
    assertThat(post("/v2/models/m/rows", "{\"rows\":[3]}").error())
        .isEqualTo("rows[0]: expected an object of values by column, got 3");
    assertThat(post("/v2/models/m/rows", "{\"instances\":[]}").status()).isEqualTo(400);
  }

  @Test
  void paths_methods_and_types() throws Exception {
    startOne();
    assertThat(get("/").status()).isEqualTo(404);
    assertThat(get("/v2/models/none").error()).contains("no such model", "[m]");
    assertThat(get("/v2/models/m/versions").status()).isEqualTo(404);
    assertThat(get("/v2/models/m/nothing").status()).isEqualTo(404);
    assertThat(get("/v2/models/%25zz/ready").status()).isEqualTo(404);
    Reply method = get("/v2/models/m/infer");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.header("Allow")).isEqualTo("POST");
    assertThat(post("/v2", "{}").status()).isEqualTo(405);
    Reply type =
        send(
            request("/v2/models/m/infer")
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString("age\n1\n"))
                .build());
    assertThat(type.status()).isEqualTo(415);
    Reply coded =
        send(
            request("/v2/models/m/infer")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("x"))
                .build());
    assertThat(coded.status()).isEqualTo(415);
  }

  @Test
  void metrics_are_counted_by_model_version_and_status() throws Exception {
    startOne();
    post("/v2/models/m/infer", ONE);
    post("/v2/models/m/rows", "{\"rows\":[{},{}]}");
    post("/v2/models/m/infer", "{");
    post("/v2/models/" + "unknown".repeat(3) + "/infer", ONE);
    Reply metrics = get("/metrics");
    assertThat(metrics.header("Content-Type")).startsWith("text/plain");
    String text = metrics.response().body();
    assertThat(text)
        .contains(
            "distill_rows_total{model=\"m\",version=\"1\"} 3.0",
            "distill_requests_seconds_count{model=\"m\",status=\"200\",version=\"1\"} 2",
            "distill_requests_seconds_count{model=\"m\",status=\"400\",version=\"1\"} 1",
            "distill_requests_seconds_count{model=\"\",status=\"404\",version=\"\"} 1",
            "distill_requests_seconds_bucket{model=\"m\",status=\"200\",version=\"1\",le=\"0.005\"}",
            "distill_requests_in_flight 0.0",
            "distill_models 1.0",
            "distill_model_loads_total{model=\"m\",result=\"ok\"} 1.0");
    assertThat(text).doesNotContain("unknown");
  }

  @Test
  void the_access_log_has_a_line_a_request_and_a_share_of_the_rows() throws Exception {
    student.write(folder.resolve("m.distill"));
    Path log = folder.resolve("access.log");
    start(config().accessLog(log, 1));
    post("/v2/models/m/rows", "{\"id\":\"x\",\"rows\":[{\"age\":41,\"city\":\"東京\"}]}");
    post("/v2/models/m/infer", ONE);
    post("/v2/models/m/infer", "{");
    get("/v2/health/live");
    server().close();
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(4);
    JsonNode rows = JSON.readTree(lines.get(0));
    assertThat(rows.path("time").asText()).matches("20.*Z");
    assertThat(rows.path("method").asText()).isEqualTo("POST");
    assertThat(rows.path("path").asText()).isEqualTo("/v2/models/m/rows");
    assertThat(rows.path("model").asText()).isEqualTo("m");
    assertThat(rows.path("version").asText()).isEqualTo("1");
    assertThat(rows.path("status").asInt()).isEqualTo(200);
    assertThat(rows.path("count").asInt()).isEqualTo(1);
    assertThat(rows.path("micros").isIntegralNumber()).isTrue();
    assertThat(rows.path("id").asText()).isEqualTo("x");
    assertThat(rows.path("rows").toString())
        .isEqualTo("[{\"age\":41.0,\"city\":\"東京\",\"smoker\":null,\"height in cm\":null}]");
    Map<String, Object> row = Map.of("age", 41, "city", "東京");
    assertThat(doubles(rows.at("/predictions/0/probabilities")))
        .containsExactly(expected(student, row));
    assertThat(rows.at("/predictions/0/label").asText()).isEqualTo(student.score(row).label());
    assertThat(JSON.readTree(lines.get(1)).at("/rows/0/smoker").asText()).isEqualTo("yes");
    assertThat(JSON.readTree(lines.get(2)).path("status").asInt()).isEqualTo(400);
    assertThat(JSON.readTree(lines.get(2)).has("rows")).isFalse();
    assertThat(JSON.readTree(lines.get(3)).has("model")).isFalse();
  }
}
