package dev.distill.cli;

import dev.distill.auto.Tolerance;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers with a unit, as people write them. */
final class Quantity {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(\\p{L}*)");

  private Quantity() {}

  /** A number of the smallest unit. */
  private static double parse(String value, Map<String, Double> units, String example) {
    Matcher matcher = FORM.matcher(value.strip());
    Double unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new TypeConversionException("expected %s, got '%s'".formatted(example, value));
    }
    return Double.parseDouble(matcher.group(1)) * unit;
  }

  /** Reads {@code 90s}, {@code 10m}, {@code 2h}; a bare number means seconds. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      Map<String, Double> units = Map.of("", 1e3, "s", 1e3, "m", 60e3, "h", 3_600e3);
      return Duration.ofMillis(Math.round(parse(value, units, "a time such as 90s, 10m or 2h")));
    }
  }

  /** Reads {@code 500ns}, {@code 2us}, {@code 1ms} as nanoseconds. */
  static final class Nanos implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      Map<String, Double> units = Map.of("ns", 1d, "us", 1e3, "µs", 1e3, "μs", 1e3, "ms", 1e6);
      return parse(value, units, "a time such as 500ns, 2us or 1ms");
    }
  }

  /** Reads {@code loss}, {@code smallest within 1%} and {@code one standard error}. */
  static final class Selection implements ITypeConverter<Tolerance> {
    private static final Pattern SMALLEST =
        Pattern.compile(
            "(?:smallest within (?<percent>\\d+(?:\\.\\d+)?) ?%|(?:smallest within )?one standard"
                + " error)(?: of (?:the )?best)?");

    @Override
    public Tolerance convert(String value) {
      String words = value.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
      Matcher smallest = SMALLEST.matcher(words);
      if (smallest.matches()) {
        String percent = smallest.group("percent");
        return percent == null
            ? Tolerance.ONE_STANDARD_ERROR
            : Tolerance.within(Double.parseDouble(percent) / 100);
      }
      if (!words.equals("loss")) {
        throw new TypeConversionException(
            "expected 'loss', 'smallest within 1%%' or 'one standard error', got '%s'"
                .formatted(value));
      }
      return Tolerance.NONE;
    }
  }

  /** Reads {@code 800}, {@code 50kB}, {@code 1MB} (powers of 1000) and {@code 64KiB} (of 1024). */
  static final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      Map<String, Double> units =
          Map.of("", 1d, "B", 1d, "kB", 1e3, "KB", 1e3, "MB", 1e6, "KiB", 1024d, "MiB", 1048576d);
      return Math.round(parse(value, units, "a size such as 800, 50kB or 1MB"));
    }
  }
}
