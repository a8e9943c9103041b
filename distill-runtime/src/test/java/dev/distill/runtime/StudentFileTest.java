package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StudentFileTest {
  @TempDir private Path folder = Path.of("");

  static Stream<StudentFile> students() {
    return Students.each().stream();
  }

  @ParameterizedTest
  @MethodSource("students")
  void comes_back_as_it_was(StudentFile student) throws IOException {
    Path path = folder.resolve("student.distill");
    student.write(path);
    byte[] bytes = Files.readAllBytes(path);
    assertThat(bytes).isEqualTo(student.toBytes());
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      for (StudentFile loaded :
          List.of(StudentFile.load(path), StudentFile.load(bytes), StudentFile.load(in))) {
        assertThat(loaded.schema()).isEqualTo(student.schema());
        assertThat(loaded.classes()).isEqualTo(student.classes());
        assertThat(loaded.label()).isEqualTo(student.label());
        assertThat(loaded.temperature()).isEqualTo(student.temperature());
        assertThat(loaded.verificationRows()).isEqualTo(student.verificationRows());
        assertThat(List.copyOf(loaded.provenance().entrySet()))
            .isEqualTo(List.copyOf(student.provenance().entrySet()));
        assertThat(loaded.toBytes()).isEqualTo(bytes);
        RandomTrees rows = new RandomTrees(student.schema().features(), 2, new Random(4));
        float[] values = rows.rows(50, 0.3);
        double[] expected = new double[50 * student.classes().size()];
        double[] actual = new double[expected.length];
        student.score(values, 50, expected);
        loaded.score(values, 50, actual);
        assertThat(actual).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_file_of_format_1_stays_readable() throws IOException {
    byte[] bytes = Students.formatOne();
    StudentFile student = StudentFile.load(bytes);
    assertThat(student.provenance()).containsEntry("note", "ο δάσκαλος 🌳");
    assertThat(student.verificationRows()).isEqualTo(4);
    // All is as it was but the version, the length and the checksum.
    byte[] again = student.toBytes();
    assertThat(again).hasSize(bytes.length - 32 + 4);
    assertThat(Arrays.copyOfRange(again, 20, again.length - 4))
        .isEqualTo(Arrays.copyOfRange(bytes, 20, bytes.length - 32));
  }

  @Test
  void a_stream_may_come_in_bits() throws IOException {
    byte[] bytes = Students.boosted().toBytes();
    InputStream slow =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] b, int off, int len) {
            return super.read(b, off, Math.min(len, 3));
          }
        };
    assertThat(StudentFile.load(slow).toBytes()).isEqualTo(bytes);
  }

  @Test
  void a_long_stream_is_read_whole() throws IOException {
    Random random = new Random(5);
    RandomTrees trees = new RandomTrees(8, 2, random);
    trees.add(RandomTrees.Shape.RAGGED, 60_000, 1);
    StudentFile student =
        new StudentFile(
            Students.numbers(8),
            trees.build(),
            Students.classes(2),
            "y",
            1,
            trees.rows(64, 0.1),
            Map.of());
    byte[] bytes = student.toBytes();
    assertThat(bytes.length).isGreaterThan(500_000);
    assertThat(StudentFile.load(new ByteArrayInputStream(bytes)).toBytes()).isEqualTo(bytes);
    assertThatThrownBy(
            () ->
                StudentFile.load(
                    new ByteArrayInputStream(java.util.Arrays.copyOf(bytes, bytes.length + 1))))
        .isInstanceOf(StudentFileException.class)
        .hasMessage("student: goes on after its end at byte " + bytes.length);
    assertThatThrownBy(() -> StudentFile.load(new ByteArrayInputStream(bytes, 0, bytes.length - 1)))
        .isInstanceOf(StudentFileException.class)
        .hasMessage("student: cut off at byte %d of %d".formatted(bytes.length - 1, bytes.length));
  }

  @Test
  void writing_replaces_what_is_there_and_leaves_nothing_else() throws IOException {
    Path path = folder.resolve("student.distill");
    Students.boosted().write(path);
    Students.joint().write(path);
    assertThat(Files.readAllBytes(path)).isEqualTo(Students.joint().toBytes());
    assertThat(list()).containsExactly(path);
  }

  @Test
  void a_write_that_fails_leaves_nothing() throws IOException {
    Path occupied = Files.createDirectory(folder.resolve("a folder"));
    Path inside = Files.writeString(occupied.resolve("x"), "x");
    assertThatThrownBy(() -> Students.boosted().write(occupied))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(occupied + ": is a folder, expected a file to write");
    assertThatThrownBy(() -> Students.boosted().write(folder.resolve("none/student.distill")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("there is no folder " + folder.resolve("none"));
    // The name is too long for the file system: the move fails after all bytes are written.
    assertThatThrownBy(() -> Students.boosted().write(folder.resolve("n".repeat(300))))
        .isInstanceOf(IOException.class);
    assertThat(list()).containsExactly(occupied);
    assertThat(inside).exists();
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void whoever_reads_while_it_is_written_gets_a_whole_file() throws Exception {
    Path path = folder.resolve("student.distill");
    StudentFile first = Students.boosted();
    StudentFile second = Students.joint();
    first.write(path);
    AtomicBoolean done = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 50; i++) {
                  (i % 2 == 0 ? second : first).write(path);
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              } finally {
                done.set(true);
              }
            });
    writer.start();
    while (!done.get()) {
      assertThat(StudentFile.load(path).classes().size()).isBetween(2, 3);
    }
    writer.join();
  }

  @Test
  void says_what_is_wrong_with_a_path() throws IOException {
    assertThatThrownBy(() -> StudentFile.load(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(folder + ": is a folder, expected a student file");
    Path missing = folder.resolve("missing.distill");
    assertThatThrownBy(() -> StudentFile.load(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing + ": there is no such file");
    Path empty = Files.createFile(folder.resolve("empty.distill"));
    assertThatThrownBy(() -> StudentFile.load(empty))
        .isInstanceOf(StudentFileException.class)
        .hasMessage(empty + ": empty, expected a student file");
    Path text = Files.writeString(folder.resolve("data.csv"), "age,city\n41,Oslo\n");
    assertThatThrownBy(() -> StudentFile.load(text))
        .isInstanceOf(StudentFileException.class)
        .hasMessage(text + ": not a student file");
  }

  @Test
  void parts_that_do_not_fit_are_refused() {
    Schema schema = Students.numbers(2);
    TreeEnsemble model = TreeEnsemble.builder(2, new float[2]).build();
    List<String> classes = List.of("no", "yes");
    float[] none = {};
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new StudentFile(Students.numbers(3), model, classes, "y", 1, none, Map.of()))
        .withMessage("the model reads 2 features, but the schema gives 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFile(schema, model, List.of("a"), "y", 1, none, Map.of()))
        .withMessage("the model has 2 classes, but there are 1 names");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFile(schema, model, List.of("a", "a"), "y", 1, none, Map.of()))
        .withMessage("class 'a' stands twice");
    for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> new StudentFile(schema, model, classes, "y", temperature, none, Map.of()))
          .withMessage("temperature must be finite and > 0, got " + temperature);
    }
    PortableModel deep = Logarithm.of(Logarithm.of(Logarithm.of(Logarithm.of(model))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFile(schema, deep, classes, "y", 1, none, Map.of()))
        .withMessage("at most 4 models one inside the other, got 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFile(schema, model, classes, "y", 1, new float[3], Map.of()))
        .withMessage("verification rows have 3 values, which is no multiple of 2 features");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFile(schema, model, classes, "y", 1, new float[130], Map.of()))
        .withMessage("at most 64 verification rows, got 65");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new StudentFile(schema, model, classes, "y", 1, none, Map.of("k", "\ud83d")))
        .withMessageStartingWith("a text is not Unicode");
    assertThatThrownBy(() -> Students.boosted().provenance().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void small_students_are_small() {
    Random random = new Random(6);
    RandomTrees trees = new RandomTrees(30, 2, random);
    for (int t = 0; t < 100; t++) {
      trees.add(RandomTrees.Shape.FULL, 31, 1);
    }
    // 31 × (1 + 4) bytes of splits, 32 × 4 of leaves, 6 of a head and 12 of bits.
    assertThat(size(trees)).isLessThan(31_500);
    RandomTrees tree = new RandomTrees(30, 2, random);
    tree.add(RandomTrees.Shape.FULL, 1023, 1);
    assertThat(size(tree)).isLessThan(10_500);
  }

  private static int size(RandomTrees trees) {
    return new StudentFile(
            Students.numbers(30),
            trees.build(),
            Students.classes(2),
            "y",
            1,
            new float[0],
            Map.of("family", "xgboost.trees"))
        .toBytes()
        .length;
  }
}
