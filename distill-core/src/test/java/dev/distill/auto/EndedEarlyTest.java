package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.MemoryStore;
import dev.distill.search.Pruner;
import dev.distill.search.RandomSampler;
import dev.distill.search.SuccessiveHalvingPruner;
import dev.distill.spi.FitException;
import dev.distill.spi.StudentModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Trials that are ended early, and students that may not cost much. */
class EndedEarlyTest {
  private static final Pruner ASHA = new SuccessiveHalvingPruner();

  /** Of five families that each split elsewhere, "fake.2" splits where the classes change. */
  private static List<StudentModel> families() {
    float[] cuts = {-0.9f, -0.4f, 0.2f, 0.6f, 0.9f};
    return IntStream.range(0, cuts.length)
        .mapToObj(i -> (StudentModel) FakeFamily.soft("fake." + i).cuttingAt(cuts[i]))
        .toList();
  }

  private static DistillConfig.Builder config(int rows) {
    return DistillConfig.builder().trials(14).threads(2).folds(4).foldRows(rows);
  }

  private static DistillationResult distill(
      DistillConfig config, Pruner pruner, List<StudentModel> families) {
    StudySettings settings =
        new StudySettings(
            new RandomSampler(),
            true,
            pruner,
            StudySettings.PruneOn.ROWS,
            new MemoryStore(),
            "test",
            false,
            Map.of());
    return new AutoDistiller(
            StudentCatalog.of(families),
            config,
            settings,
            SelectionRule::closestToTeacher,
            new LocalTrialExecutor(config.threads()))
        .distill(Planted.task(900), (outcome, best, done, total) -> {}, new Cancellation());
  }

  private static List<TrialOutcome> of(DistillationResult result, String search) {
    return result.trials().stream().filter(t -> AutoDistillerTest.isOf(t, search)).toList();
  }

  @Test
  void each_familys_first_trial_is_a_look_and_the_best_familys_default_is_run_to_its_end() {
    // By folds, and by shares of the rows.
    for (int foldRows : new int[] {2_000, 0}) {
      DistillationResult result = distill(config(foldRows).build(), ASHA, families());
      for (String search : List.of("student", "twin")) {
        List<TrialOutcome> trials = of(result, search);
        assertThat(trials).as("looks come on top").hasSize(5 + 14);
        assertThat(trials.subList(0, 5))
            .allMatch(TrialOutcome::pruned)
            .extracting(t -> t.spec().family())
            .containsExactly("fake.0", "fake.1", "fake.2", "fake.3", "fake.4");
        TrialSpec look = trials.get(2).spec();
        assertThat(trials.subList(5, 19))
            .as("the look's configuration, tried in earnest")
            .anyMatch(
                t ->
                    t.succeeded()
                        && t.spec().family().equals("fake.2")
                        && t.spec().hyperparameters().equals(look.hyperparameters())
                        && t.spec().alpha() == look.alpha());
      }
      assertThat(result.student().chosen().spec().family()).isEqualTo("fake.2");
      assertThat(of(result, "student final")).allMatch(TrialOutcome::succeeded);
    }
  }

  @Test
  void what_is_ended_early_saves_fits_and_leaves_the_winning_family_as_it_is() {
    for (int foldRows : new int[] {2_000, 0}) {
      List<StudentModel> patient = families();
      List<StudentModel> strict = families();
      DistillationResult all = distill(config(foldRows).trials(40).build(), Pruner.NONE, patient);
      DistillationResult some = distill(config(foldRows).trials(40).build(), ASHA, strict);
      assertThat(some.student().chosen().spec().family())
          .isEqualTo(all.student().chosen().spec().family());
      assertThat(rowsFitted(strict)).isLessThan(rowsFitted(patient) * 9 / 10);
    }
  }

  private static long rowsFitted(List<StudentModel> families) {
    return families.stream()
        .flatMap(f -> ((FakeFamily) f).fits().stream())
        .mapToLong(fit -> fit.training().features().rows())
        .sum();
  }

  @Test
  void what_is_ended_early_depends_neither_on_threads_nor_on_who_is_first() {
    List<String> one = facts(distill(config(0).threads(1).build(), ASHA, families()));
    assertThat(facts(distill(config(0).threads(4).build(), ASHA, families()))).isEqualTo(one);
  }

  private static List<String> facts(DistillationResult result) {
    return result.trials().stream().map(t -> t.spec() + " " + t.pruned() + " " + t.loss()).toList();
  }

  @Test
  void a_family_that_fails_when_looked_at_is_not_promoted() {
    List<StudentModel> families = new ArrayList<>(families());
    families.add(
        FakeFamily.soft("fake.bad")
            .before(
                fit -> {
                  throw new FitException("no");
                }));
    DistillationResult result = distill(config(0).build(), ASHA, families);
    assertThat(of(result, "student").stream().filter(t -> t.spec().family().equals("fake.bad")))
        .singleElement()
        .satisfies(t -> assertThat(t.failure()).isPresent());
  }

