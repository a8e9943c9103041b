package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.auto.MemoryNeed;
import dev.distill.cli.data.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HeapCheckTest {
  private static final long MB = 1 << 20;
  private static final Path FILE = Path.of("train.csv");

  private final List<String> notes = new ArrayList<>();

  private static HeapCheck check(long megabytes, int augment) {
    return new HeapCheck(megabytes * MB, Long.MAX_VALUE, augment, line -> {});
  }

  private static String refused(long megabytes, int rows, int augment) {
    HeapCheck check = check(megabytes, augment);
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
    // The serial collector keeps a part of it free.
    assertThatCode(() -> check(heap * 29 / 30, 5).check(FILE, 1_000_000, 31, 40, 3))
        .doesNotThrowAnyException();
    assertThatCode(() -> check(1_500, augment).check(FILE, 1_000_000, 31, 40, 3))
        .doesNotThrowAnyException();
    assertThatCode(() -> check(1_500, 5).check(FILE, rows, 31, 40, 3)).doesNotThrowAnyException();
    assertThat(refused(heap - 200, 1_000_000, 5)).contains("-Xmx");
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
    assertThatCode(() -> check(400, 100).check(FILE, 36_000, 15, 60, 2)).doesNotThrowAnyException();
  }

  @Test
  void what_a_library_copies_beside_the_heap_is_told_where_the_machine_is_too_small_for_both() {
    HeapCheck check = new HeapCheck(3_000 * MB, 4_096 * MB, 5, notes::add);
    check.check(FILE, 1_000_000, 31, 40, 3);
    check.check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).singleElement().asString().contains("2,289 MB", "heap of 3,000", "4,096");
    int heap = number(notes.get(0), "-Xmx");
    int augment = number(notes.get(0), "--augment ");
    notes.clear();
    new HeapCheck(heap * MB * 29 / 30, 4_096 * MB, augment, notes::add)
        .check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).isEmpty();
    long more = MemoryNeed.bytes(1_000_000, 31, 40, 3, augment + 1) + 100 * MB;
    assertThat(more + MemoryNeed.besideHeap(1_000_000, 40, augment + 1)).isGreaterThan(4_096 * MB);
    // With a smaller heap all of it fits.
    new HeapCheck(3_900 * MB, 4_700 * MB, 4, notes::add).check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).singleElement().asString().doesNotContain("--augment");
    heap = number(notes.get(0), "-Xmx");
    notes.clear();
    new HeapCheck(heap * MB * 29 / 30, 4_700 * MB, 4, notes::add).check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).isEmpty();
    new HeapCheck(3_000 * MB, 4_096 * MB, 1, notes::add).check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).isEmpty();
    new HeapCheck(3_000 * MB, 8_192 * MB, 5, notes::add).check(FILE, 1_000_000, 31, 40, 3);
    assertThat(notes).isEmpty();
  }
}
