package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.Direction;
import dev.distill.search.RandomSampler;
import dev.distill.search.StoreException;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every store does; a test of one says how it is opened. */
abstract class StoreContract {
  static final SearchSpace SPACE =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("family", List.of("tree", "net"), "net", "kind"))
          .addSteps(new Hyperparameter.Int("rounds", 1, 500, true, 100, "how many"))
          .addUnder("family", "tree", new Hyperparameter.Int("depth", -3, 12, false, 6, "how deep"))
          .addUnder(
              "family", "net", new Hyperparameter.Real("rate", 1e-5, 1, true, 0.1, "how fast"))
          .add(new Hyperparameter.Real("shift", -1, 1.5, false, 0, ""))
          .build();

  /** The store of this test, opened once more; empty at first. */
  abstract StudyStore open();

  /** The same studies as they are read from where they are kept. */
  abstract StudyStore reopened(StudyStore store);

  private static StudyStore.Header header(String name, Direction... directions) {
    return new StudyStore.Header(name, List.of(directions), SPACE, Map.of(), Map.of());
  }

  static Study.Builder study(StudyStore store) {
    return Study.builder(SPACE).store(store).seed(7).sampler(new RandomSampler());
  }

  @Test
  void keeps_all_of_a_study() {
    StudyStore store = open();
    StudyStore.Header made =
        new StudyStore.Header(
            "née \"Δ\" '; --",
            List.of(Direction.MAXIMIZE, Direction.MINIMIZE),
            SPACE,
            Map.of("data", "abc", "nested", Map.of("a", List.of(1, 2.5, true, "ü\n"))),
            Map.of("distill:seed", 5));
    store.create(header("first", Direction.MINIMIZE));
    store.create(made);
    store.attribute(made.name(), "data", "def");
    store.attribute(made.name(), "more", 1e-300);
    store = reopened(store);
    assertThat(store.studies()).containsExactly("first", made.name());
    StudyStore.Header found = store.find(made.name()).orElseThrow();
    assertThat(found.directions()).isEqualTo(made.directions());
    assertThat(found.userAttributes())
        .isEqualTo(
            Map.of("data", "def", "nested", made.userAttributes().get("nested"), "more", 1e-300));
    assertThat(found.systemAttributes()).isEqualTo(made.systemAttributes());
    SearchSpace space = Objects.requireNonNull(found.space());
    assertThat(space.describe()).isEqualTo(SPACE.describe());
    assertThat(space.dimensions()).isEqualTo(SPACE.dimensions());
    assertThat(space.steps()).contains("rounds");
    assertThat(store.find("other")).isEmpty();
    store.close();
  }

  @Test
  void a_name_is_given_once() {
    try (StudyStore store = open()) {
      store.create(header("a", Direction.MINIMIZE));
      assertThatThrownBy(() -> store.create(header("a", Direction.MAXIMIZE)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("there is a study 'a' already");
      assertThatThrownBy(() -> store.trials("b"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("there is no study 'b'");
    }
  }

  @Test
  void keeps_all_of_its_trials() {
    StudyStore store = open();
    Study study = study(store).create();
    study.enqueue(SPACE.defaults(), "start", Map.of("why", "known good"));
    Trial first = study.ask().orElseThrow();
    study.report(0, 1, 0.5);
    study.report(0, 2, 0.25);
    study.report(0, 2, 0.125);
    study.attribute(0, "note", List.of(1, Map.of("k", 0.1)));
    study.tell(0, List.of(0.1 + 0.2), List.of(-1.0, 0.5), Map.of("rows", 100_000_000_000L));
    study.ask();
    study.report(1, 1, 3);
    study.prune(1, Map.of("pruned", true));
    study.ask();
    study.fail(2, "out of\nluck", Map.of());
    study.ask();
    study.enqueue(SPACE.defaults());
    List<Trial> before = study.trials();
    store = reopened(store);
    List<Trial> after = store.trials("study");
    assertThat(after).isEqualTo(before);
    assertThat(after.get(0).parameters()).isEqualTo(first.parameters());
    assertThat(List.copyOf(after.get(0).parameters().values().keySet()))
        .containsExactly("family", "rounds", "rate", "shift");
    assertThat(after.get(0).value()).isEqualTo(0.1 + 0.2);
    assertThat(after.get(0).curve()).isEqualTo(new TreeMap<>(Map.of(1, 0.5, 2, 0.125)));
    assertThat(after.get(0).userAttributes())
        .isEqualTo(
            Map.of(
                "why",
                "known good",
                "note",
                List.of(1, Map.of("k", 0.1)),
                "rows",
                100_000_000_000L));
    assertThat(after.get(0).violation()).isEqualTo(0.5);
    assertThat(after.get(2).failure()).contains("out of\nluck");
    assertThat(after.stream().map(Trial::state))
        .containsExactly(
            Trial.State.COMPLETE,
            Trial.State.PRUNED,
            Trial.State.FAILED,
            Trial.State.RUNNING,
            Trial.State.WAITING);
    assertThat(after.get(4).parameters()).isEqualTo(SPACE.defaults());
    assertThat(after.get(4).started()).isNull();
    store.close();
  }

  @Test
  void several_objectives_and_values_without_bound() {
    StudyStore store = open();
    store.create(header("s", Direction.MINIMIZE, Direction.MAXIMIZE, Direction.MINIMIZE));
    Trial trial =
        new Trial(
            0,
            Trial.State.COMPLETE,
            SPACE.defaults(),
            List.of(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE),
            new TreeMap<>(
                Map.of(0, Double.NaN, 1, Double.POSITIVE_INFINITY, 2, Double.NEGATIVE_INFINITY)),
            Map.of(),
            Map.of(),
            null,
            null);
    store.add("s", trial);
    store = reopened(store);
    assertThat(store.trials("s").get(0).values()).isEqualTo(trial.values());
    assertThat(store.trials("s").get(0).curve()).isEqualTo(trial.curve());
    store.close();
  }

  @Test
  void studies_in_one_store_do_not_mix() {
    StudyStore store = open();
    Study a = study(store).name("a").create();
    Study b = study(store).name("b").create();
    for (int i = 0; i < 5; i++) {
      a.tell(a.ask().orElseThrow().number(), i);
      b.tell(b.ask().orElseThrow().number(), -i);
    }
    store = reopened(store);
    assertThat(store.trials("a").stream().map(Trial::value))
        .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
    assertThat(store.trials("b").stream().map(Trial::number)).containsExactly(0, 1, 2, 3, 4);
    assertThat(store.trials("b").get(4).value()).isEqualTo(-4);
    store.close();
  }

  @Test
  void a_resumed_study_goes_on_as_one_that_was_not_interrupted() {
    StudyStore store = open();
    Study study = study(store).create();
    for (int i = 0; i < 3; i++) {
      study.tell(study.ask().orElseThrow().number(), i);
    }
    store = reopened(store);
    Study resumed = study(store).resume();
    Study whole = study(open()).name("whole").create();
    for (int i = 0; i < 6; i++) {
      Trial expected = whole.ask().orElseThrow();
      if (i >= 3) {
        assertThat(resumed.ask().orElseThrow().number()).isEqualTo(i);
      }
      assertThat(resumed.trials().get(i).parameters()).isEqualTo(expected.parameters());
    }
    StudyStore closed = store;
    assertThatThrownBy(() -> study(closed).seed(8).resume())
        .hasMessage("study 'study' was made with another seed: 7, got 8");
    assertThatThrownBy(() -> study(closed).directions(List.of(Direction.MAXIMIZE)).resume())
        .hasMessageContaining("was made with another set of directions");
    store.close();
  }

  @Test
  void a_part_of_the_space_is_written_as_the_whole() {
    StudyStore store = open();
    Study study = study(store).create();
    study.tell(study.ask(SPACE.where("family", "tree")).orElseThrow().number(), 1);
    study.tell(study.ask(SPACE.where("family", "net")).orElseThrow().number(), 1);
    List<Trial> before = study.trials();
    store = reopened(store);
    assertThat(store.trials("study")).isEqualTo(before);
    assertThat(store.trials("study").get(1).parameters().choice("family")).isEqualTo("net");
    store.close();
  }

  @Test
  void a_configuration_beside_the_space_is_refused() {
    try (StudyStore store = open()) {
      Study study = study(store).create();
      assertThatThrownBy(() -> study.enqueue(new Hyperparameters(Map.of("no", 1))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(study.trials()).isEmpty();
    }
  }
}
