package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.MemoryStore;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What stores do that outlive their process and are open several times at once. */
abstract class JdbcStoreContract extends StoreContract {
  static final JdbcStore.Timing QUICK =
      new JdbcStore.Timing(Duration.ofMillis(20), Duration.ofSeconds(60), Duration.ofSeconds(60));
  private static final JdbcStore.Timing SILENT =
      new JdbcStore.Timing(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(60));

  @Test
  void what_fails_as_a_whole_is_not_written() {
    StudyStore store = open();
    Study study = study(store).create();
    Trial trial = study.ask().orElseThrow();
    assertThatThrownBy(() -> study.tell(0, List.of(1.0), List.of(), Map.of("x", new Object())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store.trials("study").get(0)).isEqualTo(trial);
    study.tell(0, 2);
    store = reopened(store);
    assertThat(store.trials("study").get(0).value()).isEqualTo(2);
    store.close();
  }

  /** The URL of what {@link #open} opens. */
  abstract String url();

  /** Changes the tables behind the store's back. */
  final void sql(String statement) {
    try (Connection connection = DriverManager.getConnection(url());
        Statement changing = connection.createStatement()) {
      changing.executeUpdate(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private int count(String rows) {
    try (Connection connection = DriverManager.getConnection(url());
        Statement asking = connection.createStatement();
        ResultSet row = asking.executeQuery("SELECT COUNT(*) FROM " + rows)) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_store_sees_what_another_writes() {
    StudyStore store = open();
    Study one = study(store).create();
    StudyStore second = open();
    Study other = study(second).resume();
    one.enqueue(SPACE.defaults());
    assertThat(other.ask().orElseThrow().parameters()).isEqualTo(SPACE.defaults());
    assertThat(one.trials().get(0).state()).isEqualTo(Trial.State.RUNNING);
    other.report(0, 1, 0.5);
    other.attribute(0, "note", "x");
    assertThat(one.trials().get(0).curve()).isEqualTo(Map.of(1, 0.5));
    assertThat(one.trials().get(0).userAttributes()).isEqualTo(Map.of("note", "x"));
    assertThat(one.ask().orElseThrow().number()).isEqualTo(1);
    other.tell(0, 3);
    assertThat(one.trials()).isEqualTo(other.trials());
    assertThat(one.best().orElseThrow().value()).isEqualTo(3);
    store.close();
    second.close();
  }

  @Test
  void many_stores_give_each_trial_once() throws Exception {
    StudyStore first = open();
    study(first).create();
    int workers = 3;
    int each = 25;
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    List<Future<List<Integer>>> running = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      running.add(
          pool.submit(
              () -> {
                List<Integer> numbers = new ArrayList<>();
                try (StudyStore store = open()) {
                  Study study = study(store).resume();
                  for (int i = 0; i < each; i++) {
                    Trial trial = study.ask().orElseThrow();
                    study.report(trial.number(), 1, i);
                    study.tell(trial.number(), i);
                    numbers.add(trial.number());
                  }
                }
                return numbers;
              }));
    }
    List<Integer> numbers = new ArrayList<>();
    for (Future<List<Integer>> worker : running) {
      numbers.addAll(worker.get());
    }
    pool.shutdown();
    assertThat(numbers).doesNotHaveDuplicates().hasSize(workers * each);
    List<Trial> trials = first.trials("study");
    assertThat(trials).hasSize(workers * each).allMatch(t -> t.state() == Trial.State.COMPLETE);
    Study alone = study(new MemoryStore()).create();
    for (Trial trial : trials) {
      assertThat(trial.parameters()).isEqualTo(alone.ask().orElseThrow().parameters());
    }
    first.close();
  }

  @Test
  void the_trials_of_a_closed_store_are_given_again() {
    StudyStore store = open();
    Study study = study(store).create();
    study.enqueue(SPACE.defaults(), "start", Map.of("why", "known good"));
    Trial dead = study.ask().orElseThrow();
    study.report(0, 1, 0.5);
    store.close();
    assertThatThrownBy(study::ask)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    store = open();
    Study resumed = study(store).resume();
    Trial again = resumed.ask().orElseThrow();
    assertThat(again.number()).isEqualTo(1);
    assertThat(again.parameters()).isEqualTo(dead.parameters());
    assertThat(again.userAttributes()).isEqualTo(dead.userAttributes());
    assertThat(again.systemAttributes())
        .containsEntry("distill:instead_of", 0)
        .containsEntry("distill:purpose", "start");
    assertThat(again.curve()).isEmpty();
    Trial failed = resumed.trials().get(0);
    assertThat(failed.state()).isEqualTo(Trial.State.FAILED);
    assertThat(failed.failure()).contains("its worker ended without a word");
    assertThat(failed.curve()).isEqualTo(Map.of(1, 0.5));
    resumed.tell(1, 2);
    assertThat(resumed.ask().orElseThrow().number()).isEqualTo(2);
    store.close();
  }

  @Test
  void the_trials_of_a_host_that_falls_silent_are_given_again() {
    StudyStore store = JdbcStore.open(url(), SILENT);
    Study study = study(store).create();
    Trial dead = study.ask().orElseThrow();
    study.ask();
    StudyStore elsewhere = open();
    Study other = study(elsewhere).resume();
    Worker runs = Worker.of(dead.systemAttributes().get(JdbcStore.WORKER)).orElseThrow();
    Worker away = new Worker("elsewhere", runs.pid(), runs.started(), runs.store());
    sql(
        "UPDATE trial_system_attributes SET value_json = '%s' WHERE trial_id = 1 AND value_json LIKE '%%pid%%'"
            .formatted(Json.write(away.attribute())));
    assertThat(other.ask().orElseThrow().number()).isEqualTo(2);
    sql("UPDATE trial_heartbeats SET heartbeat = '2020-01-01 00:00:00'");
    Trial again = other.ask().orElseThrow();
    assertThat(again.number()).isEqualTo(3);
    assertThat(again.parameters()).isEqualTo(dead.parameters());
    assertThat(other.trials().stream().map(Trial::state))
        .containsExactly(
            Trial.State.FAILED, Trial.State.RUNNING, Trial.State.RUNNING, Trial.State.RUNNING);
    // A worker that wakes up again is told so.
    assertThatThrownBy(() -> study.tell(0, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("trial 0 is not running: FAILED");
    store.close();
    elsewhere.close();
  }

  @Test
  void a_worker_says_that_it_lives() throws Exception {
    StudyStore store = open();
    Study study = study(store).create();
    study.ask();
    sql("UPDATE trial_heartbeats SET heartbeat = '2020-01-01 00:00:00'");
    // open() has it beat often; the build's own limit ends this where it does not.
    while (count("trial_heartbeats WHERE heartbeat < '2021-01-01 00:00:00'") > 0) {
      Thread.sleep(10);
    }
    study.tell(0, 1);
    store.close();
  }
}
