package dev.distill.monitor;

import dev.distill.data.SliceRows;
import dev.distill.loss.KullbackLeibler;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.metrics.Proportion;
import dev.distill.metrics.RunningMean;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a new version of a student may take the place of an old one: both on the same rows. */
public final class Gate {
  /** At most so many flips are listed. */
  public static final int MOST_FLIPS = 100;

  /** Slices that the figures of a check name. */
  private static final int NAMED_SLICES = 3;

  private static final int FEWEST_ROWS = 30;
  private static final double LEVEL = 0.05;

  private Gate() {}

  /**
   * Rows, and what was said of them.
   *
   * @param schema the baseline's
   * @param features encoded by it
   * @param classes their names, in the order of all probabilities
   * @param baseline the old version's probabilities, rows × classes, row-major
   * @param candidate the new version's, likewise
   * @param teacher a teacher's, likewise; null if there is none
   * @param labels the class index of each row; null if they are not known
   */
  public record Rows(
      Schema schema,
      Matrix features,
      List<String> classes,
      double[] baseline,
      double[] candidate,
      double @Nullable [] teacher,
      int @Nullable [] labels) {
    /** Copies the list. (Written out: NullAway misses the nulls of a compact one.) */
    public Rows(
        Schema schema,
        Matrix features,
        List<String> classes,
        double[] baseline,
        double[] candidate,
        double @Nullable [] teacher,
        int @Nullable [] labels) {
      this.schema = schema;
      this.features = features;
      this.classes = List.copyOf(classes);
      this.baseline = baseline;
      this.candidate = candidate;
      this.teacher = teacher;
      this.labels = labels;
    }
  }

  /**
   * What is asked of the new version; null where nothing is.
   *
   * @param maxKl mean KL of the reference from it, in nats
   * @param minAgreement share of rows on which it predicts what the reference does
   * @param maxLogLossIncrease by so much, in nats, its log loss may be above the old version's
   * @param maxNegativeFlips share of rows that the old version gets right and the new one wrong; of
   *     rows on which they differ, where labels are not known
   * @param maxLatency nanoseconds a row, median
   * @param maxLatencyRatio the same as a multiple of the old version's
   * @param noWorseSlices no slice of the rows may have a higher loss than with the old version,
   *     beyond chance
   */
  public record Rules(
      @Nullable Double maxKl,
      @Nullable Double minAgreement,
      @Nullable Double maxLogLossIncrease,
      @Nullable Double maxNegativeFlips,
      @Nullable Double maxLatency,
      @Nullable Double maxLatencyRatio,
      boolean noWorseSlices) {
    /** Whether nothing is asked. */
    public boolean isEmpty() {
      return maxKl == null
          && minAgreement == null
          && maxLogLossIncrease == null
          && maxNegativeFlips == null
          && maxLatency == null
          && maxLatencyRatio == null
          && !noWorseSlices;
    }
  }

  /**
   * Time of a row, measured in the same run.
   *
   * @param baseline nanoseconds, median
   * @param candidate likewise
   */
  public record Latency(double baseline, double candidate) {}

  /**
   * A rule and what came of it.
   *
   * @param name the rule, as the option is called
   * @param passed whether it holds
   * @param figures what was measured and what is allowed
   */
  public record Check(String name, boolean passed, String figures) {}

  /**
   * A row whose prediction got wrong, or, where labels are not known, another one.
   *
   * @param row its number, from 1
   * @param label its class; null if it is not known
   */
  public record Flip(int row, String baseline, String candidate, @Nullable String label) {}

  /**
   * Rows on which the new version's loss is higher.
   *
   * @param increase mean difference of the losses, with its interval at the level of the test
   */
  public record WorseSlice(String where, long rows, Interval increase) {}

  /**
   * What was found.
   *
   * @param reference what KL and agreement are to: {@code teacher} or {@code baseline}
   * @param rows number of rows
   * @param kl mean KL of the reference from the candidate, in nats, with its 95 % interval
   * @param agreement share of rows on which both predict the same class, with its 95 % interval
   * @param logLossIncrease candidate − baseline, with its 95 % interval; null without labels
   * @param negativeFlips share of rows that flip, with its 95 % interval
   * @param flips the first of them, at most {@link #MOST_FLIPS}
   * @param worseSlices where the loss is higher beyond chance, the worst first; empty if that was
   *     not asked
   * @param latency median time of a row
   * @param checks one a rule that was given
   */
  public record Result(
      String reference,
      int rows,
      Interval kl,
      Interval agreement,
      @Nullable Interval logLossIncrease,
      Interval negativeFlips,
      List<Flip> flips,
      List<WorseSlice> worseSlices,
      Latency latency,
      List<Check> checks) {
    /** Copies the lists. (Written out: NullAway misses the null of a compact one.) */
    public Result(
        String reference,
        int rows,
        Interval kl,
        Interval agreement,
        @Nullable Interval logLossIncrease,
        Interval negativeFlips,
        List<Flip> flips,
        List<WorseSlice> worseSlices,
        Latency latency,
        List<Check> checks) {
      this.reference = reference;
      this.rows = rows;
      this.kl = kl;
      this.agreement = agreement;
      this.logLossIncrease = logLossIncrease;
      this.negativeFlips = negativeFlips;
      this.flips = List.copyOf(flips);
      this.worseSlices = List.copyOf(worseSlices);
      this.latency = latency;
      this.checks = List.copyOf(checks);
    }

    /** Whether every rule holds. */
    public boolean passed() {
      return checks.stream().allMatch(Check::passed);
    }
  }

