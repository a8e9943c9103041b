package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.auto.StudentCatalog;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TaskShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Students that must be small, of the families that we bring. */
class LimitedRunTest {
  private static final List<String> FILES =
      List.of("train.csv.gz", "train_teacher.csv.gz", "test.csv.gz", "test_teacher.csv.gz");

  @TempDir private Path folder = Path.of("");

  private Path file(String name) {
    return folder.resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"xgboost.trees", "smile.gbm"})
  void a_boosted_student_has_as_many_rounds_as_there_is_room_for(String family) throws IOException {
    for (String name : FILES) {
      try (InputStream in = DemoCommand.class.getResourceAsStream("demo/" + name)) {
        Files.copy(Objects.requireNonNull(in), file(name));
      }
    }
    List<Object> args = new ArrayList<>(List.of("run", "--label", "soil", "--threads", 1));
    args.addAll(List.of("--train", file(FILES.get(0)), "--teacher", file(FILES.get(1))));
    args.addAll(List.of("--test", file(FILES.get(2)), "--test-teacher", file(FILES.get(3))));
    args.addAll(List.of("--families", family, "--trials", 3, "--max-bytes", "12kB"));
    args.addAll(List.of("--out", file("run")));
    Cli.Outcome outcome = Cli.run(args.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode student =
        new ObjectMapper().readTree(file("run/result.json").toFile()).path("student");
    assertThat(Files.size(file("run/student.distill"))).isBetween(6_000L, 12_000L);
    assertThat(student.path("steps").asInt())
        .isBetween(1, student.path("hyperparameters").path("rounds").asInt() / 2);
    assertThat(student.path("test").path("accuracy").asDouble()).isGreaterThan(0.5);
  }

  @Test
  void every_family_has_a_space_for_small_students_and_begins_with_fewer_trees_or_units() {
    int fewer = 0;
    for (StudentModel family :
        StudentCatalog.discover(Thread.currentThread().getContextClassLoader()).students()) {
      for (int rows : new int[] {2, 50, 20_000, 100_000_000}) {
        for (int columns : new int[] {1, 3, 20_000}) {
          for (int classes : new int[] {2, 3, 1_000}) {
            SearchSpace small = family.searchSpace(new TaskShape(rows, columns, classes, true));
            assertThat(small.starts()).isNotEmpty();
          }
        }
      }
      fewer +=
          units(family, new TaskShape(20_000, 20, 3, true))
                  < units(family, new TaskShape(20_000, 20, 3))
              ? 1
              : 0;
    }
    assertThat(fewer).isGreaterThanOrEqualTo(3);
  }

  private static int units(StudentModel family, TaskShape shape) {
    return family.searchSpace(shape).dimensions().stream()
        .map(SearchSpace.Dimension::parameter)
        .filter(p -> p.name().equals("trees") || p.name().equals("hidden"))
        .mapToInt(p -> ((Hyperparameter.Int) p).initial())
        .findFirst()
        .orElse(0);
  }
}
