package dev.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.distill.auto.AutoDistiller;
import dev.distill.auto.Cancellation;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.FakeFamily;
import dev.distill.auto.Planted;
import dev.distill.auto.SetAsideTest;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.SweepPlan;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ResultJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HASH = "0123456789abcdef".repeat(4);

  private static final StudentCatalog.Problem PROBLEM =
      new StudentCatalog.Problem("plug.Broken", "plug.Broken can't be used: it has no id");

  private static JsonNode schema() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ResultJson.class.getResourceAsStream("result.schema.json"))) {
      return JSON.readTree(in);
    }
  }

  private static List<String> errors(JsonNode result) throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema());
    return schema.validate(result).stream().map(Object::toString).toList();
  }

  private static DistillationResult result(SweepPlan plan) {
    DistillConfig config =
        DistillConfig.builder().plan(plan).trials(2).folds(2).threads(1).seed(7).build();
    return new AutoDistiller(StudentCatalog.of(List.of(FakeFamily.soft("fake.soft"))), config)
        .distill(Planted.task(200), (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static JsonNode json(DistillationResult result) throws IOException {
    return JSON.readTree(
        ResultJson.of(
            result,
            new ResultJson.Origin(
                Map.of("train", HASH, "teacher", HASH),
                List.of("distill", "run"),
                null,
                null,
                List.of(PROBLEM))));
  }

  @Test
  void a_result_agrees_with_the_schema() throws Exception {
    for (SweepPlan plan : SweepPlan.values()) {
      assertThat(errors(json(result(plan)))).isEmpty();
    }
  }

  @Test
  void a_student_that_was_set_aside_is_told_of() throws Exception {
    JsonNode json = json(SetAsideTest.result(0.5));
    assertThat(errors(json)).isEmpty();
    assertThat(json.at("/student/search").asText()).startsWith("twin");
    assertThat(json.at("/set_aside/student/search").asText()).startsWith("student");
    assertThat(json.at("/set_aside/log_loss_gain/high").asDouble()).isNegative();
    assertThat(json(result(SweepPlan.JOINT)).has("set_aside")).isFalse();
  }

  @Test
  void the_schema_refuses_what_is_missing_wrong_or_unknown() throws Exception {
    JsonNode good = json(result(SweepPlan.JOINT));
    ObjectNode missing = good.deepCopy();
    missing.remove("seed");
    assertThat(errors(missing)).singleElement().asString().contains("seed");
    ObjectNode wrong = good.deepCopy();
    ((ObjectNode) wrong.at("/student")).put("alpha", 2);
    assertThat(errors(wrong)).singleElement().asString().contains("alpha");
    ObjectNode unknown = good.deepCopy();
    ((ObjectNode) unknown.at("/student/test")).put("klx", 1);
    assertThat(errors(unknown)).singleElement().asString().contains("klx");
  }

  @Test
  void the_schema_describes_every_field() throws Exception {
    JsonNode schema = schema();
    assertThat(schema.path("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    List<String> bare = new ArrayList<>();
    undescribed(schema, schema, "", bare);
    assertThat(bare).isEmpty();
  }

  private static void undescribed(JsonNode root, JsonNode node, String path, List<String> bare) {
    JsonNode described = node;
    if (node.has("$ref") && !node.has("description")) {
      described = root.at(node.get("$ref").asText().substring(1));
    }
    if (described.path("description").asText().isBlank()) {
      bare.add(path);
    }
    for (String under : List.of("properties", "$defs")) {
      node.path(under)
          .properties()
          .forEach(e -> undescribed(root, e.getValue(), path + "/" + e.getKey(), bare));
    }
    for (String under : List.of("items", "additionalProperties")) {
      if (node.path(under).isObject()) {
        undescribed(root, node.get(under), path + "/" + under, bare);
      }
    }
  }

  @Test
  void has_what_programs_rely_on() throws Exception {
    JsonNode json = json(result(SweepPlan.JOINT));
    for (String model : List.of("student", "hard_twin")) {
      assertThat(json.at("/" + model + "/family").asText()).isEqualTo("fake.soft");
      assertThat(json.at("/" + model + "/hyperparameters/cut").isDouble()).isTrue();
      assertThat(json.at("/" + model + "/temperature").asDouble()).isPositive();
      assertThat(json.at("/" + model + "/alpha").isNumber()).isTrue();
    }
    assertThat(json.at("/hard_twin/alpha").asDouble()).isZero();
    for (String model : List.of("student", "hard_twin", "teacher", "prior")) {
      for (String metric : List.of("kl", "log_loss", "accuracy", "agreement")) {
        assertThat(json.at("/" + model + "/test/" + metric).isNumber())
            .as("%s %s", model, metric)
            .isTrue();
      }
    }
    assertThat(json.at("/teacher/test/kl").asDouble()).isZero();
    assertThat(json.path("seconds").asDouble()).isPositive();
    assertThat(json.at("/trials/asked_per_search").asInt()).isEqualTo(2);
    assertThat(json.at("/problems/0/name").asText()).isEqualTo("plug.Broken");
    assertThat(json.at("/problems/0/message").asText()).contains("no id");
    assertThat(json.path("seed").asLong()).isEqualTo(7);
    assertThat(json.at("/data/train_rows").asInt()).isEqualTo(200);
    assertThat(json.at("/data/test_rows").asInt()).isEqualTo(200);
    assertThat(json.at("/data/columns").asInt()).isEqualTo(2);
    assertThat(json.at("/data/sha256/train").asText()).isEqualTo(HASH);
    assertThat(json.at("/versions/java").asText()).isEqualTo(System.getProperty("java.version"));
  }

  @Test
  void has_what_the_page_draws() throws Exception {
    DistillationResult result = result(SweepPlan.JOINT);
    JsonNode json = json(result);
    JsonNode comparison = json.path("comparison");
    for (String model : List.of("teacher", "student", "hard_twin")) {
      int rows = 0;
      for (JsonNode bin : comparison.path("reliability").path(model)) {
        rows += bin.path("rows").asInt();
        assertThat(bin.path("confidence").asDouble())
            .isBetween(bin.path("from").asDouble() - 1e-5, bin.path("to").asDouble() + 1e-5);
      }
      assertThat(rows).as(model).isEqualTo(200);
      assertThat(comparison.at("/scores/0/" + model)).hasSize(101);
    }
    int counted = 0;
    for (JsonNode row : comparison.at("/confusion/student")) {
      for (JsonNode count : row) {
        counted += count.asInt();
      }
    }
    assertThat(counted).isEqualTo(200);
    JsonNode worst = comparison.at("/disagreements/0");
    assertThat(worst.path("row").asInt()).isEqualTo(result.disagreements().get(0).row() + 1);
    assertThat(worst.path("values")).hasSize(2);
    assertThat(worst.at("/values/0/contribution").isNumber()).isTrue();
    assertThat(json.path("command")).hasSize(2);
    assertThat(json.path("ended_at").asText()).matches("20..-..-..T..:..:..Z");
    assertThat(json.at("/trials/importance").isObject()).isTrue();
  }

  @Test
  void is_the_same_in_every_locale() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      JsonNode json = json(result(SweepPlan.JOINT));
      assertThat(errors(json)).isEmpty();
      assertThat(json.path("plan").asText()).isEqualTo("joint");
    } finally {
      Locale.setDefault(before);
    }
  }
}
