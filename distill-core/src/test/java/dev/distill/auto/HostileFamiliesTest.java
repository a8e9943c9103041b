package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.report.Leaderboard;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that do what no plugin should: each is named with its cause, and the rest go on. */
@Timeout(120)
class HostileFamiliesTest {
  private static final String PARK = "while (true) java.util.concurrent.locks.LockSupport.park();";

  private final PluginJars jars;

  HostileFamiliesTest(@TempDir Path folder) {
    jars = new PluginJars(folder);
  }

  private Path fitting(String name, String body) throws IOException {
    return jars.family(
        name,
        "hostile." + name,
        "@Override public FittedStudent fit(TrainingSet t, Hyperparameters h, FitContext c) {"
            + body
            + "}");
  }

  private static StudentCatalog discover(List<Path> plugins) {
    return StudentCatalog.discover(StudentModel.class.getClassLoader(), plugins);
  }

  private static DistillationResult distill(StudentCatalog catalog, DistillConfig config) {
    return new AutoDistiller(catalog, config)
        .distill(Planted.task(100), (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static DistillConfig.Builder config() {
    return DistillConfig.builder()
        .trials(30)
        .folds(2)
        .threads(2)
        .trialTimeout(Duration.ofSeconds(5));
  }

  @Test
  void none_ends_a_sweep_and_each_is_named_in_the_leaderboard_with_its_cause() throws Exception {
    Map<String, String> causes = new LinkedHashMap<>();
    List<Path> plugins = new ArrayList<>();
    plugins.add(jars.family("Good", "good", ""));

    plugins.add(jars.family("Ctor", "x", "{ if (true) throw new IllegalStateException(\"no\"); }"));
    causes.put("plug.Ctor", "IllegalStateException: no");
    plugins.add(
        jars.family(
            "Newer", "x.newer", "@Override public int spiVersion() { return SPI_VERSION + 1; }"));
    causes.put("plug.Newer", "built for version 2 of the student SPI, this is version 1");
    plugins.add(
        jars.jar("absent", List.of("package plug; class A {}"), List.of("plug.Absent"), List.of()));
    causes.put("plug.Absent", "not found");
    plugins.add(
        jars.family(
            "Spaceless",
            "hostile.Spaceless",
            "@Override public SearchSpace searchSpace(TaskShape s) { return null; }"));
    causes.put("hostile.Spaceless", "gives no search space");

    plugins.add(fitting("Throws", "throw new IllegalStateException(\"bad day\");"));
    causes.put("hostile.Throws", "IllegalStateException: bad day");
    plugins.add(fitting("Asserts", "throw new AssertionError(\"a bug\");"));
    causes.put("hostile.Asserts", "family 'hostile.Asserts' threw java.lang.AssertionError: a bug");
    plugins.add(fitting("Null", "return null;"));
    causes.put("hostile.Null", "gave no student: got null");
    plugins.add(fitting("Hangs", PARK));
    causes.put(
        "hostile.Hangs", "took longer than --trial-timeout 5s; it did not end and was left behind");
    plugins.add(
        fitting("Big", "java.util.Arrays.fill(new long[Integer.MAX_VALUE - 8], 1); return null;"));
    causes.put("hostile.Big", "OutOfMemoryError");
    plugins.add(fitting("Deep", "return fit(t, h, c);"));
    causes.put("hostile.Deep", "StackOverflowError");
    plugins.add(
        jars.jar(
            "lacking",
            List.of(
                "package plug; public class Lacking extends Part {"
                    + " public Lacking() { super(\"hostile.Lacking\"); }"
                    + " @Override public dev.distill.spi.FittedStudent fit("
                    + "dev.distill.spi.TrainingSet t, dev.distill.spi.Hyperparameters h,"
                    + " dev.distill.spi.FitContext c) { Native.load(); return null; } }",
                PluginJars.DELEGATE.replace("Delegate", "Part"),
                "package plug; class Native { static void load() {} }"),
            List.of("plug.Lacking"),
            List.of("plug.Native")));
    causes.put("hostile.Lacking", "NoClassDefFoundError: plug/Native");
    plugins.add(
        jars.student(
            "Nan",
            "hostile.Nan",
            "@Override public void logits(Matrix r, float[] l) {"
                + " java.util.Arrays.fill(l, Float.NaN); }"));
    causes.put("hostile.Nan", "gave a logit of NaN on a validation row");
    plugins.add(
        jars.student(
            "Lazy",
            "hostile.Lazy",
            "@Override public void logits(Matrix r, float[] l) { l[0] = 1; }"));
    causes.put("hostile.Lazy", "gave a logit of NaN on a validation row");
    plugins.add(
        jars.student(
            "Wide",
            "hostile.Wide",
            "@Override public void logits(Matrix r, float[] l) { l[l.length] = 1; }"));
    causes.put("hostile.Wide", "ArrayIndexOutOfBoundsException");
    plugins.add(
        jars.student(
            "Clings",
            "hostile.Clings",
            "@Override public void close() { throw new IllegalStateException(\"not yet\"); }"));
    causes.put("hostile.Clings", "IllegalStateException: not yet");

    StudentCatalog catalog = discover(plugins);
    DistillationResult result = distill(catalog, config().build());
    assertThat(result.student().chosen().spec().family()).isEqualTo("good");
    assertThat(result.twin().chosen().spec().family()).isEqualTo("good");
    assertThat(result.endedEarly()).isFalse();
    String csv = Leaderboard.csv(result.trials(), List.of(), catalog.problems());
    causes.forEach(
        (name, cause) ->
            assertThat(csv.lines().filter(line -> line.contains('"' + name + '"')))
                .as(name)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains(cause)));
  }

  /** Splits where nothing is to be split. */
  private Path poor() throws Exception {
    return jars.family(
        "Poor",
        "poor",
        "@Override public SearchSpace searchSpace(TaskShape s) {"
            + " return SearchSpace.builder()"
            + ".add(new Hyperparameter.Real(\"cut\", 0.9, 1, false, 0.95, \"\"))"
            + ".add(new Hyperparameter.Real(\"smooth\", 9, 10, true, 10, \"\"))"
            + ".build(); }");
  }

  @Test
  void the_best_one_makes_way_if_it_gives_no_portable_form() throws Exception {
    StudentCatalog catalog =
        discover(
            List.of(
                poor(),
                jars.student(
                    "Unportable",
                    "unportable",
                    "@Override public java.util.Optional<dev.distill.runtime.PortableModel>"
                        + " portable() { throw new NoSuchMethodError(\"of another version\"); }")));
    DistillationResult result = distill(catalog, config().trials(4).build());
    assertThat(result.student().chosen().spec().family()).isEqualTo("poor");
    assertThat(result.twin().chosen().spec().family()).isEqualTo("poor");
    assertThat(Leaderboard.csv(result.trials(), List.of(), catalog.problems()).lines())
        .filteredOn(line -> line.contains("\"unportable\""))
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(line).contains("failed", "NoSuchMethodError: of another version"));
  }

  @Test
  void the_best_one_makes_way_if_its_portable_form_hangs() throws Exception {
    StudentCatalog catalog =
        discover(
            List.of(
                poor(),
                jars.student(
                    "Unportable",
                    "unportable",
                    "@Override public java.util.Optional<dev.distill.runtime.PortableModel>"
                        + " portable() { "
                        + PARK
                        + " }")));
    DistillationResult result = distill(catalog, config().trials(4).build());
    assertThat(result.student().chosen().spec().family()).isEqualTo("poor");
    assertThat(Leaderboard.csv(result.trials(), List.of(), catalog.problems()).lines())
        .filteredOn(line -> line.contains("\"unportable\""))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains("failed", "took longer than"));
  }

