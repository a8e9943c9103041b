package dev.distill.search.jdbc;

import dev.distill.search.Study;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.SearchSpace;
import java.util.List;
import java.util.Map;

/** Prints how long it takes to store and reload trials: {@code StoreTime FILE-OR-URL [TRIALS]}. */
final class StoreTime {
  private StoreTime() {}

  public static void main(String[] arguments) {
    int trials = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
    SearchSpace space =
        SearchSpace.builder()
            .add(new Hyperparameter.Real("a", 1e-5, 1, true, 0.1, ""))
            .add(new Hyperparameter.Real("b", 0, 1, false, 0.1, ""))
            .add(new Hyperparameter.Int("c", 1, 100, false, 1, ""))
            .add(new Hyperparameter.Int("d", 1, 100, true, 1, ""))
            .add(new Hyperparameter.Choice("e", List.of("x", "y", "z"), "x", ""))
            .build();
    long start = System.nanoTime();
    try (JdbcStore store = JdbcStore.open(arguments[0])) {
      Study study = Study.builder(space).store(store).create();
      for (int i = 0; i < trials; i++) {
        Trial trial = study.ask().orElseThrow();
        study.tell(
            trial.number(),
            List.of(trial.parameters().real("a")),
            List.of(),
            Map.of("seconds", 0.25, "family", "tree"));
      }
    }
    long stored = System.nanoTime();
    try (JdbcStore store = JdbcStore.open(arguments[0])) {
      if (store.trials("study").size() != trials) {
        throw new IllegalStateException("trials are missing");
      }
    }
    long read = System.nanoTime();
    System.out.printf(
        "%d trials: stored in %.2f s, reloaded in %.2f s%n",
        trials, (stored - start) / 1e9, (read - stored) / 1e9);
  }
}
