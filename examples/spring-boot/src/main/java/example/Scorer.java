package example;

import dev.distill.runtime.Prediction;
import dev.distill.runtime.StudentFolder;
import java.io.IOException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** What the rest of the service asks; follows the files for as long as the service lives. */
@Component
public class Scorer implements DisposableBean {
  private final StudentFolder students;

  Scorer(StudentProperties properties) throws IOException {
    students = StudentFolder.follow(properties.folder(), properties.every());
  }

  /**
   * Scores a row by the student as it is now.
   *
   * @param row values by column name; columns that it lacks are missing
   * @throws NoSuchElementException if there is no such student
   * @throws IllegalArgumentException if a text stands where a number is expected
   */
  public Prediction score(String student, Map<String, ?> row) {
    return students
        .student(student)
        .orElseThrow(() -> new NoSuchElementException("no student '" + student + "'"))
        .score(row);
  }

  /** The names of the students. */
  public Set<String> students() {
    return students.students().keySet();
  }

  /** What is wrong with the files, if anything is. */
  public Optional<String> problem() {
    return students.problem();
  }

  @Override
  public void destroy() {
    students.close();
  }
}
