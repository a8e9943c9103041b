package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.runtime.Explanation;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A test row on which student and teacher are far apart, and what the student went by.
 *
 * @param row its index among the test rows
 * @param label its class
 * @param kl KL of the teacher from the student on it, in nats
 * @param classes the classes that matter: the label, and those that teacher and student hold for
 *     likeliest; then {@code above} and {@code below}; each once, by index
 * @param teacher the teacher's probabilities of these
 * @param student the student's
 * @param above the class of which the student is most above the teacher
 * @param below the class of which it is most below
 * @param values the columns that speak most for {@code above} or {@code below}, the first first;
 *     where the student can't be explained, the first columns of the data
 */
public record Disagreement(
    int row,
    int label,
    double kl,
    List<Integer> classes,
    List<Double> teacher,
    List<Double> student,
    int above,
    int below,
    List<Value> values) {

  /** Rows that a person will look at. */
  private static final int MOST_ROWS = 20;

  /** Columns of a row that a person will look at. */
  private static final int MOST_COLUMNS = 12;

  private static final int MOST_LIKELY = 2;

  /**
   * A column of a row.
   *
   * @param column its name
   * @param text its value, null where it is missing
   * @param contribution what it adds to the logit of {@code above} less what to that of {@code
   *     below}; NaN where the student can't be explained
   */
  public record Value(String column, @Nullable String text, double contribution) {}

  /**
   * The rows with the largest KL, the largest first.
   *
   * @param teacher rows × classes probabilities, row-major
   * @param student what {@code file} answers, likewise
   */
  static List<Disagreement> largest(
      Dataset test, double[] teacher, double[] student, StudentFile file) {
    int classes = test.classes().size();
    double[] kl = new double[test.rows()];
    for (int i = 0; i < kl.length; i++) {
      int at = i * classes;
      kl[i] = KullbackLeibler.row(teacher, at, student, at, classes, KullbackLeibler.FLOOR);
    }
    return IntStream.range(0, kl.length)
        .filter(i -> kl[i] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -kl[i]))
        .limit(MOST_ROWS)
        .map(i -> of(i, kl[i], test, teacher, student, file))
        .toList();
  }

  private static Disagreement of(
      int row, double kl, Dataset test, double[] teacher, double[] student, StudentFile file) {
    int classes = test.classes().size();
    int at = row * classes;
    double[] excess = new double[classes];
    for (int k = 0; k < classes; k++) {
      excess[k] = student[at + k] - teacher[at + k];
    }
    int above = Argmax.row(excess, 0, classes);
    int below = Argmax.row(Arrays.stream(excess).map(e -> -e).toArray(), 0, classes);
    TreeSet<Integer> told = new TreeSet<>(List.of(test.labels()[row], above, below));
    told.addAll(likeliest(teacher, at, classes));
    told.addAll(likeliest(student, at, classes));
    return new Disagreement(
        row,
        test.labels()[row],
        kl,
        List.copyOf(told),
        told.stream().map(k -> teacher[at + k]).toList(),
        told.stream().map(k -> student[at + k]).toList(),
        above,
        below,
        values(row, test, file, above, below));
  }

  private static List<Integer> likeliest(double[] p, int at, int classes) {
    return IntStream.range(0, classes)
        .boxed()
        .sorted(Comparator.comparingDouble(k -> -p[at + k]))
        .limit(MOST_LIKELY)
        .toList();
  }

  private static List<Value> values(int row, Dataset test, StudentFile file, int above, int below) {
    float[] features = test.features().values();
    int at = row * test.features().columns();
    Explanation why = explanation(file, features, at);
    Schema schema = test.schema();
    List<Value> values = new ArrayList<>();
    for (int c = 0; c < schema.columns().size(); c++) {
      double contribution = why == null ? Double.NaN : why.column(c, above) - why.column(c, below);
      values.add(
          new Value(schema.columns().get(c).name(), text(schema, c, features, at), contribution));
    }
    if (why != null) {
      values.sort(Comparator.comparingDouble(v -> -Math.abs(v.contribution)));
    }
    return List.copyOf(values.subList(0, Math.min(MOST_COLUMNS, values.size())));
  }

  private static @Nullable Explanation explanation(StudentFile file, float[] features, int at) {
    try {
      return file.explain(features, at);
    } catch (UnsupportedOperationException e) {
      return null; // such as a network, or a file that had no room for counts of training rows
    }
  }

  /** The value of a column as the data had it, as far as its features tell. */
  private static @Nullable String text(Schema schema, int c, float[] features, int at) {
    int first = at + schema.offset(c);
    float value = features[first];
    if (Float.isNaN(value)) {
      return null;
    }
    if (!(schema.columns().get(c) instanceof Schema.CategoryColumn category)) {
      return Table.text(Double.parseDouble(Float.toString(value)));
    }
    List<String> levels = category.levels();
    int level = (int) value;
    if (category.width() > 1) {
      level = 0;
      while (level < levels.size() && features[first + level] != 1) {
        level++;
      }
    }
    return level < levels.size() ? levels.get(level) : "(other)";
  }
}
