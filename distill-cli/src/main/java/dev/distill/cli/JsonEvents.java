package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.auto.Advice;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.Measured;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.Version;
import dev.distill.cli.data.DataLoader;
import dev.distill.metrics.Evaluation;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run as events, one JSON object a line: docs/events.md, docs/events.schema.json. What is no
 * number is null.
 */
final class JsonEvents implements Console {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> FIGURES =
      List.of("accuracy", "log_loss", "kl", "agreement", "ece");

  private final PrintWriter lines;
  private final PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
  private final PrintWriter notes = new PrintWriter(new Lines(this::note), true);

  /** Events to be. */
  JsonEvents(PrintWriter lines) {
    this.lines = lines;
  }

  @Override
  public PrintWriter out() {
    return nowhere;
  }

  @Override
  public PrintWriter details() {
    return nowhere;
  }

  @Override
  public PrintWriter notes() {
    return notes;
  }

  private void note(String text) {
    ObjectNode node = event("note");
    node.put("text", text);
    send(node);
  }

  @Override
  public void begun(Map<String, Object> options, List<String> families) {
    ObjectNode node = event("begun");
    node.put("distill", Version.current());
    node.put("java", System.getProperty("java.version"));
    ArrayNode ids = node.putArray("families");
    families.forEach(ids::add);
    node.set("options", JSON.valueToTree(options));
    send(node);
  }

  @Override
  public Watch watch(String what) {
    return new Watch() {
      @Override
      public void ended(TrialOutcome outcome, @Nullable TrialOutcome best, int done, int total) {
        send(trial(outcome, best, done, total));
      }

      @Override
      public void end() {
        // The next event says what comes next.
      }
    };
  }

  private static ObjectNode trial(
      TrialOutcome outcome, @Nullable TrialOutcome best, int done, int total) {
    ObjectNode node = event("trial");
    node.put("search", outcome.spec().search());
    node.put("trial", outcome.spec().number());
    node.put("family", outcome.spec().family());
    node.put("state", outcome.succeeded() ? "complete" : outcome.pruned() ? "pruned" : "failed");
    number(node, "loss", outcome.loss());
    number(node, "kl", outcome.kl());
    number(node, "log_loss", outcome.logLoss());
    number(node, "accuracy", outcome.accuracy());
    number(node, "temperature", outcome.spec().temperature());
    number(node, "alpha", outcome.spec().alpha());
    number(node, "seconds", outcome.seconds());
    outcome.failure().ifPresent(cause -> node.put("cause", String.valueOf(cause.getMessage())));
    node.put("done", done);
    node.put("total", total);
    if (best == null) {
      node.putNull("best");
    } else {
      ObjectNode leader = node.putObject("best");
      leader.put("trial", best.spec().number());
      leader.put("family", best.spec().family());
      number(leader, "loss", best.loss());
    }
    return node;
  }

  @Override
  public void measured(DistillationResult result) {
    send(last("student", result.student()));
    send(last("hard_twin", result.twin()));
    ObjectNode node = event("verdict");
    node.put("helped", result.verdict().helped());
    node.put("verdict", result.verdict().sentence());
    Advice advice = result.advice();
    node.put("action", advice.action().name().toLowerCase(Locale.ROOT));
    node.put("advice", advice.sentence());
    ArrayNode warnings = node.putArray("warnings");
    result.diagnosis().warnings().forEach(warnings::add);
    number(node, "seconds", result.seconds());
    node.put("trials", result.trials().size());
    node.put("failed", result.trials().stream().filter(t -> t.failure().isPresent()).count());
    node.put("ended_early", result.endedEarly());
    send(node);
  }

  /** The last fit, on all rows. */
  private static ObjectNode last(String who, Measured measured) {
    ObjectNode node = event("final");
    node.put("who", who);
    node.put("search", measured.chosen().spec().search());
    node.put("trial", measured.chosen().spec().number());
    node.put("family", measured.chosen().spec().family());
    ObjectNode test = node.putObject("test");
    Evaluation evaluation = measured.test();
    FIGURES.forEach(figure -> number(test, figure, evaluation.get(figure)));
    node.put("bytes", measured.cost().bytes());
    number(node, "row_p50_ns", measured.cost().p50Nanos());
    return node;
  }

  @Override
  public void written(Path folder, List<String> names) {
    ObjectNode node = event("files");
    node.put("folder", folder.toString());
    ArrayNode files = node.putArray("files");
    for (String name : names) {
      ObjectNode file = files.addObject();
      file.put("name", name);
      file.put("sha256", DataLoader.sha256(folder.resolve(name)));
    }
    send(node);
  }

  /** A run was repeated. */
  void repeated(boolean same, String was, String is, String why) {
    ObjectNode node = event("repeated");
    node.put("same", same);
    node.put("sha256_before", was);
    node.put("sha256", is);
    node.put("why", why);
    send(node);
  }

  /** It failed. */
  void failed(String message, int code) {
    ObjectNode node = event("error");
    node.put("message", message);
    node.put("exit_code", code);
    send(node);
  }

  private static ObjectNode event(String what) {
    ObjectNode node = JSON.createObjectNode();
    node.put("event", what);
    node.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    return node;
  }

  private synchronized void send(ObjectNode node) {
    try {
      lines.print(JSON.writeValueAsString(node) + "\n");
      lines.flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event is JSON", e);
    }
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  /** Hands on what is written by whole lines; what a terminal would write over is left out. */
  private static final class Lines extends Writer {
    private final Consumer<String> sink;
    private final StringBuilder line = new StringBuilder();
    private boolean over;

    Lines(Consumer<String> sink) {
      this.sink = sink;
    }

    @Override
    public void write(char[] text, int from, int count) {
      for (int i = from; i < from + count; i++) {
        if (text[i] == '\n') {
          String whole = line.toString().replace("\u001b[K", "").strip();
          line.setLength(0);
          if (!whole.isEmpty()) {
            sink.accept(whole);
          }
          over = false;
        } else if (text[i] == '\r') {
          over = true;
        } else {
          if (over) {
            line.setLength(0);
            over = false;
          }
          line.append(text[i]);
        }
      }
    }

    @Override
    public void flush() {
      // By whole lines.
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
