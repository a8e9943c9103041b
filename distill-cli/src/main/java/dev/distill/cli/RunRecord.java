package dev.distill.cli;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code run.yaml} in a run's folder: every option as it was in effect, and what the run read and
 * made. {@link RunConfig} reads it again.
 */
final class RunRecord {
  static final String NAME = "run.yaml";
  static final String STUDENT = "student_sha256";
  static final String DISTILL = "distill";
  static final String JAVA = "java";
  static final String ENDED_EARLY = "ended_early";

  private RunRecord() {}

  /**
   * The text.
   *
   * @param run the command that was run, parsed
   * @param folder where it will stand: files that were named relatively are relative to it
   * @param hashes the SHA-256 of each file that was read, by its path as given
   * @param student the SHA-256 of the student's file
   */
  static String yaml(
      CommandSpec run,
      Path folder,
      DistillationResult result,
      Map<String, String> hashes,
      String student)
      throws IOException {
    Path base = folder.toRealPath();
    Map<String, Object> root = options(run, base);
    // With others on the class path than now it would be another search.
    root.computeIfAbsent(
        "families",
        key ->
            result.trials().stream()
                .map(TrialOutcome::spec)
                .map(spec -> spec.family())
                .distinct()
                .sorted()
                .toList());
    Map<String, Object> record = new LinkedHashMap<>();
    record.put(DISTILL, Version.current());
    record.put(JAVA, System.getProperty("java.version"));
    record.put(ENDED_EARLY, result.endedEarly());
    record.put(STUDENT, student);
    Map<String, Object> files = new TreeMap<>();
    for (Map.Entry<String, String> file : hashes.entrySet()) {
      files.put(relative(file.getKey(), base), file.getValue());
    }
    record.put(RunConfig.FILES, files);
    root.put(RunConfig.RECORD, record);
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setSplitLines(false)
            .setUseUnicodeEncoding(true)
            .build();
    return "# Every option of a run as it was in effect: 'distill rerun' and its folder repeat it,\n"
        + "# 'distill run --config' and this file take it as a start. Files are relative to it.\n"
        + new Dump(settings).dumpToString(root);
  }

  /**
   * The options in effect, by their keys; those that say nothing are left out.
   *
   * @param base what files that were named relatively are to be relative to; null leaves them
   */
  static Map<String, Object> options(CommandSpec run, @Nullable Path base) throws IOException {
    Map<String, Object> options = new LinkedHashMap<>();
    for (Map.Entry<String, OptionSpec> key : RunConfig.keys(run).entrySet()) {
      OptionSpec option = key.getValue();
      List<Object> values = new ArrayList<>();
      for (String given : texts(option, run)) {
        String text = Run.secretless(given);
        values.add(
            base != null && RunConfig.isFile(option, text)
                ? relative(text, base)
                : typed(option, text));
      }
      if (!values.isEmpty()) {
        options.put(key.getKey(), RunConfig.isMany(option) ? values : values.get(0));
      }
    }
    return options;
  }

  /** The values as they could be typed. */
  private static List<String> texts(OptionSpec option, CommandSpec run) {
    List<String> texts = new ArrayList<>();
    if (!RunConfig.isFlag(option) && run.commandLine().getParseResult().hasMatchedOption(option)) {
      for (String text : option.stringValues()) {
        texts.addAll(
            option.splitRegex().isEmpty()
                ? List.of(text)
                : List.of(text.split(option.splitRegex())));
      }
      return texts;
    }
    Object value = option.getValue();
    if (value instanceof Collection<?> all) {
      all.forEach(one -> texts.add(text(one)));
    } else if (value != null && !isNoLimit(option, value)) {
      texts.add(text(value));
    }
    return texts;
  }

  /** A limit of nothing is none; it can't be given. */
  private static boolean isNoLimit(OptionSpec option, Object value) {
    return option.longestName().startsWith("--max-")
        && value instanceof Number number
        && number.doubleValue() == 0;
  }

  private static String text(Object value) {
    if (value instanceof Duration time) {
      return time.toMillis() % 1_000 == 0 ? time.toSeconds() + "s" : time.toMillis() / 1e3 + "s";
    }
    if (value instanceof Enum<?> word) {
      return word.name().toLowerCase(Locale.ROOT);
    }
    if (value instanceof dev.distill.auto.Tolerance) {
      return "loss";
    }
    return value.toString();
  }

  /** A number or truth value is one in YAML too. */
  private static Object typed(OptionSpec option, String text) {
    Class<?> type = option.auxiliaryTypes()[0];
    if (type == Boolean.class || type == boolean.class) {
      return Boolean.valueOf(text);
    }
    boolean whole = type == int.class || type == long.class;
    if (whole && text.matches("-?\\d{1,18}")) {
      return Long.valueOf(text);
    }
    if (type == Double.class && text.matches("-?\\d+(\\.\\d+)?")) {
      return Double.valueOf(text);
    }
    return text;
  }

  /** A path that was given relatively, as seen from a folder; others as they are. */
  static String relative(String path, Path base) throws IOException {
    Path given = Path.of(path);
    if (given.isAbsolute() || path.matches("\\w{2,}:.*")) {
      return path;
    }
    Path absolute = given.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent != null && name != null && parent.toFile().isDirectory()) {
      absolute = parent.toRealPath().resolve(name);
    }
    try {
      String relative = base.relativize(absolute).toString();
      return relative.isEmpty() ? "." : relative;
    } catch (IllegalArgumentException e) {
      return absolute.toString(); // on another drive
    }
  }
}
