package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import dev.distill.spi.Hyperparameters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveTableTest {
  private static final Terminal.Size ROOMY = new Terminal.Size(40, 120);

  private static TrialSpec spec(String search, int number, String family) {
    TrialSpec.Kind kind = search.startsWith("twin") ? TrialSpec.Kind.TWIN : TrialSpec.Kind.STUDENT;
    return new TrialSpec(
        search, kind, number, family, 1, 0.5, "given", 0, new Hyperparameters(Map.of()), "p", 1);
  }

  private static TrialOutcome ended(String search, int number, String family, double loss) {
    return new TrialOutcome(
        spec(search, number, family),
        loss,
        0.01,
        loss / 10,
        loss,
        0.9,
        1,
        0,
        1.5,
        null,
        false,
        null);
  }

  /** What a terminal shows that knows the few codes that are used. */
  private static List<String> screen(String written) {
    List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    int column = 0;
    String text = written.replaceAll("\u001b\\[\\d*m", "");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r') {
        column = 0;
      } else if (c == '\n') {
        row++;
        column = 0;
        if (row == lines.size()) {
          lines.add(new StringBuilder());
        }
      } else if (c == '\u001b') {
        int end = i + 2;
        while (Character.isDigit(text.charAt(end))) {
          end++;
        }
        String count = text.substring(i + 2, end);
        switch (text.charAt(end)) {
          case 'A' -> row -= Integer.parseInt(count);
          case 'J' -> {
            lines.get(row).setLength(Math.min(column, lines.get(row).length()));
            while (lines.size() > row + 1) {
              lines.remove(lines.size() - 1);
            }
          }
          case 'K' -> lines.get(row).setLength(column);
          default -> throw new AssertionError("unknown code " + text.charAt(end));
        }
        assertThat(row).isNotNegative();
        i = end;
      } else {
        StringBuilder line = lines.get(row);
        if (column < line.length()) {
          line.setCharAt(column, c);
        } else {
          line.append(c);
        }
        column++;
      }
    }
    return lines.stream().map(StringBuilder::toString).toList();
  }

  private static String write(boolean colours, Terminal.Size size, List<TrialOutcome> trials)
      throws InterruptedException {
    StringWriter text = new StringWriter();
    LiveTable table = new LiveTable(new PrintWriter(text), colours, size, "student and twin");
    TrialOutcome best = null;
    int done = 0;
    for (TrialOutcome trial : trials) {
      boolean student = trial.succeeded() && trial.spec().search().equals("student");
      best = student && (best == null || trial.loss() < best.loss()) ? trial : best;
      table.ended(trial, best, ++done, trials.size());
      Thread.sleep(110); // as often as it draws
    }
    table.end();
    return text.toString();
  }

  private static List<TrialOutcome> some() {
    return List.of(
        ended("student", 0, "smile.tree", 0.5),
        ended("twin", 0, "smile.tree", 0.1),
        ended("student", 1, "xgboost.trees", 0.4),
        TrialOutcome.pruned(spec("student", 2, "xgboost.trees"), 0.5),
        TrialOutcome.failed(spec("student", 3, "tribuo.fm"), 0.5, new IllegalStateException("no")));
  }

  @Test
  void the_families_stand_by_loss_with_trials_and_seconds_and_the_best_below() throws Exception {
    List<String> screen = screen(write(true, ROOMY, some()));
    assertThat(screen).hasSize(6);
    assertThat(screen.get(0).split(" +"))
        .containsExactly("family", "trials", "pruned", "best", "loss", "KL", "seconds");
    assertThat(screen.get(1).split(" +"))
        .containsExactly("xgboost.trees", "2", "1", "0.4000", "0.0400", "2.0");
    // Two trials, but the twin's loss is none of a student.
    assertThat(screen.get(2).split(" +"))
        .containsExactly("smile.tree", "2", "0.5000", "0.0500", "3.0");
    assertThat(screen.get(3).split(" +")).containsExactly("tribuo.fm", "1", "0.5", "1", "failed");
    assertThat(screen.get(4))
        .startsWith("trial 5 of 5 (student and twin)")
        .contains("best xgboost.trees loss 0.4000 (KL 0.0400)", "1 failed");
    assertThat(screen.get(5)).isEmpty();
  }

  @Test
  void without_colours_there_are_none() throws Exception {
    assertThat(write(false, ROOMY, some())).doesNotContainPattern("\u001b\\[\\d*m");
    assertThat(write(true, ROOMY, some())).contains("\u001b[32mxgboost.trees", "\u001b[33m");
    assertThat(Terminal.colours(true, Map.of())).isTrue();
    assertThat(Terminal.colours(true, Map.of("NO_COLOR", "1"))).isFalse();
    assertThat(Terminal.colours(true, Map.of("NO_COLOR", ""))).isTrue();
    assertThat(Terminal.colours(false, Map.of())).isFalse();
  }

  @Test
  void it_fits_a_small_terminal() throws Exception {
    List<TrialOutcome> many = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      many.add(ended("student", i, "family.number" + i, 1 + i));
    }
    List<String> screen = screen(write(false, new Terminal.Size(10, 40), many));
    assertThat(screen).hasSizeLessThanOrEqualTo(10).contains("and 6 more");
    assertThat(screen).allMatch(line -> line.length() < 40);
    assertThat(screen.get(1)).startsWith("family.number0 ");
  }

  @Test
  void what_others_write_on_its_last_line_is_written_over() throws Exception {
    StringWriter text = new StringWriter();
    PrintWriter err = new PrintWriter(text);
    LiveTable table = new LiveTable(err, false, ROOMY, "teacher");
    TrialOutcome first = ended("student", 0, "smile.tree", 0.5);
    table.ended(first, first, 1, 2);
    err.print(Terminal.OVER + "teacher: 500 rows answered");
    table.ended(ended("student", 1, "smile.tree", 0.6), first, 2, 2);
    table.end();
    assertThat(String.join("\n", screen(text.toString()))).doesNotContain("500 rows");
  }

  @Test
  void the_size_is_what_stty_says_or_unknown() {
    assertThat(Terminal.size("24 80\n")).isEqualTo(new Terminal.Size(24, 80));
    for (String odd : List.of("", "24", "x y", "24 80 1")) {
      assertThat(Terminal.size(odd)).isEqualTo(new Terminal.Size(0, 0));
    }
  }
}
