package dev.distill.cli;

import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.Goal;
import dev.distill.auto.Limits;
import dev.distill.auto.StudySettings;
import dev.distill.auto.SweepPlan;
import dev.distill.auto.Tolerance;
import dev.distill.cli.data.DataLoader;
import dev.distill.cli.data.InputException;
import dev.distill.cli.data.TempFolder;
import dev.distill.data.TeacherKind;
import dev.distill.report.MarkdownSummary;
import dev.distill.report.ModelCard;
import dev.distill.report.page.ShellWord;
import dev.distill.spi.StudentModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill run}: from files to a student file. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Distils a teacher's probabilities into a student and measures what was kept.",
      "",
      "Writes student.distill, report.html (the page to look at), leaderboard.csv, result.json,"
          + " MODEL_CARD.md and run.yaml, which repeats it, into DIR.",
      ""
    },
    preprocessor = ConfigWords.class,
    footer = {
      "",
      "Example:",
      "  distill run --train train.csv --label income --teacher train_teacher.csv \\",
      "      --test test.csv --test-teacher test_teacher.csv --out runs/income"
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--train",
      required = true,
      paramLabel = "F",
      description = "training rows: CSV, TSV or Parquet, also .gz")
  private Path train = Path.of("");

  @Option(
      names = "--label",
      required = true,
      paramLabel = "COL",
      description = "the column to predict")
  private String label = "";

  @Option(
      names = "--rows",
      paramLabel = "N",
      description =
          "learn from N of the training rows, drawn at random, where there are more (default: all)")
  private int rows = Integer.MAX_VALUE;

  @Option(
      names = "--teacher",
      paramLabel = "F|M|auto",
      description =
          "the teacher's probabilities of the training rows: columns p_<class> or <class>; or a"
              + " model that answers, as --teacher-model takes it; auto: there is none, so one is"
              + " trained on the labels, in half of --timeout")
  private List<String> teachers = List.of();

  @Option(
      names = "--teacher-oof",
      paramLabel = "F",
      description =
          "beside it or --teacher-model: probabilities of the training rows by teachers that were"
              + " not fitted on them (out-of-fold); students are judged by these, and which they"
              + " learn from is searched")
  private @Nullable Path teacherOof;

  @Option(
      names = "--teacher-model",
      paramLabel = "F|URL",
      description =
          "instead of files of probabilities, a model that is asked for them: .ubj or .json of"
              + " XGBoost, .onnx, or an address http://host/v2/models/NAME; of several (given each"
              + " with this option) the mean")
  private List<String> models = List.of();

  @Option(
      names = "--test",
      paramLabel = "F",
      description = "test rows; without them a share of the training rows is held out")
  private @Nullable Path test;

  @Option(
      names = "--test-teacher",
      paramLabel = "F",
      description = "the teacher's probabilities of the test rows")
  private @Nullable Path testTeacher;

  @Option(
      names = "--unlabelled",
      paramLabel = "F",
      description =
          "rows of your own without labels, which --teacher-model is asked about; without them rows"
              + " are made from the training rows, see --augment")
  private @Nullable Path unlabelled;

  @Option(
      names = "--augmented",
      paramLabel = "F",
      description = "rows without labels that the teacher has scored, such as of distill augment")
  private @Nullable Path augmented;

  @Option(
      names = "--augmented-teacher",
      paramLabel = "F",
      description = "the teacher's probabilities of the rows of --augmented")
  private @Nullable Path augmentedTeacher;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "folder for what comes out; made if it is not there")
  private Path out = Path.of("");

  @Option(
      names = "--id",
      paramLabel = "COL",
      description = "column that tells which teacher row belongs to which data row")
  private @Nullable String id;

  @Option(
      names = "--teacher-kind",
      paramLabel = "KIND",
      description = "what the teacher files hold: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private TeacherKind teacherKind = TeacherKind.PROBABILITIES;

  @Option(
      names = "--teacher-by-position",
      description = "take the teacher's columns in the order of the classes, whatever their names")
  private boolean byPosition;

  @Option(
      names = "--config",
      paramLabel = "F",
      description =
          "YAML file with any of these options, by their names without dashes; the command line wins"
              + " (docs/terminal.md)")
  @SuppressWarnings("UnusedVariable") // ConfigWords has read it before
  private @Nullable Path config;

  @Option(
      names = "--summary",
      paramLabel = "F",
      description = "write a summary in GitHub's markdown, such as for a pull request")
  private @Nullable Path summary;

  @Mixin private TalkOptions talk = new TalkOptions();

  @Mixin private Families families = new Families();

  @Mixin private SearchOptions search = new SearchOptions();

  @Mixin private StudyOptions studies = new StudyOptions();

  private TeacherModels.@Nullable Given given;

  @Override
  public Integer call() throws Exception {
    execute(talk.console(spec.commandLine()));
    return Main.OK;
  }

  /** Runs, and tells of it. */
  void execute(Console console) throws IOException {
    DistillConfig searched = search.config(isTrained());
    Run run = new Run(spec, console, families);
    Run.Input input = input();
    OutputFolder.check(summary);
    // Families without such libraries do without.
    TempFolder.problem().ifPresent(problem -> console.notes().println("note: " + problem));
    StudySettings settings = studies.open(console.notes());
    Arguments arguments = Arguments.of(spec.commandLine().getParseResult());
    console.begun(
        RunRecord.options(spec, null),
        run.catalog().select(searched.families()).stream().map(StudentModel::id).toList());
    try {
      run.execute(
          input,
          loader(),
          searched,
          hashes -> settings.with(arguments.with(hashes).notes()),
          out,
          this::texts);
    } finally {
      settings.store().close();
    }
  }

  /** How this run talks; asked for before it does. */
  TalkOptions talk() {
    return talk;
  }

  /** Where what comes out goes. */
  Path out() {
    return out;
  }

  private Map<String, String> texts(DistillationResult result, Map<String, String> hashes)
      throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(RunRecord.NAME, RunRecord.yaml(spec, out, result, hashes, student()));
    texts.putAll(telling(result, hashes, "distill rerun " + ShellWord.quoted(out.toString())));
    return texts;
  }

  /** The model card, and the summary in its own place. */
  private Map<String, String> telling(
      DistillationResult result, Map<String, String> hashes, String again) throws IOException {
    OutputFolder.write(summary, MarkdownSummary.of(result, again));
    return Map.of("MODEL_CARD.md", ModelCard.of(result, hashes, student(), again));
  }

  private String student() {
    return DataLoader.sha256(out.resolve("student.distill"));
  }

  /**
   * Instead of a run, with these arguments: the student of a trial of an earlier one.
   *
   * @param again the command that does so
   */
  void pick(StudySettings kept, String searched, int trial, String again) throws IOException {
    OutputFolder.check(summary);
    new Run(spec, talk.console(spec.commandLine()), families)
        .pick(
            input(),
            loader(),
            search.config(isTrained()),
            kept,
            out,
            searched,
            trial,
            (result, hashes) -> telling(result, hashes, again));
  }

  /** Instead of a run, with these arguments: trials of one that another process makes. */
  void work() throws IOException {
    StudySettings settings = studies.open(spec.commandLine().getErr());
    try {
      new Run(spec, talk.console(spec.commandLine()), families)
          .work(input(), loader(), search.config(isTrained()), hashes -> settings);
    } finally {
      settings.store().close();
    }
  }

  private Run.Input input() throws IOException {
    if (rows < 1) {
      throw new InputException("--rows must be >= 1, got " + rows);
    }
    TeacherModels.Given teacher = teacher();
    return new Run.Input(
        train,
        teacher.file(),
        teacher.models(),
        teacherOof,
        test,
        testTeacher,
        new Run.MoreInput(unlabelled, augmented, augmentedTeacher));
  }

  private TeacherModels.Given teacher() throws IOException {
    if (given == null) {
      given = TeacherModels.Given.of(teachers, models, families.teachers());
    }
    return given;
  }

  private boolean isTrained() throws IOException {
    return teacher().models().contains(TeacherModels.AUTO);
  }

  private DataLoader loader() throws IOException {
    boolean more = !teacher().models().isEmpty() || augmented != null;
    HeapCheck check =
        HeapCheck.here(
            search.families, more ? search.augment : 0, spec.commandLine().getErr()::println);
    DataLoader loader = new DataLoader(label, id, teacherKind, byPosition).after(check::check);
    return rows == Integer.MAX_VALUE ? loader : loader.sampling(rows, search.seed);
  }

  /** The options of a search, shared by commands that run one. */
  static final class SearchOptions {
    /** What the student is for, by the weight of the teacher in the objective. */
    enum Purpose {
      PREDICT(0),
      MIMIC(1);

      private final double teacherWeight;

      Purpose(double teacherWeight) {
        this.teacherWeight = teacherWeight;
      }
    }

    private static final DistillConfig DEFAULTS = DistillConfig.builder().build();

    @Option(
        names = "--families",
        split = ",",
        paramLabel = "ID",
        description = "student families to try; all that are there if not given")
    private List<String> families = List.of();

    @Option(
        names = "--trials",
        paramLabel = "N",
        description =
            "trials of the student's search, and as many of the twin's (default 40; in the"
                + " reference plan: of each cell); at least one for each family, and looks at"
                + " families come on top")
    private int trials = DEFAULTS.trials();

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        converter = Quantity.Time.class,
        description = "start no new trial after this: 90s, 10m, 2h")
    private Duration timeout = DEFAULTS.timeout();

    @Option(
        names = "--trial-timeout",
        paramLabel = "TIME",
        converter = Quantity.Time.class,
        description =
            "a trial that takes longer has failed, and the others go on (default 1h; 0: no limit)")
    private Duration trialTimeout = DEFAULTS.trialTimeout();

    @Option(
        names = "--temperatures",
        split = ",",
        paramLabel = "T",
        description = "temperatures to try (default: the range 0.5 to 5)")
    private List<Double> temperatures = List.of();

    @Option(
        names = "--alphas",
        split = ",",
        paramLabel = "A",
        description =
            "weights of the teacher against the labels to try (default: the range 0 to 1)")
    private List<Double> alphas = List.of();

    @Option(
        names = "--goal",
        paramLabel = "GOAL",
        description =
            "${COMPLETION-CANDIDATES}: be right about the labels, with a teacher that is corrected"
                + " by them where that helps; or be like the teacher, right or wrong (default: half"
                + " of either; with --teacher auto PREDICT)")
    private @Nullable Purpose purpose;

    @Option(
        names = "--plan",
        paramLabel = "PLAN",
        description =
            "${COMPLETION-CANDIDATES}: one search in which students learn from the teacher, or the"
                + " grid of the original method (${DEFAULT-VALUE})")
    private SweepPlan plan = DEFAULTS.plan();

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "seed of everything (${DEFAULT-VALUE})")
    private long seed = DEFAULTS.seed();

    @Option(names = "--threads", paramLabel = "N", description = "cores to use (default: all)")
    private int threads = DEFAULTS.threads();

    @Option(
        names = "--in-flight",
        paramLabel = "N",
        description =
            "up to N trials of a search run at once, in all processes together; what is found"
                + " depends on N, but not on how many threads and processes there are"
                + " (${DEFAULT-VALUE})")
    private int inFlight = DEFAULTS.inFlight();

    @Option(
        names = "--augment",
        paramLabel = "N",
        description =
            "up to N rows without labels for each training row, as long as they help; made ones"
                + " where --teacher-model can be asked about them, or those that were given; 0 for"
                + " none (${DEFAULT-VALUE})")
    private int augment = DEFAULTS.augment();

    @Option(
        names = "--objectives",
        split = ",",
        paramLabel = "WHAT",
        description =
            "what the search makes small: loss, and beside it latency or bytes; then result.json"
                + " has the Pareto front (default: loss)")
    private List<Goal> goals = DEFAULTS.goals();

    @Option(
        names = "--max-latency",
        paramLabel = "TIME",
        converter = Quantity.Nanos.class,
        description =
            "the student may take so long for a row: 500ns, 2us (default: no limit; with --teacher"
                + " auto a tenth of the teacher's time, where nothing is said of families or costs)")
    private double maxNanos;

    @Option(
        names = "--max-bytes",
        paramLabel = "SIZE",
        converter = Quantity.Bytes.class,
        description = "the student's file may be so large: 800, 50kB, 1MB")
    private long maxBytes;

    @Option(
        names = "--select",
        paramLabel = "HOW",
        converter = Quantity.Selection.class,
        description =
            "the student to deliver: loss, \"smallest within 1%%\" (of the best loss), or \"one"
                + " standard error\" (the smallest within that of the best loss); the latter two"
                + " search for small ones too, as with --objectives bytes (default: loss)")
    private Tolerance tolerance = DEFAULTS.tolerance();

    /**
     * The configuration.
     *
     * @param trained whether the teacher is trained here: then it is but a means to be right
     */
    DistillConfig config(boolean trained) {
      Purpose wanted = purpose == null && trained ? Purpose.PREDICT : purpose;
      // What runs on the common pool keeps to it too; it is made when it is first used.
      System.setProperty(
          "java.util.concurrent.ForkJoinPool.common.parallelism", Integer.toString(threads - 1));
      List<Goal> beside = tolerance.any() && goals.size() <= 1 ? List.of(Goal.BYTES) : goals;
      return DistillConfig.builder()
          .families(families)
          .trials(trials)
          .timeout(timeout)
          .trialTimeout(trialTimeout)
          .temperatures(temperatures)
          .alphas(alphas)
          .plan(plan)
          .teacherWeight(wanted == null ? DEFAULTS.teacherWeight() : wanted.teacherWeight)
          .seed(seed)
          .threads(threads)
          .inFlight(inFlight)
          .augment(augment)
          .goals(Stream.concat(Stream.of(Goal.LOSS), beside.stream()).toList())
          .limits(new Limits(maxNanos, maxBytes))
          .tolerance(tolerance)
          .build();
    }
  }
}
