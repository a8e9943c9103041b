package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.cli.data.InputException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HeapCheckTest {
  private static final long MB = 1 << 20;
  private static final Path FILE = Path.of("train.csv");

  private static String refused(long megabytes, int rows, int augment) {
    HeapCheck check = new HeapCheck(megabytes * MB, augment);
    return String.valueOf(
        catchThrowableOfType(InputException.class, () -> check.check(FILE, rows, 31, 40, 3))
            .getMessage());
  }

  private static int number(String message, String option) {
    Matcher found = Pattern.compile(option + "(\\d+)").matcher(message);
    assertThat(found.find()).as(message).isTrue();
    return Integer.parseInt(found.group(1));
  }

  @Test
  void what_it_says_helps_and_no_less_does() {
    String message = refused(1_500, 1_000_000, 5);
    assertThat(message)
        .startsWith("train.csv: 1,000,000 rows of 31 columns, 40 features and 3 classes with more")
        .contains("there are 1,500;");
    int heap = number(message, "-Xmx");
    int augment = number(message, "--augment ");
    int rows = number(message, "--rows ");
    assertThatCode(() -> new HeapCheck(heap * MB, 5).check(FILE, 1_000_000, 31, 40, 3))
        .doesNotThrowAnyException();
    assertThatCode(() -> new HeapCheck(1_500 * MB, augment).check(FILE, 1_000_000, 31, 40, 3))
        .doesNotThrowAnyException();
    assertThatCode(() -> new HeapCheck(1_500 * MB, 5).check(FILE, rows, 31, 40, 3))
        .doesNotThrowAnyException();
    assertThat(refused(heap - 100, 1_000_000, 5)).contains("-Xmx");
    assertThat(refused(1_500, 1_000_000, augment + 1)).contains("--augment");
    assertThat(refused(1_500, rows + 1, 5)).contains("--rows");
  }

  @Test
  void what_does_not_help_is_not_named() {
    assertThat(refused(300, 1_000_000, 0)).doesNotContain("--augment").contains("--rows");
    assertThat(refused(100, 1_000_000, 5)).doesNotContain("--augment").doesNotContain("--rows");
  }

  @Test
  void small_data_never_need_much() {
    assertThatCode(() -> new HeapCheck(400 * MB, 100).check(FILE, 36_000, 15, 60, 2))
        .doesNotThrowAnyException();
  }
}
