package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.cli.data.DataLoader;
import dev.distill.monitor.Monitor;
import dev.distill.monitor.Rules;
import dev.distill.runtime.Explanation;
import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorCommandTest {
  @TempDir private static Path shared = Path.of("");
  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    Cli.writeData(shared, "train", 2000, 1);
    Cli.writeData(shared, "test", 1000, 2);
    Cli.writeData(shared, "later", 1500, 3);
    Cli.Outcome run =
        Cli.run(
            "run",
            "--train=" + shared.resolve("train.csv"),
            "--label=kind",
            "--teacher=" + shared.resolve("train_teacher.csv"),
            "--test=" + shared.resolve("test.csv"),
            "--test-teacher=" + shared.resolve("test_teacher.csv"),
            "--families=xgboost.tree",
            "--trials=2",
            "--out=" + shared);
    assertThat(run.code()).as(run.err()).isZero();
  }

  private static Path student() {
    return shared.resolve("student.distill");
  }

  private static Cli.Outcome monitor(Object... args) {
    List<Object> all = new ArrayList<>(List.of("monitor", student()));
    all.addAll(List.of(args));
    return Cli.run(all.toArray());
  }

  /** The later rows, each cell changed by name. */
  private Path changed(String column, String from, String to) throws IOException {
    List<String> lines = Files.readAllLines(shared.resolve("later.csv"));
    int at = List.of(lines.get(0).split(",")).indexOf(column);
    List<String> out = new ArrayList<>(List.of(lines.get(0)));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      cells[at] = cells[at].replaceAll(from, to);
      out.add(String.join(",", cells));
    }
    return Files.write(folder.resolve("changed.csv"), out);
  }

  @Test
  void a_run_puts_a_profile_into_the_file_the_same_each_time() throws IOException {
    StudentFile student = StudentFile.load(student());
    assertThat(student.profile().orElseThrow().rows()).isEqualTo(2000);
    assertThat(StudentFile.load(student.toBytes()).toBytes()).isEqualTo(student.toBytes());
    assertThat(Cli.run("inspect", student()).out())
        .contains("profile    2,000 training rows, answers to 1,000 test rows: accuracy 0.");
  }

  @Test
  void a_run_puts_the_rows_of_leaves_into_the_file_so_that_answers_can_be_explained()
      throws IOException {
    StudentFile student = StudentFile.load(student());
    Explanation why = student.explain(student.row().set("size", 2).set("colour", "red"));
    double sum = 0;
    double moved = 0;
    for (int k = 0; k < why.classes(); k++) {
      sum += Math.exp(why.logit(k));
      double logit = why.base(k);
      for (int c = 0; c < 3; c++) {
        logit += why.column(c, k);
        moved += Math.abs(why.column(c, k));
      }
      assertThat(logit).isCloseTo(why.logit(k), within(1e-9));
    }
    assertThat(moved).isGreaterThan(0.1);
    Map<String, Double> said = student.score(Map.of("size", 2, "colour", "red")).probabilities();
    for (int k = 0; k < why.classes(); k++) {
      assertThat(Math.exp(why.logit(k)) / sum)
          .isCloseTo(said.getOrDefault(student.classes().get(k), 0.0), within(1e-5));
    }
    Path out = folder.resolve("p.csv");
    Cli.Outcome predict =
        Cli.run(
            "predict",
            "--student",
            student(),
            "--data",
            shared.resolve("later.csv"),
            "--out",
            out,
            "--explain");
    assertThat(predict.code()).as(predict.err()).isZero();
    assertThat(Files.readAllLines(out).get(0)).endsWith(",reasons");
  }

  @Test
  void rows_like_those_of_training_are_fine() {
    Cli.Outcome outcome = monitor("--data", shared.resolve("later.csv"));
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("1,500 rows against the profile of 2,000 training rows")
        .contains("on the 1,500 rows whose label is known")
        .doesNotContain("ALARM");
  }

  @Test
  void a_shifted_column_and_an_unseen_level_are_alarms_of_their_column() throws IOException {
    Cli.Outcome shifted = monitor("--data", changed("weight", "^[0-4]\\.", "4."));
    assertThat(shifted.code()).isEqualTo(Main.FAILED);
    assertThat(shifted.out())
        .contains("ALARM: column 'weight': PSI")
        .doesNotContain("column 'size'", "column 'colour'");
    Cli.Outcome unseen = monitor("--data", changed("colour", "red", "pink"));
    assertThat(unseen.code()).isEqualTo(Main.FAILED);
    assertThat(unseen.out()).contains("ALARM: column 'colour': unseen categories in 3");
    Cli.Outcome missing = monitor("--data", changed("size", "^[0-4].*", ""));
    assertThat(missing.out()).contains("ALARM: column 'size': missing in 5");
  }

  @Test
  void json_and_prometheus_say_the_same() throws IOException {
    Path json = folder.resolve("deep/monitor.json");
    Path prometheus = folder.resolve("monitor.prom");
    monitor("--data", changed("colour", "red", "pink"), "--json", json, "--prometheus", prometheus);
    JsonNode root = new ObjectMapper().readTree(Files.readString(json));
    assertThat(root.get("state").asText()).isEqualTo("alarm");
    assertThat(root.get("columns")).hasSize(3);
    assertThat(root.at("/columns/2/kind").asText()).isEqualTo("category");
    assertThat(root.at("/columns/2/ks").isNull()).isTrue();
    assertThat(JsonSchemas.errors("monitor.schema.json", root)).isEmpty();
    double psi = root.at("/columns/2/psi").asDouble();
    String text = Files.readString(prometheus);
    assertThat(text)
        .contains(
            "\ndistill_monitor_drift_psi{student=\"student.distill\",of=\"column\",column=\"colour\"} "
                + psi
                + "\n")
        .contains("\ndistill_monitor_rows{student=\"student.distill\"} 1500\n");
    assertThat(text).endsWith("\n");
    exposition(text);
  }

  @Test
  void the_schema_of_the_json_refuses_what_is_missing_wrong_or_unknown() throws IOException {
    Path json = folder.resolve("monitor.json");
    // No labels, no teacher.
    List<String> bare = new ArrayList<>();
    for (String line : Files.readAllLines(shared.resolve("later.csv"))) {
      bare.add(line.substring(0, line.lastIndexOf(',')));
    }
    monitor("--data", Files.write(folder.resolve("bare.csv"), bare), "--json", json);
    ObjectNode good = (ObjectNode) new ObjectMapper().readTree(Files.readString(json));
    assertThat(good.get("quality").isNull()).isTrue();
    assertThat(JsonSchemas.errors("monitor.schema.json", good)).isEmpty();
    ObjectNode missing = good.deepCopy();
    missing.remove("level");
    assertThat(JsonSchemas.errors("monitor.schema.json", missing))
        .singleElement()
        .asString()
        .contains("level");
    ObjectNode wrong = good.deepCopy();
    ((ObjectNode) wrong.at("/columns/0")).put("state", "fine");
    assertThat(JsonSchemas.errors("monitor.schema.json", wrong))
        .singleElement()
        .asString()
        .contains("state");
    ObjectNode unknown = good.deepCopy();
    ((ObjectNode) unknown.at("/scores/0")).put("psix", 1);
    assertThat(JsonSchemas.errors("monitor.schema.json", unknown))
        .singleElement()
        .asString()
        .contains("psix");
    assertThat(JsonSchemas.undescribed("monitor.schema.json")).isEmpty();
  }

  /** Each family's help and type once, before its samples, which stand together. */
  private static void exposition(String text) {
    Set<String> done = new HashSet<>();
    Pattern sample =
        Pattern.compile(
            "([a-z_]+)\\{([a-z_]+=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\",?)+\\} -?[0-9][0-9.E-]*");
    String current = "";
    for (String line : text.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        current = line.split(" ")[2];
        assertThat(done.add(current)).as(line).isTrue();
      } else if (line.startsWith("# TYPE ")) {
        assertThat(line).isEqualTo("# TYPE " + current + " gauge");
      } else {
        Matcher matcher = sample.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        assertThat(matcher.group(1)).isEqualTo(current);
      }
    }
  }

  @Test
  void labels_that_come_late_are_joined_by_key() throws IOException {
    List<String> lines = Files.readAllLines(shared.resolve("later.csv"));
    List<String> rows = new ArrayList<>(List.of("row,size,weight,colour"));
    List<String> labels = new ArrayList<>(List.of("row,kind"));
    for (int i = 1; i < lines.size(); i++) {
      int comma = lines.get(i).lastIndexOf(',');
      rows.add("r" + i + "," + lines.get(i).substring(0, comma));
      if (i % 3 == 0) {
        labels.add("r" + i + lines.get(i).substring(comma));
      }
    }
    Path data = Files.write(folder.resolve("rows.csv"), rows);
    Path late = Files.write(folder.resolve("labels.csv"), labels);
    Cli.Outcome outcome = monitor("--data", data, "--labels", late, "--key", "row");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("on the 500 rows whose label is known");
    assertThat(monitor("--data", data).out()).doesNotContain("whose label is known");
    Path others = Files.writeString(folder.resolve("others.csv"), "row,kind\nx1,cat\n");
    Cli.Outcome none = monitor("--data", data, "--labels", others, "--key", "row");
    assertThat(none.code()).isEqualTo(Main.INPUT);
    assertThat(none.err()).contains("none of its keys is in");
  }

  @Test
  void a_file_that_is_taken_in_parts_says_what_it_says_whole() throws IOException {
    List<String> lines = Files.readAllLines(shared.resolve("later.csv"));
    List<String> many = new ArrayList<>(List.of(lines.get(0)));
    for (int i = 0; i < 12; i++) {
      many.addAll(lines.subList(1, lines.size()));
    }
    Path data = Files.write(folder.resolve("many.csv"), many);
    Path json = folder.resolve("many.json");
    monitor("--data", data, "--json", json);
    StudentFile file = StudentFile.load(student());
    DataLoader.Served whole = DataLoader.served(data, file, null, null);
    assertThat(whole.table().rows()).isEqualTo(18_000);
    Monitor once = new Monitor(file, Rules.DEFAULTS);
    once.add(whole.table(), whole.labels());
    assertThat(Files.readString(json)).isEqualTo(ReportJson.of(once.report(), "student.distill"));

    many.set(17_001, many.get(17_001).replaceAll(",[^,]*$", ",horse"));
    Cli.Outcome wrong = monitor("--data", Files.write(data, many));
    assertThat(wrong.code()).isEqualTo(Main.INPUT);
    assertThat(wrong.err()).contains("many.csv after row 16384: row 617: label 'horse' is not");
  }

  @Test
  void a_file_of_probabilities_is_a_teacher_in_the_shadow() throws IOException {
    Path teacher = shared.resolve("later_teacher.csv");
    Cli.Outcome all = monitor("--data", shared.resolve("later.csv"), "--teacher", teacher);
    assertThat(all.out()).contains("on the 1,500 rows that the teacher was asked about");
    Path json = folder.resolve("shadow.json");
    monitor("--data", shared.resolve("later.csv"), "--teacher", teacher, "--json", json);
    JsonNode root = new ObjectMapper().readTree(Files.readString(json));
    assertThat(root.at("/shadow/rows").asInt()).isEqualTo(1500);
    assertThat(JsonSchemas.errors("monitor.schema.json", root)).isEmpty();
    Cli.Outcome strict =
        monitor(
            "--data",
            shared.resolve("later.csv"),
            "--teacher",
            teacher,
            "--shadow=0.5",
            "--min-agreement=0.999");
    assertThat(strict.code()).isEqualTo(Main.FAILED);
    assertThat(strict.out()).contains("ALARM: teacher: agreement 0.");
  }

  @Test
  void a_log_is_read_line_by_line_and_what_is_no_row_is_skipped() throws IOException {
    List<String> lines = Files.readAllLines(shared.resolve("later.csv"));
    List<String> log = new ArrayList<>();
    log.add("{\"time\":\"t\",\"path\":\"/health\",\"status\":200}");
    log.add("no json at all");
    List<String> labels = new ArrayList<>(List.of("request,kind"));
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      String size = cells[0].isEmpty() ? "null" : cells[0];
      log.add(
          ("{\"time\":\"t\",\"model\":\"pets\",\"version\":\"1\",\"id\":\"q%d\",\"rows\":[{\"size\":%s,"
                  + "\"weight\":%s,\"colour\":\"%s\"}],\"predictions\":[{\"label\":\"none\","
                  + "\"probabilities\":[1,0,0]}]}")
              .formatted(i, size, cells[1], cells[2]));
      labels.add("q" + i + "," + cells[3]);
    }
    log.add("{\"model\":\"other\",\"rows\":[{\"x\":1}]}");
    log.add("{\"model\":\"pets\",\"rows\":[{\"size\":\"large\",\"weight\":1,\"colour\":\"red\"}]}");
    log.add("{\"model\":\"pets\",\"rows\":[{\"size\":1,");
    Path file = Files.write(folder.resolve("access.jsonl"), log);
    Path late = Files.write(folder.resolve("labels.csv"), labels);
    Path json = folder.resolve("log.json");
    Cli.Outcome outcome =
        monitor(
            "--log", file, "--model", "pets", "--labels", late, "--key", "request", "--json", json);
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.err())
        .contains("note: 5 lines without rows skipped")
        .contains("note: 1,500 of 1,500 logged predictions are not what");
    Path again = folder.resolve("data.json");
    monitor("--data", shared.resolve("later.csv"), "--json", again);
    ObjectMapper mapper = new ObjectMapper();
    assertThat(mapper.readTree(Files.readString(json)))
        .isEqualTo(mapper.readTree(Files.readString(again)));
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "{\"status\":200}\n");
    assertThat(monitor("--log", empty).code()).isEqualTo(Main.INPUT);
  }

  @Test
  void what_cannot_be_told_ends_with_2() throws IOException {
    assertThat(monitor().err()).contains("expected one of --data and --log");
    assertThat(monitor("--data", "a", "--log", "b").code()).isEqualTo(Main.INPUT);
    assertThat(monitor("--data", folder.resolve("none.csv")).code()).isEqualTo(Main.INPUT);
    assertThat(monitor("--data", shared.resolve("later.csv"), "--psi-warn=-1").code())
        .isEqualTo(Main.INPUT);
    StudentFile with = StudentFile.load(student());
    Path old = folder.resolve("old.distill");
    new StudentFile(
            with.schema(),
            with.model(),
            with.classes(),
            with.label(),
            with.temperature(),
            new float[0],
            with.provenance())
        .write(old);
    Cli.Outcome outcome = Cli.run("monitor", old, "--data", shared.resolve("later.csv"));
    assertThat(outcome.code()).isEqualTo(Main.INPUT);
    assertThat(outcome.err())
        .contains("has no profile of its training rows; this version's 'distill run' makes one");
    assertThat(Cli.run("inspect", old).out()).contains("profile    none");
  }
}
