package dev.distill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.auto.DistillationResult;
import dev.distill.auto.Distiller;
import dev.distill.auto.FakeFamily;
import dev.distill.auto.StudentCatalog;
import dev.distill.data.Dataset;
import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static DistillationResult result() {
    float[][] rows = new float[120][];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {i % 10, i % 7};
      labels.add(i % 10 < 5 ? "no" : "yes");
    }
    return Distiller.builder()
        .families(StudentCatalog.of(List.of(FakeFamily.soft("fake.soft"))))
        .train(Dataset.of(List.of("a", "b"), rows, labels))
        .teacher(
            features -> {
              double[] p = new double[2 * features.rows()];
              for (int i = 0; i < features.rows(); i++) {
                p[2 * i] = features.get(i, 0) < 5 ? 0.8 : 0.1;
                p[2 * i + 1] = 1 - p[2 * i];
              }
              return p;
            })
        .configure(config -> config.trials(2).folds(2).augment(0))
        .run();
  }

  @Test
  void writes_the_files_of_a_run_whole() throws IOException {
    DistillationResult result = result();
    Path made = folder.resolve("runs").resolve("one");
    ResultFolder.write(result, made);
    try (var files = Files.list(made)) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("student.distill", "leaderboard.csv", "result.json");
    }
    assertThat(StudentFile.load(made.resolve("student.distill")).classes())
        .containsExactly("no", "yes");
    assertThat(Files.readString(made.resolve("result.json"))).contains(result.verdict().sentence());
    assertThat(Files.readAllLines(made.resolve("leaderboard.csv")))
        .hasSize(1 + result.trials().size());
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> ResultFolder.write(result, file)).isInstanceOf(IOException.class);
  }
}
