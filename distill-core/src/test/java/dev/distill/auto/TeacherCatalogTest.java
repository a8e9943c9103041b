package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Teachers from jars. */
class TeacherCatalogTest {
  private static final ClassLoader LOADER = TeacherCatalogTest.class.getClassLoader();

  /** A teacher in Java, as a user writes one: it is sure of the first class. */
  private static final String SURE =
      """
      package plug;
      import dev.distill.spi.*;
      import java.util.List;
      public class Sure implements TeacherProvider {
        @Override public String id() { return "sure"; }
        @Override public String opens() { return "sure teachers: .sure"; }
        @Override public boolean opens(String place) { return place.endsWith(".sure"); }
        @Override public TeacherModel open(String place) {
          return new TeacherModel() {
            @Override public String description() { return "sure of " + place; }
            @Override public void check(Table rows, List<String> classes) {}
            @Override public double[] probabilities(Table rows, List<String> classes) {
              double[] answer = new double[rows.rows() * classes.size()];
              for (int i = 0; i < answer.length; i += classes.size()) { answer[i] = 1; }
              return answer;
            }
            @Override public void close() {}
          };
        }
      }
      """;

  private final PluginJars jars;
  private final Path folder;

  TeacherCatalogTest(@TempDir Path folder) {
    this.folder = folder;
    jars = new PluginJars(folder);
  }

  private Path jar() throws Exception {
    Path jar = jars.jar("sure", List.of(SURE), List.of(), List.of());
    try (FileSystem inside = FileSystems.newFileSystem(jar)) {
      Path services = Files.createDirectories(inside.getPath("META-INF/services"));
      Files.writeString(services.resolve("dev.distill.spi.TeacherProvider"), "plug.Sure");
    }
    return jar;
  }

  @Test
  void a_teacher_of_the_users_own_comes_by_plugin() throws Exception {
    Path jar = jar();
    try (TeacherModel teacher = TeacherCatalog.discover(LOADER, List.of(jar)).open("m.sure")) {
      Table table = Table.of("t", List.of("a"), new float[][] {{1}, {2}});
      assertThat(teacher.probabilities(table, List.of("no", "yes"))).containsExactly(1, 0, 1, 0);
    }
    assertThat(StudentCatalog.discover(LOADER, List.of(jar)).problems())
        .as("it need not bring a student family")
        .isEmpty();
  }

  @Test
  void a_student_teaches_another_one() throws Exception {
    TreeEnsemble tree =
        TreeEnsemble.builder(1, new float[2])
            .vectorTree(3)
            .split(0, 0, 0.5f, 1, 2, true)
            .leaf(1, new float[] {0, 2})
            .leaf(2, new float[] {1, 0})
            .build();
    StudentFile file =
        new StudentFile(
            Schema.numbers(List.of("a")),
            tree,
            List.of("no", "yes"),
            "label",
            1,
            new float[0],
            Map.of("family", "planted"));
    Path path = folder.resolve("big.distill");
    file.write(path);
    Table table = Table.of("t", List.of("b", "a"), new float[][] {{9, 0}, {9, 1}});
    try (TeacherModel teacher = TeacherCatalog.discover(LOADER, List.of()).open(path.toString())) {
      assertThat(teacher.description()).isEqualTo("big.distill (student file, planted, 2 classes)");
      teacher.check(table, List.of("yes", "no"));
      double[] own = new double[4];
      file.score(new float[] {0, 1}, 2, own);
      assertThat(teacher.probabilities(table, List.of("no", "yes"))).containsExactly(own);
      assertThat(teacher.probabilities(table, List.of("yes", "no")))
          .containsExactly(own[1], own[0], own[3], own[2]);
      assertThat(teacher.portable(List.of("b", "a"), List.of("no", "yes"))).hasSize(1);
      assertThatThrownBy(() -> teacher.check(table, List.of("yes", "maybe")))
          .hasMessage(
              "big.distill: the student's classes are 'no', 'yes', the data's 'yes', 'maybe'");
      Table other = Table.of("t", List.of("b"), new float[][] {{9}});
      assertThatThrownBy(() -> teacher.check(other, List.of("no", "yes")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("big.distill: ")
          .hasMessageContaining("'a'");
    }
  }

  @Test
  void what_nobody_opens_is_said_with_what_there_is() throws Exception {
    TeacherCatalog catalog = TeacherCatalog.discover(LOADER, List.of(jar()));
    assertThatThrownBy(() -> catalog.open("m.pkl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "m.pkl: nothing here opens such a teacher; there are student files: .distill;"
                + " sure teachers: .sure; export the model to one of these, or write its"
                + " probabilities to a file");
    TeacherCatalog broken = TeacherCatalog.discover(LOADER, List.of(folder.resolve("no.jar")));
    assertThatThrownBy(() -> broken.open("m.pkl"))
        .hasMessageContaining("there are student files: .distill; not loaded: plugin")
        .hasMessageContaining("no.jar");
  }
}