  @Test
  void one_without_a_search_space_that_was_asked_for_is_refused_with_its_cause() throws Exception {
    StudentCatalog catalog =
        discover(
            List.of(
                jars.family("Good", "good", ""),
                jars.family(
                    "Spaceless",
                    "bad",
                    "@Override public SearchSpace searchSpace(TaskShape s) {"
                        + " throw new IllegalStateException(\"no\"); }")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distill(catalog, config().families(List.of("good", "bad")).build()))
        .withMessage(
            "family 'bad' gives no search space for TaskShape[rows=100, features=2, classes=2,"
                + " small=false]: java.lang.IllegalStateException: no");
  }

  @Test
  void a_portable_form_of_another_shape_is_no_portable_form() throws Exception {
    StudentCatalog catalog =
        discover(
            List.of(
                jars.student(
                    "Narrow",
                    "narrow",
                    "@Override public java.util.Optional<dev.distill.runtime.PortableModel>"
                        + " portable() { return java.util.Optional.of("
                        + "dev.distill.runtime.TreeEnsemble.builder(1, new float[2])"
                        + ".vectorTree(1).leaf(0, new float[2]).build()); }"),
                jars.student(
                    "Nothing",
                    "nothing",
                    "@Override public java.util.Optional<dev.distill.runtime.PortableModel>"
                        + " portable() { return null; }"),
                jars.student("Steps", "steps", "@Override public int steps() { return -1; }")));
    assertThat(catalog.problems()).isEmpty();
    assertThatThrownBy(() -> fit(catalog, "narrow").portable())
        .isInstanceOf(FitException.class)
        .hasMessage(
            "family 'narrow': its portable form must have 2 features and 2 classes, got 1 and 2");
    assertThatThrownBy(() -> fit(catalog, "nothing").portable())
        .hasMessage("family 'nothing': its portable form must be a model or empty, got null");
    assertThatThrownBy(() -> fit(catalog, "steps").steps())
        .hasMessage("family 'steps': its steps must be >= 0, got -1");
  }

  private static FittedStudent fit(StudentCatalog catalog, String id) {
    DistillationTask task = Planted.task(100);
    TrialSpec spec =
        new TrialSpec(
            "s",
            TrialSpec.Kind.STUDENT,
            0,
            id,
            1,
            0.5,
            LabelSource.GIVEN,
            0,
            catalog.get(id).searchSpace(new dev.distill.spi.TaskShape(100, 2, 2)).defaults(),
            "trial 0",
            7);
    return new TrialRunner(
            catalog,
            task.train(),
            task.trainTeacher(),
            List.of(LabelSource.of(LabelSource.GIVEN, task.trainTeacher())),
            DistillConfig.builder().trialTimeout(Duration.ofMinutes(1)).build(),
            new SharedForms(),
            () -> false)
        .fit(spec, Rows.all(task.train()), 1, spec.hyperparameters());
  }

  @Test
  void one_that_can_only_hang_ends_with_its_cause() throws Exception {
    StudentCatalog catalog = discover(List.of(fitting("Hangs", PARK)));
    assertThatThrownBy(
            () -> distill(catalog, config().trials(1).trialTimeout(Duration.ofMillis(50)).build()))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("took longer than --trial-timeout 0.05s");
  }
}
