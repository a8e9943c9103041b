package dev.distill.runtime;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the training rows looked like, column by column, and what the student answered on test rows:
 * counts to compare rows in service with. No row is in it, and no value but those that many rows
 * share. All counts from 1 to 4 of a bin, a level or a class are written as 0.
 *
 * @param rows number of training rows
 * @param columns one a column of the schema, in its order: {@link Numbers} of a number, {@link
 *     Levels} of a category
 * @param answers how the student answered test rows; null if there were none
 */
public record Profile(int rows, List<Column> columns, @Nullable Answers answers) {
  /** The smallest count that is told. */
  public static final int FEWEST = 5;

  /** At most so many cut points a column. */
  public static final int MOST_CUTS = 64;

  /** Checks the number of rows. (Written out: NullAway misses the null of a compact one.) */
  public Profile(int rows, List<Column> columns, @Nullable Answers answers) {
    this.rows = positive("rows of a profile", rows);
    this.columns = List.copyOf(columns);
    this.answers = answers;
  }

  /** Rows of a column. */
  public sealed interface Column permits Numbers, Levels {
    /** Number of rows where it is missing. */
    int missing();

    /** Rows of each bin or level; shared, must not be changed. */
    int[] counts();
  }

  /**
   * A column of numbers as a histogram.
   *
   * @param missing rows where it is missing
   * @param cuts cut points, finite and ascending, at most {@link #MOST_CUTS}; shared
   * @param counts rows of each bin, one more than cuts; bin i holds values from {@code cuts[i - 1]}
   *     (included) to {@code cuts[i]} (not included); shared
   */
  public record Numbers(int missing, float[] cuts, int[] counts) implements Column {
    /** Checks cuts and counts. */
    public Numbers {
      checkCounts(missing, counts);
      if (cuts.length > MOST_CUTS || counts.length != cuts.length + 1) {
        throw new IllegalArgumentException(
            "%d cuts and %d bins, allowed are at most %d cuts and one bin more"
                .formatted(cuts.length, counts.length, MOST_CUTS));
      }
      for (int i = 0; i < cuts.length; i++) {
        if (!Float.isFinite(cuts[i]) || (i > 0 && !(cuts[i] > cuts[i - 1]))) {
          throw new IllegalArgumentException(
              "cut %d is %s, expected finite ones in ascending order".formatted(i, cuts[i]));
        }
      }
    }

