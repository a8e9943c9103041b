package dev.distill.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.report.reading.Drawing;
import dev.distill.report.reading.ModelWords;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code report.html}: one run, so that who looks at it can tell whether to ship its student. */
public final class ReportPage {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What to do, in two or three words. */
  private static final Map<String, String> ACTIONS =
      Map.of(
          "ship", "Ship it",
          "more_rows", "Get more rows",
          "larger_student", "Allow a larger student",
          "fix_teacher", "Fix the teacher",
          "use_twin", "Use the twin");

  private static final double WIDEST_BAR = 60;

  private ReportPage() {}

  /** The page. */
  public static String of(RunFolder run) {
    return Page.of("report", texts(run), data(run));
  }

  private static ObjectNode data(RunFolder run) {
    ObjectNode data = JSON.createObjectNode();
    data.set("result", run.result());
    data.set("trials", TrialData.of(run.name(), run.trials()));
    run.student().flatMap(Drawing::of).ifPresent(drawing -> data.set("reading", drawing));
    return data;
  }

  private static Map<String, Object> texts(RunFolder run) {
    JsonNode result = run.result();
    JsonNode data = result.path("data");
    Map<String, Object> texts = new LinkedHashMap<>();
    texts.put("label", data.path("label").asText());
    texts.put("name", lastPart(run.name()));
    texts.put("day", day(result));
    texts.put("action", action(result));
    texts.put("tone", result.path("helped").asBoolean() ? "good" : "care");
    texts.put("verdict", result.path("verdict").asText());
    texts.put("advice", result.path("advice").asText());
    texts.put("twinDelivered", result.at("/student/search").asText().startsWith("twin"));
    texts.put("tiles", tiles(result));
    texts.put("models", models(result));
    texts.put("hasSlices", !result.at("/comparison/worst_slices").isEmpty());
    List<RowCard> rows = rows(result);
    texts.put("rows", rows);
    texts.put("hasRows", !rows.isEmpty());
    texts.put("noRows", "There are none in this result.json.");
    reading(run, texts);
    texts.put("hasTrials", !run.trials().isEmpty());
    texts.put("chosen", chosen(result));
    texts.put("facts", facts(result));
    texts.put("hashes", hashes(data.path("sha256")));
    texts.put("hasHashes", !data.path("sha256").isEmpty());
    texts.put("command", command(result.path("command")));
    texts.put("problems", problems(result));
    texts.put("hasProblems", !result.path("problems").isEmpty());
    return texts;
  }

  /** What to do with the student of a run, in two or three words. */
  static String action(JsonNode result) {
    return ACTIONS.getOrDefault(result.path("action").asText(), "");
  }

  /** What there is to read of the student, or why there is nothing. */
  private static void reading(RunFolder run, Map<String, Object> texts) {
    boolean readable = run.student().flatMap(Drawing::of).isPresent();
    texts.put("readable", readable);
    texts.put(
        "unreadable",
        run.student()
            .map(
                student ->
                    "It is no student to read (%s). Students to read come from --families xgboost.additive, or --families smile.tree --max-bytes 5kB."
                        .formatted(ModelWords.of(student.model())))
            .orElse("There is no student.distill beside this page."));
  }

  private static String day(JsonNode result) {
    String at = result.path("ended_at").asText();
    return at.length() < 16 ? "" : at.substring(0, 10) + " " + at.substring(11, 16) + " UTC";
  }

  // ---- the first screen ----

  /** A number that the first screen shows. */
  private record Tile(String name, String value, String note, String help) {}

