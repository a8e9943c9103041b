package dev.distill.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Runs side by side: a table for the terminal, and an HTML page. */
public final class ComparePage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_NAME = 40;

  /** One figure of each run. */
  private record Figure(String name, String path, Function<JsonNode, String> words) {
    /** The figure; missing where there is none, as of a gap within noise. */
    JsonNode of(JsonNode result) {
      JsonNode value = result.at(path);
      if (!value.isObject()) {
        return value;
      }
      return value.path("low").isNumber() ? value.path("estimate") : MissingNode.getInstance();
    }
  }

  /** What is compared; of what has a mean. */
  private static final List<Figure> FIGURES =
      List.of(
          new Figure("accuracy", "/student/test/accuracy", Numbers::percent),
          new Figure("log loss", "/student/test/log_loss", Numbers::nats),
          new Figure("KL", "/student/test/kl", Numbers::nats),
          new Figure("twin's KL", "/hard_twin/test/kl", Numbers::nats),
          new Figure("agreement", "/student/test/agreement", Numbers::percent),
          new Figure(
              "gap closed", "/comparison/gap_closed_log_loss_interval", Numbers::wholePercent),
          new Figure("size", "/student/cost/bytes", Numbers::bytes),
          new Figure("a row", "/student/cost/row_p50_ns", Numbers::nanos),
          new Figure("run", "/seconds", Numbers::seconds));

  private ComparePage() {}

  /** The page. */
  public static String of(List<RunFolder> runs) {
    List<List<String>> table = table(runs);
    Map<String, Object> texts = new LinkedHashMap<>();
    texts.put("count", runs.size());
    texts.put("heads", heads());
    texts.put("warnings", warnings(runs));
    texts.put("lines", table.stream().map(cells -> Map.of("cells", cells)).toList());
    List<Map<String, Object>> sentences = new ArrayList<>();
    for (RunFolder run : runs) {
      sentences.add(
          Map.of(
              "name", run.name(),
              "action", ReportPage.action(run.result()),
              "verdict", run.result().path("verdict").asText()));
    }
    texts.put("sentences", sentences);
    ObjectNode data = JSON.createObjectNode();
    ArrayNode each = data.putArray("runs");
    for (RunFolder run : runs) {
      ObjectNode node = each.addObject();
      node.put("name", run.name());
      for (String model : List.of("teacher", "student", "hard_twin")) {
        ObjectNode figures = node.putObject(model);
        figures.set("kl", run.result().at("/%s/test/kl".formatted(model)));
        figures.set("log_loss", run.result().at("/%s/test/log_loss".formatted(model)));
      }
    }
    return Page.of("compare", texts, data);
  }

  /** The table for a terminal, with what is to know of it. */
  public static String text(List<RunFolder> runs) {
    List<List<String>> lines = new ArrayList<>(List.of(heads()));
    lines.addAll(table(runs));
    int[] widths = new int[heads().size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], shortened(line.get(i)).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = shortened(line.get(i));
        String space = " ".repeat(widths[i] - cell.length());
        row.append(i == 0 ? "" : "  ").append(i < 3 ? cell + space : space + cell);
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    warnings(runs).forEach(warning -> text.append(warning).append('\n'));
    return text.toString();
  }

  private static String shortened(String cell) {
    String line = cell.replaceAll("\\p{Cntrl}", " ");
    return line.length() > LONGEST_NAME
        ? "…" + line.substring(line.length() - LONGEST_NAME + 1)
        : line;
  }

  private static List<String> heads() {
    List<String> heads = new ArrayList<>(List.of("run", "what to do", "family", "seed"));
    FIGURES.forEach(figure -> heads.add(figure.name));
    return heads;
  }

  private static List<List<String>> table(List<RunFolder> runs) {
    List<List<String>> lines = new ArrayList<>();
    for (RunFolder run : runs) {
      JsonNode result = run.result();
      List<String> line = new ArrayList<>();
      line.add(run.name());
      line.add(ReportPage.action(result));
      line.add(result.at("/student/family").asText());
      line.add(result.path("seed").asText());
      FIGURES.forEach(figure -> line.add(figure.words.apply(figure.of(result))));
      lines.add(line);
    }
    if (files(runs).size() == 1) {
      lines.add(summary(runs, "mean", ComparePage::mean));
      lines.add(summary(runs, "standard deviation", ComparePage::deviation));
    }
    return lines;
  }

  private static List<String> summary(
      List<RunFolder> runs, String name, Function<List<Double>, Double> of) {
    List<String> line = new ArrayList<>(List.of(name, "", "", ""));
    for (Figure figure : FIGURES) {
      List<Double> values =
          runs.stream()
              .map(run -> figure.of(run.result()))
              .filter(JsonNode::isNumber)
              .map(JsonNode::asDouble)
              .toList();
      line.add(
          values.size() < runs.size()
              ? Numbers.NONE
              : figure.words.apply(JSON.getNodeFactory().numberNode((double) of.apply(values))));
    }
    return line;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
  }

  /** Of a sample: its squares are divided by one less than there are. */
  private static double deviation(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / Math.max(1, values.size() - 1));
  }

  /** The different sets of input files. */
  private static Set<JsonNode> files(List<RunFolder> runs) {
    Set<JsonNode> files = new HashSet<>();
    runs.forEach(run -> files.add(run.result().at("/data/sha256")));
    return files;
  }

  private static List<String> warnings(List<RunFolder> runs) {
    List<String> warnings = new ArrayList<>();
    Set<JsonNode> tests = new HashSet<>();
    Set<JsonNode> labels = new HashSet<>();
    for (RunFolder run : runs) {
      JsonNode data = run.result().path("data");
      boolean held = data.path("test_held_out_of_train").asBoolean();
      ArrayNode test = JSON.createArrayNode();
      test.add(data.at(held ? "/sha256/train" : "/sha256/test"));
      if (held) {
        test.add(run.result().path("seed")); // which rows are held out depends on it
      }
      tests.add(test);
      labels.add(data.path("label"));
    }
    if (labels.size() > 1) {
      warnings.add("These runs predict different columns: their figures are not to be compared.");
    } else if (tests.size() > 1) {
      warnings.add(
          "These runs have different test rows: differences between them are of the rows too.");
    }
    if (files(runs).size() == 1 && runs.size() < 3) {
      warnings.add("A mean of two says little: three seeds or more tell how much is chance.");
    }
    return Collections.unmodifiableList(warnings);
  }
}
