package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.data.FeatureEncoder;
import dev.distill.data.MoreRows;
import dev.distill.data.Munge;
import dev.distill.spi.Matrix;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rows without labels in a sweep. */
class AugmentTest {
  private final DistillationTask task = Planted.task(300);
  private final AtomicInteger asked = new AtomicInteger();
  private final MoreRows made = made(task);

  private MoreRows made(DistillationTask task) {
    return MoreRows.generated(
        new Munge(table(task.train().features()), 1),
        new FeatureEncoder(task.train().schema()),
        this::answer);
  }

  private static Table table(Matrix features) {
    float[][] rows = new float[features.rows()][2];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {features.get(i, 0), features.get(i, 1)};
    }
    return Table.of("rows", List.of("x", "row"), rows);
  }

  private double[] answer(Table rows) {
    asked.addAndGet(rows.rows());
    double[] x = ((Table.Numbers) rows.column("x")).values();
    double[] probabilities = new double[2 * x.length];
    for (int i = 0; i < x.length; i++) {
      probabilities[2 * i] = x[i] < 0.2 ? 0.9 : 0.2;
      probabilities[2 * i + 1] = 1 - probabilities[2 * i];
    }
    return probabilities;
  }

  private DistillationResult distill(DistillConfig config, MoreRows more) {
    return new AutoDistiller(StudentCatalog.of(List.of(FakeFamily.soft("fake.soft"))), config)
        .distill(task.with(more), (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DistillConfig.Builder config() {
    return DistillConfig.builder().trials(6).threads(2).folds(2);
  }

  @Test
  void students_learn_from_made_rows_and_twins_do_not() {
    DistillationResult result = distill(config().build(), made);
    assertThat(result.trials().stream().filter(t -> t.spec().kind() == TrialSpec.Kind.TWIN))
        .isNotEmpty()
        .allMatch(t -> t.spec().augment() == 0);
    assertThat(result.trials().stream().filter(t -> t.spec().kind() == TrialSpec.Kind.STUDENT))
        .anyMatch(t -> t.succeeded() && t.spec().augment() == 5)
        .allMatch(t -> t.spec().augment() <= 100);
    assertThat(result.student().test().get("kl")).isLessThan(0.1);
  }

  @Test
  void each_row_is_asked_about_once() {
    DistillationResult result = distill(config().build(), made);
    int most = result.trials().stream().mapToInt(t -> t.spec().augment()).max().orElseThrow();
    assertThat(asked.get()).isEqualTo(most * 300);
  }

  @Test
  void a_slow_teacher_does_not_eat_a_time_that_is_limited() {
    MoreRows slow =
        MoreRows.generated(
            new Munge(table(task.train().features()), 1),
            new FeatureEncoder(task.train().schema()),
            rows -> {
              sleep(2L * rows.rows());
              return answer(rows);
            });
    // 5 for each would take 3 seconds.
    DistillationResult result = distill(config().timeout(Duration.ofSeconds(6)).build(), slow);
    assertThat(result.trials()).allMatch(t -> t.spec().augment() <= 2);
    assertThat(asked.get()).isBetween(1, 2 * 300);
  }

  @Test
  void a_finalist_that_would_take_a_quarter_of_the_time_with_made_rows_goes_without() {
    FakeFamily quick = FakeFamily.soft("fake.quick").cuttingAt(0.4f);
    // With made rows half a second in the search, four on all rows.
    FakeFamily slow = FakeFamily.soft("fake.slow").slow(48);
    DistillationTask many = Planted.task(8_000);
    DistillConfig config =
        DistillConfig.builder()
            .trials(3)
            .searchRows(800)
            .foldRows(0)
            .timeout(Duration.ofSeconds(10))
            .build();
    List<TrialOutcome> slows =
        new AutoDistiller(StudentCatalog.of(List.of(quick, slow)), config)
                .distill(
                    many.with(made(many)), (outcome, best, done, total) -> {}, new Cancellation())
                .trials()
                .stream()
                .filter(t -> t.spec().family().equals("fake.slow"))
                .toList();
    assertThat(slows)
        .filteredOn(t -> t.spec().search().equals("student"))
        .anyMatch(t -> t.succeeded() && t.spec().augment() == 5);
    assertThat(slows)
        .filteredOn(t -> t.spec().search().contains("student final"))
        .isNotEmpty()
        .allMatch(t -> t.succeeded() && t.spec().augment() == 0);
  }

  @Test
  void a_family_that_grows_with_its_rows_comes_along() {
    FakeFamily narrow = FakeFamily.soft("fake.narrow").cuttingAt(0.4f);
    FakeFamily growing = FakeFamily.soft("fake.growing").withUnits();
    DistillationResult result =
        new AutoDistiller(StudentCatalog.of(List.of(narrow, growing)), config().build())
            .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation());
    // In the search, of few rows, it is behind.
    assertThat(best(result, "student final")).isEqualTo("fake.narrow");
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.growing");
    assertThat(result.student().chosen().spec().hyperparameters().integer("units"))
        .isGreaterThan(4);
  }

  /** Each trial's family. */
  private static List<String> families(DistillationResult result, String search) {
    return result.trials().stream()
        .map(TrialOutcome::spec)
        .filter(spec -> spec.search().startsWith(search))
        .map(TrialSpec::family)
        .toList();
  }

  /** The best one's family. */
  private static String best(DistillationResult result, String search) {
    return result.trials().stream()
        .filter(t -> t.spec().search().startsWith(search))
        .min(Comparator.comparingDouble(TrialOutcome::loss))
        .orElseThrow()
        .spec()
        .family();
  }

  @Test
  void within_limits_what_leaves_room_grows_by_more_at_a_time() {
    FakeFamily narrow = FakeFamily.soft("fake.narrow").cuttingAt(0.4f);
    FakeFamily growing = FakeFamily.soft("fake.growing").withUnits();
    for (Limits limits : List.of(Limits.NONE, new Limits(0, 100_000))) {
      DistillationResult result =
          new AutoDistiller(
                  StudentCatalog.of(List.of(narrow, growing)), config().limits(limits).build())
              .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation());
      Set<Integer> tried = new HashSet<>();
      result.trials().stream()
          .map(TrialOutcome::spec)
          .filter(spec -> spec.search().startsWith("student x20"))
          .filter(spec -> spec.family().equals("fake.growing"))
          .forEach(spec -> tried.add(spec.hyperparameters().integer("units")));
      assertThat(tried)
          .as(limits.toString())
          .isEqualTo(limits.any() ? Set.of(4, 16, 64) : Set.of(4, 16));
    }
  }

  @Test
  void where_four_times_the_capacity_is_refused_twice_is_tried() {
    FakeFamily heavy = FakeFamily.soft("fake.heavy").withHeavyUnits();
    List<TrialOutcome> free = firstStep(heavy, Limits.NONE);
    assertThat(free).extracting(AugmentTest::units).containsExactlyInAnyOrder(4, 16);
    // More than 8 units take, and less than 16.
    double nanos =
        free.stream()
            .mapToDouble(o -> Objects.requireNonNull(o.cost()).nanos())
            .average()
            .orElseThrow();
    assertThat(firstStep(heavy, new Limits(nanos, 0)))
        .extracting(AugmentTest::units)
        .containsExactlyInAnyOrder(4, 16, 64, 8);
  }

  private List<TrialOutcome> firstStep(FakeFamily family, Limits limits) {
    return new AutoDistiller(
            StudentCatalog.of(List.of(family)), config().limits(limits).augment(20).build())
            .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation())
            .trials()
            .stream()
            .filter(o -> o.spec().search().startsWith("student x20"))
            .toList();
  }

  private static int units(TrialOutcome outcome) {
    return outcome.spec().hyperparameters().integer("units");
  }

  /** A search of 200 rows, and a last round of 8 000. */
  private DistillationResult fewThenMany(
      FakeFamily one, FakeFamily other, DistillConfig.Builder config) {
    DistillationTask larger = Planted.task(8_000);
    return new AutoDistiller(
            StudentCatalog.of(List.of(one, other)), config.trials(2).searchRows(200).build())
        .distill(larger.with(made(larger)), (outcome, best, done, total) -> {}, new Cancellation());
  }

  @Test
  void who_comes_along_is_chosen_by_the_round_that_has_all_rows() {
    FakeFamily narrow = FakeFamily.soft("fake.narrow").cuttingAt(0.215f);
    FakeFamily growing = FakeFamily.soft("fake.growing").withMostUnitsKnown();
    DistillationResult result =
        fewThenMany(narrow, growing, config().limits(new Limits(0, 100_000)).augment(20));
    assertThat(result.trials())
        .filteredOn(o -> o.spec().search().startsWith("student x20"))
        .filteredOn(o -> o.spec().family().equals("fake.growing"))
        .extracting(AugmentTest::units)
        .contains(64, 256);
  }

  @Test
  void where_the_best_takes_too_long_for_a_step_another_goes_on_alone() {
    FakeFamily slow =
        FakeFamily.soft("fake.slow")
            .cuttingAt(0.215f)
            .withUnits()
            .before(fit -> sleep(fit.training().features().rows() < 20_000 ? 0 : 1_500));
    FakeFamily fast = FakeFamily.soft("fake.fast").cuttingAt(0.22f).withUnits();
    DistillationResult result =
        fewThenMany(slow, fast, config().foldRows(0).augment(20).timeout(Duration.ofSeconds(20)));
    assertThat(best(result, "student final")).isEqualTo("fake.slow");
    assertThat(families(result, "student x20")).containsOnly("fake.fast");
  }

  @Test
  void where_the_best_gains_nothing_another_goes_on_alone() {
    FakeFamily narrow = FakeFamily.soft("fake.narrow").cuttingAt(0.205f);
    FakeFamily growing = FakeFamily.soft("fake.growing").withMostUnitsKnown();
    DistillationResult result =
        fewThenMany(narrow, growing, config().limits(new Limits(0, 100_000)).augment(50));
    assertThat(best(result, "student final")).isEqualTo("fake.narrow");
    assertThat(families(result, "student x20")).contains("fake.narrow", "fake.growing");
    assertThat(families(result, "student x50")).containsOnly("fake.growing");
  }

  @Test
  void within_limits_another_family_stays_while_it_gains() {
    List<StudentModel> two =
        List.of(FakeFamily.soft("fake.one").withUnits(), FakeFamily.soft("fake.two").withUnits());
    DistillationResult result =
        new AutoDistiller(StudentCatalog.of(two), config().limits(new Limits(0, 100_000)).build())
            .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation());
    for (String step : List.of("student x20", "student x50")) {
      assertThat(families(result, step)).as(step).contains("fake.one", "fake.two");
    }
  }

  @Test
  void the_students_capacity_is_the_twins_as_far_as_the_twins_rows_allow() {
    // With five made rows for each there may be more units than without.
    DistillationTask larger = Planted.task(1_000);
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(FakeFamily.soft("fake.growing").withUnits())),
                config().foldRows(0).searchRows(200).augment(5).build())
            .distill(
                larger.with(made(larger)), (outcome, best, done, total) -> {}, new Cancellation());
    assertThat(result.trials())
        .filteredOn(t -> t.spec().kind() == TrialSpec.Kind.STUDENT)
        .extracting(t -> t.spec().hyperparameters().integer("units"))
        .anyMatch(units -> units > 4);
    assertThat(result.trials())
        .filteredOn(t -> t.spec().kind() == TrialSpec.Kind.TWIN)
        .isNotEmpty()
        .allMatch(t -> t.spec().hyperparameters().integer("units") == 4);
  }

  @Test
  void the_twin_is_tried_as_large_as_the_student_grew() {
    DistillationTask larger = Planted.task(8_000);
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(FakeFamily.soft("fake.growing").withUnits())),
                config().trials(1).foldRows(0).augment(20).build())
            .distill(
                larger.with(made(larger)), (outcome, best, done, total) -> {}, new Cancellation());
    int units = result.student().chosen().spec().hyperparameters().integer("units");
    assertThat(result.trials())
        .filteredOn(t -> t.spec().search().startsWith("student final"))
        .allMatch(t -> t.spec().hyperparameters().integer("units") < units);
    assertThat(result.trials())
        .filteredOn(t -> t.spec().kind() == TrialSpec.Kind.TWIN)
        .anyMatch(t -> t.spec().hyperparameters().integer("units") == units);
  }

  @Test
  void a_last_fit_that_memory_does_not_hold_has_half_of_them() {
    FakeFamily large =
        FakeFamily.soft("fake.large")
            .before(
                fit -> {
                  if (fit.training().features().rows() > 1_000) {
                    throw new OutOfMemoryError("so many rows");
                  }
                });
    DistillationResult result =
        new AutoDistiller(StudentCatalog.of(List.of(large)), config().augment(5).build())
            .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation());
    // 300 rows and 5 for each are too many.
    assertThat(result.student().chosen().spec().augment()).isEqualTo(2);
    assertThat(large.fits()).anyMatch(fit -> fit.training().features().rows() == 900);
    assertThat(result.moreRows()).isEqualTo("for 5 the heap was too small (-Xmx)");
    assertThat(result.trials())
        .filteredOn(trial -> trial.failure().isPresent())
        .singleElement()
        .matches(trial -> trial.spec().search().equals("student last fit"));
  }

  @Test
  void what_is_made_of_the_rows_of_a_last_fit_is_let_go_of_before_the_next() {
    AtomicInteger open = new AtomicInteger();
    List<Integer> before = new ArrayList<>();
    class Form implements AutoCloseable {
      Form() {
        open.incrementAndGet();
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    }
    FakeFamily sharing =
        FakeFamily.soft("fake.sharing")
            .before(
                fit -> {
                  Matrix rows = fit.training().features();
                  // All rows, or these and 5 for each.
                  if (rows.rows() == 300 || rows.rows() == 1_800) {
                    before.add(open.get());
                  }
                  fit.context().shared(rows, Form.class, matrix -> new Form());
                });
    new AutoDistiller(StudentCatalog.of(List.of(sharing)), config().augment(5).build())
        .distill(task.with(made), (outcome, best, done, total) -> {}, new Cancellation());
    assertThat(before).containsExactly(0, 0);
    assertThat(open.get()).isZero();
  }

  @Test
  void none_are_made_where_none_are_wanted() {
    DistillationResult result = distill(config().augment(0).build(), made);
    assertThat(asked.get()).isZero();
    assertThat(result.trials()).allMatch(t -> t.spec().augment() == 0);
    assertThat(result.moreRows()).isEmpty();
  }

  @Test
  void a_fold_leaves_out_what_comes_from_rows_to_judge_on() {
    int[] train = new int[200];
    int[] judged = new int[100];
    Set<Integer> held = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      train[2 * i] = 3 * i;
      train[2 * i + 1] = 3 * i + 1;
      judged[i] = 3 * i + 2;
      held.add(judged[i]);
    }
    Fold fold = Fold.of(task.train().features(), train, judged).with(made, 900);
    int expected = 0;
    for (int i = 0; i < 900; i++) {
      expected += held.contains(made.source(i)) || held.contains(made.partner(i)) ? 0 : 1;
    }
    assertThat(expected).isBetween(300, 500);
    Fold.More more = Objects.requireNonNull(fold.more());
    assertThat(more.together().rows()).isEqualTo(200 + expected);
    assertThat(more.teacher()).hasSize(2 * expected);
    for (int i = 0; i < expected; i++) {
      float x = more.together().get(200 + i, 0);
      assertThat(more.teacher()[2 * i]).isEqualTo(x < 0.2f ? 0.9f : 0.2f);
    }
  }

  @Test
  void given_rows_are_all_there_are() {
    MoreRows.Batch some = made.rows(0, 450);
    MoreRows given = MoreRows.given(some.features(), some.teacher(), 300);
    assertThat(given.most()).isEqualTo(450);
    assertThat(given.source(301)).isEqualTo(1);
    DistillationResult result = distill(config().build(), given);
    // Two for each training row, as far as there are any.
    assertThat(result.trials()).allMatch(t -> t.spec().augment() == 0 || t.spec().augment() == 2);
    assertThat(result.trials()).anyMatch(t -> t.spec().augment() == 2);
    assertThat(result.moreRows()).isEqualTo("there are no more");
  }
}
