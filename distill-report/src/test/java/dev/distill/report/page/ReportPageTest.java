package dev.distill.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.distill.report.ResultJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 1_500_000;

  @TempDir private Path folder = Path.of("");

  private static RunFolder run(ObjectNode result) {
    return new RunFolder("runs/x", result, List.of(), java.util.Optional.empty());
  }

  /** What a reader sees: without style, scripts and data. */
  private static String seen(String page) {
    return page.replaceAll("(?s)<script.*?</script>|<style.*?</style>", "");
  }

  @Test
  void made_up_runs_keep_the_schema_of_real_ones() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(ResultJson.class.getResourceAsStream("result.schema.json"))) {
      Schema schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(JSON.readTree(in));
      for (boolean hostile : new boolean[] {false, true}) {
        assertThat(schema.validate(new MadeUp(26, 30, 10, hostile).result()).stream()).isEmpty();
      }
    }
  }

  @Test
  void the_first_screen_has_the_verdict_and_four_numbers() throws Exception {
    String page = seen(ReportPage.of(RunFolder.read(new MadeUp(3, 5, 20, false).write(folder))));
    assertThat(page)
        .contains("Ship it", "Distillation helped", "it has 96 % of the teacher&#39;s lead")
        .contains("95 % interval 95 % to 97 %", "0.0400 nats", "hard-label twin 0.1600")
        .contains("313× faster", "800 ns a row, teacher 250 µs", "48.0 kB", "teacher 9.00 MB");
    assertThat(page.indexOf("Ship it")).isLessThan(page.indexOf("id=\"quality\""));
  }

  @Test
  void numbers_that_can_not_be_had_are_told_of() throws Exception {
    ObjectNode result = new MadeUp(3, 5, 0, false).result();
    ((ObjectNode) result.path("teacher")).remove(List.of("row_p50_ns", "bytes"));
    ((ObjectNode) result.at("/comparison/gap_closed_log_loss_interval")).putNull("low");
    assertThat(seen(ReportPage.of(run(result))))
        .contains("no gap", "no more than noise", "the teacher was not timed")
        .contains("There is no leaderboard.csv", "There is no student.distill");
    ((ObjectNode) result.path("teacher")).put("rows_per_second", 50_000.0);
    assertThat(seen(ReportPage.of(run(result)))).contains("40× the rows", "teacher 50,000");
  }

  @Test
  void a_teacher_behind_the_twin_has_no_lead_to_keep_a_share_of() throws Exception {
    ObjectNode result = new MadeUp(3, 5, 0, false).result();
    ((ObjectNode) result.at("/teacher/test")).put("log_loss", 0.9).put("accuracy", 0.1);
    assertThat(seen(ReportPage.of(run(result))))
        .contains("no lead", "the teacher is behind the hard-label twin, beyond noise")
        .contains("in accuracy: the teacher is behind")
        .doesNotContain("95 % interval 95 % to 97 %");
  }

  @Test
  void a_result_of_an_older_version_has_a_page_too() throws Exception {
    ObjectNode result = new MadeUp(3, 5, 0, false).result();
    ((ObjectNode) result.path("comparison"))
        .remove(List.of("reliability", "scores", "confusion", "disagreements"));
    result.remove(List.of("command", "ended_at"));
    assertThat(seen(ReportPage.of(run(result)))).contains("its command line is not known");
  }

  @Test
  void the_command_is_quoted_for_a_shell() throws Exception {
    ObjectNode result = new MadeUp(2, 5, 0, false).result();
    result.putArray("command").add("distill").add("run").add("--label").add("it's a $(label)");
    assertThat(seen(ReportPage.of(run(result))))
        .contains("distill run \\\n    --label &#39;it&#39;\\&#39;&#39;s a $(label)&#39;</code>");
  }

  @Test
  void paths_of_somebodys_machine_are_not_in_the_text() throws Exception {
    ObjectNode result = new MadeUp(2, 5, 0, false).result();
    ((ObjectNode) result.at("/data/sha256")).put("/home/me/train.csv", "0".repeat(64));
    assertThat(seen(ReportPage.of(run(result)))).contains("train.csv").doesNotContain("/home/me");
  }

  @Test
  void rows_of_the_data_can_be_left_out() throws Exception {
    RunFolder run = RunFolder.read(new MadeUp(3, 5, 5, false).write(folder));
    assertThat(ReportPage.of(run)).contains("What speaks for", "level 3");
    assertThat(seen(ReportPage.of(run.withoutRows())))
        .doesNotContain("What speaks for")
        .doesNotContain("level 3");
    JsonNode rows = run.result().at("/comparison/disagreements");
    assertThat(rows).hasSize(20);
  }

  @Test
  void text_of_the_data_is_never_markup() throws Exception {
    String page = ReportPage.of(RunFolder.read(new MadeUp(11, 11, 30, true).write(folder)));
    assertThat(seen(page))
        .contains("&lt;script&gt;window.broken", "{{verdict}} {{{data}}}")
        .doesNotContain("<script", "<img", "<svg onload");
    Matcher data =
        Pattern.compile("(?s)<script type=\"application/json\" id=\"data\">(.*?)</script>")
            .matcher(page);
    assertThat(data.find()).isTrue();
    assertThat(data.group(1)).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    assertThat(JSON.readTree(data.group(1)).at("/result/data/classes/0").asText())
        .isEqualTo(MadeUp.HOSTILE.get(0) + " 0");
  }

  @Test
  void the_largest_page_is_small_enough_to_be_sent() throws Exception {
    Path run = new MadeUp(26, 500, 2_000, false).write(folder);
    assertThat(ReportPage.of(RunFolder.read(run)).length()).isLessThan(MOST_BYTES);
  }

  @Test
  void the_policy_allows_no_other_source() throws Exception {
    String page = ReportPage.of(run(new MadeUp(2, 2, 0, false).result()));
    Matcher policy =
        Pattern.compile("Content-Security-Policy\" content=\"([^\"]*)\"").matcher(page);
    assertThat(policy.find()).isTrue();
    assertThat(policy.group(1))
        .startsWith("default-src 'none';")
        .doesNotContain("unsafe", "http", "*");
    assertThat(seen(page)).doesNotContain("src=", "http://", "https://");
  }

  @Test
  void a_folder_without_a_run_is_refused_with_what_is_expected() throws Exception {
    assertThatThrownBy(() -> RunFolder.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("result.json: is not there; expected the folder of a finished");
    Files.writeString(folder.resolve("result.json"), "{\"a\":1}");
    assertThatThrownBy(() -> RunFolder.read(folder)).hasMessageContaining("has no field 'verdict'");
    Files.writeString(folder.resolve("result.json"), "{");
    assertThatThrownBy(() -> RunFolder.read(folder))
        .hasMessageContaining("result.json: is no JSON");
  }

  @Test
  void numbers_have_the_digits_that_are_read() {
    assertThat(Numbers.nanos(JSON.getNodeFactory().numberNode(11_354.0))).isEqualTo("11.4 µs");
    assertThat(Numbers.bytes(JSON.getNodeFactory().numberNode(999))).isEqualTo("999 bytes");
    assertThat(Numbers.bytes(JSON.getNodeFactory().numberNode(1_489_033))).isEqualTo("1.49 MB");
    assertThat(Numbers.seconds(JSON.getNodeFactory().numberNode(3_725.0))).isEqualTo("1 h 2 min");
    assertThat(Numbers.percent(JSON.nullNode())).isEqualTo("–");
    assertThat(Numbers.significant(0.000012345, 3)).isEqualTo("0.0000123");
  }
}