  private static List<Tile> tiles(JsonNode result) {
    List<Tile> tiles = new ArrayList<>();
    tiles.add(gap(result));
    tiles.add(
        new Tile(
            "Distance to the teacher",
            Numbers.nats(result.at("/student/test/kl")) + " nats",
            "hard-label twin " + Numbers.nats(result.at("/hard_twin/test/kl")),
            "KL divergence, mean over rows: lower is closer"));
    tiles.add(speed(result));
    JsonNode teacherBytes = result.at("/teacher/bytes");
    tiles.add(
        new Tile(
            "Size",
            Numbers.bytes(result.at("/student/cost/bytes")),
            teacherBytes.isNumber()
                ? "teacher " + Numbers.bytes(teacherBytes)
                : "hard-label twin " + Numbers.bytes(result.at("/hard_twin/cost/bytes")),
            "of the student file, which is all that is deployed"));
    return tiles;
  }

  /** A teacher that is behind the twin has no lead of which there could be a share. */
  private static Tile gap(JsonNode result) {
    JsonNode gap = result.at("/comparison/gap_closed_log_loss_interval");
    String accuracy = "; in accuracy: " + inAccuracy(result);
    if (!gap.path("low").isNumber()) {
      return new Tile(
          "Gap closed",
          "no gap",
          "teacher and twin differ by no more than noise",
          "of the teacher's lead over the hard-label twin in log loss" + accuracy);
    }
    if (result.at("/teacher/test/log_loss").asDouble()
        > result.at("/hard_twin/test/log_loss").asDouble()) {
      return new Tile(
          "Gap closed",
          "no lead",
          "the teacher is behind the hard-label twin, beyond noise",
          "in log loss" + accuracy);
    }
    return new Tile(
        "Gap closed",
        Numbers.wholePercent(gap.path("estimate")),
        "95 %% interval %s to %s"
            .formatted(
                Numbers.wholePercent(gap.path("low")), Numbers.wholePercent(gap.path("high"))),
        "of the teacher's lead over the hard-label twin in log loss" + accuracy);
  }

  private static String inAccuracy(JsonNode result) {
    JsonNode gap = result.at("/comparison/gap_closed_accuracy_interval");
    if (!gap.path("low").isNumber()) {
      return "no gap beyond noise";
    }
    return result.at("/teacher/test/accuracy").asDouble()
            < result.at("/hard_twin/test/accuracy").asDouble()
        ? "the teacher is behind"
        : Numbers.wholePercent(gap.path("estimate"));
  }

  private static Tile speed(JsonNode result) {
    JsonNode own = result.at("/student/cost/row_p50_ns");
    JsonNode teacher = result.at("/teacher/row_p50_ns");
    String note = "%s a row".formatted(Numbers.nanos(own));
    if (teacher.isNumber() && own.asDouble() > 0) {
      double ratio = teacher.asDouble() / own.asDouble();
      return new Tile(
          "Speed",
          ratio >= 1 ? Numbers.times(ratio) + " faster" : Numbers.times(1 / ratio) + " slower",
          note + ", teacher " + Numbers.nanos(teacher),
          "than the teacher: median time of one row on one thread, both as student files");
    }
    JsonNode rate = result.at("/teacher/rows_per_second");
    JsonNode batch = result.at("/student/cost/batch_rows_per_second");
    if (rate.isNumber() && rate.asDouble() > 0 && batch.isNumber()) {
      return new Tile(
          "Speed",
          Numbers.times(batch.asDouble() / rate.asDouble()) + " the rows",
          "%s rows a second, teacher %s"
              .formatted(
                  Numbers.text("%,.0f", batch.asDouble()), Numbers.text("%,.0f", rate.asDouble())),
          "that the teacher answers in the same time, when asked about many at once");
    }
    return new Tile(
        "Speed",
        Numbers.nanos(own),
        "a row, median on one thread",
        "the teacher was not timed: only its probabilities were given");
  }

  /** A line of the table of models. */
  private record Model(
      String kind,
      String name,
      String accuracy,
      String logLoss,
      String kl,
      String agreement,
      String ece,
      String bytes,
      String nanos) {}

