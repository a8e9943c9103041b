package dev.distill.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.util.Modules;
import dev.distill.auto.AutoDistiller;
import dev.distill.auto.AutoTeacher;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.DistillationTask;
import dev.distill.auto.ServingCost;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.StudySettings;
import dev.distill.auto.TeacherCatalog;
import dev.distill.auto.TeacherTraining;
import dev.distill.auto.TrialSpec;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.data.Dataset;
import dev.distill.guice.DistillModule;
import dev.distill.metrics.Comparison.Interval;
import dev.distill.report.Leaderboard;
import dev.distill.report.ResultJson;
import dev.distill.report.page.ReportPage;
import dev.distill.report.page.RunFolder;
import dev.distill.spi.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code run}, {@code demo} and {@code pick} share: read, sweep, write, show. */
final class Run {
  /**
   * The input files.
   *
   * @param teacher the teacher's probabilities of the training rows, or else null
   * @param models teachers that answer; where there are any, there are no files of probabilities
   * @param teacherOof out-of-fold probabilities of the training rows beside those
   * @param more rows without labels
   */
  record Input(
      Path train,
      @Nullable Path teacher,
      List<String> models,
      @Nullable Path teacherOof,
      @Nullable Path test,
      @Nullable Path testTeacher,
      MoreInput more) {
    Input {
      models = List.copyOf(models);
      if (models.isEmpty() == (teacher == null)) {
        throw new InputException(
            teacher == null
                ? "no teacher: give --teacher, a file of its probabilities, or --teacher-model, a"
                    + " model that answers; with --teacher auto one is trained"
                : "a teacher's file of probabilities and models that answer were both given, expected"
                    + " one of them");
      }
      if (models.contains(TeacherModels.AUTO) && models.size() > 1) {
        throw new InputException(
            "--teacher auto stands alone, got %s teachers".formatted(models.size()));
      }
      if (models.contains(TeacherModels.AUTO) && teacherOof != null) {
        throw new InputException(
            "--teacher-oof was given, but --teacher auto gives out-of-fold probabilities itself");
      }
      if (!models.isEmpty() && testTeacher != null) {
        throw new InputException(
            "--test-teacher was given, but the model answers for the test rows");
      }
      if (test == null && testTeacher != null) {
        throw new InputException("--test-teacher was given without --test: the test rows");
      }
      if (test != null && models.isEmpty() && testTeacher == null) {
        throw new InputException(
            "--test was given without --test-teacher: the teacher's probabilities of the test"
                + " rows");
      }
      if (more.unlabelled() != null && models.isEmpty()) {
        throw new InputException(
            "--unlabelled was given without --teacher-model, which would be asked about the rows;"
                + " rows that a teacher has scored go with --augmented and --augmented-teacher");
      }
    }
  }

  /**
   * Files of rows without labels.
   *
   * @param unlabelled rows that a teacher is asked about
   * @param augmented rows that a teacher has scored
   * @param augmentedTeacher the teacher's probabilities of those
   */
  record MoreInput(
      @Nullable Path unlabelled, @Nullable Path augmented, @Nullable Path augmentedTeacher) {
    static final MoreInput NONE = new MoreInput(null, null, null);

    MoreInput {
      if ((augmented == null) != (augmentedTeacher == null)) {
        throw new InputException(
            "--augmented and --augmented-teacher, rows and the teacher's probabilities of them, go"
                + " together, got only one of them");
      }
      if (augmented != null && unlabelled != null) {
        throw new InputException("--augmented and --unlabelled were both given, expected one");
      }
    }
  }

  /** What else a run writes into its folder: texts by the names of files, in their order. */
  interface Texts {
    /**
     * The texts.
     *
     * @param hashes the SHA-256 of each file that was read, by its path as given
     */
    Map<String, String> of(DistillationResult result, Map<String, String> hashes)
        throws IOException;
  }

  private final Console console;
  private final PrintWriter out;
  private final PrintWriter details;
  private final PrintWriter err;

  private final List<String> command;
  private final StudentCatalog catalog;
  private final TeacherCatalog teacherCatalog;

  Run(CommandSpec spec, Console console, Families families) throws IOException {
    catalog = families.catalog();
    teacherCatalog = families.teachers();
    command = words(spec.commandLine());
    this.console = console;
    out = console.out();
    details = console.details();
    err = console.notes();
  }

  /** The families at hand. */
  StudentCatalog catalog() {
    return catalog;
  }

  /** The command line that is running, from the program's name on; none for a part of another. */
  static List<String> words(CommandLine line) {
    CommandLine program = line.getParent();
    if (program == null) {
      return List.of();
    }
    List<String> words = new ArrayList<>(List.of(program.getCommandName()));
    program.getParseResult().originalArgs().forEach(word -> words.add(secretless(word)));
    return words;
  }