    /** The bin of a value that is not NaN. */
    public int bin(double value) {
      int from = 0;
      int to = cuts.length;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (value < cuts[middle]) {
          to = middle;
        } else {
          from = middle + 1;
        }
      }
      return from;
    }
  }

  /**
   * A column of texts.
   *
   * @param missing rows where it is missing
   * @param other rows with a text that is no level of the schema
   * @param counts rows of each level, in the schema's order; shared
   */
  public record Levels(int missing, int other, int[] counts) implements Column {
    /** Checks the counts. */
    public Levels {
      checkCounts(missing, counts);
      natural("rows of other levels", other);
    }
  }

  /**
   * How the student answered test rows, which it did not learn from.
   *
   * @param rows number of test rows
   * @param right rows whose label it predicted
   * @param predicted rows for which each class was predicted, in the order of the classes; shared
   * @param probabilities histograms of what was answered: of the second class if there are two, of
   *     each class if there are not too many, or none
   * @param logLoss mean log loss, in nats
   * @param logLossDeviation standard deviation of the rows' log loss
   * @param calibrationError expected calibration error, 0 to 1
   */
  public record Answers(
      int rows,
      int right,
      int[] predicted,
      List<Numbers> probabilities,
      double logLoss,
      double logLossDeviation,
      double calibrationError) {
    /** Checks the figures. */
    public Answers {
      positive("test rows of a profile", rows);
      probabilities = List.copyOf(probabilities);
      checkCounts(0, predicted);
      if (right < 0 || right > rows) {
        throw new IllegalArgumentException(
            "%d test rows predicted right, allowed are 0 to %d".formatted(right, rows));
      }
      finite("log loss", logLoss);
      finite("log loss deviation", logLossDeviation);
      finite("calibration error", calibrationError);
    }
  }

  /** Checks that this is a profile of such columns and classes. */
  void check(Schema schema, int classes) {
    if (columns.size() != schema.columns().size()) {
      throw new IllegalArgumentException(
          "a profile of %d columns, but the schema has %d"
              .formatted(columns.size(), schema.columns().size()));
    }
    for (int c = 0; c < columns.size(); c++) {
      Schema.Column column = schema.columns().get(c);
      boolean fits =
          column instanceof Schema.CategoryColumn category
              ? columns.get(c) instanceof Levels levels
                  && levels.counts.length == category.levels().size()
              : columns.get(c) instanceof Numbers;
      if (!fits) {
        throw new IllegalArgumentException(
            "the profile of column '" + column.name() + "' is not of its kind");
      }
    }
    if (answers != null) {
      int given = answers.probabilities.size();
      if (answers.predicted.length != classes
          || (given != 0 && given != (classes == 2 ? 1 : classes))) {
        throw new IllegalArgumentException(
            "a profile of %d predicted classes and %d probabilities, but there are %d classes"
                .formatted(answers.predicted.length, given, classes));
      }
    }
  }

  private static void checkCounts(int missing, int[] counts) {
    natural("missing rows", missing);
    for (int count : counts) {
      natural("rows", count);
    }
  }

  private static void natural(String what, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("%s must be >= 0, got %d".formatted(what, count));
    }
  }

  private static int positive(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("%s must be >= 1, got %d".formatted(what, count));
    }
    return count;
  }

  private static void finite(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "%s must be finite and >= 0, got %s".formatted(what, value));
    }
  }

  // ---- in a file ----

  void write(Output out) {
    out.count(rows);
    for (Column column : columns) {
      if (column instanceof Numbers numbers) {
        write(numbers, out);
      } else {
        Levels levels = (Levels) column;
        out.count(levels.missing());
        out.count(levels.other());
        counts(levels.counts(), out);
      }
    }
    out.count(answers == null ? 0 : answers.rows());
    if (answers != null) {
      out.count(answers.right());
      counts(answers.predicted(), out);
      out.count(answers.probabilities().size());
      for (Numbers numbers : answers.probabilities()) {
        write(numbers, out);
      }
      out.f64(answers.logLoss());
      out.f64(answers.logLossDeviation());
      out.f64(answers.calibrationError());
    }
  }

  private static void write(Numbers numbers, Output out) {
    out.count(numbers.missing);
    out.count(numbers.cuts.length);
    for (float cut : numbers.cuts) {
      out.f32(cut);
    }
    counts(numbers.counts, out);
  }

  private static void counts(int[] counts, Output out) {
    for (int count : counts) {
      out.count(count);
    }
  }

  /** Reads a profile and checks it. */
  static Profile read(Input in, Schema schema, int classes) throws StudentFileException {
    int rows = in.count();
    List<Column> columns = new ArrayList<>();
    for (Schema.Column column : schema.columns()) {
      if (column instanceof Schema.CategoryColumn category) {
        int missing = in.count();
        int other = in.count();
        columns.add(new Levels(missing, other, in.counts(category.levels().size())));
      } else {
        columns.add(numbers(in));
      }
    }
    int tested = in.count();
    Profile profile = new Profile(rows, columns, tested == 0 ? null : answers(in, tested, classes));
    profile.check(schema, classes);
    return profile;
  }

  private static Answers answers(Input in, int rows, int classes) throws StudentFileException {
    int right = in.count();
    int[] predicted = in.counts(classes);
    int histograms = in.count(3, "histograms");
    List<Numbers> probabilities = new ArrayList<>();
    for (int i = 0; i < histograms; i++) {
      probabilities.add(numbers(in));
    }
    return new Answers(rows, right, predicted, probabilities, in.f64(), in.f64(), in.f64());
  }

  private static Numbers numbers(Input in) throws StudentFileException {
    int missing = in.count();
    float[] cuts = in.floats(in.count(5, "cuts"), "cuts");
    return new Numbers(missing, cuts, in.counts(cuts.length + 1));
  }
}
