package dev.distill.monitor;

import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.data.Profiler;
import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.Profile;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Rows with a number, a count of few values, two categories and a label, and a student of them. */
final class Rows {
  private final SplittableRandom random;

  /** What is added to every size. */
  double shift;

  /** Share of rows where weight is missing. */
  double missing = 0.1;

  /** Share of rows with a colour that nobody knows. */
  double unseen;

  /** Share of rows whose member is neither yes nor no. */
  double neither;

  /** Share of labels that are any class. */
  double noise;

  Rows(long seed) {
    random = new SplittableRandom(seed);
  }

  Table table(int count) {
    Table.NumbersBuilder size = new Table.NumbersBuilder(count);
    Table.NumbersBuilder weight = new Table.NumbersBuilder(count);
    Table.TextsBuilder colour = new Table.TextsBuilder(count);
    Table.TextsBuilder member = new Table.TextsBuilder(count);
    Table.TextsBuilder label = new Table.TextsBuilder(count);
    String[] colours = {"red", "green", "blue"};
    for (int i = 0; i < count; i++) {
      double s = random.nextGaussian();
      size.add(s + shift);
      weight.add(random.nextDouble() < missing ? Double.NaN : random.nextInt(4));
      colour.add(random.nextDouble() < unseen ? "pink" : colours[Math.min(2, random.nextInt(4))]);
      member.add(random.nextDouble() < neither ? "maybe" : random.nextInt(3) == 0 ? "yes" : "no");
      double p = 1 / (1 + Math.exp(-2 * (s + shift)));
      boolean right = random.nextDouble() < p;
      label.add(
          random.nextDouble() < noise ? "ab".charAt(random.nextInt(2)) + "" : right ? "b" : "a");
    }
    return new Table(
        "rows",
        List.of(
            size.build("size"),
            weight.build("weight"),
            colour.build("colour"),
            member.build("member"),
            label.build("label")));
  }

  /** A student that knows what the labels are drawn from. */
  static StudentFile student() {
    Table train = new Rows(1).table(5000);
    Dataset rows = Dataset.of(train, "label", FeatureEncoder.learn(train, "label", Set.of()));
    StudentFile student = student(rows, 2);
    Dataset test = rows.more(new Rows(2).table(2000), note -> {});
    Matrix features = test.features();
    double[] answers = new double[2 * test.rows()];
    student.score(features.values(), test.rows(), answers);
    Quality quality = quality(answers, test.labels());
    return student.with(
        new Profile(
            rows.rows(),
            Profiler.columns(rows),
            new Profile.Answers(
                test.rows(),
                (int) Math.round(quality.accuracy().estimate() * test.rows()),
                Profiler.told(new int[] {1000, 1000}),
                Profiler.probabilities(answers, 2),
                quality.logLoss().estimate(),
                0.5,
                quality.calibrationError())));
  }

  private static Quality quality(double[] answers, int[] labels) {
    Labelled labelled = new Labelled();
    for (int i = 0; i < labels.length; i++) {
      labelled.add(answers, 2 * i, 2, labels[i]);
    }
    @Nullable Quality quality = labelled.quality(null, dev.distill.monitor.Rules.DEFAULTS, 0.01);
    if (quality == null) {
      throw new AssertionError("no rows");
    }
    return quality;
  }

  /** Logistic regression on size alone. */
  static StudentFile student(Dataset rows, double slope) {
    float[] weights = new float[2 * rows.schema().features()];
    weights[1] = (float) slope;
    // Others are missing now and then, and a missing value in a sum is not for this student.
    return new StudentFile(
        rows.schema(),
        new dev.distill.runtime.StandardizedModel(
            new dev.distill.runtime.Standardizer(
                filled(rows.schema().features(), -1e6f),
                filled(rows.schema().features(), 1e6f),
                new double[rows.schema().features()],
                ones(rows.schema().features()),
                new int[0],
                new float[0]),
            DenseNetwork.linear(rows.schema().features(), 2, weights, new float[2])),
        rows.classes(),
        "label",
        1,
        new float[rows.schema().features()],
        Map.of());
  }

  private static float[] filled(int length, float value) {
    float[] array = new float[length];
    java.util.Arrays.fill(array, value);
    return array;
  }

  private static double[] ones(int length) {
    double[] array = new double[length];
    java.util.Arrays.fill(array, 1);
    return array;
  }

  static int[] labels(Table table) {
    int[] labels = new int[table.rows()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = "b".equals(table.column("label").text(i)) ? 1 : 0;
    }
    return labels;
  }
}
