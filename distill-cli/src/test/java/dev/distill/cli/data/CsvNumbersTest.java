package dev.distill.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvNumbersTest {

  private static boolean isNumber(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return CsvNumbers.isNumber(bytes, 0, bytes.length, '.');
  }

  private static double parse(String text, char point) {
    byte[] bytes = ("\"" + text + "\"").getBytes(StandardCharsets.UTF_8);
    return CsvNumbers.parse(bytes, 1, bytes.length - 1, point);
  }

  @Test
  void every_number_is_the_double_that_java_reads() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(value)) {
        continue;
      }
      double near = random.nextGaussian() * Math.pow(10, random.nextInt(-4, 8));
      String text =
          switch (random.nextInt(5)) {
            case 0 -> Double.toString(value);
            case 1 -> Double.toString(near);
            case 2 -> String.format(Locale.ROOT, "%." + random.nextInt(20) + "f", near);
            case 3 -> Long.toString(random.nextLong() >> random.nextInt(64));
            default -> "+" + random.nextInt(1000) + "." + random.nextLong(Long.MAX_VALUE);
          };
      assertThat(isNumber(text)).as(text).isTrue();
      assertThat(parse(text, '.')).as(text).isEqualTo(Double.parseDouble(text));
      assertThat(parse(text.replace('.', ','), ',')).as(text).isEqualTo(Double.parseDouble(text));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        " 1\t",
        "007",
        ".5",
        "5.",
        "1e5",
        "1E-5",
        "1e400",
        "-1e-400",
        "9007199254740993",
        "123456789012345678901234567890",
        "0.00000000000000000000001",
        "1.7976931348623157e308"
      })
  void edges(String text) {
    assertThat(isNumber(text)).isTrue();
    assertThat(parse(text, '.')).isEqualTo(Double.parseDouble(text.strip()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"inf", "-Infinity", "+INF"})
  void infinities(String text) {
    assertThat(isNumber(text)).isTrue();
    assertThat(parse(text, '.'))
        .isEqualTo(text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,2", "1 2", "0x10", "1d", "1f", "١"})
  void what_is_no_number(String text) {
    assertThat(isNumber(text)).isFalse();
  }
}