  /**
   * Checks that two students can take each other's place: they read the same columns, of the same
   * kinds, and know the same classes in the same order. Levels may differ.
   *
   * @throws IllegalArgumentException if not; says what differs
   */
  public static void requireComparable(StudentFile baseline, StudentFile candidate) {
    if (!baseline.classes().equals(candidate.classes())) {
      throw new IllegalArgumentException(
          "the classes differ: baseline %s, candidate %s"
              .formatted(baseline.classes(), candidate.classes()));
    }
    Set<String> before = columns(baseline);
    Set<String> now = columns(candidate);
    if (!before.equals(now)) {
      Set<String> gone = new TreeSet<>(before);
      gone.removeAll(now);
      Set<String> come = new TreeSet<>(now);
      come.removeAll(before);
      throw new IllegalArgumentException(
          "the columns differ: only the baseline has %s, only the candidate %s"
              .formatted(gone, come));
    }
  }

  private static Set<String> columns(StudentFile student) {
    return student.schema().columns().stream()
        .map(
            column ->
                column.name()
                    + (column instanceof Schema.CategoryColumn ? " (category)" : " (number)"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Compares.
   *
   * @throws IllegalArgumentException if there are no rows, or a rule needs labels (or a teacher)
   *     that are not there
   */
  public static Result of(Rows rows, Latency latency, Rules rules) {
    int count = rows.features().rows();
    int classes = rows.classes().size();
    if (count == 0) {
      throw new IllegalArgumentException("no rows to compare on, expected at least one");
    }
    if (rules.maxLogLossIncrease() != null && rows.labels() == null) {
      throw new IllegalArgumentException("max-log-loss-increase needs labels, the data has none");
    }
    if (rules.noWorseSlices() && rows.labels() == null && rows.teacher() == null) {
      throw new IllegalArgumentException("no-worse-slices needs labels or a teacher");
    }
    double[] teacher = rows.teacher();
    double[] reference = teacher == null ? rows.baseline() : teacher;
    RunningMean kl = new RunningMean();
    int agreed = 0;
    for (int at = 0; at < count * classes; at += classes) {
      agreed +=
          Argmax.row(reference, at, classes) == Argmax.row(rows.candidate(), at, classes) ? 1 : 0;
      kl.add(
          KullbackLeibler.row(reference, at, rows.candidate(), at, classes, KullbackLeibler.FLOOR));
    }
    List<Flip> flips = new ArrayList<>();
    int flipped = flips(rows, flips);
    Result found =
        new Result(
            teacher == null ? "baseline" : "teacher",
            count,
            kl.interval(Monitor.CONFIDENCE),
            Proportion.wilson(agreed, count, Monitor.CONFIDENCE),
            rows.labels() == null ? null : all(increases(rows)).interval(Monitor.CONFIDENCE),
            Proportion.wilson(flipped, count, Monitor.CONFIDENCE),
            flips,
            rules.noWorseSlices() ? worse(rows) : List.of(),
            latency,
            List.of());
    return new Result(
        found.reference,
        count,
        found.kl,
        found.agreement,
        found.logLossIncrease,
        found.negativeFlips,
        flips,
        found.worseSlices,
        latency,
        checks(found, rules));
  }

  /** Counts the rows that flip, and lists the first of them. */
  private static int flips(Rows rows, List<Flip> flips) {
    int classes = rows.classes().size();
    int[] labels = rows.labels();
    int flipped = 0;
    for (int i = 0; i < rows.features().rows(); i++) {
      int before = Argmax.row(rows.baseline(), i * classes, classes);
      int now = Argmax.row(rows.candidate(), i * classes, classes);
      if (before != now && (labels == null || before == labels[i])) {
        flipped++;
        if (flips.size() < MOST_FLIPS) {
          flips.add(
              new Flip(
                  i + 1,
                  rows.classes().get(before),
                  rows.classes().get(now),
                  labels == null ? null : rows.classes().get(labels[i])));
        }
      }
    }
    return flipped;
  }

  /** By how much each row's loss is higher: log loss, or without labels KL to the teacher. */
  private static double[] increases(Rows rows) {
    int classes = rows.classes().size();
    int[] labels = rows.labels();
    double[] teacher = rows.teacher();
    double[] increases = new double[rows.features().rows()];
    for (int i = 0; i < increases.length; i++) {
      int at = i * classes;
      if (labels != null) {
        increases[i] =
            Math.log(Math.max(KullbackLeibler.FLOOR, rows.baseline()[at + labels[i]]))
                - Math.log(Math.max(KullbackLeibler.FLOOR, rows.candidate()[at + labels[i]]));
      } else if (teacher != null) {
        double floor = KullbackLeibler.FLOOR;
        increases[i] =
            KullbackLeibler.row(teacher, at, rows.candidate(), at, classes, floor)
                - KullbackLeibler.row(teacher, at, rows.baseline(), at, classes, floor);
      }
    }
    return increases;
  }

  private static RunningMean all(double[] values) {
    RunningMean mean = new RunningMean();
    for (double value : values) {
      mean.add(value);
    }
    return mean;
  }

  private static List<WorseSlice> worse(Rows rows) {
    double[] increases = increases(rows);
    List<String> where = new ArrayList<>(List.of("all rows"));
    List<RunningMean> means = new ArrayList<>(List.of(all(increases)));
    for (SliceRows slice : SliceRows.of(rows.schema(), rows.features())) {
      RunningMean mean = new RunningMean();
      for (int i = 0; i < increases.length; i++) {
        if (slice.in().test(i)) {
          mean.add(increases[i]);
        }
      }
      if (mean.count() >= FEWEST_ROWS) {
        where.add(slice.where());
        means.add(mean);
      }
    }
    // One-sided, of as many tests as there are slices (Bonferroni).
    double confidence = 1 - 2 * LEVEL / means.size();
    List<WorseSlice> worse = new ArrayList<>();
    for (int s = 0; s < means.size(); s++) {
      Interval increase = means.get(s).interval(Math.max(0.5, confidence));
      if (increase.lower() > 0) {
        worse.add(new WorseSlice(where.get(s), means.get(s).count(), increase));
      }
    }
    worse.sort(Comparator.comparingDouble(slice -> -slice.increase().estimate()));
    return worse;
  }

  private static List<Check> checks(Result found, Rules rules) {
    List<Check> checks = new ArrayList<>();
    atMost(checks, "max-kl", found.kl, rules.maxKl(), " to the " + found.reference);
    Double least = rules.minAgreement();
    if (least != null) {
      checks.add(
          new Check(
              "min-agreement",
              found.agreement.estimate() >= least,
              words(found.agreement)
                  + " with the "
                  + found.reference
                  + ", at least "
                  + number(least)));
    }
    Interval increase = found.logLossIncrease;
    if (increase != null) {
      atMost(checks, "max-log-loss-increase", increase, rules.maxLogLossIncrease(), "");
    }
    atMost(checks, "max-negative-flips", found.negativeFlips, rules.maxNegativeFlips(), "");
    Latency latency = found.latency;
    Double most = rules.maxLatency();
    if (most != null) {
      checks.add(
          new Check(
              "max-latency",
              latency.candidate() <= most,
              String.format(
                  Locale.ROOT,
                  "%.0f ns a row (baseline %.0f), at most %,.0f ns",
                  latency.candidate(),
                  latency.baseline(),
                  most)));
    }
    Double ratio = rules.maxLatencyRatio();
    if (ratio != null) {
      double is = latency.candidate() / latency.baseline();
      checks.add(
          new Check(
              "max-latency-ratio",
              is <= ratio,
              String.format(
                  Locale.ROOT,
                  "%.2f times the baseline (%.0f and %.0f ns a row), at most %s",
                  is,
                  latency.candidate(),
                  latency.baseline(),
                  number(ratio))));
    }
    if (rules.noWorseSlices()) {
      checks.add(
          new Check(
              "no-worse-slices",
              found.worseSlices.isEmpty(),
              found.worseSlices.isEmpty()
                  ? "no slice is worse beyond chance"
                  : worst(found.worseSlices)));
    }
    return checks;
  }

  /** The worst of them: each has its own line elsewhere. */
  private static String worst(List<WorseSlice> slices) {
    int others = slices.size() - NAMED_SLICES;
    return slices.stream().limit(NAMED_SLICES).map(Gate::words).collect(Collectors.joining("; "))
        + (others > 0 ? "; and " + others + (others == 1 ? " other" : " others") : "");
  }

  /** A slice in words, as figures name it. */
  public static String words(WorseSlice slice) {
    return "%s (%d rows): loss %s higher"
        .formatted(slice.where(), slice.rows(), words(slice.increase()));
  }

  private static void atMost(
      List<Check> checks, String name, Interval is, @Nullable Double most, String of) {
    if (most != null) {
      checks.add(
          new Check(name, is.estimate() <= most, words(is) + of + ", at most " + number(most)));
    }
  }

  private static String words(Interval interval) {
    return String.format(
        Locale.ROOT,
        "%.4f (%.4f to %.4f)",
        interval.estimate(),
        interval.lower(),
        interval.upper());
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
