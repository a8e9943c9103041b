package dev.distill.testkit;

import dev.distill.spi.Matrix;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Data of awkward shapes. */
final class Shapes {
  private Shapes() {}

  /** Number of classes, name, task. */
  static Stream<Arguments> all() {
    return Stream.of(2, 3)
        .flatMap(
            classes ->
                tasks(classes).entrySet().stream()
                    .map(e -> Arguments.of(classes, e.getKey(), e.getValue())));
  }

  private static Map<String, Task> tasks(int classes) {
    Map<String, Task> tasks = new LinkedHashMap<>();
    Task task = Task.random(40, 3, classes, "shapes");
    tasks.put("constant columns", task.with(filled(2.5f)));
    tasks.put("nothing but missing values", task.with(filled(Float.NaN)));
    tasks.put("nothing but minus infinity", task.with(filled(Float.NEGATIVE_INFINITY)));
    tasks.put("one column", Task.random(40, 1, classes, "one column"));
    float[] duplicates = new float[40 * 3];
    for (int i = 0; i < 40; i++) {
      System.arraycopy(task.features().values(), i % 4 * 3, duplicates, i * 3, 3);
    }
    tasks.put("duplicate rows", task.with(new Matrix(duplicates, 40, 3)));
    double[] absent = task.teacher().clone();
    int[] labels = task.labels().clone();
    for (int i = 0; i < 40; i++) {
      absent[i * classes] += absent[i * classes + classes - 1];
      absent[i * classes + classes - 1] = 0;
      labels[i] %= classes - 1;
    }
    tasks.put("a class that no row has", task.with(absent).with(labels));
    tasks.put("labels of one class alone", task.with(new int[40]));
    tasks.put("two rows", Task.random(2, 3, classes, "two rows"));
    tasks.put("5 000 columns", Task.random(40, 5_000, classes, "wide"));
    return tasks;
  }

  private static Matrix filled(float value) {
    float[] values = new float[40 * 3];
    Arrays.fill(values, value);
    return new Matrix(values, 40, 3);
  }
}
