package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code distill export} and {@code distill verify}. */
class ExportCommandTest {
  @TempDir private Path folder = Path.of("");

  private Path student(String kind) throws IOException {
    StudentFile student = Objects.requireNonNull(ExportStudents.all().get(kind));
    Path file = folder.resolve("student.distill");
    student.write(file);
    return file;
  }

  @Test
  void exports_and_verifies() throws Exception {
    Path student = student("3 classes, boosted trees");
    Path source = folder.resolve("Income.java");
    Cli.Outcome done =
        Cli.run("export", student, "--to", "java", "--out", source, "--package", "com.example");
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).contains("bytes written to").contains("distill verify");
    assertThat(Files.readString(source)).startsWith("package com.example;");
    Cli.Outcome verified = Cli.run("verify", student, source, "--rows", 5000);
    assertThat(verified.code()).as(verified.err()).isZero();
    assertThat(verified.out())
        .contains("rows                   5,000 (java)")
        .contains("class flips            0")
        .contains("largest difference     0 of a probability")
        .contains("answers as the student does");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("nothing is left behind").hasSize(2);
    }
  }

  @Test
  void an_export_of_another_student_does_not_agree() throws Exception {
    Path student = student("3 classes, boosted trees");
    Path json = folder.resolve("s.json");
    assertThat(Cli.run("export", student, "--to", "json", "--out", json).code()).isZero();
    Path other = student("3 classes, cooler trees");
    Cli.Outcome verified = Cli.run("verify", other, json, "--rows", 1000);
    assertThat(verified.code()).isEqualTo(Main.FAILED);
    assertThat(verified.out()).contains("IT DOES NOT AGREE").contains("for example age=");
  }

  @Test
  void lists_forms_and_says_what_is_wrong() throws Exception {
    assertThat(Cli.run("export").out())
        .contains("java", "json", "onnx", "xgboost")
        .contains("opset 17, ai.onnx.ml 3");
    Path student = student("3 classes, network, TANH");
    assertThat(Cli.run("export", student, "--to", "pmml").err())
        .contains("no export to 'pmml', there are 'java', 'json'");
    Path ubj = folder.resolve("s.ubj");
    Cli.Outcome refused = Cli.run("export", student, "--to", "xgboost", "--out", ubj);
    assertThat(refused.code()).isEqualTo(Main.INPUT);
    assertThat(refused.err()).contains("XGBoost can't express this student");
    assertThat(ubj).doesNotExist();
    assertThat(Cli.run("export", student, "--to", "json", "--package", "a").err())
        .contains("export to json has no option 'package', it has none");
    assertThat(Cli.run("export", student, "--to", "json", "--out", folder.resolve("a/b")).err())
        .contains("there is no folder");
    assertThat(Cli.run("verify", student, folder.resolve("none.onnx")).err())
        .contains("there is no such file");
    assertThat(Cli.run("verify", student, student).err())
        .contains("is no export that is known here");
  }

  @Test
  void refuses_a_name_that_verify_would_not_know() throws Exception {
    Path student = student("3 classes, boosted trees");
    for (String form : new String[] {"onnx", "json", "java", "xgboost"}) {
      Cli.Outcome refused =
          Cli.run("export", student, "--to", form, "--out", folder.resolve("Income.txt"));
      assertThat(refused.code()).as(form).isEqualTo(2);
      assertThat(refused.err()).startsWith("distill: Income.txt: ").contains("expected");
    }
    assertThat(folder.resolve("Income.txt")).doesNotExist();
  }
}