  private static List<Model> models(JsonNode result) {
    JsonNode teacher = result.path("teacher");
    return List.of(
        model("teacher", "Teacher", teacher, teacher.path("bytes"), teacher.path("row_p50_ns")),
        student("student", "Student", result.path("student")),
        student("twin", "Hard-label twin", result.path("hard_twin")),
        model(
            "prior", "Class shares", result.path("prior"), JSON.missingNode(), JSON.missingNode()));
  }

  private static Model student(String kind, String name, JsonNode node) {
    JsonNode cost = node.path("cost");
    return model(kind, name, node, cost.path("bytes"), cost.path("row_p50_ns"));
  }

  private static Model model(
      String kind, String name, JsonNode node, JsonNode bytes, JsonNode nanos) {
    JsonNode test = node.path("test");
    return new Model(
        kind,
        name,
        Numbers.percent(test.path("accuracy")),
        Numbers.nats(test.path("log_loss")),
        Numbers.nats(test.path("kl")),
        Numbers.percent(test.path("agreement")),
        Numbers.nats(test.path("ece")),
        Numbers.bytes(bytes),
        Numbers.nanos(nanos));
  }

  // ---- rows ----

  /**
   * A test row on which student and teacher are far apart.
   *
   * @param explained whether its values have contributions
   */
  private record RowCard(
      String title,
      String label,
      String kl,
      String teacherSays,
      String studentSays,
      String above,
      String below,
      boolean explained,
      boolean first,
      List<Share> shares,
      List<Value> values) {}

  /** A class in such a row. */
  private record Share(String name, boolean isLabel, String teacher, String student) {}

  /** A column of such a row; {@code x} and {@code width} of its bar, whose middle is at 60. */
  private record Value(
      String column,
      String text,
      boolean missing,
      String told,
      double x,
      double width,
      boolean up) {}

  private static List<RowCard> rows(JsonNode result) {
    List<RowCard> cards = new ArrayList<>();
    for (JsonNode row : result.at("/comparison/disagreements")) {
      List<Share> shares = new ArrayList<>();
      String teacherSays = "";
      String studentSays = "";
      double teacherMost = -1;
      double studentMost = -1;
      String label = row.path("label").asText();
      for (JsonNode each : row.path("probabilities")) {
        String name = each.path("class").asText();
        if (each.path("teacher").asDouble() > teacherMost) {
          teacherMost = each.path("teacher").asDouble();
          teacherSays = name;
        }
        if (each.path("student").asDouble() > studentMost) {
          studentMost = each.path("student").asDouble();
          studentSays = name;
        }
        shares.add(
            new Share(
                name,
                name.equals(label),
                Numbers.percent(each.path("teacher")),
                Numbers.percent(each.path("student"))));
      }
      List<Value> values = values(row.path("values"));
      cards.add(
          new RowCard(
              row.has("row") ? "Row " + Numbers.count(row.path("row")) : "A row",
              label,
              Numbers.nats(row.path("kl")),
              teacherSays,
              studentSays,
              row.path("above").asText(),
              row.path("below").asText(),
              values.stream().anyMatch(v -> !v.told.isEmpty()),
              cards.isEmpty(),
              shares,
              values));
    }
    return cards;
  }

  private static List<Value> values(JsonNode nodes) {
    double largest = 1e-9;
    for (JsonNode node : nodes) {
      largest = Math.max(largest, Math.abs(node.path("contribution").asDouble()));
    }
    List<Value> values = new ArrayList<>();
    for (JsonNode node : nodes) {
      double contribution = node.path("contribution").asDouble();
      double width = WIDEST_BAR * Math.abs(contribution) / largest;
      values.add(
          new Value(
              node.path("column").asText(),
              node.path("value").asText(""),
              node.path("value").isNull(),
              node.has("contribution") ? Numbers.text("%+.2f", contribution) : "",
              Math.round(10 * (contribution < 0 ? WIDEST_BAR - width : WIDEST_BAR)) / 10.0,
              Math.round(10 * width) / 10.0,
              contribution > 0));
    }
    return values;
  }

