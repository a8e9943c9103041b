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

  private static final double NEVER = Double.NEGATIVE_INFINITY;

  @Test
  void one_worker_is_a_search_one_trial_after_the_other() {
    double[] best = SearchBench.search(PROBLEM, new TpeSampler(), 3, 20, 1);
    WorkersBench.Outcome all = WorkersBench.simulate(PROBLEM, 1, 0, 20, NEVER, 3);
    assertThat(all.best()).isEqualTo(best[19]);
    assertThat(all.trials()).isEqualTo(20);
    assertThat(all.twice()).isZero();
    WorkersBench.Outcome some = WorkersBench.simulate(PROBLEM, 1, 0, 20, best[5], 3);
    assertThat(some.best()).isEqualTo(best[5]);
    assertThat(some.trials()).isLessThanOrEqualTo(6);
    assertThat(some.time()).isLessThan(all.time());
  }

  @Test
  void workers_divide_the_work_and_order_costs_time() {
    double alone = WorkersBench.simulate(PROBLEM, 1, 0, 80, NEVER, 3).time();
    double free = WorkersBench.simulate(PROBLEM, 4, 0, 80, NEVER, 3).time();
    double ordered = WorkersBench.simulate(PROBLEM, 4, 4, 80, NEVER, 3).time();
    assertThat(free).isBetween(alone / 4, alone / 2);
    assertThat(ordered).isBetween(Math.nextUp(free), alone);
  }

  @Test
  void prints_both_tables() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WorkersBench.run(
        List.of("--workers", "2", "--seeds", "1"), new PrintStream(bytes, true, UTF_8));
    assertThat(bytes.toString(UTF_8))
        .contains("| hartmann6 | 2 |", "| mixed | 2 |", "| SQLite |", "| memory |");
  }
}
