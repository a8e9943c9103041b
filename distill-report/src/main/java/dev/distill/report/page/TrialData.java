package dev.distill.report.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trials of students for the page's scripts, short: a list of lists, numbers to a few digits,
 * since there may be thousands.
 */
final class TrialData {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern DIGITS = Pattern.compile("-?[0-9.]{6,}(E-?[0-9]+)?");

  /** The figures that the scripts get, by their names in leaderboard.csv. */
  private static final List<String> FIGURES =
      List.of(
          "trial",
          "temperature",
          "alpha",
          "augment",
          "loss",
          "kl",
          "log_loss",
          "accuracy",
          "seconds",
          "counted_row_ns",
          "bytes");

  private static final String STUDENT = "student";
  private static final int LONGEST_CAUSE = 200;

  private TrialData() {}

  /**
   * The trials.
   *
   * @param run what the run is called, for messages
   * @param lines of leaderboard.csv
   * @return {@code fields}, names of what each of {@code rows} has; {@code family} and {@code
   *     search} in it are indices into {@code families} and {@code searches}
   * @throws IllegalArgumentException if a figure is no number
   */
  static ObjectNode of(String run, List<Map<String, String>> lines) {
    ObjectNode data = JSON.createObjectNode();
    ArrayNode fields = data.putArray("fields");
    List.of("search", "family", "state", "front").forEach(fields::add);
    FIGURES.forEach(fields::add);
    fields.add("hyperparameters").add("failure");
    Map<String, Integer> families = new LinkedHashMap<>();
    Map<String, Integer> searches = new LinkedHashMap<>();
    ArrayNode rows = data.putArray("rows");
    for (Map<String, String> line : lines) {
      String search = line.getOrDefault("search", "");
      // What is judged by labels alone is not to be compared with what mimics the teacher.
      if (!search.startsWith(STUDENT)) {
        continue;
      }
      ArrayNode row = rows.addArray();
      row.add(index(searches, search));
      row.add(index(families, line.getOrDefault("family", "")));
      row.add(line.getOrDefault("state", ""));
      row.add(line.getOrDefault("front", "").isEmpty() ? 0 : 1);
      for (String figure : FIGURES) {
        String text = line.get(figure);
        try {
          number(row, text);
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "%s: '%s' of trial %s in leaderboard.csv must be a number, got '%s'"
                  .formatted(run, figure, line.get("trial"), text),
              e);
        }
      }
      row.add(shortened(line.getOrDefault("hyperparameters", "")));
      String cause = line.getOrDefault("failure", "");
      row.add(cause.substring(0, Math.min(LONGEST_CAUSE, cause.length())));
    }
    ArrayNode named = data.putArray("families");
    families.keySet().forEach(named::add);
    ArrayNode told = data.putArray("searches");
    searches.keySet().forEach(told::add);
    return data;
  }

  private static int index(Map<String, Integer> known, String name) {
    return known.computeIfAbsent(name, n -> known.size());
  }

  private static void number(ArrayNode row, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      row.addNull();
      return;
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      row.addNull();
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      row.add((long) value);
    } else {
      row.add(Double.parseDouble(Numbers.significant(value, 5)));
    }
  }

  /** {@code eta=0.1132 depth=6} from {@code eta=0.11317219841 depth=6}. */
  private static String shortened(String hyperparameters) {
    return DIGITS.matcher(hyperparameters).replaceAll(number -> shortNumber(number.group()));
  }

  private static String shortNumber(String text) {
    try {
      return Numbers.significant(Double.parseDouble(text), 4);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
