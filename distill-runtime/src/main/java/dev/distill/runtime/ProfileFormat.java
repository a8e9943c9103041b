package dev.distill.runtime;

import java.util.ArrayList;
import java.util.List;

/** The bytes of a {@link Profile}. */
final class ProfileFormat {
  private ProfileFormat() {}

  static void write(Profile profile, Output out) {
    out.count(profile.rows());
    for (Profile.Column column : profile.columns()) {
      if (column instanceof Profile.Numbers numbers) {
        write(numbers, out);
      } else {
        Profile.Levels levels = (Profile.Levels) column;
        out.count(levels.missing());
        out.count(levels.other());
        counts(levels.counts(), out);
      }
    }
    Profile.Answers answers = profile.answers();
    out.count(answers == null ? 0 : answers.rows());
    if (answers != null) {
      out.count(answers.right());
      counts(answers.predicted(), out);
      out.count(answers.probabilities().size());
      for (Profile.Numbers numbers : answers.probabilities()) {
        write(numbers, out);
      }
      out.f64(answers.logLoss());
      out.f64(answers.logLossDeviation());
      out.f64(answers.calibrationError());
    }
  }

  private static void write(Profile.Numbers numbers, Output out) {
    out.count(numbers.missing());
    out.count(numbers.cuts().length);
    for (float cut : numbers.cuts()) {
      out.f32(cut);
    }
    counts(numbers.counts(), out);
  }

  private static void counts(int[] counts, Output out) {
    for (int count : counts) {
      out.count(count);
    }
  }

  /** Reads a profile and checks it. */
  static Profile read(Input in, Schema schema, int classes) throws StudentFileException {
    int rows = in.count();
    List<Profile.Column> columns = new ArrayList<>();
    for (Schema.Column column : schema.columns()) {
      if (column instanceof Schema.CategoryColumn category) {
        int missing = in.count();
        int other = in.count();
        columns.add(new Profile.Levels(missing, other, counts(in, category.levels().size())));
      } else {
        columns.add(numbers(in));
      }
    }
    int tested = in.count();
    Profile profile = new Profile(rows, columns, tested == 0 ? null : answers(in, tested, classes));
    profile.check(schema, classes);
    return profile;
  }

  private static Profile.Answers answers(Input in, int rows, int classes)
      throws StudentFileException {
    int right = in.count();
    int[] predicted = counts(in, classes);
    int histograms = in.count(3, "histograms");
    List<Profile.Numbers> probabilities = new ArrayList<>();
    for (int i = 0; i < histograms; i++) {
      probabilities.add(numbers(in));
    }
    return new Profile.Answers(rows, right, predicted, probabilities, in.f64(), in.f64(), in.f64());
  }

  private static Profile.Numbers numbers(Input in) throws StudentFileException {
    int missing = in.count();
    float[] cuts = new float[in.count(5, "cuts")];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = in.f32();
    }
    return new Profile.Numbers(missing, cuts, counts(in, cuts.length + 1));
  }

  private static int[] counts(Input in, int count) throws StudentFileException {
    in.need(count, 1, "counts");
    int[] counts = new int[count];
    for (int i = 0; i < count; i++) {
      counts[i] = in.count();
    }
    return counts;
  }
}
