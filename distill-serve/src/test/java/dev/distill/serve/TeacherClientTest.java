package dev.distill.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.http.HttpTeachers;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import dev.distill.spi.TeacherModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The project's client of the protocol, which was written for others' servers. */
class TeacherClientTest extends ServerCase {
  @Test
  void a_served_student_is_a_teacher() throws Exception {
    StudentFile student = Models.student(1);
    // A name of its own: answers of earlier runs are kept by address and name.
    String name = "m" + System.nanoTime();
    student.write(folder.resolve(name + ".distill"));
    start(config());
    int rows = 700;
    double[] ages = new double[rows];
    double[] heights = new double[rows];
    int[] cities = new int[rows];
    int[] smokers = new int[rows];
    for (int i = 0; i < rows; i++) {
      ages[i] = i % 7 == 0 ? Double.NaN : i / 10.0;
      heights[i] = i / 3.0;
      cities[i] = i % 4 - 1;
      smokers[i] = i % 2;
    }
    List<String> cityNames = List.of("Oslo", "Århus", "東京");
    List<String> smokerNames = List.of("no", "yes");
    Table table =
        new Table(
            "t.csv",
            List.of(
                new Table.Numbers("age", ages),
                new Table.Texts("city", cities, cityNames),
                new Table.Texts("smoker", smokers, smokerNames),
                new Table.Numbers("height in cm", heights)));
    String url = "http://127.0.0.1:" + server().port() + "/v2/models/" + name;
    try (TeacherModel teacher = new HttpTeachers().open(url)) {
      teacher.check(table, Models.CLASSES);
      double[] answers = teacher.probabilities(table, Models.CLASSES);
      for (int i = 0; i < rows; i++) {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("age", ages[i]);
        row.put("city", cities[i] < 0 ? null : cityNames.get(cities[i]));
        row.put("smoker", smokerNames.get(smokers[i]));
        row.put("height in cm", heights[i]);
        Map<String, Double> expected = student.score(row).probabilities();
        for (int k = 0; k < 3; k++) {
          assertThat(answers[3 * i + k])
              .as("row %d class %d", i, k)
              .isEqualTo(expected.get(Models.CLASSES.get(k)));
        }
      }
    }
  }
}
