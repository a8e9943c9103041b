package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.search.MedianPruner;
import dev.distill.search.StudyStore;
import dev.distill.search.jdbc.JdbcStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several workers on the studies of one sweep. */
@Timeout(120)
class SharedStudyTest {
  private static final SweepListener QUIET = (outcome, best, done, total) -> {};

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final DistillationTask task = Planted.task(200);

  /** Fits take longer now and then, so that who ends first differs. */
  private static AutoDistiller distiller(StudyStore store, boolean resume) {
    FakeFamily family =
        FakeFamily.soft("fake.soft")
            .before(
                fit -> {
                  try {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(30));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    DistillConfig config =
        DistillConfig.builder().trials(8).threads(1).inFlight(2).folds(2).augment(0).build();
    return new AutoDistiller(
        StudentCatalog.of(List.of(family)),
        config,
        new StudySettings(
            StudySettings.tpe(),
            true,
            new MedianPruner(),
            StudySettings.PruneOn.STEPS,
            store,
            "shared",
            resume,
            Map.of()),
        SelectionRule.of(config),
        new LocalTrialExecutor(1));
  }

  @Test
  void all_wait_for_what_others_run_and_come_to_the_same_student() throws Exception {
    DistillationResult alone;
    List<String> studies;
    try (StudyStore store = JdbcStore.open(folder.resolve("alone.db"))) {
      alone = distiller(store, false).distill(task, QUIET, new Cancellation());
      studies = store.studies();
    }
    Path file = folder.resolve("shared.db");
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try (StudyStore store = JdbcStore.open(file);
        StudyStore second = JdbcStore.open(file);
        StudyStore third = JdbcStore.open(file)) {
      Future<DistillationResult> run =
          workers.submit(() -> distiller(store, false).distill(task, QUIET, new Cancellation()));
      while (!second.studies().contains("shared/twin")) {
        Thread.sleep(1);
      }
      Future<Integer> other =
          workers.submit(() -> distiller(second, true).work(task, QUIET, new Cancellation()));
      int trials = distiller(third, true).work(task, QUIET, new Cancellation());
      assertThat(run.get().student().file().toBytes()).isEqualTo(alone.student().file().toBytes());
      assertThat(run.get().trials()).hasSameSizeAs(alone.trials());
      assertThat(trials).isEqualTo(other.get()).isEqualTo(alone.trials().size());
      assertThat(store.studies()).isEqualTo(studies);
    } finally {
      workers.shutdownNow();
    }
  }
}
