package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.MemoryStore;
import dev.distill.search.Pruner;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.spi.FitException;
import dev.distill.spi.StudentModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Students of trials that a sweep kept. */
@Timeout(120)
class PickTest {
  private final DistillationTask task = Planted.task(300);
  private final StudyStore store = new MemoryStore();
  private final FakeFamily first = FakeFamily.soft("fake.first").withSteps();
  private final FakeFamily second = FakeFamily.soft("fake.second").cuttingAt(0.6f);

  private List<FakeFamily.Fit> fits() {
    List<FakeFamily.Fit> all = new ArrayList<>(first.fits());
    all.addAll(second.fits());
    return all;
  }

  private static DistillConfig.Builder config() {
    return DistillConfig.builder().trials(6).threads(1).folds(2);
  }

  private AutoDistiller distiller(DistillConfig config, boolean begun, StudentModel... families) {
    StudySettings defaults = StudySettings.defaults();
    StudySettings settings =
        begun
            ? StudySettings.kept(store, "test")
            : new StudySettings(
                defaults.sampler(),
                true,
                Pruner.NONE,
                defaults.pruneOn(),
                store,
                "test",
                false,
                Map.of());
    return new AutoDistiller(
        StudentCatalog.of(List.of(families)),
        config,
        settings,
        SelectionRule::closestToTeacher,
        new LocalTrialExecutor(1));
  }

  private DistillationResult sweep(DistillConfig config) {
    return distiller(config, false, first, second)
        .distill(task, (outcome, best, done, total) -> {}, new Cancellation());
  }

  private DistillationResult pick(DistillConfig config, String search, int trial) {
    return distiller(config, true, first, second).pick(task, search, trial);
  }

  private Map<String, List<Trial>> trials() {
    Map<String, List<Trial>> all = new LinkedHashMap<>();
    store.studies().forEach(study -> all.put(study, store.trials(study)));
    return all;
  }

  @Test
  void the_chosen_trial_gives_the_student_and_the_twin_of_the_sweep() {
    // With few rows, with many, and with so many that trials are fitted on a part of them.
    for (DistillConfig config :
        List.of(
            config().seed(1).build(),
            config().seed(2).foldRows(0).build(),
            config().seed(3).foldRows(0).searchRows(100).build())) {
      PickTest own = new PickTest();
      DistillationResult swept = own.sweep(config);
      TrialSpec chosen = swept.student().chosen().spec();
      Map<String, List<Trial>> before = own.trials();
      int fits = own.fits().size();
      DistillationResult picked = own.pick(config, chosen.search(), chosen.number());
      assertThat(picked.student().chosen()).isEqualTo(swept.student().chosen());
      assertThat(picked.student().file().toBytes()).isEqualTo(swept.student().file().toBytes());
      assertThat(picked.twin().chosen()).isEqualTo(swept.twin().chosen());
      assertThat(picked.twin().file().toBytes()).isEqualTo(swept.twin().file().toBytes());
      assertThat(picked.verdict()).isEqualTo(swept.verdict());
      assertThat(picked.trials()).containsExactlyInAnyOrderElementsOf(swept.trials());
      assertThat(own.trials()).isEqualTo(before);
      assertThat(own.fits()).as("student and twin, once").hasSize(fits + 2);
      assertThat(own.fits().stream().filter(fit -> fit.training().features().rows() == 300))
          .as("on all rows, by the sweep and by this")
          .hasSize(2 + 2);
    }
  }

  @Test
  void any_trial_of_the_search_can_be_picked() {
    DistillationResult swept = sweep(config().build());
    for (TrialOutcome trial : swept.trials()) {
      if (trial.spec().search().equals("student")) {
        DistillationResult picked = pick(config().build(), "student", trial.spec().number());
        assertThat(picked.student().chosen()).isEqualTo(trial);
        assertThat(picked.student().file().provenance())
            .containsEntry("family", trial.spec().family())
            .containsEntry("alpha", Double.toString(trial.spec().alpha()));
      }
    }
  }

  @Test
  void cells_of_the_reference_plan_can_be_picked() {
    DistillConfig config =
        config()
            .plan(SweepPlan.REFERENCE)
            .trials(2)
            .temperatures(List.of(2.0))
            .alphas(List.of(0.4))
            .build();
    DistillationResult swept = sweep(config);
    TrialSpec chosen = swept.student().chosen().spec();
    DistillationResult picked = pick(config, chosen.search(), chosen.number());
    assertThat(picked.student().file().toBytes()).isEqualTo(swept.student().file().toBytes());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pick(config, "student", 0))
        .withMessage(
            "search 'student' has no trial to pick, expected one of [fake.first T=2.0 alpha=0.4,"
                + " fake.second T=2.0 alpha=0.4]");
  }

  @Test
  void a_trial_without_a_student_is_refused_with_those_that_have_one() {
    first.before(
        fit -> {
          throw new FitException("no luck");
        });
    DistillationResult swept = sweep(config().build());
    TrialSpec failed =
        swept.trials().stream()
            .filter(t -> t.failure().isPresent())
            .map(TrialOutcome::spec)
            .filter(spec -> spec.search().equals("student"))
            .findFirst()
            .orElseThrow();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pick(config().build(), "student", failed.number()))
        .withMessageMatching(
            "search 'student', trial %s: it is failed, expected one of \\[\\d(, \\d)*]"
                .formatted(failed.number()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pick(config().build(), "twin", 0))
        .withMessageContaining("search 'twin' has no trial to pick, expected one of [student");
  }

  @Test
  void a_trial_above_the_limits_is_refused() {
    FakeFamily large = FakeFamily.soft("fake.large").withIdleTrees(300);
    DistillConfig config = config().limits(new Limits(0, 3_000)).build();
    distiller(config, false, large, second)
        .distill(task, (outcome, best, done, total) -> {}, new Cancellation());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distiller(config, true, large, second).pick(task, "student", 0))
        .withMessageStartingWith(
            "search 'student', trial 0: it is above the limits (3000 bytes), expected one of [");
  }

  @Test
  void what_was_not_kept_or_made_of_something_else_is_refused_and_nothing_is_written() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pick(config().build(), "student", 0))
        .withMessage("there is no study 'test/student', expected one of []");
    assertThat(store.studies()).isEmpty();
    sweep(config().build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pick(config().seed(7).build(), "student", 0))
        .withMessageContaining("another seed");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                distiller(config().build(), true, first, second)
                    .pick(Planted.task(299), "student", 0))
        .withMessageContaining("another data");
  }

  @Test
  void a_last_fit_that_fails_is_said_and_nothing_takes_its_place() {
    sweep(config().build());
    first.before(
        fit -> {
          throw new FitException("no luck");
        });
    second.before(
        fit -> {
          throw new FitException("none either");
        });
    assertThatThrownBy(() -> pick(config().build(), "student", 0))
        .isInstanceOf(SweepException.class)
        .hasMessageContaining("no student could be made to deliver")
        .hasMessageContaining("no luck")
        .hasMessageNotContaining("none either");
  }
}
