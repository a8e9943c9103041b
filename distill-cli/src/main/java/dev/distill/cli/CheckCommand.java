package dev.distill.cli;

import dev.distill.auto.ServingCost;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.data.FeatureEncoder;
import dev.distill.monitor.Gate;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill check}: whether a new version may take the place of an old one. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares a new student with an old one on the same rows, by rules, for CI.",
      "Exit code 0: every rule holds, 1: one does not, 2: it could not be told.",
      ""
    })
final class CheckCommand implements Callable<Integer> {
  private static final int SHOWN = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--baseline",
      required = true,
      paramLabel = "F",
      description = "the student in service")
  private Path baseline = Path.of("");

  @Option(
      names = "--candidate",
      required = true,
      paramLabel = "F",
      description = "the student that is to take its place")
  private Path candidate = Path.of("");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "F",
      description = "rows that neither learned from: CSV, TSV, Parquet or JSON, also .gz")
  private Path data = Path.of("");

  @Option(
      names = "--label",
      paramLabel = "COL",
      description = "the label's column (the student's own, if it is there)")
  private @Nullable String label;

  @Option(
      names = "--id",
      paramLabel = "COL",
      description = "column that tells which teacher row belongs to which data row")
  private @Nullable String id;

  @Mixin private AskedTeacher teacher = new AskedTeacher();

  @Option(
      names = "--max-kl",
      paramLabel = "X",
      description = "mean KL to the teacher, or to the baseline if there is none, in nats")
  private @Nullable Double maxKl;

  @Option(
      names = "--min-agreement",
      paramLabel = "X",
      description = "share of rows predicted as the teacher, or the baseline, does")
  private @Nullable Double minAgreement;

  @Option(
      names = "--max-log-loss-increase",
      paramLabel = "X",
      description = "log loss above the baseline's, in nats (may be negative)")
  private @Nullable Double maxLogLossIncrease;

  @Option(
      names = "--max-negative-flips",
      paramLabel = "X",
      description = "share of rows that the baseline gets right and the candidate wrong")
  private @Nullable Double maxNegativeFlips;

  @Option(
      names = "--max-latency",
      paramLabel = "T",
      converter = Quantity.Nanos.class,
      description = "time of a row, such as 500ns or 2us (median, one thread)")
  private @Nullable Double maxLatency;

  @Option(
      names = "--max-latency-ratio",
      paramLabel = "X",
      description = "the same as a multiple of the baseline's, measured beside it")
  private @Nullable Double maxLatencyRatio;

  @Option(
      names = "--no-worse-slices",
      description = "no part of the rows on which loss is higher than the baseline's beyond chance")
  private boolean noWorseSlices;

  @Option(
      names = "--junit",
      paramLabel = "F",
      description = "write a JUnit XML, a test case a rule")
  private @Nullable Path junit;

  @Option(names = "--json", paramLabel = "F", description = "write what was found as JSON")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    Gate.Rules rules =
        new Gate.Rules(
            maxKl,
            minAgreement,
            maxLogLossIncrease,
            maxNegativeFlips,
            maxLatency,
            maxLatencyRatio,
            noWorseSlices);
    if (rules.isEmpty()) {
      throw new InputException(
          "no rule given, expected at least one, such as --min-agreement or --no-worse-slices");
    }
    StudentFile before = StudentFile.load(baseline);
    StudentFile now = StudentFile.load(candidate);
    Gate.requireComparable(before, now);
    DataLoader.Served served = DataLoader.served(data, before, label, id);
    int[] labels = served.labels();
    if (labels != null) {
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < 0) {
          throw new InputException(
              "%s row %s: the label is missing, expected one in each row or no such column"
                  .formatted(data, i + 1));
        }
      }
    }
    Table table = served.table();
    Matrix features = new FeatureEncoder(before.schema()).encode(table);
    Matrix others = new FeatureEncoder(now.schema()).encode(table);
    Gate.Result result =
        Gate.of(
            new Gate.Rows(
                before.schema(),
                features,
                before.classes(),
                answers(before, features),
                answers(now, others),
                teacher(table, before),
                labels),
            latency(before, features, now, others),
            rules);
    OutputFolder.write(junit, JunitXml.of(result, listing(result, Integer.MAX_VALUE)));
    OutputFolder.write(json, ReportJson.of(result, name(baseline), name(candidate)));
    PrintWriter out = spec.commandLine().getOut();
    for (Gate.Check check : result.checks()) {
      out.printf("%-4s %-22s %s%n", check.passed() ? "ok" : "FAIL", check.name(), check.figures());
    }
    out.println();
    out.println(listing(result, SHOWN));
    long failed = result.checks().stream().filter(check -> !check.passed()).count();
    int all = result.checks().size();
    out.println(
        failed == 0
            ? "Passed: " + (all == 1 ? "the rule holds." : "all " + all + " rules hold.")
            : "Failed: " + failed + " of " + all + (all == 1 ? " rule." : " rules."));
    out.flush();
    return result.passed() ? Main.OK : Main.FAILED;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static double[] answers(StudentFile student, Matrix features) {
    double[] answers = new double[Math.multiplyExact(features.rows(), student.classes().size())];
    student.score(features.values(), features.rows(), answers);
    return answers;
  }

  private double @Nullable [] teacher(Table table, StudentFile student) throws IOException {
    if (!teacher.given()) {
      return null;
    }
    String column = label == null ? student.label() : label;
    try (TeacherModels open = teacher.open(spec.commandLine().getErr())) {
      return teacher.isFile()
          ? teacher.read(table, student.classes(), column, id)
          : AskedTeacher.ask(open, table, student.classes(), column, id);
    }
  }

  /** By turns, twice, and the better of both: somebody else's work only makes it slower. */
  private static Gate.Latency latency(
      StudentFile before, Matrix features, StudentFile now, Matrix others) {
    double first = Double.POSITIVE_INFINITY;
    double second = Double.POSITIVE_INFINITY;
    for (int round = 0; round < 2; round++) {
      first =
          Math.min(
              first, ServingCost.measure(before, features.values(), features.rows()).p50Nanos());
      second =
          Math.min(second, ServingCost.measure(now, others.values(), others.rows()).p50Nanos());
    }
    return new Gate.Latency(first, second);
  }

  /** Which slices got worse and which rows flipped, at most so many of either. */
  private static String listing(Gate.Result result, int most) {
    StringBuilder text = new StringBuilder();
    List<Gate.WorseSlice> slices = result.worseSlices();
    if (!slices.isEmpty()) {
      text.append("slices with a higher loss: ").append(slices.size()).append('\n');
      slices.stream().limit(most).forEach(s -> line(text, Gate.words(s)));
      others(text, slices.size() - most);
      text.append('\n');
    }
    long flips = Math.round(result.negativeFlips().estimate() * result.rows());
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d rows, %.4f (%.4f to %.4f)%n",
            result.logLossIncrease() != null
                ? "negative flips, right before and wrong now"
                : "flips (without labels: another prediction)",
            flips,
            result.rows(),
            result.negativeFlips().estimate(),
            result.negativeFlips().lower(),
            result.negativeFlips().upper()));
    result.flips().stream()
        .limit(most)
        .forEach(
            flip ->
                line(
                    text,
                    "row %s: '%s' became '%s'"
                        .formatted(flip.row(), flip.baseline(), flip.candidate())));
    others(text, flips - Math.min(most, result.flips().size()));
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append("  ").append(line).append('\n');
  }

  private static void others(StringBuilder text, long others) {
    if (others > 0) {
      line(
          text, String.format(Locale.ROOT, "and %,d %s", others, others == 1 ? "other" : "others"));
    }
  }
}
