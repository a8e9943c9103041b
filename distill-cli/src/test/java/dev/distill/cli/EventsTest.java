package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.cli.data.DataLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says: as events, and next to nothing. */
class EventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @BeforeAll
  static void data() throws IOException {
    Cli.writeData(folder, "train", 300, 1);
  }

  private static Cli.Outcome run(String command, Object... more) {
    List<Object> args = new ArrayList<>(List.of(command));
    if (command.equals("run")) {
      args.addAll(List.of("--train", folder.resolve("train.csv"), "--label", "kind"));
      args.addAll(List.of("--teacher", folder.resolve("train_teacher.csv"), "--trials", 2));
      args.addAll(List.of("--families", "smile.tree,xgboost.tree"));
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  /** Each line, checked by the schema. */
  private static List<JsonNode> events(Cli.Outcome outcome) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    JsonNode schema = Schemas.read("events.schema.json");
    for (String line : outcome.out().lines().toList()) {
      JsonNode event = JSON.readTree(line);
      assertThat(Schemas.errors(schema, event)).as(line).isEmpty();
      events.add(event);
    }
    return events;
  }

  private static List<String> kinds(List<JsonNode> events) {
    return events.stream().map(e -> e.path("event").asText()).toList();
  }

  @Test
  void a_run_tells_of_itself_by_events_that_agree_with_the_schema() throws IOException {
    Path out = folder.resolve("events");
    Cli.Outcome outcome = run("run", "--json", "--out", out);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    List<JsonNode> events = events(outcome);
    assertThat(kinds(events).stream().distinct())
        .containsExactly("begun", "note", "trial", "final", "verdict", "files");
    JsonNode begun = events.get(0);
    assertThat(begun.at("/options/trials").asInt()).isEqualTo(2);
    assertThat(begun.at("/options/in-flight").asInt()).isEqualTo(4);
    assertThat(begun.path("families")).hasSize(2);
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    List<JsonNode> trials =
        events.stream().filter(e -> e.path("event").asText().equals("trial")).toList();
    assertThat(trials).hasSize(result.at("/trials/ended").asInt());
    JsonNode last = events.get(kinds(events).indexOf("final"));
    assertThat(last.at("/test/kl")).isEqualTo(result.at("/student/test/kl"));
    assertThat(last.path("family")).isEqualTo(result.at("/student/family"));
    for (JsonNode file : events.get(events.size() - 1).path("files")) {
      assertThat(DataLoader.sha256(out.resolve(file.path("name").asText())))
          .isEqualTo(file.path("sha256").asText());
    }

    Cli.Outcome again = run("rerun", out, "--json");
    assertThat(again.code()).as(again.err()).isZero();
    List<JsonNode> repeated = events(again);
    assertThat(kinds(repeated).get(repeated.size() - 1)).isEqualTo("repeated");
    assertThat(repeated.get(repeated.size() - 1).path("same").asBoolean()).isTrue();
  }

  @Test
  void what_is_wrong_is_an_event_too() throws IOException {
    for (Object[] wrong :
        new Object[][] {
          {"run", "--json", "--out", folder.resolve("x"), "--families", "xgboost.tres"},
          {"run", "--json", "--out", folder.resolve("x"), "--colour"},
          {"run", "--json", "--out", folder.resolve("train.csv")},
          {"rerun", folder.resolve("none"), "--json"},
        }) {
      Object[] more = Arrays.copyOfRange(wrong, 1, wrong.length);
      Cli.Outcome outcome = run(wrong[0].toString(), more);
      assertThat(outcome.code()).isEqualTo(2);
      List<JsonNode> events = events(outcome);
      JsonNode last = events.get(events.size() - 1);
      assertThat(last.path("event").asText()).isEqualTo("error");
      assertThat(last.path("exit_code").asInt()).isEqualTo(2);
      assertThat(outcome.err()).contains(last.path("message").asText());
    }
  }

  @Test
  void the_schema_refuses_what_is_not_documented() throws IOException {
    JsonNode schema = Schemas.read("events.schema.json");
    String time = "\"time\":\"2026-01-01T00:00:00Z\"";
    assertThat(
            Schemas.errors(
                schema, JSON.readTree("{\"event\":\"note\"," + time + ",\"text\":\"a\"}")))
        .isEmpty();
    for (String bad :
        List.of(
            "{\"event\":\"note\"," + time + "}",
            "{\"event\":\"note\"," + time + ",\"text\":\"a\",\"more\":1}",
            "{\"event\":\"nothing\"," + time + "}",
            "{\"event\":\"error\"," + time + ",\"message\":\"a\",\"exit_code\":0}")) {
      assertThat(Schemas.errors(schema, JSON.readTree(bad))).as(bad).isNotEmpty();
    }
  }

  @Test
  void the_page_names_every_event() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "events.md"));
    for (JsonNode event : Schemas.read("events.schema.json").at("/properties/event/enum")) {
      assertThat(page).contains("| `" + event.asText() + "` |");
    }
  }

  @Test
  void quiet_says_the_table_the_verdict_and_the_last_line() {
    Cli.Outcome outcome = run("run", "--quiet", "--out", folder.resolve("quiet"));
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().filter(line -> !line.isBlank()).toList();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).startsWith("on test rows");
    assertThat(lines.get(5)).startsWith("Distillation ");
    assertThat(lines.get(6)).contains("Written to ");
    Cli.Outcome wrong =
        run("run", "--quiet", "--out", folder.resolve("x"), "--families", "xgboost.tres");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("did you mean 'xgboost.tree'?");
    assertThat(run("run", "--quiet", "--json", "--out", folder.resolve("x")).err())
        .contains("--quiet and --json were both given");
  }
}
