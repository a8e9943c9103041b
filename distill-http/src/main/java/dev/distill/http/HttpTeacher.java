package dev.distill.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.spi.Names;
import dev.distill.spi.NoAnswerException;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model behind an address. Each distinct row is asked about once, ever: answers are checked, kept
 * on disk after each request and taken from there, in later runs too.
 */
final class HttpTeacher implements TeacherModel {
  private final Endpoint endpoint;
  private final Signature signature;
  private final Options options;
  private List<String> cached = List.of();
  private @Nullable AnswerCache cache;
  private long asked;

  HttpTeacher(Endpoint endpoint, Signature signature, Options options) {
    this.endpoint = endpoint;
    this.signature = signature;
    this.options = options;
  }

  @Override
  public String description() {
    int inputs = signature.inputs().size();
    return "%s (Open Inference Protocol, %s %s, output '%s', %s rows sent)"
        .formatted(
            endpoint.url(), inputs, inputs == 1 ? "input" : "inputs", signature.output(), asked);
  }

  @Override
  public void check(Table rows, List<String> classes) {
    signature.check(rows, classes);
  }

  @Override
  public synchronized double[] probabilities(Table rows, List<String> classes) {
    Table seen = signature.seen(rows);
    RowKey[] keys = RowKey.of(seen);
    AnswerCache answers = open(classes);
    try {
      answers.refresh();
    } catch (IOException e) {
      throw unkept(answers.file(), e);
    }
    int[] missing = missing(keys, answers);
    for (int from = 0; from < missing.length; from += options.batch()) {
      int[] some = new int[Math.min(options.batch(), missing.length - from)];
      System.arraycopy(missing, from, some, 0, some.length);
      ask(seen, keys, some, classes, answers);
    }
    int k = classes.size();
    double[] all = new double[Math.multiplyExact(keys.length, k)];
    for (int i = 0; i < keys.length; i++) {
      double[] answer = answers.get(keys[i]);
      if (answer == null) {
        throw new NoAnswerException(
            answers.file() + ": answers were changed by another program while they were used",
            null);
      }
      System.arraycopy(answer, 0, all, i * k, k);
    }
    return all;
  }

  /** The first of each of the rows that have no answer yet. */
  private static int[] missing(RowKey[] keys, AnswerCache answers) {
    int[] missing = new int[keys.length];
    Set<RowKey> seen = new HashSet<>();
    int count = 0;
    for (int i = 0; i < keys.length; i++) {
      if (answers.get(keys[i]) == null && seen.add(keys[i])) {
        missing[count++] = i;
      }
    }
    return Arrays.copyOf(missing, count);
  }

  private void ask(
      Table seen, RowKey[] keys, int[] rows, List<String> classes, AnswerCache answers) {
    double[] values =
        values(endpoint.infer(signature.request(seen.rows(rows))), rows.length, classes);
    asked += rows.length;
    List<RowKey> answered = new ArrayList<>(rows.length);
    for (int row : rows) {
      answered.add(keys[row]);
    }
    try {
      answers.add(answered, values);
    } catch (IOException e) {
      throw unkept(answers.file(), e);
    }
  }

  private double[] values(JsonNode answer, int rows, List<String> classes) {
    JsonNode output = null;
    for (JsonNode each : answer.path("outputs")) {
      if (each.path("name").asText().equals(signature.output())) {
        output = each;
      }
    }
    if (output == null) {
      throw new IllegalArgumentException(
          "%s: the answer has no output '%s'".formatted(endpoint.url(), signature.output()));
    }
    int k = classes.size();
    double[] values = new double[rows * k];
    int count = flatten(output.path("data"), values, 0);
    JsonNode shape = output.path("shape");
    if (k == 2 && signature.classes() != 2 && count == rows && isShape(shape, rows, 1)) {
      complete(values, rows, classes);
    } else if (count != values.length || !isShape(shape, rows, k)) {
      throw new IllegalArgumentException(
          "%s: answered %s rows with %s numbers%s, expected %s, one a row for each of the classes %s"
              .formatted(
                  endpoint.url(),
                  rows,
                  count,
                  shape.isMissingNode() ? "" : " of the shape " + shape,
                  values.length,
                  Names.quoted(classes)));
    }
    check(values, classes);
    return values;
  }