  @Test
  void a_trial_or_two_are_not_preceded_by_looks() {
    DistillationResult result = distill(config(0).trials(1).build(), ASHA, families());
    assertThat(of(result, "student").get(0).succeeded()).isTrue();
  }

  @Test
  void nothing_is_ended_early_where_something_else_than_the_loss_counts() {
    for (DistillConfig config :
        List.of(
            config(0).goals(List.of(Goal.LOSS, Goal.BYTES)).build(),
            config(0).plan(SweepPlan.REFERENCE).trials(5).build())) {
      assertThat(distill(config, ASHA, families()).trials()).noneMatch(TrialOutcome::pruned);
    }
  }

  @Test
  void within_limits_families_are_looked_at_and_those_far_above_get_no_more() {
    for (int foldRows : new int[] {2_000, 0}) {
      List<StudentModel> some = new ArrayList<>(families());
      FakeFamily large = FakeFamily.soft("fake.large").cuttingAt(0.2f).withIdleTrees(2_000);
      some.set(2, large);
      DistillationResult result =
          distill(config(foldRows).limits(new Limits(0, 20_000)).build(), ASHA, some);
      for (String search : List.of("student", "twin")) {
        List<TrialOutcome> trials = of(result, search);
        assertThat(trials.subList(0, 5)).allMatch(TrialOutcome::pruned);
        assertThat(trials.subList(5, 19)).allMatch(TrialOutcome::succeeded);
        assertThat(trials.subList(5, 19)).noneMatch(t -> t.spec().family().equals(large.id()));
      }
      assertThat(result.student().file().toBytes()).hasSizeLessThanOrEqualTo(20_000);
    }
  }

  @Test
  void with_several_goals_there_is_a_front_of_loss_and_cost() {
    DistillConfig config =
        config(2_000).goals(List.of(Goal.LOSS, Goal.LATENCY, Goal.BYTES)).build();
    DistillationResult result = distill(config, Pruner.NONE, families());
    List<TrialOutcome> students = of(result, "student");
    assertThat(students).allMatch(t -> t.cost() != null);
    assertThat(result.front()).isNotEmpty().isSubsetOf(students);
    Map<Boolean, List<TrialOutcome>> on =
        students.stream().collect(Collectors.partitioningBy(result.front()::contains));
    for (TrialOutcome behind : on.getOrDefault(false, List.of())) {
      assertThat(on.getOrDefault(true, List.of())).anyMatch(t -> dominates(t, behind));
    }
    double least = students.stream().mapToDouble(TrialOutcome::loss).min().orElseThrow();
    assertThat(result.front()).anyMatch(t -> t.loss() == least);
  }

  @Test
  void within_a_tolerance_the_smallest_student_is_chosen() {
    List<StudentModel> families =
        List.of(
            FakeFamily.soft("fake.large").cuttingAt(0.2f).withIdleTrees(50),
            FakeFamily.soft("fake.small").cuttingAt(0.6f));
    DistillConfig.Builder config = config(2_000).goals(List.of(Goal.LOSS, Goal.BYTES));
    assertThat(chosen(config.build(), families)).isEqualTo("fake.large");
    assertThat(chosen(config.tolerance(Tolerance.within(2)).build(), families))
        .isEqualTo("fake.small");
    assertThat(chosen(config.tolerance(Tolerance.within(0.001)).build(), families))
        .isEqualTo("fake.large");
  }

  private static String chosen(DistillConfig config, List<StudentModel> families) {
    return distill(config, Pruner.NONE, families).student().chosen().spec().family();
  }

  private static boolean dominates(TrialOutcome a, TrialOutcome b) {
    double[] of = values(a);
    double[] other = values(b);
    return IntStream.range(0, 3).allMatch(i -> of[i] <= other[i])
        && IntStream.range(0, 3).anyMatch(i -> of[i] < other[i]);
  }

  private static double[] values(TrialOutcome outcome) {
    TrialOutcome.Cost cost = Objects.requireNonNull(outcome.cost());
    return new double[] {outcome.loss(), cost.nanos(), (double) cost.bytes()};
  }

  @Test
  void where_nothing_is_small_enough_one_line_says_what_is_nearest() {
    DistillConfig config = config(2_000).limits(new Limits(5, 100)).build();
    assertThatThrownBy(() -> distill(config, Pruner.NONE, families()))
        .isInstanceOf(SweepException.class)
        .hasMessageMatching(
            "no student keeps the limits \\(5 ns, 100 bytes\\); the nearest one, of family"
                + " 'fake\\.\\d', takes \\d+ ns a row and \\d+ bytes");
  }
}