  /** What goes into files that are passed round has no passwords of addresses. */
  static String secretless(String word) {
    return word.replaceAll("(?i)(password=)[^&;]*", "$1…")
        .replaceAll("(//[^/@:]*:)[^/@]*@", "$1…@");
  }

  /**
   * Reads the input, runs the sweep and writes what came out into a folder.
   *
   * @param studies by the SHA-256 of each file that was read
   * @param texts what else to write
   */
  void execute(
      Input input,
      DataLoader loader,
      DistillConfig config,
      Function<Map<String, String>, StudySettings> studies,
      Path folder,
      Texts texts)
      throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    // Open until the last line is out: an interrupted process ends as soon as it is closed.
    try (Interrupt interrupt = new Interrupt();
        OutputFolder output = open(config, folder)) {
      DistillationResult result =
          deliver(
              input,
              loader,
              config,
              read -> {
                hashes.putAll(read);
                return studies.apply(read);
              },
              output,
              interrupt,
              (distiller, task) -> {
                Console.Watch watch = console.watch("student and twin");
                interrupt.begin();
                DistillationResult found = distiller.distill(task, watch, interrupt.cancellation());
                watch.end();
                return found;
              });
      output.write(
          "leaderboard.csv", Leaderboard.csv(result.trials(), result.front(), catalog.problems()));
      output.write("report.html", ReportPage.of(RunFolder.read(folder)));
      List<String> names =
          new ArrayList<>(
              List.of("student.distill", "leaderboard.csv", "result.json", "report.html"));
      write(texts.of(result, hashes), output, names);
      if (result.endedEarly()) {
        details.println("The search ended early; this is the best so far.");
      }
      long failed = result.trials().stream().filter(t -> t.failure().isPresent()).count();
      if (failed > 0) {
        details.printf("%d trials failed; their causes are in leaderboard.csv.%n", failed);
      }
      if (!catalog.problems().isEmpty()) {
        details.printf(
            "%d families or plugins could not be used; leaderboard.csv names them.%n",
            catalog.problems().size());
      }
      out.printf(
          "%s trials in %s. Written to %s: %s%n",
          result.trials().size(),
          Progress.duration(result.seconds()),
          folder,
          String.join(", ", names));
      out.flush();
      console.written(folder, names);
    }
  }

  /** Reads the input and writes the student of a trial that a study keeps into a folder. */
  void pick(
      Input input,
      DataLoader loader,
      DistillConfig config,
      StudySettings kept,
      Path folder,
      String search,
      int trial,
      Texts texts)
      throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    try (Interrupt interrupt = new Interrupt();
        OutputFolder output = open(config, folder)) {
      DistillationResult result =
          deliver(
              input,
              loader,
              config,
              read -> {
                hashes.putAll(read);
                return kept;
              },
              output,
              interrupt,
              (distiller, task) -> distiller.pick(task, search, trial));
      List<String> names = new ArrayList<>(List.of("student.distill", "result.json"));
      write(texts.of(result, hashes), output, names);
      out.printf(
          "Trial %s of %s/%s, fitted on all %,d training rows in %s. Written to %s: %s%n",
          trial,
          kept.name(),
          search,
          result.task().train().rows(),
          Progress.duration(result.seconds()),
          folder,
          String.join(", ", names));
      out.flush();
    }
  }

  /** Reads the input and runs trials beside another process that distils it. */
  void work(
      Input input,
      DataLoader loader,
      DistillConfig config,
      Function<Map<String, String>, StudySettings> studies)
      throws IOException {
    catalog.problems().forEach(problem -> err.println("distill: " + problem));
    catalog.select(config.families());
    try (Interrupt interrupt = new Interrupt();
        Asked asked = ask(input, loader, config, studies, interrupt)) {
      Console.Watch watch = console.watch("student and twin");
      interrupt.begin();
      int trials = asked.distiller().work(asked.task(), watch, interrupt.cancellation());
      watch.end();
      out.printf("Nothing is left to do: there are %s trials.%n", trials);
      out.flush();
    }
  }

  private static void write(Map<String, String> texts, OutputFolder output, List<String> names)
      throws IOException {
    for (Map.Entry<String, String> text : texts.entrySet()) {
      output.write(text.getKey(), text.getValue());
      names.add(text.getKey());
    }
  }

  private OutputFolder open(DistillConfig config, Path folder) {
    catalog.problems().forEach(problem -> err.println("distill: " + problem));
    catalog.select(config.families());
    return OutputFolder.open(folder);
  }

  /** Gets a student. */
  private interface Work {
    DistillationResult of(AutoDistiller distiller, DistillationTask task);
  }

  private DistillationResult deliver(
      Input input,
      DataLoader loader,
      DistillConfig config,
      Function<Map<String, String>, StudySettings> studies,
      OutputFolder output,
      Interrupt interrupt,
      Work work)
      throws IOException {
    try (Asked asked = ask(input, loader, config, studies, interrupt)) {
      DistillationTask task = asked.task();
      ServingCost cost = asked.teachers().cost(asked.sample(), task.train().classes());
      DistillationResult result = work.of(asked.distiller(), task);
      output.write("student.distill", result.student().file().toBytes());
      output.write(
          "result.json",
          ResultJson.of(
              result,
              new ResultJson.Origin(
                  asked.hashes(), command, asked.teachers().answers(), cost, catalog.problems())));
      show(result, cost);
      console.measured(result);
      return result;
    }
  }

  /**
   * What was read, and what the teachers said of it.
   *
   * @param sample feature columns of some rows
   * @param hashes the SHA-256 of each file, by its path as given
   */
  private record Asked(
      TeacherModels teachers,
      DistillationTask task,
      Table sample,
      Map<String, String> hashes,
      AutoDistiller distiller)
      implements AutoCloseable {
    @Override
    public void close() {
      teachers.close();
    }
  }

  private Asked ask(
      Input input,
      DataLoader loader,
      DistillConfig config,
      Function<Map<String, String>, StudySettings> studies,
      Interrupt interrupt) {
    TeacherModels teachers =
        TeacherModels.open(
            input.models(),
            teacherCatalog,
            rows -> trained(rows, config, studies.apply(Map.of()), interrupt),
            err);
    try {
      TaskReader reader = new TaskReader(loader, teachers, config, err);
      DistillationTask task = reader.read(input);
      Map<String, String> hashes = new LinkedHashMap<>(reader.hashes());
      teachers.report(hashes);
      return new Asked(
          teachers,
          task,
          reader.sample(),
          hashes,
          distiller(teachers.rest(config), studies.apply(hashes)));
    } catch (RuntimeException | Error e) {
      teachers.close();
      throw e;
    }
  }

  /** A teacher for those who have none. */
  private AutoTeacher trained(
      Dataset rows, DistillConfig config, StudySettings studies, Interrupt interrupt) {
    interrupt.begin();
    Console.Watch progress = console.watch("teacher");
    Consumer<String> notes =
        line -> {
          progress.end();
          err.println(line);
          err.flush();
        };
    return new TeacherTraining(catalog, config, studies, progress, notes, interrupt.cancellation())
        .train(rows);
  }

  private AutoDistiller distiller(DistillConfig config, StudySettings studies) {
    Injector injector =
        Guice.createInjector(
            Modules.override(new DistillModule(config))
                .with(
                    binder -> {
                      binder.bind(StudentCatalog.class).toInstance(catalog);
                      binder.bind(StudySettings.class).toInstance(studies);
                    }));
    return injector.getInstance(AutoDistiller.class);
  }

  private void show(DistillationResult result, @Nullable ServingCost teacherCost) {
    out.print(ResultTable.of(result, teacherCost));
    out.println();
    if (result.setAside().isPresent()) {
      Interval behind = result.setAside().get().verdict().logLoss();
      double nearer = result.setAside().get().verdict().kl().estimate();
      details.printf(
          Locale.ROOT,
          "The hard-label twin itself is delivered: on test rows the log loss of the student that"
              + " validation rows chose is higher by %.4f (95 %% interval %.4f to %.4f).",
          -behind.estimate(),
          -behind.upper(),
          -behind.lower());
      if (nearer > 0) {
        details.printf(
            Locale.ROOT,
            " That one is closer to the teacher, its KL is lower by %.4f: --goal mimic asks for it.",
            nearer);
      }
      details.println();
    } else if (result.student().chosen().spec().kind() == TrialSpec.Kind.TWIN) {
      details.println(
          "The hard-label twin itself is delivered: on validation rows no student of the teacher was"
              + " better.");
    }
    out.println(result.verdict().sentence());
    details.println(result.advice().sentence());
    result.worstSlices().stream()
        .findFirst()
        .ifPresent(
            slice ->
                details.printf(
                    Locale.ROOT,
                    "It is farthest from the teacher where %s: KL %.4f on these %,d rows, %.4f"
                        + " elsewhere.%n",
                    slice.where(),
                    slice.kl(),
                    slice.rows(),
                    slice.klElsewhere()));
    moreRows(result);
    result.diagnosis().warnings().forEach(details::println);
  }

  /** What the student had of rows without labels; a twin has none in any case. */
  private void moreRows(DistillationResult result) {
    TrialSpec spec = result.student().chosen().spec();
    if (result.moreRows().isEmpty() || spec.kind() == TrialSpec.Kind.TWIN) {
      return;
    }
    String had =
        spec.augment() == 0
            ? "no rows without labels"
            : "rows without labels, up to %s for each training row".formatted(spec.augment());
    details.printf("It learned from %s; no more, as %s.%n", had, result.moreRows());
  }
}
