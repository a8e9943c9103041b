package dev.distill.cli;

import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.data.Answers;
import dev.distill.data.TeacherKind;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The teacher that monitor and check may ask: a file of probabilities, or models. */
final class AskedTeacher {
  @Option(
      names = "--teacher",
      paramLabel = "F|M",
      description =
          "the teacher's probabilities of these rows: columns p_<class> or <class>; or a model, as"
              + " --teacher-model takes it")
  private List<String> teachers = List.of();

  @Option(
      names = "--teacher-model",
      paramLabel = "M",
      description = "a teacher that is asked: a model's file or address; of several the mean")
  private List<String> models = List.of();

  @Mixin private Families families = new Families();

  private TeacherModels.@Nullable Given sorted;

  private TeacherModels.Given sorted() throws IOException {
    if (sorted == null) {
      sorted = TeacherModels.Given.of(teachers, models, families.teachers());
    }
    return sorted;
  }

  /** Whether there is one. */
  boolean given() {
    return !teachers.isEmpty() || !models.isEmpty();
  }

  /** Whether it is a file of probabilities. */
  boolean isFile() throws IOException {
    return sorted().file() != null;
  }

  /** Opens the models, if there are any. */
  TeacherModels open(PrintWriter err) throws IOException {
    TeacherModels.Given teacher = sorted();
    if (teacher.file() != null && !teacher.models().isEmpty()) {
      throw new InputException("expected a file of probabilities or models that answer, got both");
    }
    if (teacher.models().contains(TeacherModels.AUTO)) {
      throw new InputException("--teacher auto trains a teacher, which only a run does");
    }
    return TeacherModels.open(
        teacher.models(),
        families.teachers(),
        rows -> {
          throw new IllegalStateException("nothing is trained here");
        },
        err);
  }

  /**
   * What the file says of rows.
   *
   * @param key a column by which its rows are aligned; null for by position
   */
  double[] read(Table rows, List<String> classes, String label, @Nullable String key)
      throws IOException {
    return new DataLoader(label, key, TeacherKind.PROBABILITIES, false)
        .teacher(Objects.requireNonNull(sorted().file(), "there is no file"), rows, classes);
  }

  /** What the models say of rows, asked in all columns but these. */
  static double[] ask(
      TeacherModels open, Table rows, List<String> classes, String label, @Nullable String key) {
    Answers answers = open.asked();
    return answers.of(
        rows.select(
            rows.columns().stream()
                .map(Table.Column::name)
                .filter(name -> !name.equals(label) && !name.equals(key))
                .toList()),
        classes);
  }
}
