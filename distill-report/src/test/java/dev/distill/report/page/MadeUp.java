package dev.distill.report.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** The folder of a run that never was, of any size, with any names. */
final class MadeUp {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Texts that a page could mistake for its own. */
  static final List<String> HOSTILE =
      List.of(
          "<script>window.broken=1</script>",
          "</script><img src=x onerror='window.broken=1'>",
          "\"><svg onload=window.broken=1>",
          "{{verdict}} {{{data}}} ${1+1}",
          "=HYPERLINK(\"http://example.org\")",
          "🌋🧪 emoji 👩🏽‍🔬",
          "שלום עולם مرحبا",
          "line\nbreak\tand \u2028 separators \u0007",
          "x".repeat(300),
          "https://example.org/?a=1&b=2",
          "-->]]>");

  private final int classes;
  private final int columns;
  private final int trials;
  private final boolean hostile;
  private final SplittableRandom random = new SplittableRandom(7);

  MadeUp(int classes, int columns, int trials, boolean hostile) {
    this.classes = classes;
    this.columns = columns;
    this.trials = trials;
    this.hostile = hostile;
  }

  private String name(String kind, int i) {
    return hostile ? HOSTILE.get(i % HOSTILE.size()) + " " + i : kind + " " + i;
  }

  /** Writes result.json and leaderboard.csv. */
  Path write(Path folder) throws Exception {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("result.json"), JSON.writeValueAsString(result()));
    Files.writeString(folder.resolve("leaderboard.csv"), leaderboard());
    return folder;
  }

  ObjectNode result() {
    ObjectNode root = JSON.createObjectNode();
    root.put("verdict", "Distillation helped: the student is closer to the teacher.");
    root.put("advice", "Ship it: it has 96 % of the teacher's lead.");
    root.put("action", "ship");
    root.put("helped", true);
    model(root.putObject("student"), 0.04, "student");
    model(root.putObject("hard_twin"), 0.16, "twin");
    ObjectNode teacher = root.putObject("teacher");
    metrics(teacher.putObject("test"), 0);
    ObjectNode trust = teacher.putObject("trust");
    for (String field :
        List.of(
            "train_log_loss",
            "test_log_loss",
            "train_confidence",
            "test_confidence",
            "calibrated_test_log_loss")) {
      trust.put(field, 0.3);
    }
    trust.put("overfit", false).put("calibration", "none").put("miscalibrated", false);
    trust.put("doubtful_labels", 0).putArray("doubtful_rows");
    teacher.put("row_p50_ns", 250_000.0).put("bytes", 9_000_000);
    metrics(root.putObject("prior").putObject("test"), 1.4);
    comparison(root.putObject("comparison"));
    root.put("seconds", 91.5);
    ObjectNode counts = root.putObject("trials");
    counts.put("asked_per_search", Math.max(1, trials)).put("ended", trials).put("failed", 1);
    counts.put("pruned", trials / 5).put("ended_early", false).put("more_rows", "");
    ObjectNode importance = counts.putObject("importance");
    importance.put("family", 0.5).put("temperature", 0.3).put(name("made.trees.depth", 3), 0.2);
    counts.putObject("families");
    root.putArray("front");
    ObjectNode problem = root.putArray("problems").addObject();
    problem.put("name", name("plugin", 0)).put("message", name("it is broken", 1));
    root.put("plan", "joint").put("seed", 1).put("threads", 2);
    ObjectNode data = root.putObject("data");
    data.put("train_rows", 12_000).put("test_rows", 3_000).put("test_held_out_of_train", false);
    data.put("columns", columns).put("features", columns).put("label", name("label", 2));
    ArrayNode names = data.putArray("classes");
    for (int k = 0; k < classes; k++) {
      names.add(name("class", k));
    }
    data.putObject("sha256").put("train", "0123456789abcdef".repeat(4));
    root.putArray("command").add("distill").add("run").add("--label").add(name("it's", 2));
    root.put("ended_at", "2026-01-02T03:04:05Z");
    root.putObject("versions").put("distill", "0.1.0").put("java", "17");
    return root;
  }

  private static void model(ObjectNode node, double kl, String search) {
    node.put("family", "made.trees");
    node.putObject("hyperparameters").put("depth", 6).put("eta", 0.123456789).put("how", "fast");
    node.put("search", search).put("trial", 3).put("temperature", 1.5).put("alpha", 0.7);
    node.put("source", "given").put("augment", 0).put("calibration_temperature", 1.1);
    node.put("steps", 120);
    ObjectNode validation = node.putObject("validation");
    validation.put("loss", 0.3).put("kl", kl).put("log_loss", 0.3).put("accuracy", 0.9);
    metrics(node.putObject("test"), kl);
    ObjectNode cost = node.putObject("cost");
    cost.put("train_seconds", 1.5).put("row_p50_ns", 800.0).put("row_p99_ns", 1200.0);
    cost.put("batch_rows_per_second", 2e6).put("bytes", 48_000);
  }

  private static void metrics(ObjectNode node, double kl) {
    node.put("kl", kl).put("reverse_kl", kl).put("js", kl / 4).put("tv", Math.min(1, kl));
    for (String share :
        List.of(
            "agreement",
            "accuracy",
            "balanced_accuracy",
            "precision_macro",
            "recall_macro",
            "f1_macro",
            "precision_micro",
            "recall_micro",
            "f1_micro",
            "precision_weighted",
            "recall_weighted",
            "f1_weighted",
            "auc",
            "pr_auc")) {
      node.put(share, 0.9);
    }
    node.put("log_loss", 0.3).put("brier", 0.2).put("ece", 0.02).put("ks_max", 0.05);
    node.put("ks_min_p", 0.4).put("r2_sorted", 0.99);
  }

  private void comparison(ObjectNode node) {
    node.put("gap_closed_accuracy", 0.9).put("gap_closed_log_loss", 0.96);
    interval(node, "gap_closed_accuracy_interval", 0.9);
    interval(node, "gap_closed_log_loss_interval", 0.96);
    node.put("retention", 0.99).put("negative_flips", 0.01).put("mcnemar_p", 0.2);
    node.put("mcnemar_teacher_p", 0.3);
    interval(node, "kl_gain", 0.12);
    interval(node, "log_loss_gain", 0.01);
    interval(node, "accuracy_gain", 0.01);
    ArrayNode bands = node.putArray("by_confidence");
    for (double from : new double[] {0, 0.6, 0.8, 0.95}) {
      ObjectNode band = bands.addObject();
      band.put("from", from).put("rows", 750).put("agreement", 0.6 + from / 3);
      band.put("student_accuracy", 0.5 + from / 3).put("teacher_accuracy", 0.55 + from / 3);
    }
    ArrayNode slices = node.putArray("worst_slices");
    for (int s = 0; s < 3; s++) {
      ObjectNode slice = slices.addObject();
      slice.put("where", name("column", s) + " = " + name("level", s + 4)).put("rows", 90 + s);
      slice.put("kl", 0.2 - s / 20.0).put("kl_elsewhere", 0.04).put("p", 0.001);
    }
    ObjectNode reliability = node.putObject("reliability");
    ObjectNode confusion = node.putObject("confusion");
    for (String model : List.of("teacher", "student", "hard_twin")) {
      ArrayNode bins = reliability.putArray(model);
      for (int b = 7; b < 15; b++) {
        ObjectNode bin = bins.addObject();
        bin.put("from", b / 15.0).put("to", (b + 1) / 15.0).put("rows", 100 * b);
        bin.put("confidence", (b + 0.5) / 15).put("accuracy", (b + random.nextDouble()) / 15);
      }
      if (!model.equals("hard_twin")) {
        ArrayNode counts = confusion.putArray(model);
        for (int i = 0; i < classes; i++) {
          ArrayNode row = counts.addArray();
          for (int j = 0; j < classes; j++) {
            row.add(i == j ? 80 + random.nextInt(9) : random.nextInt(4));
          }
        }
      }
    }
    ArrayNode scores = node.putArray("scores");
    for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
      ObjectNode score = scores.addObject();
      score.put("class", name("class", k)).put("ks", 0.3 / (k + 1));
      for (String model : List.of("teacher", "student", "hard_twin")) {
        ArrayNode values = score.putArray(model);
        double power = 1 + random.nextDouble();
        for (int q = 0; q < 101; q++) {
          values.add(Math.pow(q / 100.0, power));
        }
      }
    }
    ArrayNode rows = node.putArray("disagreements");
    for (int r = 0; r < 20; r++) {
      ObjectNode row = rows.addObject();
      row.put("row", 17 * r + 1).put("label", name("class", 0)).put("kl", 3 - r / 10.0);
      row.put("above", name("class", 1)).put("below", name("class", 0));
      ArrayNode shares = row.putArray("probabilities");
      for (int k = 0; k < Math.min(4, classes); k++) {
        ObjectNode share = shares.addObject();
        share
            .put("class", name("class", k))
            .put("teacher", 0.25)
            .put("student", k == 1 ? 0.7 : 0.1);
      }
      ArrayNode values = row.putArray("values");
      for (int c = 0; c < Math.min(12, columns); c++) {
        ObjectNode value = values.addObject();
        value.put("column", name("column", c));
        if (c == 1) {
          value.putNull("value");
        } else {
          value.put("value", name("level", c));
        }
        value.put("contribution", 2 - c / 2.0);
      }
    }
  }

  private static void interval(ObjectNode node, String name, double estimate) {
    ObjectNode interval = node.putObject(name);
    interval.put("estimate", estimate).put("low", estimate - 0.01).put("high", estimate + 0.01);
  }

  String leaderboard() {
    StringBuilder text =
        new StringBuilder(
            "search,trial,family,temperature,alpha,source,augment,loss,standard_error,kl,"
                + "log_loss,accuracy,calibration_temperature,steps,seconds,state,counted_row_ns,"
                + "bytes,front,hyperparameters,failure\n");
    List<String> families = List.of("made.trees", "made.linear", "made.mlp");
    for (String search : List.of("student", "twin")) {
      for (int t = 0; t < trials; t++) {
        String family = families.get(t % families.size());
        String state = t % 5 == 4 ? "pruned" : t == 7 ? "failed" : "complete";
        double loss = 0.3 + 0.4 * random.nextDouble() / Math.sqrt(t + 1.0);
        double nanos = Math.pow(10, 1.5 + 2.5 * random.nextDouble());
        List<String> cells = new ArrayList<>(List.of(search, "" + t, family));
        cells.add(number(0.5 + 4 * random.nextDouble()));
        cells.add(number(random.nextDouble()));
        cells.addAll(List.of("given", "0"));
        boolean complete = state.equals("complete");
        for (double value : new double[] {loss, 0.01, loss / 4, loss, 0.9, 1}) {
          cells.add(complete ? number(value) : "");
        }
        cells.add(complete ? "40" : "");
        cells.add(number(1.5));
        cells.add(state);
        cells.add(complete ? number(nanos) : "");
        cells.add(complete ? "" + (int) (nanos * 40) : "");
        cells.add("");
        String settings =
            "depth=%d eta=%s how=%s".formatted(1 + t % 9, number(random.nextDouble()), "fast");
        cells.add('"' + settings + '"');
        String cause = hostile ? HOSTILE.get(0).replace("\"", "\"\"") : "it \"\"broke\"\"";
        cells.add(state.equals("failed") ? '"' + cause + '"' : "");
        text.append(String.join(",", cells)).append('\n');
      }
    }
    text.append("\"-\",,\"plug.Broken\"").append(",".repeat(18)).append("\"no id\"\n");
    return text.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.10f", value);
  }
}
