package dev.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The reference vectors: cases by section, each of which knows what of it was read. */
public final class KernelVectors {
  /** Relative error of one rounding is half of this. */
  public static final double EPS = Math.ulp(1.0);

  private static final JsonNode ALL = load();

  private KernelVectors() {}

  private static JsonNode load() {
    String file = System.getProperty("distill.kernels");
    try (InputStream in =
            file == null
                ? KernelVectors.class.getResourceAsStream("kernels.json.gz")
                : Files.newInputStream(Path.of(file));
        InputStream text = new GZIPInputStream(in)) {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cases of a section. */
  public static Stream<Case> cases(String section) {
    assertThat(ALL.path(section).size()).as("cases of " + section).isPositive();
    List<Case> cases = new ArrayList<>();
    ALL.get(section).forEach(node -> cases.add(new Case(node)));
    return cases.stream();
  }

  /** Fails unless two values differ by at most the tolerance, or are both the same non-number. */
  public static void assertClose(String what, double actual, double expected, double tolerance) {
    if (Double.compare(actual, expected) == 0 || Math.abs(actual - expected) <= tolerance) {
      return;
    }
    assertThat(actual).as("%s, within %s", what, tolerance).isEqualTo(expected);
  }

  /** One case, or an object within it. */
  public static final class Case {
    private final JsonNode node;
    private final Set<String> unread = new TreeSet<>();
    private final List<Case> parts = new ArrayList<>();

    Case(JsonNode node) {
      this.node = node;
      node.fieldNames().forEachRemaining(unread::add);
      unread.remove("id");
      unread.remove("n");
      unread.remove("K");
    }

    /** Number of rows. */
    public int rows() {
      return node.get("n").asInt();
    }

    /** Number of classes. */
    public int classes() {
      return node.get("K").asInt();
    }

    /** Whether the case has the key; does not count as reading it. */
    public boolean has(String key) {
      return node.has(key);
    }

    /** A number. */
    public double number(String key) {
      return number(read(key));
    }

    /** A list of numbers, or a list of rows of them one after the other; null is NaN. */
    public double[] numbers(String key) {
      List<Double> values = new ArrayList<>();
      flatten(read(key), values);
      return values.stream().mapToDouble(v -> v).toArray();
    }

    /** Whole numbers. */
    public int[] ints(String key) {
      double[] values = numbers(key);
      int[] ints = new int[values.length];
      for (int i = 0; i < ints.length; i++) {
        ints[i] = (int) values[i];
      }
      return ints;
    }

    /** A list of objects. */
    public List<Case> list(String key) {
      List<Case> list = new ArrayList<>();
      read(key).forEach(part -> list.add(new Case(part)));
      parts.addAll(list);
      return list;
    }

    /** An object. */
    public Case object(String key) {
      Case part = new Case(read(key));
      parts.add(part);
      return part;
    }

    /** Fails if a key was never read: then no kernel was tested against it. */
    public void assertAllRead() {
      assertThat(unread).as("keys of " + this + " that no kernel was tested against").isEmpty();
      parts.forEach(Case::assertAllRead);
    }

    private JsonNode read(String key) {
      JsonNode value = node.get(key);
      assertThat(value).as(key + " of " + this).isNotNull();
      unread.remove(key);
      return value;
    }

    private static void flatten(JsonNode value, List<Double> into) {
      if (value.isArray()) {
        value.forEach(part -> flatten(part, into));
      } else {
        into.add(number(value));
      }
    }

    private static double number(JsonNode value) {
      return value.isNull()
          ? Double.NaN
          : value.isTextual() ? Double.parseDouble(value.asText()) : value.asDouble();
    }

    @Override
    public String toString() {
      return node.path("id").asText("part");
    }
  }
}
