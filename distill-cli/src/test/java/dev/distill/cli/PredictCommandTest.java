package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.Schema;
import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.NumberColumn;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
  @TempDir private Path folder = Path.of("");

  private static StudentFile student() {
    Schema schema =
        new Schema(
            List.of(
                new NumberColumn("age"),
                new CategoryColumn("city", Coding.INDICATORS, List.of("Oslo", "Rome", "Bonn"))));
    TreeEnsemble trees =
        TreeEnsemble.builder(4, new float[2])
            .tree(3, 1)
            .split(0, 0, 40, 1, 2, true)
            .leaf(1, -1)
            .leaf(2, 3)
            .tree(3, 1)
            .split(0, 2, 0.5f, 1, 2, true)
            .leaf(1, 1)
            .leaf(2, -1)
            .build();
    return new StudentFile(schema, trees, List.of("no", "yes"), "buys", 1, new float[0], Map.of());
  }

  private Cli.Outcome predict(StudentFile student) throws IOException {
    student.write(folder.resolve("s.distill"));
    Files.writeString(folder.resolve("d.csv"), "id,age,city\n1,50,Rome\n2,20,Oslo\n");
    return Cli.run(
        "predict",
        "--student",
        folder.resolve("s.distill"),
        "--data",
        folder.resolve("d.csv"),
        "--out",
        folder.resolve("p.csv"),
        "--id",
        "id",
        "--explain");
  }

  @Test
  void tells_the_columns_that_speak_for_and_against_the_class() throws IOException {
    float[] training = {50, 1, 0, 0, 20, 0, 1, 0};
    Cli.Outcome outcome = predict(student().withCovers(training, 2));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = Files.readAllLines(folder.resolve("p.csv"));
    assertThat(lines.get(0)).isEqualTo("id,p_no,p_yes,class,reasons");
    // Half of the rows are above 40 (mean 1) and in Rome (mean 0); half of what the logit of
    // "yes" gets less that of "no".
    assertThat(lines.get(1)).startsWith("1,").endsWith(",yes,\"age +1.00; city -0.500\"");
    assertThat(lines.get(2)).startsWith("2,").endsWith(",no,\"age +1.00; city -0.500\"");
  }

  @Test
  void says_why_a_student_can_not_be_explained() throws IOException {
    Cli.Outcome outcome = predict(student());
    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err())
        .contains("no --explain for this student: explaining trees needs the training rows")
        .doesNotContain("\tat ");
    assertThat(folder.resolve("p.csv")).doesNotExist();
  }
}
