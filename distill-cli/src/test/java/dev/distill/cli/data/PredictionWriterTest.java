package dev.distill.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.data.TeacherKind;
import dev.distill.data.TeacherProbabilities;
import dev.distill.spi.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionWriterTest {

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void writes_probabilities_and_class_by_name() throws IOException {
    Path out = folder.resolve("out.csv");
    double[] probabilities = {0.25, 0.75, 0.5, 0.5};
    try (PredictionWriter writer = new PredictionWriter(out, List.of("<=50K", ">50K"), null)) {
      writer.row(null, probabilities, 0);
      writer.row(null, probabilities, 2);
      assertThat(out).doesNotExist();
      writer.finish();
    }
    assertThat(out).hasContent("p_<=50K,p_>50K,class\n0.25,0.75,>50K\n0.5,0.5,<=50K\n");
    assertThat(names()).containsExactly("out.csv");
  }

  @Test
  void quotes_what_needs_it_and_leaves_formulas_as_they_are() throws IOException {
    Path out = folder.resolve("out.csv");
    List<String> classes = List.of("a,b", "=1+1", "say \"x\"");
    try (PredictionWriter writer = new PredictionWriter(out, classes, "the id")) {
      writer.row("@r;1", new double[] {0, 1, 0}, 0);
      writer.row(null, new double[] {0, 0.25, 0.75}, 0);
      writer.finish();
    }
    assertThat(out)
        .hasContent(
            "the id,\"p_a,b\",p_=1+1,\"p_say \"\"x\"\"\",class\n"
                + "\"@r;1\",0.0,1.0,0.0,\"=1+1\"\n"
                + ",0.0,0.25,0.75,\"say \"\"x\"\"\"\n");
    try (TableReader reader = new TableReader()) {
      Table table = reader.read(out, Set.of());
      assertThat(
              TeacherProbabilities.of(
                  table, classes, TeacherKind.PROBABILITIES, Set.of("the id"), false, note -> {}))
          .containsExactly(0, 1, 0, 0, 0.25, 0.75);
    }
  }

  @Test
  void leaves_nothing_behind_unless_finished() throws IOException {
    Path out = Files.writeString(folder.resolve("out.csv"), "before");
    try (PredictionWriter writer = new PredictionWriter(out, List.of("a", "b"), null)) {
      writer.row(null, new double[] {0, 1}, 0);
    }
    assertThat(names()).containsExactly("out.csv");
    assertThat(out).hasContent("before");
  }

  @Test
  void refuses_a_folder_that_is_not_there() {
    Path out = folder.resolve("none").resolve("out.csv");
    assertThatThrownBy(() -> new PredictionWriter(out, List.of("a", "b"), null))
        .isInstanceOf(InputException.class)
        .hasMessage(out + ": can't be written, there is no folder " + folder.resolve("none"));
    assertThatThrownBy(() -> new PredictionWriter(folder, List.of("a", "b"), null))
        .hasMessage(folder + ": is a folder, expected a file to write");
  }
}
