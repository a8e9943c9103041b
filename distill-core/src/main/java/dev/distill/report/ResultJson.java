package dev.distill.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.auto.Advice;
import dev.distill.auto.Disagreement;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.Measured;
import dev.distill.auto.ServingCost;
import dev.distill.auto.Slice;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TeacherDiagnosis;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import dev.distill.auto.Verdict;
import dev.distill.auto.Version;
import dev.distill.data.Answers;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.ConfidenceBand;
import dev.distill.metrics.ConfusionMatrix;
import dev.distill.metrics.Evaluation;
import dev.distill.metrics.ReliabilityBin;
import dev.distill.metrics.ScoreQuantiles;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code result.json}: everything measured, for programs. Its schema is {@code result.schema.json}
 * beside this class; a number that can't be had (such as an AUC on one class) is null.
 */
public final class ResultJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Matrices of more classes are none to look at. */
  private static final int MOST_CLASSES = 64;

  /** Distributions of more classes are none to look at. */
  private static final int MOST_SCORES = 32;

  private static final MathContext DIGITS = new MathContext(5);

  /** More rows than a person will look at. */
  private static final int MOST_ROWS = 100;

  private ResultJson() {}

  /**
   * What a result does not know of its run.
   *
   * @param files SHA-256 in hexadecimal of each input file, by what it is ("train", "teacher", …)
   * @param command the words of the command line; empty where there was none
   * @param answers what the teacher was asked, null where its probabilities were files
   * @param teacherCost what an answer of the teacher would cost as a student file; null where it
   *     can't be one
   * @param problems the families that could not be used
   */
  public record Origin(
      Map<String, String> files,
      List<String> command,
      @Nullable Answers answers,
      @Nullable ServingCost teacherCost,
      List<StudentCatalog.Problem> problems) {}

  /** The text of {@code result.json}. */
  public static String of(DistillationResult result, Origin origin) {
    Answers answers = origin.answers();
    ServingCost teacherCost = origin.teacherCost();
    ObjectNode root = JSON.createObjectNode();
    root.put("verdict", result.verdict().sentence());
    Advice advice = result.advice();
    root.put("advice", advice.sentence());
    root.put("action", advice.action().name().toLowerCase(Locale.ROOT));
    root.put("helped", result.verdict().helped());
    student(root.putObject("student"), result.student());
    student(root.putObject("hard_twin"), result.twin());
    result
        .setAside()
        .ifPresent(
            other -> {
              ObjectNode node = root.putObject("set_aside");
              student(node.putObject("student"), other.student());
              interval(node.putObject("kl_gain"), other.verdict().kl());
              interval(node.putObject("log_loss_gain"), other.verdict().logLoss());
            });
    ObjectNode teacher = root.putObject("teacher");
    evaluation(teacher.putObject("test"), result.teacher());
    diagnosis(teacher.putObject("trust"), result);
    if (answers != null) {
      ArrayNode models = teacher.putArray("models");
      answers.teachers().forEach(models::add);
      teacher.put("rows_answered", answers.rows());
      number(teacher, "rows_per_second", answers.rowsPerSecond());
    }
    if (teacherCost != null) {
      number(teacher, "row_p50_ns", teacherCost.p50Nanos());
      teacher.put("bytes", teacherCost.bytes());
    }
    evaluation(root.putObject("prior").putObject("test"), result.prior());
    ObjectNode comparison = root.putObject("comparison");
    comparison(comparison, result.verdict());
    byConfidence(comparison.putArray("by_confidence"), result.byConfidence());
    slices(comparison.putArray("worst_slices"), result.worstSlices());
    reliability(comparison.putObject("reliability"), result);
    confusion(comparison, result);
    scores(comparison.putArray("scores"), result);
    disagreements(comparison.putArray("disagreements"), result);
    number(root, "seconds", result.seconds());
    trials(root.putObject("trials"), result);
    front(root.putArray("front"), result);
    ArrayNode unusable = root.putArray("problems");
    origin
        .problems()
        .forEach(p -> unusable.addObject().put("name", p.name()).put("message", p.message()));
    root.put("plan", result.config().plan().name().toLowerCase(Locale.ROOT));
    root.put("seed", result.config().seed());
    root.put("threads", result.config().threads());
    data(root.putObject("data"), result, origin.files());
    ArrayNode command = root.putArray("command");
    origin.command().forEach(command::add);
    root.put("ended_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    ObjectNode versions = root.putObject("versions");
    versions.put("distill", Version.current());
    versions.put("java", System.getProperty("java.version"));
    return root.toPrettyString() + "\n";
  }

  private static void diagnosis(ObjectNode node, DistillationResult result) {
    TeacherDiagnosis d = result.diagnosis();
    number(node, "train_log_loss", d.trainLogLoss());
    number(node, "test_log_loss", d.testLogLoss());
    number(node, "train_confidence", d.trainConfidence());
    number(node, "test_confidence", d.testConfidence());
    node.put("overfit", d.overfit());
    node.put("calibration", d.calibration());
    number(node, "calibrated_test_log_loss", d.calibratedTestLogLoss());
    node.put("miscalibrated", d.miscalibrated());
    node.put("doubtful_labels", d.doubtfulLabels().size());
    ArrayNode rows = node.putArray("doubtful_rows");
    if (!result.task().heldOut()) {
      d.doubtfulLabels().stream().limit(MOST_ROWS).forEach(row -> rows.add(row + 1));
    }
  }

  private static void trials(ObjectNode node, DistillationResult result) {
    node.put("asked_per_search", result.config().trials());
    count(node, result.trials());
    node.put("ended_early", result.endedEarly());
    node.put("more_rows", result.moreRows());
    ObjectNode importance = node.putObject("importance");
    result.importance().forEach((name, share) -> importance.put(name, rounded(share)));
    Map<String, List<TrialOutcome>> families =
        result.trials().stream()
            .collect(
                Collectors.groupingBy(t -> t.spec().family(), TreeMap::new, Collectors.toList()));
    ObjectNode each = node.putObject("families");
    families.forEach(
        (family, trials) -> {
          ObjectNode figures = each.putObject(family);
          count(figures, trials);
          number(figures, "seconds", trials.stream().mapToDouble(TrialOutcome::seconds).sum());
        });
  }

  private static void count(ObjectNode node, List<TrialOutcome> trials) {
    node.put("ended", trials.size());
    node.put("failed", trials.stream().filter(t -> t.failure().isPresent()).count());
    node.put("pruned", trials.stream().filter(TrialOutcome::pruned).count());
  }

  private static void front(ArrayNode node, DistillationResult result) {
    for (TrialOutcome outcome : result.front()) {
      ObjectNode point = node.addObject();
      point.put("trial", outcome.spec().number());
      point.put("family", outcome.spec().family());
      number(point, "loss", outcome.loss());
      TrialOutcome.Cost cost = outcome.cost();
      if (cost != null) {
        number(point, "counted_row_ns", cost.nanos());
        point.put("bytes", cost.bytes());
      }
    }
  }

  private static void data(ObjectNode node, DistillationResult result, Map<String, String> files) {
    var task = result.task();
    node.put("train_rows", task.train().features().rows());
    node.put("test_rows", task.test().features().rows());
    node.put("test_held_out_of_train", task.heldOut());
    node.put("columns", task.train().schema().columns().size());
    node.put("features", task.train().features().columns());
    node.put("label", task.train().labelName());
    var classes = node.putArray("classes");
    task.train().classes().forEach(classes::add);
    ObjectNode hashes = node.putObject("sha256");
    new TreeMap<>(files).forEach(hashes::put);
  }

  private static void student(ObjectNode node, Measured measured) {
    TrialOutcome chosen = measured.chosen();
    TrialSpec spec = chosen.spec();
    node.put("family", spec.family());
    ObjectNode hyperparameters = node.putObject("hyperparameters");
    spec.hyperparameters().values().forEach((name, value) -> hyperparameters.putPOJO(name, value));
    node.put("search", spec.search());
    node.put("trial", spec.number());
    number(node, "temperature", spec.temperature());
    number(node, "alpha", spec.alpha());
    node.put("source", spec.source());
    node.put("augment", spec.augment());
    number(node, "calibration_temperature", measured.file().temperature());
    node.put("steps", measured.steps());
    ObjectNode validation = node.putObject("validation");
    number(validation, "loss", chosen.loss());
    number(validation, "kl", chosen.kl());
    number(validation, "log_loss", chosen.logLoss());
    number(validation, "accuracy", chosen.accuracy());
    evaluation(node.putObject("test"), measured.test());
    ObjectNode cost = node.putObject("cost");
    number(node, "train_kl", measured.trainKl());
    number(cost, "train_seconds", measured.trainSeconds());
    number(cost, "row_p50_ns", measured.cost().p50Nanos());
    number(cost, "row_p99_ns", measured.cost().p99Nanos());
    number(cost, "batch_rows_per_second", measured.cost().batchRowsPerSecond());
    cost.put("bytes", measured.cost().bytes());
  }

  private static void comparison(ObjectNode node, Verdict c) {
    number(node, "gap_closed_accuracy", c.gapClosedAccuracy().estimate());
    number(node, "gap_closed_log_loss", c.gapClosedLogLoss().estimate());
    interval(node.putObject("gap_closed_accuracy_interval"), c.gapClosedAccuracy());
    interval(node.putObject("gap_closed_log_loss_interval"), c.gapClosedLogLoss());
    number(node, "retention", c.retention());
    number(node, "negative_flips", c.negativeFlips());
    number(node, "mcnemar_p", c.mcnemar());
    number(node, "mcnemar_teacher_p", c.mcnemarTeacher());
    interval(node.putObject("kl_gain"), c.kl());
    interval(node.putObject("log_loss_gain"), c.logLoss());
    interval(node.putObject("accuracy_gain"), c.accuracy());
  }

  private static void slices(ArrayNode array, List<Slice> slices) {
    for (Slice slice : slices) {
      ObjectNode node = array.addObject();
      node.put("where", slice.where());
      node.put("rows", slice.rows());
      number(node, "kl", slice.kl());
      number(node, "kl_elsewhere", slice.klElsewhere());
      number(node, "p", slice.p());
    }
  }

  private static void byConfidence(ArrayNode array, List<ConfidenceBand> bands) {
    for (ConfidenceBand band : bands) {
      ObjectNode node = array.addObject();
      number(node, "from", band.from());
      node.put("rows", band.rows());
      number(node, "agreement", band.agreement());
      number(node, "student_accuracy", band.studentAccuracy());
      number(node, "teacher_accuracy", band.teacherAccuracy());
    }
  }

  private static void reliability(ObjectNode node, DistillationResult result) {
    reliability(node.putArray("teacher"), result.reliability(result.task().testTeacher()));
    reliability(node.putArray("student"), result.reliability(result.student().testProbabilities()));
    reliability(node.putArray("hard_twin"), result.reliability(result.twin().testProbabilities()));
  }

  private static void reliability(ArrayNode array, List<ReliabilityBin> bins) {
    for (ReliabilityBin bin : bins) {
      ObjectNode node = array.addObject();
      node.put("from", rounded(bin.from()));
      node.put("to", rounded(bin.to()));
      node.put("rows", bin.rows());
      node.put("confidence", rounded(bin.confidence()));
      node.put("accuracy", rounded(bin.accuracy()));
    }
  }

  private static void confusion(ObjectNode comparison, DistillationResult result) {
    if (result.task().test().classes().size() > MOST_CLASSES) {
      return;
    }
    ObjectNode node = comparison.putObject("confusion");
    confusion(node.putArray("teacher"), result.confusion(result.task().testTeacher()));
    confusion(node.putArray("student"), result.confusion(result.student().testProbabilities()));
  }

  private static void confusion(ArrayNode array, ConfusionMatrix matrix) {
    for (int label = 0; label < matrix.classes(); label++) {
      ArrayNode row = array.addArray();
      for (int k = 0; k < matrix.classes(); k++) {
        row.add(matrix.count(label, k));
      }
    }
  }

  private static void scores(ArrayNode array, DistillationResult result) {
    for (ScoreQuantiles scores : result.scoreQuantiles(MOST_SCORES)) {
      ObjectNode node = array.addObject();
      node.put("class", result.task().test().classes().get(scores.targetClass()));
      node.put("ks", rounded(scores.ks()));
      probabilities(node.putArray("teacher"), scores.teacher());
      probabilities(node.putArray("student"), scores.student());
      probabilities(node.putArray("hard_twin"), scores.twin());
    }
  }

  private static void probabilities(ArrayNode array, double[] values) {
    for (double value : values) {
      array.add(rounded(value));
    }
  }

  private static void disagreements(ArrayNode array, DistillationResult result) {
    List<String> classes = result.task().test().classes();
    for (Disagreement row : result.disagreements()) {
      ObjectNode node = array.addObject();
      if (!result.task().heldOut()) {
        node.put("row", row.row() + 1);
      }
      node.put("label", classes.get(row.label()));
      node.put("kl", rounded(row.kl()));
      node.put("above", classes.get(row.above()));
      node.put("below", classes.get(row.below()));
      ArrayNode probabilities = node.putArray("probabilities");
      for (int i = 0; i < row.classes().size(); i++) {
        ObjectNode each = probabilities.addObject();
        each.put("class", classes.get(row.classes().get(i)));
        each.put("teacher", rounded(row.teacher().get(i)));
        each.put("student", rounded(row.student().get(i)));
      }
      ArrayNode values = node.putArray("values");
      for (Disagreement.Value value : row.values()) {
        ObjectNode each = values.addObject();
        each.put("column", value.column());
        each.put("value", value.text());
        if (Double.isFinite(value.contribution())) {
          each.put("contribution", rounded(value.contribution()));
        }
      }
    }
  }

  /** For the eye: the digits that a picture shows. */
  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }

  private static void interval(ObjectNode node, Interval interval) {
    number(node, "estimate", interval.estimate());
    number(node, "low", interval.lower());
    number(node, "high", interval.upper());
  }

  private static void evaluation(ObjectNode node, Evaluation evaluation) {
    evaluation.values().forEach((name, value) -> number(node, name, value));
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
