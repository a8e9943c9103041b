package dev.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudentFolderTest {
  /** So long that no look comes but those that a test asks for. */
  private static final Duration NEVER = Duration.ofDays(1);

  private final Path folder;

  StudentFolderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** A student that always answers the one class. */
  private static StudentFile answering(String label) {
    float[] bias = {label.equals("yes") ? 1 : -1, 0};
    return new StudentFile(
        Schema.numbers(List.of("x")),
        DenseNetwork.linear(1, 2, new float[2], bias),
        List.of("yes", "no"),
        "label",
        1,
        new float[] {0},
        Map.of());
  }

  private Path file(String name) {
    return folder.resolve(name + ".distill");
  }

  private static String answer(StudentFolder students, String name) {
    return students.student(name).orElseThrow().score(Map.of("x", 1)).label();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("20 s are enough").isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void a_file_is_a_student_by_its_name_and_other_entries_are_none() throws IOException {
    answering("yes").write(file("a"));
    answering("no").write(file("b.2"));
    answering("no").write(file(".hidden"));
    Files.writeString(folder.resolve("notes.txt"), "x");
    Files.createDirectory(file("folder"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      assertThat(students.students()).containsOnlyKeys("a", "b.2");
      assertThat(answer(students, "a")).isEqualTo("yes");
      assertThat(answer(students, "b.2")).isEqualTo("no");
      assertThat(students.student("c")).isEmpty();
      assertThat(students.problem()).isEmpty();
    }
  }

  @Test
  void a_new_file_takes_the_place_of_the_old_one() throws IOException {
    answering("yes").write(file("a"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      StudentFile old = students.student("a").orElseThrow();
      answering("no").write(file("a"));
      students.look();
      assertThat(answer(students, "a")).isEqualTo("no");
      assertThat(old.score(Map.of("x", 1)).label()).isEqualTo("yes");
    }
  }

  @Test
  void a_file_written_in_place_in_the_same_millisecond_is_seen() throws IOException {
    answering("yes").write(file("a"));
    FileTime time = Files.getLastModifiedTime(file("a"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      Files.write(file("a"), answering("no").toBytes());
      Files.setLastModifiedTime(file("a"), time);
      students.look();
      assertThat(answer(students, "a")).isEqualTo("no");
    }
  }

  @Test
  void a_file_that_did_not_change_is_not_loaded_again() throws IOException {
    answering("yes").write(file("a"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      StudentFile old = students.student("a").orElseThrow();
      answering("yes").write(file("a"));
      Files.setLastModifiedTime(file("a"), FileTime.from(Instant.now().minusSeconds(60)));
      students.look();
      students.look();
      assertThat(students.student("a")).containsSame(old);
    }
  }

  @Test
  void a_broken_file_keeps_the_old_student_and_is_a_problem_until_mended() throws IOException {
    answering("yes").write(file("a"));
    answering("yes").write(file("b"));
    byte[] whole = answering("no").toBytes();
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      Files.write(file("a"), Arrays.copyOf(whole, whole.length / 2));
      answering("no").write(file("b"));
      students.look();
      assertThat(answer(students, "a")).isEqualTo("yes");
      assertThat(answer(students, "b")).as("others go on").isEqualTo("no");
      assertThat(students.problem().orElseThrow())
          .startsWith(file("a") + ": ")
          .endsWith("(the one before it is in use)");
      students.look();
      assertThat(students.problem()).as("once more seen, still a problem").isPresent();

      Files.write(file("a"), whole);
      students.look();
      assertThat(answer(students, "a")).isEqualTo("no");
      assertThat(students.problem()).isEmpty();
    }
  }

  @Test
  void a_file_that_was_never_whole_is_a_problem_and_no_student() throws IOException {
    Files.writeString(file("a"), "not a student");
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      assertThat(students.student("a")).isEmpty();
      assertThat(students.problem().orElseThrow())
          .startsWith(file("a") + ": ")
          .doesNotContain("in use");
    }
  }

  @Test
  void a_file_that_is_gone_is_gone_and_an_empty_folder_a_problem() throws IOException {
    answering("yes").write(file("a"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      Files.delete(file("a"));
      students.look();
      assertThat(students.students()).isEmpty();
      assertThat(students.problem()).contains(folder + ": there is no file *.distill");
    }
  }

  @Test
  void when_the_folder_is_gone_the_students_stay() throws IOException {
    Path models = Files.createDirectory(folder.resolve("models"));
    answering("yes").write(models.resolve("a.distill"));
    try (StudentFolder students = StudentFolder.follow(models, NEVER)) {
      Files.move(models, folder.resolve("elsewhere"));
      students.look();
      assertThat(answer(students, "a")).isEqualTo("yes");
      assertThat(students.problem()).contains(models + ": there is no such file or folder");
      Files.move(folder.resolve("elsewhere"), models);
      students.look();
      assertThat(students.problem()).isEmpty();
    }
  }

  /** A volume of Kubernetes: links to a link, which is turned to another folder at once. */
  @Test
  void links_that_turn_are_followed() throws IOException {
    for (String version : List.of("yes", "no")) {
      Path data = Files.createDirectory(folder.resolve("..data_" + version));
      answering(version).write(data.resolve("a.distill"));
    }
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..data_yes"));
    Files.createSymbolicLink(file("a"), Path.of("..data", "a.distill"));
    try (StudentFolder students = StudentFolder.follow(folder, NEVER)) {
      assertThat(answer(students, "a")).isEqualTo("yes");
      Files.createSymbolicLink(folder.resolve("..next"), Path.of("..data_no"));
      Files.move(
          folder.resolve("..next"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      students.look();
      assertThat(answer(students, "a")).isEqualTo("no");
    }
  }

  @Test
  void the_thread_looks_by_itself_until_closed() throws Exception {
    answering("yes").write(file("a"));
    StudentFolder students = StudentFolder.follow(folder, Duration.ofMillis(5));
    answering("no").write(file("a"));
    await(() -> answer(students, "a").equals("no"));
    Files.writeString(file("a"), "broken");
    await(() -> students.problem().isPresent());
    answering("yes").write(file("a"));
    await(() -> students.problem().isEmpty());
    assertThat(answer(students, "a")).isEqualTo("yes");

    students.close();
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("distill-student-folder")));
    assertThat(answer(students, "a")).as("can be used on").isEqualTo("yes");
  }

  @Test
  void rejects_what_is_no_folder_and_no_time() throws IOException {
    answering("yes").write(file("a"));
    assertThatThrownBy(() -> StudentFolder.follow(file("a"), NEVER))
        .isInstanceOf(NotDirectoryException.class)
        .hasMessage(file("a") + " is a file, expected a folder");
    assertThatThrownBy(() -> StudentFolder.follow(folder.resolve("none"), NEVER))
        .isInstanceOf(NoSuchFileException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StudentFolder.follow(folder, Duration.ZERO))
        .withMessage("time between looks must be > 0, got PT0S");
  }
}