  // ---- how it came to be ----

  /** A name and what it is. */
  private record Fact(String name, String value) {}

  private static List<Fact> chosen(JsonNode result) {
    JsonNode student = result.path("student");
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Family", student.path("family").asText()));
    facts.add(
        new Fact(
            "Trial",
            student.path("trial").asText()
                + " of the search '%s'".formatted(student.path("search").asText())));
    facts.add(new Fact("Temperature T", Numbers.value(student.path("temperature"))));
    facts.add(new Fact("Weight of the teacher α", Numbers.value(student.path("alpha"))));
    student
        .path("hyperparameters")
        .properties()
        .forEach(e -> facts.add(new Fact(e.getKey(), Numbers.value(e.getValue()))));
    return facts;
  }

  private static List<Fact> facts(JsonNode result) {
    JsonNode data = result.path("data");
    JsonNode trials = result.path("trials");
    List<Fact> facts = new ArrayList<>();
    facts.add(
        new Fact(
            "Rows",
            "%s to learn from, %s test rows%s"
                .formatted(
                    Numbers.count(data.path("train_rows")),
                    Numbers.count(data.path("test_rows")),
                    data.path("test_held_out_of_train").asBoolean()
                        ? " that were held out of the training file"
                        : "")));
    facts.add(
        new Fact(
            "Columns",
            "%s, as %s features"
                .formatted(
                    Numbers.count(data.path("columns")), Numbers.count(data.path("features")))));
    facts.add(new Fact("Classes", Numbers.text("%d", data.path("classes").size())));
    if (result.path("teacher").has("models")) {
      List<String> models = new ArrayList<>();
      result.path("teacher").path("models").forEach(model -> models.add(model.asText()));
      facts.add(new Fact("Teacher", String.join("; ", models)));
    } else {
      facts.add(new Fact("Teacher", "files of probabilities"));
    }
    facts.add(
        new Fact(
            "Search",
            "%s trials (%s failed, %s ended early) in %s, plan %s"
                .formatted(
                    Numbers.count(trials.path("ended")),
                    Numbers.count(trials.path("failed")),
                    Numbers.count(trials.path("pruned")),
                    Numbers.seconds(result.path("seconds")),
                    result.path("plan").asText())));
    facts.add(
        new Fact(
            "Seed and threads",
            "%s and %s".formatted(result.path("seed").asText(), result.path("threads").asText())));
    facts.add(
        new Fact(
            "Versions",
            "Distill %s on Java %s"
                .formatted(
                    result.at("/versions/distill").asText(),
                    result.at("/versions/java").asText())));
    return facts;
  }

  private static List<Fact> hashes(JsonNode node) {
    List<Fact> hashes = new ArrayList<>();
    // Where files were on somebody's machine is of no use to others.
    node.properties()
        .forEach(e -> hashes.add(new Fact(lastPart(e.getKey()), e.getValue().asText())));
    return hashes;
  }

  private static List<Fact> problems(JsonNode result) {
    List<Fact> problems = new ArrayList<>();
    for (JsonNode problem : result.path("problems")) {
      problems.add(new Fact(problem.path("name").asText(), problem.path("message").asText()));
    }
    return problems;
  }

  private static String lastPart(String path) {
    try {
      return String.valueOf(Path.of(path).toAbsolutePath().normalize().getFileName());
    } catch (InvalidPathException e) {
      return path;
    }
  }

  /** A command line for a POSIX shell, an option a line. */
  private static String command(JsonNode words) {
    StringBuilder line = new StringBuilder();
    for (JsonNode node : words) {
      String word = node.asText();
      line.append(line.isEmpty() ? "" : word.startsWith("--") ? " \\\n    " : " ")
          .append(ShellWord.quoted(word));
    }
    return line.toString();
  }
}
