package dev.distill.cli;

import dev.distill.cli.data.AccessLog;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.metrics.Argmax;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.monitor.Agreement;
import dev.distill.monitor.ColumnDrift;
import dev.distill.monitor.Monitor;
import dev.distill.monitor.Quality;
import dev.distill.monitor.Report;
import dev.distill.monitor.Rules;
import dev.distill.monitor.State;
import dev.distill.runtime.Profile;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Names;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill monitor}: whether rows in service are still what the student learned from. */
@Command(
    name = "monitor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares rows in service with the profile of training rows that a student file carries.",
      "Exit code 0: no alarm, 1: an alarm, 2: it could not be told.",
      ""
    })
final class MonitorCommand implements Callable<Integer> {
  /** Rows that are in memory at a time. */
  private static final int PART = 1 << 14;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "the student.distill that is in service")
  private Path file = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "F",
      description = "rows in service: CSV, TSV, Parquet or JSON, also .gz")
  private @Nullable Path data;

  @Option(
      names = "--log",
      paramLabel = "F",
      description = "in place of --data: the server's log with rows, JSON lines, also .gz")
  private @Nullable Path log;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "with --log: lines of this model alone")
  private @Nullable String model;

  @Option(
      names = "--label",
      paramLabel = "COL",
      description = "the label's column, may be empty (the student's own, if it is there)")
  private @Nullable String label;

  @Option(
      names = "--labels",
      paramLabel = "F",
      description = "labels that came late: a file with the columns of --key and --label")
  private @Nullable Path labels;

  @Option(
      names = "--key",
      paramLabel = "COL",
      description =
          "the column that tells rows apart, for --labels and --teacher; in a log also the id of a"
              + " request of one row")
  private @Nullable String key;

  @Mixin private AskedTeacher teacher = new AskedTeacher();

  @Option(
      names = "--shadow",
      paramLabel = "X",
      description = "share of rows that the teacher is asked about (0.05 of a model, 1 of a file)")
  private @Nullable Double shadow;

  @Option(
      names = "--min-agreement",
      paramLabel = "X",
      description = "alarm if student and teacher agree on less, beyond chance")
  private double minAgreement = Rules.DEFAULTS.minAgreement();

  @Option(
      names = "--psi-warn",
      paramLabel = "X",
      description = "PSI worth a look (${DEFAULT-VALUE})")
  private double psiWarn = Rules.DEFAULTS.psiWarn();

  @Option(
      names = "--psi-alarm",
      paramLabel = "X",
      description = "PSI that is an alarm (${DEFAULT-VALUE})")
  private double psiAlarm = Rules.DEFAULTS.psiAlarm();

  @Option(
      names = "--max-missing",
      paramLabel = "X",
      description = "change of the share of missing values that is an alarm (${DEFAULT-VALUE})")
  private double maxMissing = Rules.DEFAULTS.maxMissing();

  @Option(
      names = "--max-unseen",
      paramLabel = "X",
      description = "share of unseen categories that is an alarm (${DEFAULT-VALUE})")
  private double maxUnseen = Rules.DEFAULTS.maxUnseen();

  @Option(
      names = "--max-log-loss-increase",
      paramLabel = "X",
      description = "log loss above the run's test rows that is an alarm (${DEFAULT-VALUE})")
  private double maxLogLossIncrease = Rules.DEFAULTS.maxLogLossIncrease();

  @Option(
      names = "--significance",
      paramLabel = "X",
      description = "chance of any alarm if nothing has changed, at most (${DEFAULT-VALUE})")
  private double significance = Rules.DEFAULTS.significance();

  @Option(names = "--json", paramLabel = "F", description = "write what was found as JSON")
  private @Nullable Path json;

  @Option(
      names = "--prometheus",
      paramLabel = "F",
      description = "write it for Prometheus' textfile collector (a name that ends with .prom)")
  private @Nullable Path prometheus;

  @Override
  public Integer call() throws IOException {
    if ((data == null) == (log == null)) {
      throw new InputException("expected one of --data and --log");
    }
    if (labels != null && key == null) {
      throw new InputException("--labels needs --key, the column that tells rows apart");
    }
    StudentFile student = StudentFile.load(file);
    Rules rules =
        new Rules(
            psiWarn,
            psiAlarm,
            maxMissing,
            maxUnseen,
            maxLogLossIncrease,
            minAgreement,
            significance);
    if (student.profile().isEmpty()) {
      throw new InputException(
          file + ": has no profile of its training rows; this version's 'distill run' makes one");
    }
    Monitor monitor = new Monitor(student, rules);
    String labelColumn = label == null ? student.label() : label;
    Map<String, Integer> late =
        labels == null || key == null
            ? Map.of()
            : DataLoader.lateLabels(labels, key, labelColumn, student.classes());
    PrintWriter err = spec.commandLine().getErr();
    try (TeacherModels open = teacher.open(err)) {
      if (data != null) {
        watchData(data, student, monitor, open, labelColumn, late);
      } else {
        Path served = Objects.requireNonNull(log, "one of both is there");
        watchLog(served, student, monitor, open, labelColumn, late);
      }
    }
    Report report = monitor.report();
    String name = String.valueOf(file.getFileName());
    OutputFolder.write(json, ReportJson.of(report, name));
    OutputFolder.write(prometheus, Exposition.of(report, name));
    PrintWriter out = spec.commandLine().getOut();
    print(report, student, out);
    out.flush();
    return report.state() == State.ALARM ? Main.FAILED : Main.OK;
  }

  private void watchData(
      Path rows,
      StudentFile student,
      Monitor monitor,
      TeacherModels open,
      String labelColumn,
      Map<String, Integer> late)
      throws IOException {
    if (teacher.isFile()) {
      // A teacher's file is matched with all rows.
      DataLoader.Served all = DataLoader.served(rows, student, label, key);
      int classes = student.classes().size();
      double[] says = teacher.read(all.table(), student.classes(), labelColumn, key);
      monitor.shadow(
          (batch, chosen) -> {
            double[] some = new double[chosen.length * classes];
            for (int i = 0; i < chosen.length; i++) {
              System.arraycopy(says, chosen[i] * classes, some, i * classes, classes);
            }
            return some;
          },
          shadow == null ? 1 : shadow);
      int[] known = known(all, late);
      joined(any(known));
      monitor.add(all.table(), known);
      return;
    }
    ask(student, monitor, open, labelColumn);
    boolean[] any = new boolean[1];
    DataLoader.served(
        rows,
        student,
        label,
        key,
        PART,
        part -> {
          int[] known = known(part, late);
          any[0] |= any(known);
          monitor.add(part.table(), known);
        });
    joined(any[0]);
  }

  /** The class of each row, −1 where it is not known; null if none is. */
  private int @Nullable [] known(DataLoader.Served served, Map<String, Integer> late) {
    if (labels == null || key == null) {
      return served.labels();
    }
    Table.Column keys = served.table().column(key);
    int[] known = new int[keys.rows()];
    for (int i = 0; i < known.length; i++) {
      String text = keys.text(i);
      known[i] = text == null ? -1 : late.getOrDefault(text, -1);
    }
    return known;
  }

  private void ask(StudentFile student, Monitor monitor, TeacherModels open, String labelColumn) {
    if (teacher.given()) {
      monitor.shadow(
          (batch, chosen) ->
              AskedTeacher.ask(open, batch.rows(chosen), student.classes(), labelColumn, key),
          shadow == null ? 0.05 : shadow);
    }
  }

  private void watchLog(
      Path lines,
      StudentFile student,
      Monitor monitor,
      TeacherModels open,
      String labelColumn,
      Map<String, Integer> late)
      throws IOException {
    if (teacher.isFile()) {
      throw new InputException("--teacher F goes with --data; a log is for --teacher-model");
    }
    ask(student, monitor, open, labelColumn);
    PrintWriter err = spec.commandLine().getErr();
    int classes = student.classes().size();
    long rows = 0;
    long others = 0;
    long joined = 0;
    try (AccessLog reader = new AccessLog(lines, student, labelColumn, key, model)) {
      for (AccessLog.Batch batch = reader.next(); batch != null; batch = reader.next()) {
        int[] known = new int[batch.table().rows()];
        for (int i = 0; i < known.length; i++) {
          String text = batch.labels().get(i);
          String of = batch.keys().get(i);
          known[i] = text == null ? -1 : Names.indexOf(student.classes(), text);
          if (labels != null) {
            known[i] = of == null ? -1 : late.getOrDefault(of, -1);
          }
          joined += known[i] >= 0 ? 1 : 0;
        }
        double[] answers = monitor.add(batch.table(), known);
        for (int i = 0; i < known.length; i++) {
          String said = batch.predicted().get(i);
          int now = Argmax.row(answers, i * classes, classes);
          others += said != null && !said.equals(student.classes().get(now)) ? 1 : 0;
        }
        rows += known.length;
      }
      if (rows == 0) {
        throw new InputException(
            "%s: none of its %s lines has rows; the server must log them"
                .formatted(lines, reader.skipped()));
      }
      if (reader.skipped() > 0) {
        err.printf(Locale.ROOT, "note: %,d lines without rows skipped%n", reader.skipped());
      }
    }
    if (labels != null && joined == 0) {
      throw new InputException(labels + ": none of its keys is in " + lines);
    }
    if (others > 0) {
      err.printf(
          Locale.ROOT,
          "note: %,d of %,d logged predictions are not what %s says: was another version in"
              + " service?%n",
          others,
          rows,
          file);
    }
  }

  private static boolean any(int @Nullable [] known) {
    return known != null && Arrays.stream(known).anyMatch(one -> one >= 0);
  }

  private void joined(boolean any) {
    if (labels != null && !any) {
      throw new InputException(labels + ": none of its keys is in " + data);
    }
  }

  private static void print(Report report, StudentFile student, PrintWriter out) {
    Profile profile = student.profile().orElseThrow();
    Profile.Answers answers = profile.answers();
    out.printf(
        Locale.ROOT,
        "%,d rows against the profile of %,d training rows%n%n",
        report.rows(),
        profile.rows());
    out.printf("%-24s %8s %8s %8s %8s  %s%n", "column", "PSI", "KS", "missing", "unseen", "");
    report.columns().forEach(column -> line(out, column));
    if (answers != null) {
      out.printf(Locale.ROOT, "%nanswers, against %,d test rows%n", answers.rows());
      report.scores().forEach(column -> line(out, column));
    }
    Quality quality = report.quality();
    if (quality != null) {
      out.printf(Locale.ROOT, "%non the %,d rows whose label is known%n", quality.rows());
      interval(out, "accuracy", quality.accuracy());
      interval(out, "log loss", quality.logLoss());
      interval(out, "  above the run's", quality.logLossIncrease());
      out.printf(
          Locale.ROOT,
          "%-24s %8.4f  p = %.4f if probabilities mean what they say%n",
          "calibration error",
          quality.calibrationError(),
          quality.calibrationPValue());
    }
    Agreement shadow = report.shadow();
    if (shadow != null) {
      out.printf(
          Locale.ROOT, "%non the %,d rows that the teacher was asked about%n", shadow.rows());
      interval(out, "agreement", shadow.agreement());
      interval(out, "KL", shadow.kl());
    }
    out.println();
    report
        .findings()
        .forEach(
            finding -> out.printf("%s: %s: %s%n", finding.state(), finding.of(), finding.reason()));
    if (report.findings().isEmpty()) {
      out.println("Nothing more than chance.");
    }
  }

  private static void interval(PrintWriter out, String name, Interval value) {
    if (!Double.isNaN(value.estimate())) {
      out.printf(
          Locale.ROOT,
          "%-24s %8.4f  (%.4f to %.4f)%n",
          name,
          value.estimate(),
          value.lower(),
          value.upper());
    }
  }

  private static void line(PrintWriter out, ColumnDrift column) {
    boolean category = column.kind() == ColumnDrift.Kind.CATEGORY;
    out.printf(
        "%-24s %8s %8s %8s %8s  %s%n",
        column.name(),
        number(column.psi()),
        category ? "" : number(column.ks()),
        number(column.missing()),
        category ? number(column.unseen()) : "",
        column.state() == State.OK ? "" : column.state().toString());
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }
}
