package dev.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class StudyTest {
  private static final SearchSpace SPACE =
      SearchSpace.builder().add(new Hyperparameter.Real("x", 0, 1, false, 0.5, "")).build();

  private final Study study = Study.builder(SPACE).sampler(new RandomSampler()).seed(1).create();

  @Test
  void asks_and_is_told() {
    Trial asked = study.ask().orElseThrow();
    assertThat(asked.number()).isZero();
    assertThat(asked.state()).isEqualTo(Trial.State.RUNNING);
    assertThat(asked.value()).isNaN();
    study.tell(0, 0.25);
    Trial told = study.trials().get(0);
    assertThat(told.state()).isEqualTo(Trial.State.COMPLETE);
    assertThat(told.value()).isEqualTo(0.25);
    assertThat(told.failure()).isEmpty();
    assertThat(told.parameters()).isEqualTo(asked.parameters());
  }

  @Test
  void a_failure_keeps_its_cause() {
    study.ask();
    Exception cause = new IllegalStateException("out of luck");
    study.fail(0, cause);
    assertThat(study.trials().get(0).state()).isEqualTo(Trial.State.FAILED);
    assertThat(study.trials().get(0).failure())
        .contains("java.lang.IllegalStateException: out of luck");
    assertThat(study.best()).isEmpty();
  }

  @Test
  void a_value_that_is_not_finite_counts_as_a_failure() {
    double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (int i = 0; i < values.length; i++) {
      study.ask();
      study.tell(i, values[i]);
      Trial trial = study.trials().get(i);
      assertThat(trial.state()).isEqualTo(Trial.State.FAILED);
      assertThat(trial.value()).isNaN();
      assertThat(trial.failure()).contains("the trial's value is " + values[i]);
    }
    assertThat(study.best()).isEmpty();
  }

  @Test
  void there_are_as_many_trials_as_are_wanted_also_when_one_is_given_again() {
    assertThat(study.ask(SPACE, 2)).isPresent();
    assertThat(study.ask(SPACE, 2)).isPresent();
    assertThat(study.ask(SPACE, 2)).isEmpty();
    study.giveBack(0);
    assertThat(study.ask(SPACE, 2)).isPresent();
    assertThat(study.ask(SPACE, 2)).isEmpty();
    study.enqueue(SPACE.defaults());
    assertThat(study.ask(SPACE, 2)).isPresent();
    assertThat(study.ask(SPACE, 2)).isEmpty();
  }

  @Test
  void several_that_ask_at_once_do_not_get_more_than_are_wanted() throws Exception {
    MemoryStore store = new MemoryStore();
    List<Study> studies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      studies.add(Study.builder(SPACE).sampler(new RandomSampler()).store(store).resume());
    }
    ExecutorService pool = Executors.newFixedThreadPool(studies.size());
    try {
      List<Future<?>> asking = new ArrayList<>();
      for (Study one : studies) {
        asking.add(
            pool.submit(
                () -> {
                  Optional<Trial> trial = one.ask(SPACE, 500);
                  while (trial.isPresent()) {
                    one.tell(trial.get().number(), 1);
                    trial = one.ask(SPACE, 500);
                  }
                }));
      }
      for (Future<?> one : asking) {
        one.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(studies.get(0).trials()).hasSize(500);
  }

  @Test
  void what_is_enqueued_comes_first_in_its_order() {
    study.enqueue(new Hyperparameters(Map.of("x", 0.75)));
    study.enqueue(SPACE.defaults());
    assertThat(study.ask().orElseThrow().parameters().real("x")).isEqualTo(0.75);
    assertThat(study.ask().orElseThrow().parameters().real("x")).isEqualTo(0.5);
    assertThat(study.ask()).isPresent();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study.enqueue(new Hyperparameters(Map.of("x", 2.0))))
        .withMessage("x must be from 0.0 to 1.0, got 2.0");
  }

  @Test
  void an_end_is_told_once_and_of_a_trial_that_was_asked_for() {
    study.ask();
    study.tell(0, 1);
    assertThatIllegalStateException()
        .isThrownBy(() -> study.tell(0, 2))
        .withMessage("trial 0 is not running: COMPLETE");
    assertThatIllegalStateException().isThrownBy(() -> study.fail(0, new Exception()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study.tell(1, 2))
        .withMessage("trial 1 was never asked for; there are 1");
    assertThatIllegalArgumentException().isThrownBy(() -> study.fail(-1, new Exception()));
    assertThat(study.trials().get(0).value()).isEqualTo(1);
  }

  @Test
  void the_best_has_the_lowest_value_and_of_equals_is_the_first() {
    for (int i = 0; i < 4; i++) {
      study.ask();
    }
    assertThat(study.best()).isEmpty();
    study.tell(3, 1);
    study.tell(2, 1);
    study.tell(0, 2);
    study.fail(1, new Exception());
    assertThat(study.best().orElseThrow().number()).isEqualTo(2);
  }

  @Test
  void a_sampler_with_nothing_left_ends_the_study() {
    Study empty = Study.builder(SPACE).sampler(question -> Optional.empty()).seed(1).create();
    assertThat(empty.ask()).isEmpty();
    assertThat(empty.trials()).isEmpty();
  }

  @Test
  void a_sampler_sees_all_trials_running_ones_included() {
    List<Integer> seen = new ArrayList<>();
    Study watched =
        Study.builder(SPACE)
            .sampler(
                question -> {
                  seen.add(question.trials().size());
                  return Optional.of(question.space().defaults());
                })
            .seed(1)
            .create();
    watched.ask();
    watched.ask();
    assertThat(seen).containsExactly(0, 1);
  }

  @Test
  void the_trials_are_a_copy() {
    study.ask();
    List<Trial> trials = study.trials();
    assertThatThrownBy(trials::clear).isInstanceOf(UnsupportedOperationException.class);
    study.ask();
    assertThat(trials).hasSize(1);
  }

  @Test
  void many_threads_share_a_study() throws Exception {
    int threads = 8;
    int each = 200;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        running.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    Trial trial = study.ask().orElseThrow();
                    study.tell(trial.number(), trial.parameters().real("x"));
                  }
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    } finally {
      pool.shutdownNow();
    }
    List<Trial> trials = study.trials();
    assertThat(trials).hasSize(threads * each);
    Study alone = Study.builder(SPACE).sampler(new RandomSampler()).seed(1).create();
    Set<Double> values = new HashSet<>();
    for (int i = 0; i < trials.size(); i++) {
      assertThat(trials.get(i).number()).isEqualTo(i);
      assertThat(trials.get(i).parameters()).isEqualTo(alone.ask().orElseThrow().parameters());
      values.add(trials.get(i).value());
    }
    assertThat(study.best().orElseThrow().value())
        .isEqualTo(values.stream().mapToDouble(v -> v).min().orElseThrow());
  }

  @Test
  void asks_within_a_part_of_the_space() {
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Choice("family", List.of("a", "b"), "a", ""))
            .addUnder("family", "a", new Hyperparameter.Real("a.x", 0, 1, false, 0.5, ""))
            .addUnder("family", "b", new Hyperparameter.Real("b.x", 0, 1, false, 0.5, ""))
            .build();
    Study parts = Study.builder(space).create();
    assertThat(parts.ask(space.where("family", "b")).orElseThrow().parameters().values())
        .containsOnlyKeys("family", "b.x")
        .containsEntry("family", "b");
  }
}
