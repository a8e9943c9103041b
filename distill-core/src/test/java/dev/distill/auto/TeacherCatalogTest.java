package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void what_nobody_opens_is_said_with_what_there_is() throws Exception {
    TeacherCatalog catalog = TeacherCatalog.discover(LOADER, List.of(jar()));
    assertThatThrownBy(() -> catalog.open("m.pkl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("m.pkl: nothing here opens such a teacher; there are sure teachers: .sure");
    TeacherCatalog broken = TeacherCatalog.discover(LOADER, List.of(folder.resolve("no.jar")));
    assertThatThrownBy(() -> broken.open("m.pkl"))
        .hasMessageContaining("no module for teachers is on the class path; not loaded: plugin")
        .hasMessageContaining("no.jar");
  }
}
