package dev.distill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaExporterTest {
  /** HotSpot compiles no method of more bytes. */
  private static final int MOST_BYTECODE = 8000;

  @TempDir private Path folder = Path.of("");

  private Path write(StudentFile student, String name, Map<String, String> options)
      throws IOException {
    Map<String, byte[]> files = new JavaExporter().export(student, name, options);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    return folder.resolve(name);
  }

  /** Students from a few nodes to millions; the last two on either side of what is kept inside. */
  private static List<StudentFile> sizes() {
    return List.of(
        Samples.of(Samples.trees(5, 1, 1)),
        Samples.of(Samples.trees(30, 5, 10)),
        Samples.of(Samples.trees(30, 40, 12)));
  }

  @Test
  void no_method_is_too_long_for_hotspot_and_no_class_for_the_format() throws Exception {
    List<StudentFile> students = Stream.concat(Samples.each().stream(), sizes().stream()).toList();
    for (StudentFile student : students) {
      Path classes = Files.createTempDirectory(folder, "classes");
      CompiledStudent.compile(write(student, "Student.java", Map.of()), classes);
      try (Stream<Path> made = Files.list(classes)) {
        assertThat(made.map(Path::getFileName).map(Path::toString).toList())
            .as("one class")
            .containsExactly("Student.class");
      }
      Map<String, Integer> lengths = codeLengths(classes.resolve("Student.class"));
      assertThat(lengths).containsKeys("score", "predict", "encode", "model1", "<clinit>");
      assertThat(lengths.values()).allMatch(length -> length < MOST_BYTECODE);
    }
  }

  @Test
  void what_the_test_reads_of_a_class_file_is_right() throws Exception {
    Path source = folder.resolve("Long.java");
    Files.writeString(
        source,
        "class Long { static int f(int x) { " + "x += x * x;".repeat(2000) + "return x; }}");
    CompiledStudent.compile(source, folder);
    assertThat(codeLengths(folder.resolve("Long.class")).get("f")).isGreaterThan(MOST_BYTECODE);
  }

  /** The bytes of bytecode of each method; overloads count as the longest. */
  private static Map<String, Integer> codeLengths(Path file) throws IOException {
    Map<String, Integer> lengths = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      in.skipNBytes(8);
      int constants = in.readUnsignedShort();
      Map<Integer, String> texts = new HashMap<>();
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> texts.put(i, in.readUTF());
          case 5, 6 -> {
            in.skipNBytes(8);
            i++;
          }
          case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          default -> in.skipNBytes(4);
        }
      }
      in.skipNBytes(6);
      in.skipNBytes(2L * in.readUnsignedShort());
      for (int kind = 0; kind < 2; kind++) {
        int members = in.readUnsignedShort();
        for (int m = 0; m < members; m++) {
          in.skipNBytes(2);
          String name = texts.get(in.readUnsignedShort());
          in.skipNBytes(2);
          int attributes = in.readUnsignedShort();
          for (int a = 0; a < attributes; a++) {
            String attribute = texts.get(in.readUnsignedShort());
            int length = in.readInt();
            if ("Code".equals(attribute)) {
              in.skipNBytes(4);
              lengths.merge(name, in.readInt(), Math::max);
              in.skipNBytes(length - 8);
            } else {
              in.skipNBytes(length);
            }
          }
        }
      }
    }
    return lengths;
  }

  @Test
  void tables_of_large_students_stand_beside_the_class_and_are_missed() throws Exception {
    StudentFile large = sizes().get(2);
    Path source = write(large, "Large.java", Map.of("package", "com.example"));
    assertThat(Files.size(folder.resolve("Large.tables"))).isGreaterThan(JavaExporter.MOST_INSIDE);
    assertThat(Files.size(source)).isLessThan(20_000);
    try (ExportedStudent export = new JavaExporter().open(source, large)) {
      assertThat(Parity.of(large, export, 0, 2000, 3).holds()).isTrue();
    }
    Files.delete(folder.resolve("Large.tables"));
    assertThatThrownBy(() -> new JavaExporter().open(source, large))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Large.tables is not beside the class Large");
    write(sizes().get(1), "Small.java", Map.of());
    assertThat(folder.resolve("Small.tables")).doesNotExist();
  }

  @Test
  void reads_rows_as_people_write_them() throws Exception {
    StudentFile student = Samples.each().get(0);
    Path classes = Files.createTempDirectory(folder, "classes");
    CompiledStudent.compile(write(student, "Income.java", Map.of()), classes);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, null)) {
      Class<?> income = loader.loadClass("Income");
      List<Map<String, Object>> rows =
          List.of(
              Map.of("age", 41, "city", "Oslo", "job", "smith"),
              Map.of("age", " 4.5e1 ", "city", "?", "extra", 1),
              Map.of("age", true, "city", "Bergen", "job", "none"),
              Map.of("age", "NA"),
              Map.of());
      for (Map<String, Object> row : rows) {
        assertThat(income.getMethod("score", Map.class).invoke(null, row))
            .isEqualTo(student.score(row).probabilities());
        assertThat(income.getMethod("predict", Map.class).invoke(null, row))
            .isEqualTo(student.score(row).label());
      }
      assertThatThrownBy(
              () -> income.getMethod("score", Map.class).invoke(null, Map.of("age", "1d")))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessage("column 'age': expected a number, got '1d'");
    }
  }

  @Test
  void names_that_are_no_java_are_refused() {
    StudentFile student = Samples.each().get(0);
    JavaExporter exporter = new JavaExporter();
    assertThatThrownBy(() -> exporter.export(student, "my-student.java", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the name of a Java class and '.java'");
    assertThatThrownBy(() -> exporter.export(student, "class.java", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> exporter.export(student, "A.java", Map.of("package", "a..b")))
        .hasMessageContaining("package 'a..b': expected a Java package");
  }

  @Test
  void a_class_that_is_something_else_is_refused() throws Exception {
    Path file = folder.resolve("Other.java");
    Files.writeString(file, "public class Other {}");
    assertThatThrownBy(() -> new JavaExporter().open(file, Samples.each().get(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no class that Distill exported");
    Files.writeString(file, "public class Other {");
    assertThatThrownBy(() -> new JavaExporter().open(file, Samples.each().get(0)))
        .hasMessageContaining("does not compile");
  }
}
