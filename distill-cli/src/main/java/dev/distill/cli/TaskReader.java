package dev.distill.cli;

import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationTask;
import dev.distill.auto.TaskParts;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.LoadedData;
import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.MoreRows;
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

  private final DataLoader files;
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
    this.files = loader;
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
    sample = train.features().rows(0, Math.min(SAMPLE, train.dataset().rows()));
    double[] outOfFold = outOfFold(input, train);
    TaskParts.Given tested = null;
    if (input.test() != null) {
      LoadedData test = loader.loadMore(train.dataset(), input.test(), input.testTeacher());
      take(test.notes(), test.sha256());
      tested = given(test);
    }
    TaskParts parts = new TaskParts(given(train), tested, outOfFold, config);
    if (tested == null) {
      err.printf(
          "no --test given: %s of the %s rows are held out as test rows%n",
          parts.test().rows().rows(), train.dataset().rows());
    }
    DistillationTask task =
        teachers.isToBeTrained()
            ? parts.task(teachers.train(parts.train().rows()), teachers.asked())
            : parts.task();
    return more(parts, task, input.more());
  }

  private static TaskParts.Given given(LoadedData data) {
    return new TaskParts.Given(data.dataset(), data.features(), data.teacher());
  }

  private double @Nullable [] outOfFold(Run.Input input, LoadedData train) {
    if (input.teacherOof() == null) {
      return null;
    }
    LoadedData again = files.loadMore(train.dataset(), input.train(), input.teacherOof());
    hashes.putAll(again.sha256());
    return again.teacher();
  }

  /** With rows without labels: those that were given, or else made ones if somebody answers. */
  private DistillationTask more(TaskParts parts, DistillationTask task, Run.MoreInput input) {
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
    return answers == null ? task : parts.withMadeRows(task, answers);
  }

  private void take(List<String> notes, Map<String, String> sha256) {
    notes.forEach(note -> err.println("note: " + note));
    hashes.putAll(sha256);
  }
}
