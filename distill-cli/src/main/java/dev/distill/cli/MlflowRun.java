package dev.distill.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.cli.data.InputException;
import dev.distill.report.page.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A finished run in MLflow's words, within MLflow's limits.
 *
 * @param begun when it began, in milliseconds since 1970
 * @param ended when it ended, likewise
 * @param params options, data and the student's hyperparameters, by unique keys
 * @param metrics every figure of {@code result.json} that stands alone, and the losses of the
 *     trials
 * @param source tags that say where it comes from, for when it is made
 * @param tags what people read of it
 */
record MlflowRun(
    String name,
    long begun,
    long ended,
    List<Map.Entry<String, String>> params,
    List<Metric> metrics,
    Map<String, String> source,
    Map<String, String> tags) {

  /** A figure at a step. */
  record Metric(String key, double value, long timestamp, long step) {}

  private static final int KEY = 250;

  /** Older servers take no more; newer ones 6 000. */
  private static final int VALUE = 500;

  private static final int TAG = 5000;

  /** Parts of result.json whose numbers are figures. */
  private static final List<String> FIGURES =
      List.of("student", "hard_twin", "teacher", "prior", "comparison", "trials", "seconds");

  /** Not figures of a run: what was chosen, and where the time went. */
  private static final Set<String> NO_FIGURES =
      Set.of(
          "student/hyperparameters",
          "hard_twin/hyperparameters",
          "trials/importance",
          "trials/families");

  private static final List<String> CHOSEN =
      List.of("family", "hyperparameters", "temperature", "alpha", "source", "augment");

  private static final List<String> DATA =
      List.of("label", "train_rows", "test_rows", "columns", "features");

  /**
   * The run of a folder.
   *
   * @param options of the run, by their names
   */
  static MlflowRun of(String name, RunFolder folder, Map<String, List<String>> options) {
    JsonNode result = folder.result();
    long ended = ended(folder.name(), result.path("ended_at").asText());
    long begun = ended - Math.round(1000 * result.path("seconds").asDouble());

    Map<String, String> params = new LinkedHashMap<>();
    options.forEach(
        (option, values) ->
            param(params, "run/" + option.replaceFirst("^--", ""), String.join(", ", values)));
    for (String key : DATA) {
      texts(params, "data/" + key, result.path("data").path(key));
    }
    param(params, "data/classes", Integer.toString(result.path("data").path("classes").size()));
    for (String key : CHOSEN) {
      texts(params, "student/" + key, result.path("student").path(key));
      texts(params, "hard_twin/" + key, result.path("hard_twin").path(key));
    }

    List<Metric> metrics = new ArrayList<>();
    for (String key : FIGURES) {
      figures(metrics, key, result.path(key), ended);
    }
    for (Map<String, String> trial : folder.trials()) {
      if ("student".equals(trial.get("search")) && "complete".equals(trial.get("state"))) {
        double loss = Double.parseDouble(trial.getOrDefault("loss", "NaN"));
        long number = Long.parseLong(trial.getOrDefault("trial", "0"));
        if (Double.isFinite(loss)) {
          metrics.add(new Metric("trials/loss", loss, ended, number));
        }
      }
    }

    Map<String, String> source = new LinkedHashMap<>();
    source.put("mlflow.runName", name);
    source.put("mlflow.user", System.getProperty("user.name", ""));
    source.put("mlflow.source.name", "distill");
    source.put("mlflow.source.type", "LOCAL");
    source.values().removeIf(String::isEmpty);
    Map<String, String> tags = new LinkedHashMap<>();
    String note = result.path("verdict").asText() + "\n\n" + result.path("advice").asText();
    tags.put("mlflow.note.content", cut(note, TAG));
    tags.put("distill.action", result.path("action").asText());
    tags.put("distill.version", result.path("versions").path("distill").asText());
    return new MlflowRun(name, begun, ended, List.copyOf(params.entrySet()), metrics, source, tags);
  }

  private static long ended(String folder, String time) {
    try {
      return Instant.parse(time).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new InputException(
          "%s/result.json: field 'ended_at' must be a time such as 2026-11-28T14:00:00Z, got '%s'"
              .formatted(folder, time),
          e);
    }
  }

  /** The files of a run's folder that are kept with it. */
  static List<Path> files(Path folder) {
    List<String> names =
        new ArrayList<>(List.of("student.distill", "report.html", "MODEL_CARD.md"));
    names.addAll(List.of("result.json", "leaderboard.csv", "run.yaml"));
    return names.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
  }

  private static void texts(Map<String, String> params, String key, JsonNode node) {
    if (node.isObject()) {
      node.properties().forEach(e -> texts(params, key + "/" + e.getKey(), e.getValue()));
    } else if (node.isValueNode() && !node.isNull()) {
      param(params, key, node.asText());
    }
  }

  private static void param(Map<String, String> params, String key, String value) {
    if (!value.isEmpty()) {
      params.putIfAbsent(key(key), cut(value, VALUE));
    }
  }

  private static void figures(List<Metric> metrics, String key, JsonNode node, long time) {
    if (node.isObject() && !NO_FIGURES.contains(key)) {
      node.properties().forEach(e -> figures(metrics, key + "/" + e.getKey(), e.getValue(), time));
    } else if (node.isNumber()) {
      metrics.add(new Metric(key(key), node.asDouble(), time, 0));
    }
  }

  /** Of the letters that MLflow takes in a key. */
  private static String key(String key) {
    String known = key.replaceAll("[^\\w. /-]", "_");
    return known.length() <= KEY ? known : known.substring(0, KEY);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
