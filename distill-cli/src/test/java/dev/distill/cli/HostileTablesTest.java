package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that somebody made to break a program, through the command line. */
class HostileTablesTest {
  private static final int ROWS = 120;

  @TempDir private Path folder = Path.of("");

  private Cli.Outcome run(String header, String row, String... classes) throws IOException {
    StringBuilder data = new StringBuilder(header).append('\n');
    StringBuilder teacher = new StringBuilder();
    for (int k = 0; k < classes.length; k++) {
      teacher.append(k == 0 ? "" : ",").append("p_").append(classes[k]);
    }
    teacher.append('\n');
    for (int i = 0; i < ROWS; i++) {
      String name = classes[i % classes.length];
      data.append(row.formatted(i * 7 % 31, name)).append('\n');
      for (int k = 0; k < classes.length; k++) {
        teacher.append(k == 0 ? "" : ",");
        teacher.append(k == i % classes.length ? 1 - 0.125 * (classes.length - 1) : 0.125);
      }
      teacher.append('\n');
    }
    Files.writeString(folder.resolve("train.csv"), data);
    Files.writeString(folder.resolve("teacher.csv"), teacher);
    return Cli.run(
        "run",
        "--train",
        folder.resolve("train.csv"),
        "--label",
        "kind",
        "--teacher",
        folder.resolve("teacher.csv"),
        "--families",
        "tribuo.tree",
        "--trials",
        1,
        "--out",
        folder.resolve("out"));
  }

  private static void refused(Cli.Outcome outcome, String... words) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(Main.INPUT);
    assertThat(outcome.err().strip().lines()).hasSize(1);
    assertThat(outcome.err()).contains(words).hasSizeLessThan(2_200);
  }

  private String predictions() throws IOException {
    Path file = folder.resolve("p.csv");
    Cli.Outcome outcome =
        Cli.run(
            "predict",
            "--student",
            folder.resolve("out/student.distill"),
            "--data",
            folder.resolve("train.csv"),
            "--out",
            file);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return Files.readString(file);
  }

  @Test
  void formulas_come_out_as_they_came_in() throws IOException {
    Cli.Outcome outcome = run("=size,@SUM(A1),kind", "%s,=1+1,%s", "=cat", "-dog", "@emu");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    String text = predictions();
    assertThat(text).startsWith("p_-dog,p_=cat,p_@emu,class\n").contains(",\"=cat\"\n");
    // And they are a teacher's file again.
    Files.writeString(folder.resolve("again.csv"), text);
    Cli.Outcome again =
        Cli.run(
            "run",
            "--train",
            folder.resolve("train.csv"),
            "--label",
            "kind",
            "--teacher",
            folder.resolve("again.csv"),
            "--families",
            "tribuo.tree",
            "--trials",
            1,
            "--out",
            folder.resolve("out2"));
    assertThat(again.code()).as(again.err()).isZero();
  }

  @Test
  void columns_may_be_named_like_ours() throws IOException {
    Cli.Outcome outcome = run("p_cat,class,kind", "%s,red,%s", "cat", "dog");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(predictions()).startsWith("p_cat,p_dog,class\n");
  }

  @Test
  void numbers_beyond_all_are_refused() throws IOException {
    refused(run("size,x,kind", "1e4%s,2,%s", "cat", "dog"), "train.csv row ", "column 'size'");
  }

  @Test
  void ten_thousand_classes_are_refused() throws IOException {
    StringBuilder data = new StringBuilder("size,kind\n");
    for (int i = 0; i < 20_000; i++) {
      data.append(i * 7 % 4_999).append(",k").append(i % 10_000).append('\n');
    }
    Files.writeString(folder.resolve("many.csv"), data);
    refused(
        Cli.run(
            "run",
            "--train",
            folder.resolve("many.csv"),
            "--label",
            "kind",
            "--teacher",
            "auto",
            "--out",
            folder.resolve("out")),
        "many.csv: label column 'kind' has 10000 different values",
        "at most 1000");
  }

  @Test
  void a_message_is_of_one_line_that_moves_no_cursor_whatever_names_are_in_it() throws IOException {
    String name = "\u001b[2J\u202e\u009b" + "x".repeat(100_000);
    Cli.Outcome outcome = run(name + "," + name + ",kind", "%s,1,%s", "cat", "dog");
    refused(outcome, "train.csv: column name '");
    assertThat(outcome.err().strip())
        .contains("[2J?")
        .satisfies(line -> assertThat(line.chars().noneMatch(Character::isISOControl)).isTrue());
  }
}
