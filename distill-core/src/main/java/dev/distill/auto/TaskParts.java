package dev.distill.auto;

import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.data.MoreRows;
import dev.distill.data.Munge;
import dev.distill.data.Split;
import dev.distill.spi.Seeds;
import dev.distill.spi.Table;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows and teacher as somebody has them, to be put together to a task. Where there are no test
 * rows, a stratified share of the training rows is held out as such.
 */
public final class TaskParts {

  /**
   * Rows as they are given.
   *
   * @param rows features and labels
   * @param columns the same rows in the columns that a teacher is asked in, without the label; null
   *     where only features are known
   * @param teacher rows × classes probabilities; null where the teacher did not answer (yet)
   */
  public record Given(Dataset rows, @Nullable Table columns, double @Nullable [] teacher) {

    private Given pick(int[] indices) {
      return new Given(
          rows.select(indices),
          columns == null ? null : columns.rows(indices),
          teacher == null ? null : TrialRunner.pick(teacher, indices, rows.classes().size()));
    }

    private double[] answers() {
      return Objects.requireNonNull(teacher, "the teacher was not asked");
    }
  }

  private final DistillConfig config;
  private final Given train;
  private final Given test;
  private final double @Nullable [] outOfFold;
  private final boolean heldOut;

  /**
   * Takes the parts.
   *
   * @param test test rows, null for none
   * @param outOfFold rows × classes probabilities of the training rows by teachers that were not
   *     fitted on them, beside those of one that was; null for none
   */
  public TaskParts(
      Given train, @Nullable Given test, double @Nullable [] outOfFold, DistillConfig config) {
    this.config = config;
    heldOut = test == null;
    if (test == null) {
      Dataset rows = train.rows();
      if (train.teacher() != null) {
        DistillationTask.check("given", rows, train.teacher());
      }
      Split split =
          Split.stratified(
              rows.labels(),
              rows.classes().size(),
              config.testShare(),
              Seeds.derive(config.seed(), "test rows"));
      this.train = train.pick(split.train());
      this.test = train.pick(split.heldOut());
      this.outOfFold =
          outOfFold == null
              ? null
              : TrialRunner.pick(outOfFold, split.train(), rows.classes().size());
    } else {
      this.train = train;
      this.test = test;
      this.outOfFold = outOfFold;
    }
  }

  /** Rows to learn from, and those to be judged by. */
  public Given train() {
    return train;
  }

  /** Rows that are looked at once. */
  public Given test() {
    return test;
  }

  /** The task, where the teacher answered for all rows. */
  public DistillationTask task() {
    DistillationTask task =
        new DistillationTask(
            train.rows(),
            train.answers(),
            new double[0],
            test.rows(),
            test.answers(),
            heldOut,
            null);
    return outOfFold == null ? task : task.outOfFold(outOfFold);
  }

  /**
   * The task of a teacher that was trained on {@link #train} and its labels alone: it answers for
   * these rows as one that has not seen them.
   *
   * @param asked the same teacher, asked in columns
   */
  public DistillationTask task(AutoTeacher teacher, Answers asked) {
    Dataset rows = train.rows();
    Table columns = test.columns();
    return new DistillationTask(
        rows,
        teacher.outOfFold(),
        teacher.probabilities(rows.features()),
        test.rows(),
        columns == null
            ? teacher.probabilities(test.rows().features())
            : asked.of(columns, rows.classes()),
        heldOut,
        null);
  }

  /**
   * The same task with made rows, which a teacher is asked about as far as they are wanted; without
   * where the training rows' columns are not known.
   */
  public DistillationTask withMadeRows(DistillationTask task, Answers answers) {
    Table columns = train.columns();
    if (columns == null) {
      return task;
    }
    return task.with(
        MoreRows.generated(
            new Munge(columns, Seeds.derive(config.seed(), "augment")),
            new FeatureEncoder(task.train().schema()),
            rows -> answers.of(rows, task.train().classes())));
  }
}
