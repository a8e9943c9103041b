package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.GridSampler;
import dev.distill.search.Pruner;
import dev.distill.search.RandomSampler;
import dev.distill.spi.FitException;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import dev.distill.spi.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AutoDistillerTest {
  private static final SweepListener QUIET = (outcome, best, done, total) -> {};

  private final DistillationTask task = Planted.task(300);
  private final FakeFamily soft = FakeFamily.soft("fake.soft");

  private static DistillConfig.Builder config() {
    return DistillConfig.builder().trials(6).threads(2).folds(2);
  }

  private DistillationResult distill(DistillConfig config, StudentModel... families) {
    return new AutoDistiller(StudentCatalog.of(List.of(families)), config)
        .distill(task, QUIET, new Cancellation());
  }

  private static List<TrialOutcome> of(DistillationResult result, String search) {
    return result.trials().stream().filter(t -> isOf(t, search)).toList();
  }

  /** Whether a trial is of a search; last rounds are named after their trials too. */
  static boolean isOf(TrialOutcome trial, String search) {
    return trial.spec().search().matches(search + (search.endsWith(" final") ? " \\w{8}" : ""));
  }

  /** What must be equal from run to run: all but times. */
  private static List<String> facts(DistillationResult result) {
    List<String> facts = new ArrayList<>();
    for (TrialOutcome t : result.trials()) {
      facts.add(
          t.spec() + " " + t.loss() + " " + t.kl() + " " + t.logLoss() + " " + t.calibration());
    }
    facts.add(result.student().chosen().spec().toString());
    facts.add(result.twin().chosen().spec().toString());
    facts.add(Arrays.toString(result.student().testProbabilities()));
    facts.add(Arrays.toString(result.twin().testProbabilities()));
    facts.add(Arrays.toString(result.student().file().toBytes()));
    return facts;
  }

  @Test
  void finds_a_student_that_is_near_the_teacher() {
    DistillationResult result = distill(config().trials(20).build(), soft);
    assertThat(result.student().test().get("kl")).isLessThan(0.1);
    assertThat(result.student().test().get("kl")).isLessThan(result.prior().get("kl"));
    assertThat(result.teacher().get("kl")).isEqualTo(0);
    assertThat(result.trials()).allMatch(t -> t.failure().isEmpty());
    assertThat(of(result, "student")).hasSize(20);
    assertThat(of(result, "twin")).hasSize(20);
    assertThat(result.endedEarly()).isFalse();
    assertThat(soft.open()).as("students not closed").isZero();
  }

  @Test
  void the_twin_gets_labels_alone() {
    distill(config().build(), soft);
    DistillationResult result = distill(config().build(), soft);
    assertThat(of(result, "twin"))
        .allSatisfy(
            t -> {
              assertThat(t.spec().alpha()).isZero();
              assertThat(t.spec().temperature()).isEqualTo(1);
              assertThat(t.spec().kind()).isEqualTo(TrialSpec.Kind.TWIN);
            });
    assertThat(result.twin().chosen().spec().alpha()).isZero();
    Set<Long> seeds =
        of(result, "twin").stream().map(t -> t.spec().seed()).collect(Collectors.toSet());
    long hard = soft.fits().stream().filter(AutoDistillerTest::labelsAlone).count();
    // Two runs of six trials on two folds each, and two final fits.
    assertThat(hard).isGreaterThanOrEqualTo(2 * (6 * 2 + 1));
    assertThat(seeds).hasSize(6);
  }

  private static boolean labelsAlone(FakeFamily.Fit fit) {
    for (float p : ((Targets.Soft) fit.training().targets()).distribution()) {
      if (p != 0 && p != 1) {
        return false;
      }
    }
    return true;
  }

  @Test
  void student_and_twin_try_the_same_hyperparameters() {
    DistillationResult result = distill(config().build(), soft, FakeFamily.soft("fake.two"));
    List<TrialOutcome> students = of(result, "student");
    List<TrialOutcome> twins = of(result, "twin");
    for (int i = 0; i < students.size(); i++) {
      assertThat(twins.get(i).spec().family()).isEqualTo(students.get(i).spec().family());
      assertThat(twins.get(i).spec().hyperparameters())
          .isEqualTo(students.get(i).spec().hyperparameters());
    }
    assertThat(students.get(0).spec().family()).isEqualTo("fake.soft");
    assertThat(students.get(1).spec().family()).isEqualTo("fake.two");
  }

  @Test
  void the_same_seed_gives_the_same_at_any_number_of_threads() {
    for (SweepPlan plan : SweepPlan.values()) {
      DistillConfig.Builder config = config().plan(plan).trials(plan == SweepPlan.JOINT ? 8 : 2);
      FakeFamily failing =
          FakeFamily.soft("fake.failing")
              .before(
                  fit -> {
                    if (fit.hyperparameters().real("cut") > 0.3) {
                      throw new FitException("cut");
                    }
                  });
      List<String> one = facts(distill(config.threads(1).build(), soft, failing));
      assertThat(facts(distill(config.threads(2).build(), soft, failing))).isEqualTo(one);
      assertThat(facts(distill(config.threads(3).build(), soft, failing))).isEqualTo(one);
      assertThat(facts(distill(config.seed(2).build(), soft, failing))).isNotEqualTo(one);
    }
  }

  @Test
  void a_trial_that_fails_is_recorded_with_its_cause_and_the_sweep_goes_on() {
    FakeFamily throwing =
        FakeFamily.soft("fake.throws")
            .before(
                fit -> {
                  throw new FitException("no such luck");
                });
    FakeFamily full =
        FakeFamily.soft("fake.full")
            .before(
                fit -> {
                  throw new OutOfMemoryError("pretended");
                });
    FakeFamily unlinked =
        FakeFamily.soft("fake.unlinked")
            .before(
                fit -> {
                  throw new UnsatisfiedLinkError("no native library");
                });
    FakeFamily nan = FakeFamily.soft("fake.nan").adding(Float.NaN);
    DistillationResult result =
        distill(config().trials(25).build(), throwing, full, unlinked, nan, soft);
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.soft");
    assertThat(result.twin().chosen().spec().family()).isEqualTo("fake.soft");
    assertThat(of(result, "student")).hasSize(5 + 25);
    for (TrialOutcome trial : result.trials()) {
      switch (trial.spec().family()) {
        case "fake.soft" -> assertThat(trial.cause()).isNull();
        case "fake.throws" -> assertThat(trial.cause()).hasMessage("no such luck");
        case "fake.full" -> assertThat(trial.cause()).isInstanceOf(OutOfMemoryError.class);
        case "fake.unlinked" -> assertThat(trial.cause()).isInstanceOf(UnsatisfiedLinkError.class);
        default ->
            assertThat(trial.cause())
                .hasMessage("family 'fake.nan' gave a logit of NaN on a validation row");
      }
      assertThat(Double.isNaN(trial.loss())).isEqualTo(trial.cause() != null);
    }
    assertThat(nan.open()).as("students not closed").isZero();
  }

  @Test
  void if_all_fail_every_cause_of_every_search_is_named() {
    FakeFamily first =
        FakeFamily.soft("fake.a")
            .before(
                fit -> {
                  throw new FitException("first reason");
                });
    FakeFamily second = FakeFamily.soft("fake.b").adding(Float.POSITIVE_INFINITY);
    assertThatThrownBy(() -> distill(config().build(), first, second))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("all 6 trials of the student search failed")
        .hasMessageContaining("all 6 trials of the twin search failed")
        .hasMessageContaining("× fake.a: first reason")
        .hasMessageContaining("× fake.b: family 'fake.b' gave a logit")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(12));
  }

  @Test
  void if_only_the_twins_fail_that_is_said() {
    FakeFamily taught =
        FakeFamily.soft("fake.taught")
            .before(
                fit -> {
                  if (labelsAlone(fit)) {
                    throw new FitException("no teacher");
                  }
                });
    assertThatThrownBy(() -> distill(config().alphas(List.of(0.5)).build(), taught))
        .isInstanceOf(SweepException.class)
        .hasMessage("all 6 trials of the twin search failed; 6 × fake.taught:" + " no teacher");
  }

  @Test
  void an_error_of_a_family_is_its_trials_failure() {
    FakeFamily broken =
        FakeFamily.soft("fake.broken")
            .before(
                fit -> {
                  throw new AssertionError("a bug");
                });
    DistillationResult result = distill(config().build(), broken, soft);
    assertThat(result.trials())
        .filteredOn(t -> t.spec().family().equals("fake.broken"))
        .isNotEmpty()
        .allSatisfy(
            t ->
                assertThat(t.cause())
                    .hasMessage("family 'fake.broken' threw java.lang.AssertionError: a bug")
                    .hasRootCauseMessage("a bug"));
  }

  @Test
  void families_that_cannot_do_the_task_are_left_out_or_if_asked_for_refused() {
    FakeFamily hard = new FakeFamily("fake.hard", TargetLevel.HARD_LABELS);
    FakeFamily narrow = FakeFamily.soft("fake.narrow").maxClasses(1);
    DistillationResult result = distill(config().build(), hard, narrow, soft);
    assertThat(result.trials()).allMatch(t -> t.spec().family().equals("fake.soft"));
    assertThat(hard.fits()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distill(config().build(), hard, narrow))
        .withMessage(
            "no student family fits: fake.hard learns from labels alone and can't be distilled"
                + " into; fake.narrow takes at most 1 classes, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> distill(config().families(List.of("fake.soft", "fake.hard")).build(), hard, soft))
        .withMessage(
            "not all student families fit: fake.hard learns from labels alone and can't be"
                + " distilled into");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distill(config().families(List.of("fake.sofd")).build(), soft))
        .withMessageContaining("unknown student family 'fake.sofd'");
  }

  @Test
  void given_temperatures_and_alphas_are_the_only_ones_tried() {
    DistillationResult result =
        distill(
            config()
                .trials(12)
                .temperatures(List.of(2.0, 4.0, 2.0))
                .alphas(List.of(0.25, 0.75))
                .build(),
            soft);
    for (TrialOutcome t : result.trials()) {
      if (t.spec().kind() == TrialSpec.Kind.STUDENT) {
        assertThat(t.spec().temperature()).isIn(2.0, 4.0);
        assertThat(t.spec().alpha()).isIn(0.25, 0.75);
      }
    }
    DistillationResult ranges = distill(config().trials(12).build(), soft);
    assertThat(of(ranges, "student"))
        .allSatisfy(
            t -> {
              assertThat(t.spec().temperature()).isBetween(0.5, 5.0);
              assertThat(t.spec().alpha()).isBetween(0.0, 1.0);
            });
  }

  @Test
  void the_reference_plan_searches_each_cell_on_labels_alone_and_chooses_by_its_own_loss() {
    FakeFamily other = FakeFamily.soft("fake.other");
    DistillConfig config =
        config()
            .plan(SweepPlan.REFERENCE)
            .trials(3)
            .temperatures(List.of(1.0, 3.0, 3.0))
            .alphas(List.of(0.4))
            .build();
    DistillationResult result = distill(config, soft, other);
    Set<String> cells =
        result.trials().stream().map(t -> t.spec().search()).collect(Collectors.toSet());
    assertThat(cells)
        .containsExactlyInAnyOrder(
            "fake.soft T=1.0 alpha=0.4",
            "fake.soft T=3.0 alpha=0.4",
            "fake.other T=1.0 alpha=0.4",
            "fake.other T=3.0 alpha=0.4",
            "twin");
    cells.remove("twin");
    for (String cell : cells) {
      assertThat(of(result, cell))
          .hasSize(3)
          .allSatisfy(
              t -> {
                assertThat(t.spec().kind()).isEqualTo(TrialSpec.Kind.REFERENCE);
                assertThat(t.calibration()).isEqualTo(1);
                // KL is summed over rows and CE is not: on 300 rows that is far more than both.
                assertThat(t.loss()).isGreaterThan(t.kl() + t.logLoss());
              });
    }
    List<FakeFamily.Fit> fits = new ArrayList<>(soft.fits());
    fits.addAll(other.fits());
    assertThat(fits).isNotEmpty().allMatch(AutoDistillerTest::labelsAlone);
    TrialOutcome chosen = result.student().chosen();
    assertThat(of(result, chosen.spec().search()))
        .allSatisfy(t -> assertThat(t.loss()).isGreaterThanOrEqualTo(chosen.loss()));
    assertThat(of(result, "twin")).hasSize(12);
  }

  @Test
  void the_reference_plan_has_nine_cells_a_family_by_default() {
    DistillationResult result = distill(config().plan(SweepPlan.REFERENCE).trials(1).build(), soft);
    Set<String> cells = new TreeSet<>();
    result.trials().forEach(t -> cells.add(t.spec().temperature() + " " + t.spec().alpha()));
    assertThat(cells)
        .contains(
            "0.5 0.3", "0.5 0.5", "0.5 0.7", "1.0 0.3", "1.0 0.5", "1.0 0.7", "2.0 0.3", "2.0 0.5",
            "2.0 0.7");
  }

  @Test
  void in_the_reference_plan_a_family_that_fails_leaves_its_cells_out() {
    FakeFamily throwing =
        FakeFamily.soft("fake.throws")
            .before(
                fit -> {
                  throw new FitException("never");
                });
    DistillationResult result =
        distill(config().plan(SweepPlan.REFERENCE).trials(2).build(), throwing, soft);
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.soft");
  }

  @Test
  void test_rows_never_reach_a_fit() {
    for (SweepPlan plan : SweepPlan.values()) {
      distill(config().plan(plan).trials(2).build(), soft);
    }
    assertThat(soft.fits())
        .isNotEmpty()
        .allSatisfy(
            fit -> {
              assertThat(fit.training().features().values()).doesNotContain(Planted.TEST_MARKER);
              fit.context()
                  .validation()
                  .ifPresent(
                      v -> assertThat(v.features().values()).doesNotContain(Planted.TEST_MARKER));
            });
  }

  @Test
  void validation_rows_are_none_of_the_rows_that_are_fitted_on() {
    distill(config().trials(2).build(), soft);
    distill(config().trials(2).foldRows(0).searchRows(100).build(), soft);
    int watched = 0;
    for (FakeFamily.Fit fit : soft.fits()) {
      if (fit.context().validation().isPresent()) {
        watched++;
        Set<Float> fitted = new TreeSet<>();
        for (int i = 0; i < fit.training().features().rows(); i++) {
          fitted.add(fit.training().features().get(i, 1));
        }
        var validation = fit.context().validation().orElseThrow().features();
        for (int i = 0; i < validation.rows(); i++) {
          assertThat(fitted).doesNotContain(validation.get(i, 1));
        }
      }
    }
    assertThat(watched).isPositive();
  }

  @Test
  void trials_see_a_share_of_many_rows_and_the_chosen_student_all() {
    DistillationResult result =
        distill(config().trials(2).foldRows(0).searchRows(100).build(), soft);
    List<Integer> sizes =
        soft.fits().stream().map(f -> f.training().features().rows()).distinct().toList();
    assertThat(sizes).containsExactlyInAnyOrder(100, 240, 300);
    assertThat(of(result, "twin final")).hasSize(2);
  }

  @Test
  void finalists_see_a_larger_share_of_very_many_rows_and_the_chosen_student_all() {
    DistillationResult result =
        distill(config().trials(2).foldRows(0).searchRows(100).finalRows(200).build(), soft);
    List<Integer> sizes =
        soft.fits().stream().map(f -> f.training().features().rows()).distinct().toList();
    assertThat(sizes).containsExactlyInAnyOrder(100, 200, 300);
    assertThat(of(result, "student final")).isNotEmpty();
  }

  @Test
  void two_families_come_to_the_last_round_and_the_students_configuration_to_the_twins() {
    FakeFamily other = FakeFamily.soft("fake.other").cuttingAt(-0.9f);
    DistillationResult result =
        distill(config().trials(6).foldRows(0).searchRows(100).build(), soft, other);
    for (String search : List.of("student final", "twin final")) {
      assertThat(of(result, search))
          .extracting(t -> t.spec().family())
          .contains("fake.soft", "fake.other");
    }
    TrialSpec best =
        of(result, "student final").stream()
            .min(Comparator.comparingDouble(TrialOutcome::loss))
            .orElseThrow()
            .spec();
    assertThat(of(result, "twin final"))
        .extracting(t -> t.spec().hyperparameters())
        .contains(best.hyperparameters());
    // One of them at several weights, the other at one alone.
    assertThat(of(result, "student final").stream().filter(t -> t.spec().alpha() != 0.3))
        .hasSize(2)
        .allMatch(t -> t.spec().family().equals(best.family()));
  }

  @Test
  void with_many_more_rows_the_last_round_has_a_wider_student_and_a_wider_twin() {
    DistillationTask many = Planted.task(6_000);
    FakeFamily widening = FakeFamily.soft("fake.wide").withUnits();
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(widening)),
                config().trials(2).foldRows(0).searchRows(1_000).build())
            .distill(many, QUIET, new Cancellation());
    for (String search : List.of("student", "twin")) {
      assertThat(of(result, search))
          .extracting(t -> t.spec().hyperparameters().integer("units"))
          .contains(4);
      assertThat(of(result, search + " final"))
          .extracting(t -> t.spec().hyperparameters().integer("units"))
          .contains(16);
    }
  }

  @Test
  void with_limits_what_may_grow_comes_to_the_last_round_though_it_was_only_looked_at() {
    FakeFamily[] families = {
      FakeFamily.soft("fake.a").cuttingAt(0.2f),
      FakeFamily.soft("fake.b").cuttingAt(0.21f),
      FakeFamily.soft("fake.wide").withUnits()
    };
    for (Limits limits : List.of(Limits.NONE, new Limits(0, 100_000))) {
      DistillConfig config = config().trials(2).foldRows(0).searchRows(200).limits(limits).build();
      DistillationResult result = distill(config, families);
      assertThat(of(result, "student").stream().filter(TrialOutcome::succeeded))
          .extracting(t -> t.spec().family())
          .doesNotContain("fake.wide");
      for (String search : List.of("student final", "twin final")) {
        assertThat(of(result, search).stream().anyMatch(t -> t.spec().family().equals("fake.wide")))
            .as(search + ", " + limits)
            .isEqualTo(limits.any());
      }
    }
  }

  @Test
  void rows_that_were_not_thinned_are_not_fitted_on_again_in_the_finals() {
    DistillationResult result = distill(config().trials(2).foldRows(0).build(), soft);
    assertThat(of(result, "twin final")).isEmpty();
  }

  @Test
  void the_final_fit_takes_the_steps_that_early_stopping_kept() {
    FakeFamily stepped = FakeFamily.soft("fake.stepped").withSteps();
    DistillationResult result = distill(config().trials(3).build(), stepped);
    assertThat(result.trials())
        .allSatisfy(
            t -> {
              assertThat(t.spec().hyperparameters().integer("rounds")).isEqualTo(50);
              assertThat(t.steps()).isEqualTo(3);
            });
    List<Integer> last =
        stepped.fits().stream()
            .filter(f -> f.training().features().rows() == 300)
            .map(f -> f.hyperparameters().integer("rounds"))
            .toList();
    assertThat(last).isNotEmpty().containsOnly(3);
  }

  @Test
  void a_cancelled_sweep_ends_with_the_best_so_far() {
    for (SweepPlan plan : SweepPlan.values()) {
      Cancellation cancellation = new Cancellation();
      cancellation.cancel();
      DistillationResult result =
          new AutoDistiller(
                  StudentCatalog.of(List.of(soft)),
                  config().plan(plan).trials(1000).threads(1).build())
              .distill(task, QUIET, cancellation);
      assertThat(result.endedEarly()).isTrue();
      int searches = plan == SweepPlan.JOINT ? 2 : 10;
      assertThat(result.trials()).hasSize(searches);
      assertThat(result.trials()).allMatch(t -> t.failure().isEmpty());
      assertThat(result.student().test().get("kl")).isFinite();
    }
  }

  @Test
  void running_fits_are_broken_off_when_a_sweep_is_cancelled() {
    Cancellation cancellation = new Cancellation();
    FakeFamily cancelling =
        FakeFamily.soft("fake.cancelling")
            .before(
                fit -> {
                  if (fit.number() == 20) {
                    cancellation.cancel();
                  }
                });
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(cancelling)), config().trials(500).threads(1).build())
            .distill(task, QUIET, cancellation);
    assertThat(result.endedEarly()).isTrue();
    assertThat(result.trials()).hasSize(10).allMatch(TrialOutcome::succeeded);
  }

  @Test
  void a_sweep_that_is_cancelled_in_its_finals_ends_with_what_it_has() {
    for (int threads : new int[] {1, 2}) {
      Cancellation cancellation = new Cancellation();
      SweepListener listener =
          (outcome, best, done, total) -> {
            if (outcome.spec().search().contains(" final ")) {
              cancellation.cancel();
            }
          };
      DistillationResult result =
          new AutoDistiller(
                  StudentCatalog.of(List.of(soft)),
                  config().foldRows(0).searchRows(100).threads(threads).build())
              .distill(task, listener, cancellation);
      assertThat(result.endedEarly()).isTrue();
      assertThat(result.student().test().get("kl")).isFinite();
      assertThat(of(result, "student final")).isEmpty();
    }
  }

  @Test
  void a_cancelled_sweep_waits_only_for_searches_without_a_success() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    FakeFamily throwing =
        FakeFamily.soft("fake.throws")
            .before(
                fit -> {
                  throw new FitException("never");
                });
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(throwing, soft)),
                config().plan(SweepPlan.REFERENCE).trials(5).threads(1).build())
            .distill(task, QUIET, cancellation);
    assertThat(result.endedEarly()).isTrue();
    // Nine cells that fail, five times each; nine that work and the twin, once each.
    assertThat(result.trials().size()).isEqualTo(9 * 5 + 9 + 1);
  }

  @Test
  void a_timeout_ends_early_too() {
    DistillationResult result =
        distill(config().trials(1000).threads(1).timeout(Duration.ofNanos(1)).build(), soft);
    assertThat(result.endedEarly()).isTrue();
    assertThat(result.trials()).hasSize(2);
    assertThat(distill(config().timeout(Duration.ofDays(1_000_000)).build(), soft).endedEarly())
        .isFalse();
  }

  @Test
  void a_grid_that_is_used_up_ends_the_sweep_and_not_early() {
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(soft)),
                config().trials(1000).temperatures(List.of(1.0)).alphas(List.of(0.3, 0.7)).build(),
                StudySettings.inMemory(new GridSampler(2), true, Pruner.NONE),
                SelectionRule::closestToTeacher,
                new LocalTrialExecutor(2))
            .distill(task, QUIET, new Cancellation());
    // 2 cuts × 2 smooths (× 2 alphas), and the defaults.
    assertThat(of(result, "student")).hasSize(9);
    assertThat(of(result, "twin")).hasSize(5);
    assertThat(result.endedEarly()).isFalse();
  }

  @Test
  void the_listener_hears_of_every_trial_in_turn() {
    List<Integer> counts = new ArrayList<>();
    List<String> without = new ArrayList<>();
    DistillationResult result =
        new AutoDistiller(StudentCatalog.of(List.of(soft)), config().build())
            .distill(
                task,
                (outcome, best, done, total) -> {
                  counts.add(done);
                  assertThat(done).isLessThanOrEqualTo(total);
                  if (best == null) {
                    without.add(outcome.spec().search());
                  } else {
                    assertThat(best.loss()).isLessThanOrEqualTo(outcome.loss());
                    assertThat(best.spec().search()).isEqualTo(outcome.spec().search());
                  }
                },
                new Cancellation());
    assertThat(counts).hasSize(result.trials().size()).isSorted();
    assertThat(without).allMatch(search -> search.contains(" final "));
  }

  @Test
  void a_selection_rule_and_a_sampler_of_ones_own_are_used() {
    List<Integer> finalists = new ArrayList<>();
    DistillationResult result =
        new AutoDistiller(
                StudentCatalog.of(List.of(soft)),
                config().build(),
                StudySettings.inMemory(new RandomSampler(), true, Pruner.NONE),
                (outcomes, twin) -> {
                  finalists.add(outcomes.size());
                  assertThat(twin.spec().kind()).isEqualTo(TrialSpec.Kind.TWIN);
                  return outcomes.get(outcomes.size() - 1);
                },
                new LocalTrialExecutor(1))
            .distill(task, QUIET, new Cancellation());
    assertThat(finalists).hasSize(1);
    assertThat(result.student().chosen().spec().kind()).isEqualTo(TrialSpec.Kind.STUDENT);
  }

  @Test
  void a_student_without_a_portable_form_is_refused_by_name() {
    FakeFamily bound = FakeFamily.soft("fake.bound").withoutPortableForm();
    assertThatThrownBy(() -> distill(config().build(), bound))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("family 'fake.bound' has no portable form");
    FakeFamily wrong = FakeFamily.soft("fake.wrong").adding(0.5f);
    assertThatThrownBy(() -> distill(config().build(), wrong))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("family 'fake.wrong': its portable form gives logit");
    assertThat(wrong.open()).isZero();
  }

  @Test
  void where_the_chosen_student_cannot_be_delivered_the_next_family_is() {
    FakeFamily bound = FakeFamily.soft("fake.bound").withoutPortableForm();
    FakeFamily worse = FakeFamily.soft("fake.worse").cuttingAt(0.5f);
    DistillationResult result = distill(config().build(), bound, worse);
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.worse");
    assertThat(result.twin().chosen().spec().family()).isEqualTo("fake.worse");
    assertThat(result.trials())
        .filteredOn(t -> t.failure().isPresent())
        .extracting(t -> t.spec().search() + ": " + t.failure().orElseThrow().getMessage())
        .containsExactly(
            "student last fit: family 'fake.bound' has no portable form, so it can't be written to"
                + " a file",
            "twin last fit: family 'fake.bound' has no portable form, so it can't be written to a"
                + " file");
    assertThat(bound.open()).isZero();
  }

  @Test
  void the_better_families_get_more_trials() {
    List<FakeFamily> families = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      // The further the split is forced from the middle, the worse.
      families.add(FakeFamily.soft("fake.f" + i).cuttingAt(i == 4 ? 0 : 0.4f + 0.08f * i));
    }
    DistillationResult result =
        distill(config().trials(30).build(), families.toArray(new FakeFamily[0]));
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.f4");
    for (String search : List.of("student", "twin")) {
      Map<String, Long> tried =
          result.trials().stream()
              .filter(t -> t.spec().search().equals(search))
              .collect(Collectors.groupingBy(t -> t.spec().family(), Collectors.counting()));
      assertThat(tried.keySet()).hasSize(7);
      assertThat(tried.values().stream().mapToLong(n -> n).sum()).isEqualTo(7 + 30);
      assertThat(tried.get("fake.f4"))
          .isEqualTo(tried.values().stream().mapToLong(n -> n).max().orElseThrow());
    }
  }

  @Test
  void every_family_gets_a_trial_even_if_there_are_more_than_trials() {
    DistillationResult result =
        distill(
            config().trials(1).build(),
            FakeFamily.soft("fake.a"),
            FakeFamily.soft("fake.b"),
            FakeFamily.soft("fake.c"));
    assertThat(result.trials())
        .filteredOn(t -> t.spec().search().equals("student"))
        .extracting(t -> t.spec().family())
        .containsExactly("fake.a", "fake.b", "fake.c");
  }

  @Test
  void provenance_says_how_the_student_came_to_be_in_any_locale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      DistillationResult result = distill(config().seed(42).build(), soft);
      Map<String, String> provenance = result.student().file().provenance();
      assertThat(provenance)
          .containsEntry("plan", "joint")
          .containsEntry("family", "fake.soft")
          .containsEntry("seed", "42")
          .containsEntry("train.rows", "300")
          .containsKeys("hyperparameter.cut", "temperature", "alpha");
      assertThat(Objects.requireNonNull(provenance.get("train.sha256"))).matches("[0-9a-f]{64}");
      assertThat(result.twin().file().provenance()).containsEntry("alpha", "0.0");
      assertThat(result.verdict().sentence()).matches("\\p{ASCII}+");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void a_distiller_runs_one_trial_and_records_what_goes_wrong() {
    TrialRunner distiller =
        new TrialRunner(
            StudentCatalog.of(List.of(soft)),
            task.train(),
            task.trainTeacher(),
            List.of(LabelSource.of(LabelSource.GIVEN, task.trainTeacher())),
            DistillConfig.builder().trialTimeout(Duration.ofMinutes(1)).build(),
            new SharedForms(),
            () -> false);
    Rows rows = Rows.cut(task.train(), config().build());
    TrialSpec spec =
        new TrialSpec(
            "s",
            TrialSpec.Kind.STUDENT,
            0,
            "fake.soft",
            2,
            0.5,
            LabelSource.GIVEN,
            0,
            new Hyperparameters(Map.of("cut", 0.2, "smooth", 1.0)),
            "trial 0",
            7);
    TrialOutcome outcome = distiller.run(spec, Cut.of(rows.search()), 1, TrialRunner.Watch.NONE);
    assertThat(outcome.failure()).isEmpty();
    assertThat(outcome.loss()).isBetween(0.0, 1.0);
    assertThat(outcome.kl()).isBetween(0.0, 0.05);
    assertThat(outcome.accuracy()).isBetween(0.8, 1.0);
    // Each row is judged once and fitted on in the other fold.
    assertThat(soft.fits()).hasSize(2);
    assertThat(soft.fits().get(0).context().seed()).isEqualTo(7);
    assertThat(
            distiller
                .run(spec, Cut.of(List.of(Rows.all(task.train()))), 1, TrialRunner.Watch.NONE)
                .cause())
        .hasMessage("a fold without validation rows can't be judged");
  }

  /** A teacher that knows only so much of what there is to know, or more in other answers. */
  private DistillationTask unsure(double share, double[] inSample) {
    double[] train = task.trainTeacher().clone();
    for (int i = 0; i < train.length; i++) {
      train[i] = 0.5 + share * (train[i] - 0.5);
    }
    return new DistillationTask(
        task.train(), train, inSample, task.test(), task.testTeacher(), false, null);
  }

  private DistillationResult distill(DistillationTask other, DistillConfig config) {
    return new AutoDistiller(StudentCatalog.of(List.of(soft)), config)
        .distill(other, QUIET, new Cancellation());
  }

  @Test
  void who_wants_to_predict_may_learn_from_a_calibrated_teacher() {
    DistillConfig config = config().trials(30).alphas(List.of(1.0)).teacherWeight(0).build();
    DistillationResult result = distill(unsure(0.2, new double[0]), config);
    assertThat(of(result, "student")).extracting(t -> t.spec().source()).contains("calibrated");
    assertThat(result.student().chosen().spec().source()).isEqualTo("calibrated");
    assertThat(result.diagnosis().calibration()).startsWith("beta a ");
    // The planted probabilities are met, though the teacher says 0.58 for 0.9.
    assertThat(result.student().test().get("log_loss"))
        .isLessThan(result.teacher().get("log_loss") + 0.02);
  }

  @Test
  void who_wants_to_mimic_is_given_the_teacher_as_it_is() {
    DistillConfig config = config().trials(30).teacherWeight(1).build();
    DistillationResult result = distill(unsure(0.2, new double[0]), config);
    assertThat(result.trials()).extracting(t -> t.spec().source()).containsOnly("given");
    assertThat(result.student().chosen().kl()).isLessThan(0.01);
  }

  @Test
  void in_sample_answers_are_learned_from_where_they_are_better() {
    DistillConfig config = config().trials(30).alphas(List.of(1.0)).teacherWeight(0).build();
    DistillationResult result = distill(unsure(0.2, task.trainTeacher()), config);
    assertThat(of(result, "student"))
        .extracting(t -> t.spec().source())
        .contains("given", "in_sample", "calibrated");
    // Calibrated, the unsure ones say the same.
    String source = result.student().chosen().spec().source();
    assertThat(source).isIn("in_sample", "calibrated");
    assertThat(result.student().file().provenance()).containsEntry("source", source);
  }

  @Test
  void where_the_teacher_is_of_no_use_the_twin_is_delivered() {
    double[] unknowing = new double[task.trainTeacher().length];
    Arrays.fill(unknowing, 0.5);
    DistillationTask misled =
        DistillationTask.of(task.train(), unknowing, task.test(), task.testTeacher());
    DistillConfig config = config().trials(20).teacherWeight(0).alphas(List.of(0.0, 0.5)).build();
    DistillationResult result = distill(misled, config);
    assertThat(result.student().chosen().spec().kind()).isEqualTo(TrialSpec.Kind.TWIN);
    assertThat(result.student().testProbabilities())
        .containsExactly(result.twin().testProbabilities());
    assertThat(result.verdict().helped()).isFalse();
  }
}
