package dev.distill.monitor;

import dev.distill.data.FeatureEncoder;
import dev.distill.data.Profiler;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Proportion;
import dev.distill.metrics.RunningMean;
import dev.distill.runtime.Profile;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Watches the rows that a student scores: takes them batch by batch, keeps counts and sums alone,
 * and compares them with the profile of training rows that the student file carries.
 *
 * <pre>{@code
 * Monitor monitor = new Monitor(StudentFile.load(path), Rules.DEFAULTS);
 * monitor.add(rows, null);
 * Report report = monitor.report();
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Monitor {
  /** Of the intervals that are shown, where no test hangs on them. */
  static final double CONFIDENCE = 0.95;

  /** A teacher that is asked about some of the rows. */
  @FunctionalInterface
  public interface Teacher {
    /**
     * What it says.
     *
     * @param rows a batch as it was added
     * @param chosen the indices of the rows that it is asked about, at least one
     * @return chosen × classes probabilities, row-major
     */
    double[] probabilities(Table rows, int[] chosen);
  }

  private final StudentFile student;
  private final Rules rules;
  private final FeatureEncoder encoder;
  private final Profile profile;
  private final List<Counts> columns = new ArrayList<>();
  private final @Nullable Counts predicted;
  private final List<Counts> probabilities = new ArrayList<>();
  private final Labelled labelled = new Labelled();
  private final RunningMean kl = new RunningMean();
  private @Nullable Teacher teacher;
  private double share;
  private long rows;
  private long agreed;

  /**
   * A monitor that has seen no rows.
   *
   * @throws IllegalArgumentException if the student has no profile
   */
  public Monitor(StudentFile student, Rules rules) {
    this.student = student;
    this.rules = rules;
    encoder = new FeatureEncoder(student.schema());
    profile =
        student
            .profile()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the student has no profile of its training rows, which this version's"
                            + " 'distill run' puts into the file: make it again"));
    for (int c = 0; c < profile.columns().size(); c++) {
      String name = student.schema().columns().get(c).name();
      columns.add(new Counts(name, profile.columns().get(c), profile.rows()));
    }
    Profile.Answers answers = profile.answers();
    predicted =
        answers == null
            ? null
            : new Counts("class", new Profile.Levels(0, 0, answers.predicted()), answers.rows());
    if (answers != null) {
      for (int i = 0; i < answers.probabilities().size(); i++) {
        probabilities.add(
            new Counts(
                "p_" + student.classes().get(scored(i)),
                answers.probabilities().get(i),
                answers.rows()));
      }
    }
  }

  /** The class that a histogram of probabilities is of. */
  private int scored(int histogram) {
    return student.classes().size() == 2 ? 1 : histogram;
  }

  /**
   * Shadow mode: a teacher is asked, too, about a share of the rows. Which ones, a hash of their
   * features decides: the same row always, or never.
   *
   * @param ofRows in (0, 1]
   */
  public Monitor shadow(Teacher asked, double ofRows) {
    if (!(ofRows > 0 && ofRows <= 1)) {
      throw new IllegalArgumentException("shadow share must be > 0 and <= 1, got " + ofRows);
    }
    teacher = asked;
    share = ofRows;
    return this;
  }

  /**
   * Takes rows.
   *
   * @param labels the class index of each row, −1 where it is not known; null if none is
   * @return what the student says: rows × classes probabilities, row-major
   * @throws IllegalArgumentException if a column is missing, or a number is none
   */
  public double[] add(Table batch, int @Nullable [] labels) {
    Schema schema = student.schema();
    Matrix features = encoder.encode(batch);
    int count = batch.rows();
    int classes = student.classes().size();
    for (int c = 0; c < columns.size(); c++) {
      Counts counts = columns.get(c);
      if (schema.columns().get(c) instanceof Schema.CategoryColumn category) {
        Table.Column cells = batch.column(category.name());
        for (int i = 0; i < count; i++) {
          int level = Profiler.level(schema, c, features, i);
          // Where one feature stands for two levels, it is NaN for an unseen one, too.
          counts.level(level < 0 && !missing(cells, i) ? category.levels().size() : level);
        }
      } else {
        for (int i = 0; i < count; i++) {
          counts.number(features.get(i, schema.offset(c)));
        }
      }
    }
    double[] answers = new double[Math.multiplyExact(count, classes)];
    student.score(features.values(), count, answers);
    for (int i = 0; i < count; i++) {
      int at = i * classes;
      if (predicted != null) {
        predicted.level(Argmax.row(answers, at, classes));
      }
      for (int h = 0; h < probabilities.size(); h++) {
        probabilities.get(h).number((float) answers[at + scored(h)]);
      }
      if (labels != null && labels[i] >= 0) {
        labelled.add(answers, at, classes, labels[i]);
      }
    }
    rows += count;
    ask(batch, features, answers);
    return answers;
  }

  private static boolean missing(Table.Column cells, int row) {
    return cells instanceof Table.Texts texts
        ? texts.codes()[row] < 0
        : Double.isNaN(((Table.Numbers) cells).values()[row]);
  }

  private void ask(Table batch, Matrix features, double[] answers) {
    Teacher asked = teacher;
    if (asked == null) {
      return;
    }
    int[] chosen =
        IntStream.range(0, batch.rows()).filter(i -> hash(features, i) < share).toArray();
    if (chosen.length == 0) {
      return;
    }
    int classes = student.classes().size();
    double[] says = asked.probabilities(batch, chosen);
    for (int j = 0; j < chosen.length; j++) {
      int at = chosen[j] * classes;
      agreed += Argmax.row(answers, at, classes) == Argmax.row(says, j * classes, classes) ? 1 : 0;
      kl.add(KullbackLeibler.row(says, j * classes, answers, at, classes, KullbackLeibler.FLOOR));
    }
  }

  /** A number in [0, 1) that hangs on the row's features alone (SplitMix64's finalizer). */
  private static double hash(Matrix features, int row) {
    long h = 0x9e3779b97f4a7c15L;
    for (int f = 0; f < features.columns(); f++) {
      h = 31 * h + Float.floatToIntBits(features.get(row, f));
    }
    h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
    h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
    return ((h ^ (h >>> 31)) >>> 11) * 0x1p-53;
  }

  /**
   * What the rows so far look like.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Report report() {
    if (rows == 0) {
      throw new IllegalArgumentException("no rows to report on, expected at least one");
    }
    int categories =
        (int)
            student.schema().columns().stream()
                .filter(Schema.CategoryColumn.class::isInstance)
                .count();
    // A shift and missing values of each column, unseen categories, answers, labels, the teacher.
    int tests = 2 * columns.size() + categories + 1 + probabilities.size() + 2;
    double level = rules.significance() / tests;
    List<ColumnDrift> scores = new ArrayList<>();
    if (predicted != null) {
      scores.add(predicted.drift(rules, level));
    }
    probabilities.forEach(counts -> scores.add(counts.drift(rules, level)));
    return new Report(
        rows,
        level,
        columns.stream().map(counts -> counts.drift(rules, level)).toList(),
        scores,
        labelled.quality(profile.answers(), rules, level),
        agreement(level));
  }

  private @Nullable Agreement agreement(double level) {
    long asked = kl.count();
    if (asked == 0) {
      return null;
    }
    double least = rules.minAgreement();
    Interval agreement = Proportion.wilson(agreed, asked, CONFIDENCE);
    State state =
        Proportion.wilson(agreed, asked, 1 - level).upper() < least
            ? State.ALARM
            : agreement.estimate() < least ? State.WARN : State.OK;
    List<String> reasons =
        state == State.OK
            ? List.of()
            : List.of(
                String.format(
                    Locale.ROOT,
                    "agreement %.4f, expected at least %s",
                    agreement.estimate(),
                    least));
    return new Agreement(asked, agreement, kl.interval(CONFIDENCE), state, reasons);
  }
}
