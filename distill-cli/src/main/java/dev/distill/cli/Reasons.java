package dev.distill.cli;

import dev.distill.runtime.Explanation;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The columns that speak most for and against the class that a row is given, in a short text. */
final class Reasons {
  private static final int MOST = 3;

  private final StudentFile student;
  private final List<String> names;

  /**
   * @throws IllegalArgumentException if the student can't be explained
   */
  Reasons(StudentFile student) {
    this.student = student;
    names = student.schema().columns().stream().map(Schema.Column::name).toList();
    try {
      student.explain(new float[student.schema().features()]);
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException("no --explain for this student: " + e.getMessage(), e);
    }
  }

  /**
   * Such as {@code age +0.81; city -0.40}: what the columns add to the logit of a class, less what
   * they add to those of all classes on average.
   *
   * @param features holds the row's features from {@code offset} on
   */
  String of(float[] features, int offset, int targetClass) {
    Explanation explanation = student.explain(features, offset);
    double[] values = new double[names.size()];
    for (int c = 0; c < values.length; c++) {
      double mean = 0;
      for (int k = 0; k < explanation.classes(); k++) {
        mean += explanation.column(c, k) / explanation.classes();
      }
      values[c] = explanation.column(c, targetClass) - mean;
    }
    List<Integer> order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(c -> -Math.abs(values[c])))
            .limit(MOST)
            .filter(c -> values[c] != 0)
            .toList();
    List<String> parts = new ArrayList<>();
    for (int c : order) {
      parts.add("%s %s".formatted(names.get(c), String.format(Locale.ROOT, "%+.3g", values[c])));
    }
    return String.join("; ", parts);
  }
}
