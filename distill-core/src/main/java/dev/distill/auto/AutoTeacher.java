package dev.distill.auto;

import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.loss.Softmax;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import dev.distill.spi.Teacher;
import dev.distill.spi.TeacherModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A teacher that was trained here, by {@link TeacherTraining}: the weighted mean of members of
 * several families, each of which is the mean of students fitted on all folds but one.
 */
public final class AutoTeacher implements Teacher, TeacherModel {
  private static final int CHUNK = 256;

  private static final int TENTH = 10;

  /** What a single tree keeps, and with so much for each feature a linear model too. */
  private static final double LEAST_NANOS = 500;

  private static final double NANOS_A_FEATURE = 3;

  /** With fewer families there may be none that keeps a limit. */
  private static final int FEWEST_FAMILIES = 3;

  /**
   * A member.
   *
   * @param spec its family and hyperparameters
   * @param weight its share of the answer, 0 to 1; all members' sum to 1
   * @param logLoss of its out-of-fold answers, in nats a row
   * @param calibration the scalar temperature that its logits are divided by
   * @param models one a fold
   */
  record Member(
      TrialSpec spec,
      double weight,
      double logLoss,
      double calibration,
      List<PortableModel> models) {
    Member {
      models = List.copyOf(models);
    }

    Member weighing(double share) {
      return new Member(spec, share, logLoss, calibration, models);
    }
  }

  private final Schema schema;
  private final List<String> classes;
  private final List<Member> members;
  private final double[] outOfFold;
  private final double logLoss;
  private final float[] sample;
  private final double nanos;
  private final int families;

  /**
   * A teacher.
   *
   * @param families from how many its members were chosen
   */
  AutoTeacher(Dataset rows, List<Member> members, double[] outOfFold, int families) {
    this.schema = rows.schema();
    this.classes = rows.classes();
    this.members = List.copyOf(members);
    this.outOfFold = outOfFold;
    this.logLoss = EnsembleSelection.logLoss(outOfFold, rows.labels(), classes.size());
    int some = Math.min(2, rows.rows());
    this.sample = Arrays.copyOf(rows.features().values(), some * rows.features().columns());
    this.nanos =
        members.stream()
            .flatMap(member -> member.models().stream())
            .mapToDouble(model -> CountedCost.nanos(model, rows.features()))
            .sum();
    this.families = families;
  }

  /** Nanoseconds of an answer, counted as {@link Goal#LATENCY} is. */
  public double nanos() {
    return nanos;
  }

  /**
   * What its student may cost where nobody says so, as one that takes as long as its teacher is
   * none: a tenth of its time for a row, or 500 ns and 3 for each feature if that is more. No
   * limits where its members were chosen from fewer than three families.
   */
  public Limits studentLimits() {
    double least = LEAST_NANOS + NANOS_A_FEATURE * schema.featureNames().size();
    return families < FEWEST_FAMILIES
        ? Limits.NONE
        : new Limits(Math.max(least, Math.rint(nanos / TENTH)), 0);
  }

  /**
   * The answers for the rows it was trained on, each of the students that were not fitted on that
   * row: rows × classes probabilities. For these rows {@link #probabilities(Matrix)} is too sure of
   * itself.
   */
  public double[] outOfFold() {
    return outOfFold.clone();
  }

  @Override
  public double[] probabilities(Matrix rows) {
    int k = classes.size();
    double[] mean = new double[Math.multiplyExact(rows.rows(), k)];
    IntStream.range(0, (rows.rows() + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              int count = Math.min(CHUNK, rows.rows() - from);
              int columns = rows.columns();
              float[] values =
                  Arrays.copyOfRange(rows.values(), from * columns, (from + count) * columns);
              for (Member member : members) {
                double share = member.weight() / member.models().size();
                for (PortableModel model : member.models()) {
                  float[] logits = new float[count * k];
                  model.logits(values, count, logits);
                  double[] answer = probabilities(logits, member.calibration(), k);
                  for (int i = 0; i < answer.length; i++) {
                    mean[from * k + i] += share * answer[i];
                  }
                }
              }
            });
    return mean;
  }

  /** Rows × classes probabilities of logits that are divided by a temperature. */
  static double[] probabilities(float[] logits, double calibration, int classes) {
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = logits[i];
    }
    Softmax.softmax(calibration, probabilities, logits.length / classes, classes, probabilities);
    return probabilities;
  }

  @Override
  public String description() {
    String parts =
        members.stream()
            .map(m -> String.format(Locale.ROOT, "%.2f %s", m.weight(), m.spec().family()))
            .collect(Collectors.joining(" + "));
    return String.format(
        Locale.ROOT,
        "trained here: %s, each the mean of %s students fitted on folds; out-of-fold log loss %.4f"
            + " (%.4f its best member)",
        parts,
        members.get(0).models().size(),
        logLoss,
        members.stream().mapToDouble(Member::logLoss).min().orElseThrow());
  }

  @Override
  public void check(Table rows, List<String> wanted) {
    if (!classes.equals(wanted)) {
      throw new IllegalArgumentException(
          "the teacher was trained for classes %s, asked for %s".formatted(classes, wanted));
    }
    new FeatureEncoder(schema).encode(rows.rows(0, Math.min(1, rows.rows())));
  }

  @Override
  public double[] probabilities(Table rows, List<String> wanted) {
    return probabilities(new FeatureEncoder(schema).encode(rows));
  }

  @Override
  public List<StudentFile> portable(List<String> columns, List<String> wanted) {
    return members.stream()
        .flatMap(
            member ->
                member.models().stream()
                    .map(
                        model ->
                            new StudentFile(
                                schema,
                                model,
                                classes,
                                "",
                                member.calibration(),
                                sample,
                                Map.of("family", member.spec().family()))))
        .toList();
  }

  /** Holds nothing that must be freed. */
  @Override
  public void close() {}
}
