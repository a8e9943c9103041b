package dev.distill.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distill.auto.Ladder;
import dev.distill.loss.CombinedLoss;
import dev.distill.loss.DistillationLoss;
import dev.distill.loss.Softmax;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.Schema;
import dev.distill.runtime.StudentFile;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Matrix;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import dev.distill.spi.TrainingSet;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract of a {@link StudentModel}: a family that passes is trained honestly on the teacher's
 * distribution by any sweep, and what is shipped of it answers what it answered. A provider's test
 * extends it:
 *
 * <pre>{@code
 * final class PrototypesTest extends StudentModelContract {
 *   @Override
 *   protected StudentModel student() {
 *     return new Prototypes();
 *   }
 * }
 * }</pre>
 *
 * <p>A failure says which rule, what was expected, what came, and the seed that repeats it.
 */
@ExtendWith(ContractReport.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class StudentModelContract {
  /** How far a learned probability may be from the one that was taught. */
  private static final double LEARNED = 0.02;

  /** The same where a family's sampling of rows, or labels' own noise, comes on top. */
  private static final double SAMPLED = 0.03;

  /** Less than half of what is missed by who sees one of the two columns. */
  private static final double BOTH_COLUMNS = 0.08;

  /** What float32 arithmetic in another order may change, relative to 1 or the logit. */
  private static final double PARITY = 1e-5;

  /** Two logits that differ by no more are a tie, and either class will do. */
  private static final double TIE = 1e-6;

  /** Growth by {@link Apart#FITS} fits that code and the allocators' own needs explain. */
  private static final long LEFT_MB = 40;

  /** For how long eight threads score at once: long enough to meet on two cores. */
  private static final long AT_ONCE_NANOS = 300_000_000;

  private static final String ID = "[a-z][a-z0-9]*(\\.[a-z][a-z0-9_-]*)+";

  /** For the service loader's sake, a family of its own each time. */
  protected abstract StudentModel student();

  // ---- what it learns ----

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3, 7})
  @DisplayName("learns a soft target")
  void learns_a_soft_target(int classes) {
    assumeDistils(classes);
    Task task = Task.twoGroups(classes);
    assertLearned("taught a share of " + shares(task), task, LEARNED, learned(task, 1, 1));
  }

  @Test
  @DisplayName("learns from every column")
  void learns_from_every_column() {
    assumeDistils(2);
    Task task = Task.twoColumns(few());
    assertLearned("taught by two columns", task, BOTH_COLUMNS, learned(task, 1, 1));
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("alpha = 1 ignores the labels")
  void alpha_one_ignores_the_labels(int classes) {
    assumeDistils(classes);
    for (double temperature : level() == TargetLevel.LOSS_GRADIENT ? new double[] {1, 3} : ONE) {
      Task task = Task.twoGroups(classes);
      Task other = task.with(new int[task.rows()]);
      assertSameStudent(
          "students of other labels at alpha = 1, T = " + temperature,
          task,
          learned(task, temperature, 1),
          learned(other, temperature, 1));
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("alpha = 0 equals the labels")
  void alpha_zero_equals_the_labels(int classes) {
    assumeCan(classes);
    Task labelled = Task.twoGroups(classes);
    double[] uniform = new double[labelled.teacher().length];
    Arrays.fill(uniform, 1.0 / classes);
    float[] logits = learned(labelled.with(uniform), 1, 0);
    assertSameStudent(
        "students of other teachers at alpha = 0", labelled, learned(labelled, 3, 0), logits);
    if (distils()) {
      assertLearned("labels in shares of " + shares(labelled), labelled, SAMPLED, logits);
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("rows without labels learn from the teacher")
  void rows_without_labels_learn_from_the_teacher(int classes) {
    assumeDistils(classes);
    Task task = Task.twoGroups(classes);
    int[] none = new int[task.rows()];
    Arrays.fill(none, CombinedLoss.UNLABELLED);
    for (double alpha : new double[] {0, 0.5}) {
      assertLearned(
          "no labels, alpha = " + alpha, task, LEARNED, learned(task.with(none), 1, alpha));
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("has T in the gradient")
  void has_temperature_in_the_gradient(int classes) {
    assumeDistils(classes);
    assumeTrue(level() == TargetLevel.LOSS_GRADIENT, "T is exact only where the loss is learned");
    Task task = Task.groups(300, Task.shares(classes, .9), Task.shares(classes, .3));
    float[] logits = learned(task, 3, 1);
    double[] soft = new double[logits.length];
    float[] softened = task.loss(3, 1).mixedTarget();
    for (int i = 0; i < soft.length; i++) {
      soft[i] = softened[i];
    }
    Expect.near(
        "softmax(z / T) after training at T = 3",
        classes,
        LEARNED,
        soft,
        probabilities(3, classes, logits));
    assertLearned("softmax(z) after training at T = 3", task, SAMPLED, logits);
  }

  // ---- what it answers ----

  @Test
  @DisplayName("logits are finite for every row")
  void logits_are_finite_for_every_row() {
    for (boolean dirty : new boolean[] {false, true}) {
      Task clean = Task.random(200, 5, few(), "finite");
      Task task = dirty ? clean.dirty() : clean;
      Matrix rows = OddRows.of(task.features());
      try (Sweep sweep = new Sweep();
          FittedStudent fitted = sweep.fit(student(), task, alpha(.7), brief(task))) {
        float[] logits = logits(fitted, rows, task.classes());
        Expect.finite(
            dirty ? "trained on odd values" : "trained on ordinary values",
            task.classes(),
            rows.values(),
            logits);
      }
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3, 7})
  @DisplayName("probability rows sum to 1")
  void probability_rows_sum_to_one(int classes) {
    assumeCan(classes);
    Task task = Task.random(200, 5, classes, "sums");
    Matrix rows = Task.random(300, 5, classes, "sums of other rows").features();
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student(), task, alpha(1), brief(task))) {
      float[] q = logits(fitted, rows, classes);
      Softmax.softmax(1, q, rows.rows(), classes, q);
      for (int i = 0; i < rows.rows(); i++) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
          sum += q[i * classes + k];
        }
        Expect.that(Math.abs(sum - 1) <= 1e-6 * classes, "probabilities of row " + i, 1, sum);
      }
    }
  }

  @Test
  @DisplayName("permuting classes permutes outputs")
  void permuting_classes_permutes_outputs() {
    int classes = Math.min(4, student().capabilities().maxClasses());
    Task task = Task.twoGroups(classes);
    double[] teacher = new double[task.teacher().length];
    int[] labels = new int[task.rows()];
    for (int i = 0; i < task.rows(); i++) {
      labels[i] = permuted(task.labels()[i], classes);
      for (int k = 0; k < classes; k++) {
        teacher[i * classes + permuted(k, classes)] = task.teacher()[i * classes + k];
      }
    }
    double[] plain = probabilities(1, classes, learned(task, 1, alpha(1)));
    double[] expected = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      expected[i / classes * classes + permuted(i % classes, classes)] = plain[i];
    }
    Expect.near(
        "each class k as class (k + 2) mod " + classes,
        classes,
        SAMPLED,
        expected,
        probabilities(1, classes, learned(task.with(teacher).with(labels), 1, alpha(1))));
  }

  private static int permuted(int k, int classes) {
    return (k + (classes == 2 ? 1 : 2)) % classes;
  }

  // ---- what must not matter ----

  @Test
  @DisplayName("row weights mean repetition")
  void row_weights_mean_repetition() {
    int classes = few();
    // Each of the two groups holds two kinds of rows, told apart by nothing but the targets.
    Task kinds =
        Task.groups(
            150,
            Task.shares(classes, .9),
            Task.shares(classes, .5),
            Task.shares(classes, .3),
            Task.shares(classes, .6));
    float[] x = kinds.features().values().clone();
    double[] expected = new double[kinds.teacher().length];
    int[] once = new int[kinds.rows()];
    int[] twice = new int[kinds.rows() + kinds.rows() / 2];
    int at = 0;
    for (int i = 0; i < x.length; i++) {
      int group = (int) x[i] / 2;
      once[i] = i;
      twice[at++] = i;
      if (x[i] % 2 == 0) {
        twice[at++] = i;
      }
      x[i] = group;
      for (int k = 0; k < classes; k++) {
        expected[i * classes + k] =
            (2 * kinds.teacher()[2 * group * classes + k]
                    + kinds.teacher()[(2 * group + 1) * classes + k])
                / 3;
      }
    }
    Task task = kinds.with(new Matrix(x, x.length, 1));
    if (distils()) {
      Task repeated = task.select(twice);
      try (Sweep sweep = new Sweep();
          FittedStudent fitted = sweep.fit(student(), repeated, 1, Map.of())) {
        assertLearned(
            "every other row given twice",
            task.with(expected),
            SAMPLED,
            logits(fitted, task.features(), classes));
      }
    }
    if (level() == TargetLevel.WEIGHTED_LABELS) {
      float[] weights = task.loss(1, 1).mixedTarget();
      for (int i = 0; i < weights.length; i++) {
        weights[i] *= i / classes % 2 == 0 ? 2 : 1;
      }
      TrainingSet training =
          new TrainingSet(task.features(), classes, new Targets.WeightedLabels(weights));
      try (Sweep sweep = new Sweep();
          FittedStudent fitted = sweep.fit(student(), training, task, Map.of())) {
        assertLearned(
            "every other row with twice its weight",
            task.with(expected),
            SAMPLED,
            logits(fitted, task.features(), classes));
      }
    }
    int[] all = new int[2 * once.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i % once.length;
    }
    float[] plain = learned(task, 1, alpha(1));
    float[] doubled = learned(task.select(all), 1, alpha(1));
    Expect.near(
        "all rows given twice",
        classes,
        SAMPLED,
        probabilities(1, classes, plain),
        probabilities(1, classes, Arrays.copyOf(doubled, plain.length)));
  }

  @Test
  @DisplayName("row order does not matter")
  void row_order_does_not_matter() {
    Task task = Task.twoGroups(few());
    int[] sorted = new int[task.rows()];
    int[] unsorted = new int[task.rows()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = 2 * i % sorted.length + 2 * i / sorted.length;
      unsorted[sorted[i]] = i;
    }
    float[] plain = learned(task, 1, alpha(1));
    float[] ordered = learned(task.select(sorted), 1, alpha(1));
    float[] back = new float[plain.length];
    for (int i = 0; i < sorted.length; i++) {
      System.arraycopy(
          ordered, unsorted[i] * task.classes(), back, i * task.classes(), task.classes());
    }
    Expect.near(
        "rows sorted by group",
        task.classes(),
        SAMPLED,
        probabilities(1, task.classes(), plain),
        probabilities(1, task.classes(), back));
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("the number of threads does not matter")
  void the_number_of_threads_does_not_matter(int classes) {
    assumeCan(classes);
    assumeTrue(student().capabilities().deterministic(), "it says that it is not deterministic");
    Task task = Task.random(500, 6, classes, "threads").dirty();
    float[] one = seeded(task, 1, 1);
    for (int threads : new int[] {2, 4}) {
      Expect.same("on " + threads + " threads", classes, one, seeded(task, 1, threads));
    }
  }

  @Test
  @DisplayName("the same seed gives the same student")
  void the_same_seed_gives_the_same_student() {
    assumeTrue(student().capabilities().deterministic(), "it says that it is not deterministic");
    Task task = Task.random(300, 6, few(), "seeds").dirty();
    for (long seed : new long[] {7, -7}) {
      Expect.same(
          "fitted again with seed " + seed, few(), seeded(task, seed, 2), seeded(task, seed, 2));
    }
  }

  @Test
  @DisplayName("every seed learns")
  void every_seed_learns() {
    assumeDistils(2);
    Task task = Task.twoGroups(few());
    for (long seed : new long[] {0, -1, Long.MIN_VALUE + 3, 1L << 40}) {
      try (Sweep sweep = new Sweep().seed(seed);
          FittedStudent fitted = sweep.fit(student(), task, 1, Map.of())) {
        assertLearned(
            "with seed " + seed, task, SAMPLED, logits(fitted, task.features(), task.classes()));
      }
    }
  }

  @Test
  @DisplayName("what it was fitted on before does not matter")
  void what_it_was_fitted_on_before_does_not_matter() {
    assumeTrue(student().capabilities().deterministic(), "it says that it is not deterministic");
    Task task = Task.random(200, 4, few(), "before");
    int[] zeros = new int[task.rows()];
    StudentModel used = student();
    try (Sweep sweep = new Sweep()) {
      sweep.fit(used, task.with(zeros), alpha(.2), brief(task)).close();
      try (FittedStudent again = sweep.fit(used, task, alpha(.7), brief(task));
          Sweep other = new Sweep();
          FittedStudent first = other.fit(student(), task, alpha(.7), brief(task))) {
        Expect.same(
            "fitted after another fit on the same rows",
            few(),
            logits(first, task.features(), few()),
            logits(again, task.features(), few()));
      }
    }
  }

  @Test
  @DisplayName("input arrays are left unchanged")
  void input_arrays_are_left_unchanged() {
    Task task = Task.random(200, 4, few(), "inputs").dirty();
    Task watched = Task.random(60, 4, few(), "inputs watched").dirty();
    Inputs inputs = new Inputs(student());
    DistillationLoss loss = task.loss(1, alpha(.6));
    float[] teacher = loss.mixedTarget();
    int[] labels = task.labels().clone();
    float[] rows = task.features().values().clone();
    try (Sweep sweep = new Sweep().validation(new Watched(watched));
        FittedStudent fitted =
            sweep.fit(
                inputs,
                new TrainingSet(task.features(), few(), Ladder.reduce(student(), loss)),
                task,
                brief(task))) {
      inputs.check();
      logits(fitted, task.features(), few());
      Expect.equal("labels", Arrays.toString(labels), Arrays.toString(task.labels()));
      Expect.same("targets", few(), teacher, loss.mixedTarget());
      Expect.same("rows", task.features().columns(), rows, task.features().values());
    }
  }

  // ---- what it must cope with ----

  @ParameterizedTest(name = "{1}, K = {0}")
  @MethodSource("dev.distill.testkit.Shapes#all")
  @DisplayName("fits data of every shape")
  void fits_data_of_every_shape(int classes, String shape, Task task) {
    assumeCan(classes);
    try (Sweep sweep = new Sweep()) {
      for (double alpha : distils() ? new double[] {0, 1} : new double[] {0}) {
        try (FittedStudent fitted = sweep.fit(student(), task, alpha, brief(task))) {
          float[] logits = logits(fitted, task.features(), classes);
          Expect.finite(shape + ", alpha = " + alpha, classes, task.features().values(), logits);
        }
      }
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3})
  @DisplayName("fits at both ends of every hyperparameter")
  void fits_at_both_ends_of_every_hyperparameter(int classes) {
    assumeCan(classes);
    Task task = Task.random(60, 4, classes, "ends").dirty();
    for (SearchSpace.Dimension dimension : student().searchSpace(task.shape()).dimensions()) {
      for (Object end : ends(dimension.parameter())) {
        Map<String, Object> values = new HashMap<>(brief(task));
        values.put(dimension.parameter().name(), end);
        if (dimension.underChoice() != null && dimension.underOption() != null) {
          values.put(dimension.underChoice(), dimension.underOption());
        }
        String what = dimension.parameter().name() + " = " + end;
        try (Sweep sweep = new Sweep();
            FittedStudent fitted = sweep.fit(student(), task, alpha(.5), values)) {
          Expect.finite(
              what, classes, task.features().values(), logits(fitted, task.features(), classes));
        } catch (RuntimeException e) {
          throw new AssertionError(what + ": expected a student, got " + e, e);
        }
      }
    }
  }

  private static List<Object> ends(Hyperparameter parameter) {
    if (parameter instanceof Hyperparameter.Int number) {
      return List.of(number.low(), number.high());
    } else if (parameter instanceof Hyperparameter.Real number) {
      return List.of(number.low(), number.high());
    }
    return List.copyOf(((Hyperparameter.Choice) parameter).options());
  }

  // ---- how it runs ----

  @Test
  @DisplayName("reports every step")
  void reports_every_step() {
    Task task = Task.random(200, 4, few(), "steps");
    Optional<String> name = student().searchSpace(task.shape()).steps();
    for (boolean watch : new boolean[] {false, true}) {
      try (Sweep sweep = new Sweep()) {
        if (watch) {
          sweep.validation(new Watched(Task.random(100, 4, few(), "steps watched")));
        }
        try (FittedStudent fitted = sweep.fit(student(), task, alpha(.5), Map.of())) {
          List<Integer> steps = sweep.steps();
          Expect.equal(
              "reported steps", IntStream.rangeClosed(1, steps.size()).boxed().toList(), steps);
          Expect.that(!steps.isEmpty(), "number of reports", "at least 1", 0);
          int kept = fitted.steps();
          if (name.isPresent()) {
            int most = student().searchSpace(task.shape()).defaults().integer(name.get());
            Expect.that(steps.size() <= most, "number of reports", "at most " + most, steps.size());
            Expect.that(
                kept >= 1 && kept <= steps.size(),
                "steps kept",
                "from 1 to the " + steps.size() + " reported",
                kept);
          } else {
            Expect.equal("steps() of a family whose space has no steps", 0, kept);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("a cancelled fit ends at once")
  void a_cancelled_fit_ends_at_once() {
    Task task = Task.random(200, 4, few(), "cancelled");
    try (Sweep sweep = new Sweep()) {
      sweep.fit(student(), task, alpha(.5), Map.of()).close();
      int all = sweep.steps().size();
      for (int report : new int[] {1, Math.max(1, all / 2), all}) {
        sweep.cancelAt(report);
        FitCancelledException came =
            Expect.refused(
                "cancelled at report " + report,
                FitCancelledException.class,
                () -> sweep.fit(student(), task, alpha(.5), Map.of()).close());
        Expect.that(
            came == sweep.cancelled(),
            "cancelled at report " + report,
            "the exception that report threw",
            came);
        Expect.equal("reports of a fit cancelled at one", report, sweep.steps().size());
      }
      // What is shared was given back whole.
      sweep.cancelAt(0).fit(student(), task, alpha(.5), Map.of()).close();
    }
  }

  @Test
  @DisplayName("a cancelled fit leaves no thread")
  void a_cancelled_fit_leaves_no_thread() throws InterruptedException {
    Task task = Task.random(200, 4, few(), "left threads");
    try (Sweep sweep = new Sweep().threads(4)) {
      sweep.fit(student(), task, alpha(.5), brief(task)).close();
      int all = sweep.steps().size();
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      for (int fit = 0; fit < 4; fit++) {
        sweep.cancelAt(fit % 2 == 0 ? 1 : (all + 1) / 2);
        try {
          sweep.fit(student(), task, alpha(.5), brief(task)).close();
        } catch (RuntimeException cancelled) {
          // Another rule asks which one.
        }
      }
      List<String> left = left(before);
      for (int wait = 0; wait < 40 && !left.isEmpty(); wait++) {
        Thread.sleep(50);
        left = left(before);
      }
      Expect.equal("threads left by 4 cancelled fits", List.of(), left);
    }
  }

  /** Threads that were not there before; the JVM's own pool may grow. */
  private static List<String> left(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.isAlive() && !before.contains(t))
        .map(Thread::getName)
        .filter(name -> !name.startsWith("ForkJoinPool.commonPool"))
        .sorted()
        .toList();
  }

  @Test
  @DisplayName("fits leave no native memory, cancelled or not")
  void fits_leave_no_native_memory() throws Exception {
    long grown = apart().grownMb();
    assumeTrue(grown >= 0, "needs /proc");
    Expect.that(
        grown < LEFT_MB,
        "MB by which " + Apart.FITS + " fits grew the process",
        "less than " + LEFT_MB,
        grown);
  }

  @Test
  @DisplayName("prints nothing")
  void prints_nothing() throws Exception {
    Expect.equal("output of fits and scoring", "", apart().printed());
  }

  private static final Map<Class<?>, Apart.Result> APART = new ConcurrentHashMap<>();

  /** Once for all rules that ask. */
  Apart.Result apart() throws IOException, InterruptedException {
    Apart.Result result = APART.get(getClass());
    if (result == null) {
      result = Apart.run(getClass());
      APART.put(getClass(), result);
    }
    return result;
  }

  @Test
  @DisplayName("answers eight threads at once")
  void answers_eight_threads_at_once() throws Exception {
    Task task = Task.random(200, 5, few(), "at once").dirty();
    int classes = task.classes();
    Matrix[] batches = new Matrix[8];
    for (int b = 0; b < batches.length; b++) {
      batches[b] = Task.random(1 + 40 * b, 5, classes, "batch " + b).features();
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student(), task, alpha(.7), brief(task))) {
      CyclicBarrier start = new CyclicBarrier(batches.length);
      List<Callable<Void>> calls = new ArrayList<>();
      for (Matrix batch : batches) {
        float[] expected = logits(fitted, batch, classes);
        calls.add(
            () -> {
              start.await();
              long end = System.nanoTime() + AT_ONCE_NANOS;
              for (int turn = 0; turn < 50 || System.nanoTime() < end; turn++) {
                Expect.same(
                    "scored beside 7 other threads",
                    classes,
                    expected,
                    logits(fitted, batch, classes));
              }
              return null;
            });
      }
      for (Future<Void> call : threads.invokeAll(calls)) {
        try {
          call.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof AssertionError broken) {
            throw broken;
          }
          throw new AssertionError(
              "scored beside 7 other threads: expected logits, got " + e.getCause(), e);
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  // ---- its portable form ----

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3, 7})
  @DisplayName("the portable form answers the same")
  void the_portable_form_answers_the_same(int classes) {
    assumeCan(classes);
    for (boolean dirty : new boolean[] {false, true}) {
      Task clean = Task.random(300, 5, classes, "portable");
      Task task = dirty ? clean.dirty() : clean;
      for (Map<String, Object> values : variants(task)) {
        try (Sweep sweep = new Sweep();
            FittedStudent fitted = sweep.fit(student(), task, alpha(.7), values)) {
          PortableModel portable = portable(fitted);
          Expect.equal("features of the portable form", 5, portable.features());
          Expect.equal("classes of the portable form", classes, portable.classes());
          Matrix rows = OddRows.of(task.features(), portable);
          assertParity("with " + values, rows, classes, fitted, portable);
        }
      }
    }
  }

  /** As it is by default, brief, and with each option of each choice. */
  private List<Map<String, Object>> variants(Task task) {
    List<Map<String, Object>> variants = new ArrayList<>();
    variants.add(Map.of());
    variants.add(brief(task));
    for (SearchSpace.Dimension dimension : student().searchSpace(task.shape()).dimensions()) {
      if (dimension.parameter() instanceof Hyperparameter.Choice choice
          && dimension.underChoice() == null) {
        for (String option : choice.options()) {
          if (!option.equals(choice.initial())) {
            Map<String, Object> values = new HashMap<>(brief(task));
            values.put(choice.name(), option);
            variants.add(values);
          }
        }
      }
    }
    return variants;
  }

  private static void assertParity(
      String what, Matrix rows, int classes, FittedStudent fitted, PortableModel portable) {
    float[] expected = logits(fitted, rows, classes);
    float[] got = new float[expected.length];
    portable.logits(rows.values(), rows.rows(), got);
    for (int i = 0; i < rows.rows(); i++) {
      int from = i * classes;
      String row =
          what
              + ", row "
              + Arrays.toString(
                  Arrays.copyOfRange(rows.values(), i * rows.columns(), (i + 1) * rows.columns()));
      int best = from;
      int chosen = from;
      for (int j = from; j < from + classes; j++) {
        double scale = Math.max(1, Math.abs(expected[j]));
        Expect.that(
            Math.abs(expected[j] - (double) got[j]) <= PARITY * scale,
            row + ": the portable logit of class " + (j - from),
            expected[j] + " (within 1e-5, relative)",
            got[j]);
        best = expected[j] > expected[best] ? j : best;
        chosen = got[j] > got[chosen] ? j : chosen;
      }
      double lead = expected[best] - (double) expected[chosen];
      Expect.that(
          lead <= TIE * Math.max(1, Math.abs(expected[best])),
          row + ": the portable class",
          best - from,
          chosen - from);
    }
  }

  @ParameterizedTest(name = "K = {0}")
  @ValueSource(ints = {2, 3, 7})
  @DisplayName("the portable form survives its file")
  void the_portable_form_survives_its_file(int classes, @TempDir Path folder) throws IOException {
    assumeCan(classes);
    Task task = Task.random(300, 5, classes, "file").dirty();
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student(), task, alpha(.7), brief(task))) {
      PortableModel portable = portable(fitted);
      Matrix rows = OddRows.of(task.features(), portable);
      StudentFile file =
          new StudentFile(
              Schema.numbers(names("feature", 5)),
              portable,
              names("class", classes),
              "label",
              1,
              Arrays.copyOf(rows.values(), 64 * 5),
              Map.of("family", student().id()));
      Path path = folder.resolve("student.distill");
      file.write(path);
      PortableModel loaded = StudentFile.load(path).model();
      float[] expected = new float[rows.rows() * classes];
      float[] got = expected.clone();
      portable.logits(rows.values(), rows.rows(), expected);
      loaded.logits(rows.values(), rows.rows(), got);
      Expect.same("after writing and loading", classes, expected, got);
    }
  }

  private static List<String> names(String of, int count) {
    return IntStream.range(0, count).mapToObj(i -> of + i).toList();
  }

  private static PortableModel portable(FittedStudent fitted) {
    Optional<PortableModel> portable = fitted.portable();
    assumeTrue(portable.isPresent(), "it has no portable form");
    return portable.orElseThrow();
  }

  // ---- how it is used ----

  @Test
  @DisplayName("closes twice, and says so when used after that")
  void closes_twice_and_says_so_when_used_after_that() {
    Task task = Task.random(60, 3, few(), "closed");
    try (Sweep sweep = new Sweep()) {
      FittedStudent fitted = sweep.fit(student(), task, alpha(.5), brief(task));
      fitted.close();
      fitted.close();
      Expect.refused(
          "logits after close",
          IllegalStateException.class,
          () -> logits(fitted, task.features(), task.classes()));
      if (hasPortable(task)) {
        Expect.refused("portable() after close", IllegalStateException.class, fitted::portable);
      }
    }
  }

  private boolean hasPortable(Task task) {
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student(), task, alpha(.5), brief(task))) {
      return fitted.portable().isPresent();
    }
  }

  @Test
  @DisplayName("refuses rows and outputs of another shape")
  void refuses_rows_and_outputs_of_another_shape() {
    Task task = Task.random(60, 3, few(), "shape");
    int classes = task.classes();
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student(), task, alpha(.5), brief(task))) {
      for (int columns : new int[] {2, 4}) {
        Expect.refused(
            columns + " columns for 3",
            IllegalArgumentException.class,
            () ->
                fitted.logits(
                    new Matrix(new float[2 * columns], 2, columns), new float[2 * classes]));
      }
      Expect.refused(
          "room for fewer logits than rows × classes",
          IllegalArgumentException.class,
          () -> fitted.logits(task.features(), new float[task.rows() * classes - 1]));
      fitted.logits(new Matrix(new float[0], 0, 3), new float[0]);
    }
  }

  @Test
  @DisplayName("says what it is")
  void says_what_it_is() {
    StudentModel student = student();
    String id = student.id();
    Expect.that(id.matches(ID), "id", "library.kind in lower case", id);
    Expect.equal("id of another instance", id, student().id());
    Expect.equal("spiVersion", StudentModel.SPI_VERSION, student.spiVersion());
    String description = student.description();
    Expect.that(
        !description.isBlank() && description.lines().count() == 1,
        "description",
        "one line",
        description);
    Capabilities can = student.capabilities();
    Expect.that(can.maxClasses() >= 2, "maxClasses", "at least 2", can.maxClasses());
    Expect.equal("capabilities of another instance", can, student().capabilities());
    if (can.level() == TargetLevel.HARD_LABELS) {
      Expect.refused(
          "distilling into labels alone",
          IllegalArgumentException.class,
          () -> Ladder.reduce(student, Task.twoGroups(2).loss(1, .5)));
    }
  }

  @Test
  @DisplayName("is found by the service loader")
  void is_found_by_the_service_loader() {
    Class<?> type = student().getClass();
    List<String> found =
        ServiceLoader.load(StudentModel.class, type.getClassLoader()).stream()
            .map(provider -> provider.type().getName())
            .toList();
    Expect.that(
        found.contains(type.getName()),
        "META-INF/services/" + StudentModel.class.getName(),
        "a line " + type.getName(),
        found);
    Constructor<?>[] constructors = type.getConstructors();
    Expect.that(
        Arrays.stream(constructors).anyMatch(c -> c.getParameterCount() == 0),
        "constructors of " + type.getName(),
        "a public one without arguments",
        Arrays.toString(constructors));
  }

  // ---- helpers ----

  private static final double[] ONE = {1};

  private TargetLevel level() {
    return student().capabilities().level();
  }

  private boolean distils() {
    return level() != TargetLevel.HARD_LABELS;
  }

  /** Three classes, or as many as the family can. */
  private int few() {
    return Math.min(3, student().capabilities().maxClasses());
  }

  /** The weight of the teacher, or 0 for a family that can't learn from one. */
  private double alpha(double wanted) {
    return distils() ? wanted : 0;
  }

  private void assumeCan(int classes) {
    assumeTrue(
        classes <= student().capabilities().maxClasses(), "it can't tell so many classes apart");
  }

  private void assumeDistils(int classes) {
    assumeTrue(distils(), "it learns from labels alone");
    assumeCan(classes);
  }

  private static String shares(Task task) {
    return Arrays.toString(Arrays.copyOf(task.teacher(), 2 * task.classes()));
  }

  /** Fits with default hyperparameters in a sweep of its own; gives the training rows' logits. */
  private float[] learned(Task task, double temperature, double alpha) {
    try (Sweep sweep = new Sweep().temperature(temperature);
        FittedStudent fitted = sweep.fit(student(), task, alpha, Map.of())) {
      return logits(fitted, task.features(), task.classes());
    }
  }

  private float[] seeded(Task task, long seed, int threads) {
    try (Sweep sweep = new Sweep().seed(seed).threads(threads);
        FittedStudent fitted = sweep.fit(student(), task, alpha(.7), brief(task))) {
      return logits(fitted, task.features(), task.classes());
    }
  }

  private Map<String, Object> brief(Task task) {
    return brief(student(), task);
  }

  /** Ten steps or as few as there can be: for rules about other things than what is learned. */
  static Map<String, Object> brief(StudentModel student, Task task) {
    SearchSpace space = student.searchSpace(task.shape());
    for (SearchSpace.Dimension dimension : space.dimensions()) {
      if (dimension.parameter() instanceof Hyperparameter.Int steps
          && space.steps().equals(Optional.of(steps.name()))) {
        return Map.of(steps.name(), Math.max(steps.low(), Math.min(steps.initial(), 10)));
      }
    }
    return Map.of();
  }

  private static float[] logits(FittedStudent fitted, Matrix rows, int classes) {
    float[] logits = new float[rows.rows() * classes];
    Arrays.fill(logits, Float.NaN);
    fitted.logits(rows, logits);
    return logits;
  }

  private static double[] probabilities(double temperature, int classes, float[] logits) {
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = logits[i];
    }
    Softmax.softmax(temperature, probabilities, logits.length / classes, classes, probabilities);
    return probabilities;
  }

  private static void assertLearned(String what, Task task, double tolerance, float[] logits) {
    Expect.near(
        what, task.classes(), tolerance, task.teacher(), probabilities(1, task.classes(), logits));
  }

  /** Bit for bit, or, of a family that is not deterministic, what it learned. */
  private void assertSameStudent(String what, Task task, float[] expected, float[] got) {
    if (student().capabilities().deterministic()) {
      Expect.same(what, task.classes(), expected, got);
    } else {
      Expect.near(
          what,
          task.classes(),
          SAMPLED,
          probabilities(1, task.classes(), expected),
          probabilities(1, task.classes(), got));
    }
  }
}
