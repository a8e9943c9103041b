package dev.distill.auto;

import dev.distill.data.Answers;
import dev.distill.data.Dataset;
import dev.distill.data.FeatureEncoder;
import dev.distill.data.MoreRows;
import dev.distill.data.TeacherKind;
import dev.distill.data.TeacherProbabilities;
import dev.distill.runtime.Schema;
import dev.distill.spi.Matrix;
import dev.distill.spi.Table;
import dev.distill.spi.Teacher;
import dev.distill.spi.TeacherModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Distils a teacher into a student, as {@code distill run} does: the front door for programs.
 *
 * <pre>{@code
 * DistillationResult result =
 *     Distiller.builder()
 *         .train(table, "income")
 *         .teacher(model)
 *         .configure(config -> config.trials(20).seed(1))
 *         .run();
 * }</pre>
 *
 * <p>Rows are a {@link Table}, whose columns may be numbers and texts, or a {@link Dataset} that
 * was encoded before. The teacher is one of these:
 *
 * <ul>
 *   <li>a {@link Teacher}: a lambda around any object, which is asked about feature rows as {@link
 *       Dataset#features()} has them;
 *   <li>{@link TeacherModel}s, such as {@link TeacherCatalog#open} opens, which are asked about
 *       columns; of several the mean counts;
 *   <li>probabilities that it gave before;
 *   <li>none: then one is trained on the labels, in half of the time if that is limited.
 * </ul>
 *
 * <p>A teacher that answers is also asked about made rows ({@link DistillConfig#augment()}), where
 * the rows are a table or all their features are numbers.
 */
public final class Distiller {
  private static final SweepListener QUIET = (outcome, best, done, total) -> {};

  private Distiller() {}

  /** Starts with nothing but defaults; {@link Builder#train} is what must be given. */
  public static Builder builder() {
    return new Builder();
  }

  /** What is given, and how to distil. Not thread-safe; may be run again. */
  public static final class Builder {
    private final DistillConfig.Builder config = DistillConfig.builder();
    private @Nullable Source train;
    private @Nullable Source test;
    private @Nullable Teacher teacher;
    private List<TeacherModel> models = List.of();
    private @Nullable Table probabilities;
    private @Nullable Table testProbabilities;
    private @Nullable Table outOfFold;
    private @Nullable Table unlabelled;
    private @Nullable AutoTeacher trained;
    private @Nullable StudentCatalog catalog;
    private @Nullable StudySettings studies;
    private @Nullable SelectionRule selection;
    private @Nullable TrialExecutor executor;
    private SweepListener listener = QUIET;
    private Cancellation cancellation = new Cancellation();
    private Consumer<String> notes = note -> {};

    private Builder() {}

    /**
     * The training rows; which columns become features and how is learned from them.
     *
     * @param label the column to predict
     */
    public Builder train(Table rows, String label) {
      train = new Source(rows, null, label);
      return this;
    }

    /** The training rows, encoded. */
    public Builder train(Dataset rows) {
      train = new Source(null, rows, rows.labelName());
      return this;
    }

    /** The test rows, with labels; without any a share of the training rows is held out. */
    public Builder test(Table rows) {
      test = new Source(rows, null, "");
      return this;
    }

    /** The test rows, encoded as the training rows are. */
    public Builder test(Dataset rows) {
      test = new Source(null, rows, rows.labelName());
      return this;
    }

    /** A teacher that answers for features, in the order of {@link Dataset#classes()}. */
    public Builder teacher(Teacher model) {
      teacher = model;
      return this;
    }

    /**
     * Teachers that answer for columns, of which the mean counts. They are not closed.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Builder teacher(TeacherModel... answering) {
      if (answering.length == 0) {
        throw new IllegalArgumentException("teacher: got no model, expected at least one");
      }
      models = List.of(answering);
      return this;
    }

    /**
     * What the teacher said of the training rows: columns {@code p_<class>} or {@code <class>}, a
     * row for each row.
     */
    public Builder probabilities(Table ofTrain) {
      probabilities = ofTrain;
      return this;
    }

    /** What it said of the test rows, which must be given too. */
    public Builder testProbabilities(Table ofTest) {
      testProbabilities = ofTest;
      return this;
    }

    /**
     * Beside the teacher: what teachers that were not fitted on a training row say of it. Students
     * are judged by these, and which they learn from is searched.
     */
    public Builder outOfFold(Table ofTrain) {
      outOfFold = ofTrain;
      return this;
    }

    /** Rows without labels that the teacher is asked about in place of made ones. */
    public Builder unlabelled(Table rows) {
      unlabelled = rows;
      return this;
    }

    /** Changes what {@link DistillConfig} has defaults for. */
    public Builder configure(Consumer<DistillConfig.Builder> changes) {
      changes.accept(config);
      return this;
    }

    /** The families to choose from; those that the thread's context class loader finds if not. */
    public Builder families(StudentCatalog families) {
      catalog = families;
      return this;
    }

    /** How to search, and where trials are kept; in memory if not told. */
    public Builder studies(StudySettings settings) {
      studies = settings;
      return this;
    }

    /** Which student is delivered; {@link SelectionRule#of} if not told. */
    public Builder selection(SelectionRule rule) {
      selection = rule;
      return this;
    }

    /** Where trials run; threads of this process if not told. */
    public Builder executor(TrialExecutor runs) {
      executor = runs;
      return this;
    }

    /** Is told how the search goes on. */
    public Builder listener(SweepListener told) {
      listener = told;
      return this;
    }

    /** Ends the search early, with the best so far, when somebody asks for it. */
    public Builder cancellation(Cancellation request) {
      cancellation = request;
      return this;
    }

    /** Takes lines that a user should know, such as which columns were left out and why. */
    public Builder notes(Consumer<String> lines) {
      notes = lines;
      return this;
    }

    /**
     * Distils.
     *
     * @throws IllegalArgumentException if something that was given is missing or wrong; says what
     * @throws IllegalStateException if a teacher gives no answer
     * @throws SweepException if no student could be made, see {@link AutoDistiller#distill}
     */
    public DistillationResult run() {
      long start = System.nanoTime();
      DistillConfig all = config.build();
      StudentCatalog families =
          catalog == null
              ? StudentCatalog.discover(Thread.currentThread().getContextClassLoader())
              : catalog;
      StudySettings search = studies == null ? StudySettings.defaults() : studies;
      DistillationTask task = task(all, families, search);
      DistillConfig rest =
          trained == null
              ? all
              : all.afterTraining(trained, Duration.ofNanos(System.nanoTime() - start));
      return new AutoDistiller(
              families,
              rest,
              search,
              selection == null ? SelectionRule.of(rest) : selection,
              executor == null ? new LocalTrialExecutor(rest.threads()) : executor)
          .distill(task, listener, cancellation);
    }

    private boolean isTrained() {
      return teacher == null && models.isEmpty() && probabilities == null;
    }

    private DistillationTask task(
        DistillConfig all, StudentCatalog families, StudySettings search) {
      if (train == null) {
        throw new IllegalArgumentException("no training rows, expected train(rows)");
      }
      check();
      Dataset rows = train.encoded(notes);
      Answers answers = answers(rows);
      TaskParts parts =
          new TaskParts(
              given(rows, train, probabilities, answers),
              test == null
                  ? null
                  : given(test.encodedAs(rows, notes), test, testProbabilities, answers),
              outOfFold == null ? null : known(outOfFold, rows),
              all);
      if (!isTrained()) {
        return more(all, parts, parts.task(), answers);
      }
      AutoTeacher own =
          new TeacherTraining(families, all, search, listener, notes, cancellation)
              .train(parts.train().rows());
      trained = own;
      Answers asked = new Answers(List.of(own), count -> {});
      return more(all, parts, parts.task(own, asked), asked);
    }

    private void check() {
      if ((teacher == null ? 0 : 1) + (models.isEmpty() ? 0 : 1) + (probabilities == null ? 0 : 1)
          > 1) {
        throw new IllegalArgumentException(
            "several teachers were given, expected one of teacher(Teacher), teacher(TeacherModel…)"
                + " and probabilities(Table)");
      }
      if ((testProbabilities != null) != (probabilities != null && test != null)) {
        throw new IllegalArgumentException(
            testProbabilities == null
                ? "test rows were given without testProbabilities(Table), as the teacher does not"
                    + " answer itself"
                : "testProbabilities(Table) was given without "
                    + (test == null ? "test(rows)" : "probabilities(Table) of the training rows"));
      }
      if (unlabelled != null && probabilities != null) {
        throw new IllegalArgumentException(
            "unlabelled(Table) was given, but the teacher does not answer for its rows");
      }
      if (outOfFold != null && isTrained()) {
        throw new IllegalArgumentException(
            "outOfFold(Table) was given, but the teacher that is trained here gives these itself");
      }
    }

    private TaskParts.Given given(
        Dataset rows, Source source, @Nullable Table told, @Nullable Answers answers) {
      Table columns = source.columns(rows);
      double[] said = null;
      if (told != null) {
        said = known(told, rows);
      } else if (answers != null && columns != null) {
        said = answers.of(columns, rows.classes());
      } else if (teacher != null) {
        said = checked(teacher, rows.features(), rows.classes());
      } else if (!models.isEmpty()) {
        throw new IllegalArgumentException(
            "train: the teacher is asked about columns, expected a Table; features of categories"
                + " have none");
      }
      return new TaskParts.Given(rows, columns, said);
    }

    private double[] known(Table told, Dataset rows) {
      if (told.rows() != rows.rows()) {
        throw new IllegalArgumentException(
            "%s: %s rows of probabilities, expected %s, one for each row"
                .formatted(told.name(), told.rows(), rows.rows()));
      }
      return TeacherProbabilities.of(
          told, rows.classes(), TeacherKind.PROBABILITIES, Set.of(), false, notes);
    }

    private @Nullable Answers answers(Dataset rows) {
      if (teacher != null) {
        return new Answers(List.of(new OnFeatures(teacher, rows.schema())), count -> {});
      }
      return models.isEmpty() ? null : new Answers(models, count -> {});
    }

    private DistillationTask more(
        DistillConfig all, TaskParts parts, DistillationTask task, @Nullable Answers answers) {
      if (answers == null || all.augment() == 0) {
        return task;
      }
      if (unlabelled == null) {
        return parts.withMadeRows(task, answers);
      }
      Dataset rows = task.train();
      return task.with(
          MoreRows.given(
              new FeatureEncoder(rows.schema()).encode(unlabelled, notes),
              answers.of(unlabelled, rows.classes()),
              rows.rows()));
    }
  }

  /** Rows as they were given. */
  private record Source(@Nullable Table table, @Nullable Dataset dataset, String label) {

    Dataset encoded(Consumer<String> notes) {
      if (dataset != null) {
        return dataset;
      }
      Table rows = Objects.requireNonNull(table);
      FeatureEncoder encoder = FeatureEncoder.learn(rows, label, Set.of());
      encoder.notes().forEach(note -> notes.accept(rows.name() + ": " + note));
      return Dataset.of(rows, label, encoder);
    }

    Dataset encodedAs(Dataset known, Consumer<String> notes) {
      return dataset == null ? known.more(Objects.requireNonNull(table), notes) : dataset;
    }

    /** What a teacher is asked in; null if that is not known. */
    @Nullable Table columns(Dataset rows) {
      if (table != null) {
        return table.without(rows.labelName());
      }
      boolean numbers =
          rows.schema().columns().stream().allMatch(c -> c instanceof Schema.NumberColumn);
      return numbers ? numbers(rows) : null;
    }

    private static Table numbers(Dataset rows) {
      Matrix features = rows.features();
      List<Table.Column> columns = new ArrayList<>();
      for (String name : rows.schema().featureNames()) {
        double[] values = new double[features.rows()];
        for (int i = 0; i < values.length; i++) {
          values[i] = features.get(i, columns.size());
        }
        columns.add(new Table.Numbers(name, values));
      }
      return new Table("rows", columns);
    }
  }

  /** A teacher of features, asked in columns. */
  private record OnFeatures(Teacher teacher, Schema schema) implements TeacherModel {
    @Override
    public String description() {
      return "teacher";
    }

    @Override
    public void check(Table rows, List<String> classes) {
      // The encoder says which column is missing.
    }

    @Override
    public double[] probabilities(Table rows, List<String> classes) {
      return teacher.probabilities(new FeatureEncoder(schema).encode(rows));
    }

    @Override
    public void close() {
      // It is the user's.
    }
  }

  private static double[] checked(Teacher teacher, Matrix features, List<String> classes) {
    return TeacherProbabilities.check(
        "teacher",
        teacher.probabilities(features),
        features.rows(),
        classes,
        TeacherKind.PROBABILITIES);
  }
}
