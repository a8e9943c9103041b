package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.Trial;
import dev.distill.search.jdbc.JdbcStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class WorkerCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Object[] run(int trials) throws IOException {
    Cli.writeData(folder, "train", 200, 1);
    List<Object> all = new ArrayList<>(List.of("run", "--label", "kind", "--threads", 1));
    all.addAll(List.of("--train", folder.resolve("train.csv")));
    all.addAll(List.of("--teacher", folder.resolve("train_teacher.csv")));
    all.addAll(List.of("--families", "smile.tree", "--trials", trials, "--in-flight", 2));
    all.addAll(List.of("--study", folder.resolve("study.db"), "--out", folder.resolve("out")));
    return all.toArray();
  }

  private Cli.Outcome work(Object... more) {
    List<Object> all = new ArrayList<>(List.of("worker", "--study", folder.resolve("study.db")));
    all.addAll(List.of(more));
    return Cli.run(all.toArray());
  }

  @Test
  void it_waits_for_the_run_and_works_until_nothing_is_left() throws Exception {
    CompletableFuture<Cli.Outcome> worker = CompletableFuture.supplyAsync(this::work);
    Cli.Outcome run = Cli.run(run(20));
    assertThat(run.code()).as(run.err()).isZero();
    Cli.Outcome worked = worker.get();
    assertThat(worked.code()).as(worked.err()).isZero();
    long ended = 0;
    try (JdbcStore store = JdbcStore.open(folder.resolve("study.db"))) {
      for (String study : store.studies()) {
        ended += store.trials(study).stream().filter(t -> t.state().ended()).count();
        assertThat(store.trials(study)).noneMatch(t -> t.state() == Trial.State.RUNNING);
      }
    }
    assertThat(worked.err()).containsOnlyOnce("waiting for a run to begin in ");
    assertThat(worked.out()).contains("Nothing is left to do: there are " + ended + " trials.");
    assertThat(run.out()).contains(ended + " trials in ");
  }

  @Test
  void it_says_what_is_not_there_or_was_changed() throws Exception {
    Cli.Outcome none = work("--wait", "0s");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("study.db");
    assertThat(Cli.run(run(2)).code()).isZero();
    Cli.Outcome other = work("--study-name", "other", "--wait", "0s");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("there is no study 'other'", "expected one of [distill]");
    Files.writeString(folder.resolve("train.csv"), "changed");
    Cli.Outcome changed = work();
    assertThat(changed.code()).isEqualTo(2);
    assertThat(changed.err()).contains("train.csv: it was changed since the run");
  }
}
