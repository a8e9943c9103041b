package dev.distill.export;

import dev.distill.runtime.StudentFile;
import dev.distill.spi.ExportedStudent;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * How alike a student and its export answer, over rows made to be hard for the student.
 *
 * @param rows how many were compared
 * @param flips rows whose class is another one, though the student gives its own a probability that
 *     is above the other's by more than {@code bound}
 * @param ties rows whose class is another one of those that the student holds for as probable,
 *     within {@code bound}
 * @param largest the largest difference of a probability; infinite if one was NaN
 * @param bound the most that is allowed for it
 * @param worst the row where it was, or the first whose class flipped: its columns and both
 *     answers, for messages; empty if all are equal
 */
public record Parity(long rows, long flips, long ties, double largest, double bound, String worst) {
  private static final int BATCH = 4096;

  /** Whether no class flipped and no probability is farther than the bound. */
  public boolean holds() {
    return flips == 0 && largest <= bound;
  }

  /**
   * Compares.
   *
   * @param bound the most by which a probability may differ
   * @param rows how many rows to make
   * @param seed of the rows
   */
  public static Parity of(
      StudentFile student, ExportedStudent export, double bound, long rows, long seed) {
    AdversarialRows maker = new AdversarialRows(student, seed);
    int classes = student.classes().size();
    long flips = 0;
    long ties = 0;
    double largest = 0;
    String worst = "";
    for (long done = 0; done < rows; done += BATCH) {
      Table table = maker.next((int) Math.min(BATCH, rows - done));
      ExportedStudent.Scores expected = score(student, table);
      ExportedStudent.Scores got = export.score(table);
      if (got.classes().length != table.rows()
          || got.probabilities().length != table.rows() * classes) {
        throw new IllegalStateException(
            "%s classes and %s probabilities came for %s rows of %s classes"
                .formatted(
                    got.classes().length, got.probabilities().length, table.rows(), classes));
      }
      for (int i = 0; i < table.rows(); i++) {
        int own = expected.classes()[i];
        int other = got.classes()[i];
        boolean flipped = false;
        if (own != other) {
          double ahead =
              expected.probabilities()[i * classes + own]
                  - expected.probabilities()[i * classes + other];
          flipped = ahead > bound;
          flips += flipped ? 1 : 0;
          ties += flipped ? 0 : 1;
        }
        double farthest = 0;
        for (int at = i * classes; at < (i + 1) * classes; at++) {
          double difference = Math.abs(expected.probabilities()[at] - got.probabilities()[at]);
          farthest =
              Math.max(farthest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
        if (farthest > largest || (flipped && flips == 1)) {
          worst = words(table, i, expected, got, classes);
        }
        largest = Math.max(largest, farthest);
      }
    }
    return new Parity(rows, flips, ties, largest, bound, worst);
  }

  private static String words(
      Table table, int row, ExportedStudent.Scores expected, ExportedStudent.Scores got, int k) {
    List<String> cells = new ArrayList<>();
    for (Table.Column column : table.columns()) {
      String cell =
          column instanceof Table.Numbers numbers
              ? Double.toString(numbers.values()[row])
              : column.text(row);
      cells.add(column.name() + "=" + cell);
    }
    return "%s: class %s with %s, the export says class %s with %s"
        .formatted(
            String.join(", ", cells),
            expected.classes()[row],
            probabilities(expected, row, k),
            got.classes()[row],
            probabilities(got, row, k));
  }

  private static List<Double> probabilities(ExportedStudent.Scores scores, int row, int classes) {
    List<Double> values = new ArrayList<>();
    for (int at = row * classes; at < (row + 1) * classes; at++) {
      values.add(scores.probabilities()[at]);
    }
    return values;
  }

  /** What a student says about rows of a table. */
  static ExportedStudent.Scores score(StudentFile student, Table table) {
    int features = student.schema().features();
    float[] values = table.features(student.schema());
    double[] probabilities = new double[table.rows() * student.classes().size()];
    student.score(values, table.rows(), probabilities);
    int[] classes = new int[table.rows()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = student.model().predict(values, i * features);
    }
    return new ExportedStudent.Scores(probabilities, classes);
  }
}
