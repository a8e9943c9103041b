package dev.distill.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.TpeSampler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkersBenchTest {
  private static final SearchProblems.Problem PROBLEM = SearchProblems.analytic().get(0);

  @Test
  void one_worker_is_a_search_one_trial_after_the_other() {
    WorkersBench.Outcome alone = WorkersBench.simulate(PROBLEM, 1, 0, 20, 3);
    assertThat(alone.best()).isEqualTo(SearchBench.search(PROBLEM, new TpeSampler(), 3, 20, 1));
    assertThat(alone.time()).isEqualTo(alone.work());
    assertThat(alone.twice()).isZero();
  }

  @Test
  void workers_divide_the_work_and_order_costs_time() {
    WorkersBench.Outcome free = WorkersBench.simulate(PROBLEM, 4, 0, 80, 3);
    WorkersBench.Outcome ordered = WorkersBench.simulate(PROBLEM, 4, 4, 80, 3);
    assertThat(free.time()).isBetween(free.work() / 4, free.work() / 2);
    assertThat(ordered.time()).isGreaterThan(free.time());
    assertThat(ordered.work()).isEqualTo(free.work());
  }

  @Test
  void prints_both_tables() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WorkersBench.run(
        List.of("--workers", "2", "--seeds", "1"), new PrintStream(bytes, true, UTF_8));
    assertThat(bytes.toString(UTF_8))
        .contains("| hartmann6 | 2 | 400 |", "| mixed | 2 | 400 |", "| SQLite |", "| memory |");
  }
}
