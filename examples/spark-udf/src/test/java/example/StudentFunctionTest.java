package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.runtime.StudentFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StudentFunctionTest {
  private final StudentFile student = Students.olderThan(40);
  private final StudentFunction score =
      new StudentFunction(student.toBytes(), "yes", "age", "city");

  private static byte[] send(StudentFunction function) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(function);
    }
    return bytes.toByteArray();
  }

  private static StudentFunction receive(byte[] bytes) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (StudentFunction) in.readObject();
    }
  }

  @Test
  void scores_where_it_was_sent_as_where_it_was_made() throws Exception {
    StudentFunction there = receive(send(score));
    for (double age : new double[] {30, 40, 50}) {
      double expected =
          student.score(Map.of("age", age, "city", "Oslo")).probabilities().get("yes");
      assertThat(there.apply(age, "Oslo")).isEqualTo(expected);
    }
    assertThat(there.apply(null, null))
        .isEqualTo(student.score(Map.of()).probabilities().get("yes"));
  }

  @Test
  void sends_the_bytes_of_the_file_and_little_else() throws Exception {
    int file = student.toBytes().length;
    int fresh = send(score).length;
    assertThat(fresh).isBetween(file, file + 400);
    score.apply(50, "Oslo");
    assertThat(send(score)).as("what was loaded is not sent").hasSize(fresh);
  }

  @Test
  void a_jvm_loads_a_student_once_for_all_tasks() throws Exception {
    byte[] sent = send(score);
    List<StudentFile> loaded =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(task -> receiveUnchecked(sent).student())
            .toList();
    assertThat(loaded).allMatch(one -> one == loaded.get(0));
    byte[] other = Students.olderThan(60).toBytes();
    assertThat(new StudentFunction(other, "yes", "age").student()).isNotSameAs(loaded.get(0));
  }

  private static StudentFunction receiveUnchecked(byte[] bytes) {
    try {
      return receive(bytes);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void fails_where_it_is_made_and_not_on_a_worker() {
    byte[] file = student.toBytes();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFunction(file, "maybe", "age"))
        .withMessage("no class 'maybe', the student has [no, yes]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFunction(file, "yes", "height"))
        .withMessage("the student has no column 'height'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudentFunction(new byte[10], "yes", "age"));
    assertThatIllegalArgumentException().isThrownBy(() -> score.apply(1));
  }
}
