package dev.distill.cli;

import dev.distill.auto.AutoTeacher;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationTask;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.LoadedData;
import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.data.MoreRows;
import dev.distill.data.Munge;
import dev.distill.data.Split;
import dev.distill.spi.Seeds;
import dev.distill.spi.Table;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the files of a run, and asks the teachers that answer, for what is to be distilled. */
final class TaskReader {
  private static final int SAMPLE = 2_000;

  private final DataLoader loader;
  private final TeacherModels teachers;
  private final DistillConfig config;
  private final PrintWriter err;
  private final Map<String, String> hashes = new LinkedHashMap<>();
  private @Nullable Table sample;

  /**
   * A reader.
   *
   * @param teachers those that answer, if there are any
   * @param err takes what the user should know
   */
  TaskReader(DataLoader loader, TeacherModels teachers, DistillConfig config, PrintWriter err) {
    this.loader = teachers.in(loader);
    this.teachers = teachers;
    this.config = config;
    this.err = err;
  }

  /** The SHA-256 of each file that was read, by its path as given. */
  Map<String, String> hashes() {
    return hashes;
  }

  /** The feature columns of the first training rows, as they are in the file. */
  Table sample() {
    return Objects.requireNonNull(sample, "nothing was read yet");
  }

  DistillationTask read(Run.Input input) {
    LoadedData train = loader.load(input.train(), input.teacher());
    take(train.notes(), train.sha256());
    Dataset rows = train.dataset();
    sample = train.features().rows(0, Math.min(SAMPLE, rows.rows()));
    Table features = train.features();
    DistillationTask task;
    if (input.test() == null) {
      Split split = DistillationTask.split(rows, config.testShare(), config.seed());
      err.printf(
          "no --test given: %s of the %s rows are held out as test rows%n",
          split.heldOut().length, rows.rows());
      features = features.rows(split.train());
      task =
          teachers.isToBeTrained()
              ? trained(
                  rows.select(split.train()),
                  rows.select(split.heldOut()),
                  train.features().rows(split.heldOut()),
                  true)
              : DistillationTask.holdOut(rows, teacher(train), config.testShare(), config.seed());
    } else {
      LoadedData test = loader.loadMore(rows, input.test(), input.testTeacher());
      take(test.notes(), test.sha256());
      task =
          teachers.isToBeTrained()
              ? trained(rows, test.dataset(), test.features(), false)
              : DistillationTask.of(rows, teacher(train), test.dataset(), teacher(test));
    }
    return more(task, features, input.more());
  }

  /** A teacher trained on labels alone answers for training rows as one that has not seen them. */
  private DistillationTask trained(Dataset rows, Dataset test, Table features, boolean heldOut) {
    AutoTeacher teacher = teachers.train(rows);
    Answers answers = Objects.requireNonNull(teachers.answers(), "it was trained");
    return new DistillationTask(
        rows, teacher.outOfFold(), test, answers.of(features, rows.classes()), heldOut, null);
  }

  /** With rows without labels: those that were given, or else made ones if somebody answers. */
  private DistillationTask more(DistillationTask task, Table features, Run.MoreInput input) {
    Dataset train = task.train();
    Path given = input.unlabelled() == null ? input.augmented() : input.unlabelled();
    if (config.augment() == 0) {
      return task;
    }
    if (given != null) {
      DataLoader.LoadedRows rows =
          teachers.in(loader).loadUnlabelled(train, given, input.augmentedTeacher());
      take(rows.notes(), rows.sha256());
      return task.with(MoreRows.given(rows.features(), rows.teacher(), train.rows()));
    }
    Answers answers = teachers.answers();
    return answers == null ? task : task.with(made(answers, train, features));
  }

  private MoreRows made(Answers asked, Dataset train, Table features) {
    return MoreRows.generated(
        new Munge(features, Seeds.derive(config.seed(), "augment")),
        new FeatureEncoder(train.schema()),
        rows -> asked.of(rows, train.classes()));
  }

  private void take(List<String> notes, Map<String, String> sha256) {
    notes.forEach(note -> err.println("note: " + note));
    hashes.putAll(sha256);
  }

  private static double[] teacher(LoadedData data) {
    if (data.teacher() == null) {
      throw new IllegalStateException("the teacher's file was read, but gave nothing");
    }
    return data.teacher();
  }
}
