package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.monitor.Gate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class CheckCommandTest {
  @TempDir private static Path shared = Path.of("");
  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    Cli.writeData(shared, "train", 2000, 1);
    Cli.writeData(shared, "test", 1000, 2);
    Cli.writeData(shared, "few", 60, 5);
    Cli.writeData(shared, "rows", 1500, 3);
    run("train", "old");
    run("few", "new");
  }

  private static void run(String train, String out) {
    Cli.Outcome run =
        Cli.run(
            "run",
            "--train=" + shared.resolve(train + ".csv"),
            "--label=kind",
            "--teacher=" + shared.resolve(train + "_teacher.csv"),
            "--test=" + shared.resolve("test.csv"),
            "--test-teacher=" + shared.resolve("test_teacher.csv"),
            "--families=xgboost.tree",
            "--trials=2",
            "--out=" + shared.resolve(out));
    assertThat(run.code()).as(run.err()).isZero();
  }

  private static Cli.Outcome check(String from, String to, Object... args) {
    List<Object> all = new ArrayList<>(List.of("check"));
    all.add("--baseline=" + shared.resolve(from + "/student.distill"));
    all.add("--candidate=" + shared.resolve(to + "/student.distill"));
    all.add("--data=" + shared.resolve("rows.csv"));
    all.addAll(List.of(args));
    return Cli.run(all.toArray());
  }

  @Test
  void a_student_passes_against_itself_by_every_rule() {
    Cli.Outcome outcome =
        check(
            "old",
            "old",
            "--max-kl=0.0001",
            "--min-agreement=1",
            "--max-log-loss-increase=0",
            "--max-negative-flips=0",
            "--max-latency=100ms",
            "--max-latency-ratio=20",
            "--no-worse-slices");
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out().lines().filter(line -> line.startsWith("ok "))).hasSize(7);
  }

  @Test
  void one_of_sixty_rows_fails_and_the_junit_xml_says_by_what() throws Exception {
    Path junit = folder.resolve("check.xml");
    Path json = folder.resolve("check.json");
    Cli.Outcome outcome =
        check(
            "old",
            "new",
            "--max-kl=100",
            "--min-agreement=0.99",
            "--max-log-loss-increase=0.001",
            "--max-negative-flips=0.001",
            "--max-latency=1ns",
            "--no-worse-slices",
            "--junit",
            junit,
            "--json",
            json);
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(Main.FAILED);
    assertThat(outcome.out())
        .containsPattern("FAIL max-latency +[0-9]+ ns a row \\(baseline [0-9]+\\), at most 1 ns\n")
        .contains("\nslices with a higher loss: ")
        .containsPattern("negative flips, right before and wrong now: [0-9]+ of 1,500 rows, 0\\.")
        .containsPattern("row [0-9]+: '.*' became '.*'\n  and [0-9]+ others\n")
        .endsWith("\nFailed: 5 of 6 rules.\n");
    assertThat(outcome.out().lines().mapToInt(String::length).max().orElse(0)).isLessThan(400);
    Document document = parse(Files.readString(junit));
    Element suite = (Element) document.getElementsByTagName("testsuite").item(0);
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("testsuites");
    assertThat(suite.getAttribute("tests")).isEqualTo("6");
    assertThat(suite.getAttribute("failures")).isEqualTo("5");
    assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(6);
    assertThat(document.getElementsByTagName("failure").getLength()).isEqualTo(5);
    assertThat(suite.getTextContent()).contains("negative flips").contains("' became '");
    JsonNode root = new ObjectMapper().readTree(Files.readString(json));
    assertThat(root.get("passed").asBoolean()).isFalse();
    assertThat(root.get("reference").asText()).isEqualTo("baseline");
    assertThat(root.get("checks")).hasSize(6);
    assertThat(root.get("flips").size()).isBetween(1, Gate.MOST_FLIPS);
    assertThat(root.get("worse_slices")).isNotEmpty();
  }

  @Test
  void with_a_teacher_kl_is_to_the_teacher() {
    Cli.Outcome outcome =
        check("new", "old", "--max-kl=0.5", "--teacher=" + shared.resolve("rows_teacher.csv"));
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out())
        .contains(" to the teacher, at most 0.5")
        .endsWith("\nPassed: the rule holds.\n");
  }

  @Test
  void no_rule_other_classes_or_missing_labels_end_with_2() throws IOException {
    assertThat(check("old", "new").err()).contains("no rule given");
    assertThat(check("old", "new").code()).isEqualTo(Main.INPUT);
    Path holes = folder.resolve("holes.csv");
    Files.writeString(holes, "size,weight,colour,kind\n1,2,red,cat\n1,2,red,\n");
    Cli.Outcome outcome = check("old", "new", "--no-worse-slices", "--data=" + holes);
    assertThat(outcome.code()).isEqualTo(Main.INPUT);
  }

  @Test
  void what_xml_cannot_hold_is_replaced() throws Exception {
    Interval one = new Interval(1, 1, 1);
    Gate.Result result =
        new Gate.Result(
            "baseline",
            1,
            one,
            one,
            null,
            one,
            List.of(),
            List.of(),
            new Gate.Latency(1, 1),
            List.of(new Gate.Check("no-worse-slices", false, "a < \"b\" & ]]> \u0001 \ud800 🌳")));
    Document document = parse(JunitXml.of(result, "<x>\u0000"));
    assertThat(document.getElementsByTagName("failure").item(0).getTextContent())
        .isEqualTo("a < \"b\" & ]]> \ufffd \ufffd 🌳");
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }
}
