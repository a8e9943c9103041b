package dev.distill.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How the page writes numbers; what can't be had is a dash. */
final class Numbers {
  static final String NONE = "–";

  private static final double THOUSAND = 1_000;

  private Numbers() {}

  /** A share as per cent. */
  static String percent(JsonNode share) {
    return share.isNumber() ? text("%.1f %%", 100 * share.asDouble()) : NONE;
  }

  /** A share as whole per cent. */
  static String wholePercent(JsonNode share) {
    return share.isNumber() ? text("%.0f %%", 100 * share.asDouble()) : NONE;
  }

  /** Nats a row, without the unit. */
  static String nats(JsonNode value) {
    return value.isNumber() ? text("%.4f", value.asDouble()) : NONE;
  }

  /** A count. */
  static String count(JsonNode value) {
    return value.isNumber() ? text("%,d", value.asLong()) : NONE;
  }

  /** A time, with its unit. */
  static String nanos(JsonNode value) {
    if (!value.isNumber()) {
      return NONE;
    }
    double nanos = value.asDouble();
    if (nanos < THOUSAND) {
      return text("%.0f ns", nanos);
    }
    return nanos < THOUSAND * THOUSAND
        ? digits(nanos / THOUSAND) + " µs"
        : digits(nanos / THOUSAND / THOUSAND) + " ms";
  }

  /** A size, with its unit. */
  static String bytes(JsonNode value) {
    if (!value.isNumber()) {
      return NONE;
    }
    double bytes = value.asDouble();
    if (bytes < THOUSAND) {
      return text("%.0f bytes", bytes);
    }
    return bytes < THOUSAND * THOUSAND
        ? digits(bytes / THOUSAND) + " kB"
        : digits(bytes / THOUSAND / THOUSAND) + " MB";
  }

  /** Seconds as a person says them. */
  static String seconds(JsonNode value) {
    if (!value.isNumber()) {
      return NONE;
    }
    double seconds = value.asDouble();
    if (seconds < 60) {
      return text("%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? text("%d min %d s", whole / 60, whole % 60)
        : text("%d h %d min", whole / 3600, whole % 3600 / 60);
  }

  /** How many times as much, to two digits below ten. */
  static String times(double ratio) {
    return ratio < 10 ? text("%.1f×", ratio) : text("%,.0f×", ratio);
  }

  /** A hyperparameter. */
  static String value(JsonNode value) {
    return value.isNumber()
        ? value.isIntegralNumber() ? value.asText() : significant(value.asDouble(), 4)
        : value.asText();
  }

  /** To so many digits, without trailing zeros. */
  static String significant(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    boolean plain = value == 0 || (Math.abs(value) < 1e9 && Math.abs(value) >= 1e-4);
    return plain ? rounded.toPlainString() : rounded.toString();
  }

  /** Three digits. */
  private static String digits(double value) {
    return text(value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