  /** Whether a shape, if it is said, is that many rows; of one number each, also without it. */
  private static boolean isShape(JsonNode shape, int rows, int width) {
    return shape.isMissingNode()
        || (shape.path(0).asInt() == rows
            && (shape.size() == 2
                ? shape.path(1).asInt() == width
                : shape.size() == 1 && width == 1));
  }

  /**
   * Puts the probability of the first of two classes before that of the second.
   *
   * @param values the second class's of each row at first, then two a row
   */
  private void complete(double[] values, int rows, List<String> classes) {
    for (int i = rows - 1; i >= 0; i--) {
      double second = values[i];
      if (!(second >= 0 && second <= 1)) {
        throw new IllegalArgumentException(
            "%s: answered a row with %s alone, expected the probability of class '%s', 0 to 1"
                .formatted(endpoint.url(), second, classes.get(1)));
      }
      values[2 * i] = 1 - second;
      values[2 * i + 1] = second;
    }
  }

  /** Numbers of an array, nested or not; those beyond the room are counted alone. */
  private static int flatten(JsonNode data, double[] values, int at) {
    int next = at;
    for (JsonNode each : data) {
      if (each.isArray()) {
        next = flatten(each, values, next);
      } else {
        if (next < values.length) {
          values[next] = each.isNumber() ? each.doubleValue() : Double.NaN;
        }
        next++;
      }
    }
    return next;
  }

  /** By the rules for a teacher's file: nothing is kept that would be refused later. */
  private void check(double[] values, List<String> classes) {
    int k = classes.size();
    double tolerance = Math.min(0.01, Math.max(0.001, 0.0005 * k));
    for (int at = 0; at < values.length; at += k) {
      double sum = 0;
      for (int c = 0; c < k; c++) {
        double value = values[at + c];
        if (!(value >= 0 && value <= 1 + tolerance)) {
          throw new IllegalArgumentException(
              "%s: answered class '%s' of a row with %s, allowed 0 to 1"
                  .formatted(endpoint.url(), classes.get(c), value));
        }
        sum += value;
      }
      if (Math.abs(sum - 1) > tolerance) {
        throw new IllegalArgumentException(
            "%s: answered a row with numbers that sum to %s, expected probabilities: 1 ± %s"
                .formatted(endpoint.url(), (float) sum, tolerance));
      }
    }
  }

  private AnswerCache open(List<String> classes) {
    if (cache != null && cached.equals(classes)) {
      return cache;
    }
    close();
    Path file = options.cache().resolve(fileName(classes));
    try {
      cache = AnswerCache.open(file, classes.size());
    } catch (IOException e) {
      throw unkept(file, e);
    }
    cached = List.copyOf(classes);
    return cache;
  }

  /** Of what may change an answer: address, versions there, output, classes and their order. */
  private String fileName(List<String> classes) {
    MessageDigest digest = RowKey.sha256();
    RowKey.update(digest, endpoint.url());
    RowKey.update(digest, signature.versions().toString());
    RowKey.update(digest, signature.output());
    classes.forEach(name -> RowKey.update(digest, name));
    String model = endpoint.url().replaceFirst(".*/v2/models/", "").replaceAll("[^\\w.-]+", "-");
    return "%.40s-%s.answers".formatted(model, HexFormat.of().formatHex(digest.digest(), 0, 16));
  }

  private NoAnswerException unkept(Path file, IOException e) {
    return new NoAnswerException(
        "%s: answers can't be kept in %s: %s; DISTILL_CACHE names another folder"
            .formatted(endpoint.url(), file, e.getMessage()),
        e);
  }

  @Override
  public synchronized void close() {
    if (cache != null) {
      AnswerCache ended = cache;
      cache = null;
      try {
        ended.close();
      } catch (IOException e) {
        throw unkept(ended.file(), e);
      }
    }
  }
}
