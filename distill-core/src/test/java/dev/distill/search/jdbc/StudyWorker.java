package dev.distill.search.jdbc;

import dev.distill.search.Pruner;
import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A search with starting points, curves and pruning, whose sampler looks at what went before: a
 * process of its own, {@code StudyWorker STORE STUDY TRIALS WORKERS [HANG-AT]}. It says on its
 * output what it begins and what it was done with.
 */
final class StudyWorker {
  private static final int STARTS = 3;
  private static final SearchSpace SPACE =
      SearchSpace.builder()
          .add(new Hyperparameter.Choice("kind", List.of("a", "b"), "a", ""))
          .add(new Hyperparameter.Real("x", -5, 5, false, 0, ""))
          .addUnder("kind", "b", new Hyperparameter.Int("n", 1, 100, true, 10, ""))
          .build();

  private StudyWorker() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (JdbcStore store = JdbcStore.open(arguments[0])) {
      run(
          store,
          arguments[1],
          Integer.parseInt(arguments[2]),
          Integer.parseInt(arguments[3]),
          arguments.length > 4 ? Integer.parseInt(arguments[4]) : -1,
          System.out::println);
    }
  }

  /** Works at a study until all of its trials have ended. */
  static void run(
      StudyStore store, String name, int trials, int workers, int hangAt, Consumer<String> says)
      throws InterruptedException {
    Study study =
        Study.builder(SPACE)
            .name(name)
            .store(store)
            .seed(3)
            .sampler(until(trials))
            .pruner(worseThanMost())
            .inFlight(workers == 1 ? 1 : 0)
            .resume();
    for (int i = 0; i < STARTS && workers == 1; i++) {
      start(study, i);
    }
    says.accept("ready");
    for (int asked = 1; ; asked++) {
      Optional<Trial> next = study.ask();
      if (next.isPresent()) {
        says.accept("begin " + next.get().number());
        if (asked == hangAt) {
          says.accept("hang");
          Thread.sleep(Long.MAX_VALUE);
        }
        evaluate(study, next.get());
        says.accept("end " + next.get().number());
      } else if (study.trials().stream().allMatch(trial -> trial.state().ended())) {
        return;
      } else {
        Thread.sleep(5);
      }
    }
  }

  private static void start(Study study, int i) {
    Map<String, Object> attributes = Map.of("start", i);
    boolean there =
        study.trials().stream()
            .anyMatch(trial -> Integer.valueOf(i).equals(trial.userAttributes().get("start")));
    if (!there) {
      study.enqueue(new Hyperparameters(Map.of("x", i - 1.0)), "start " + i, attributes);
    }
  }

  private static void evaluate(Study study, Trial trial) throws InterruptedException {
    double x = trial.parameters().real("x");
    double loss = x * x + (trial.parameters().choice("kind").equals("a") ? 0.5 : 0);
    study.attribute(trial.number(), "noted", x);
    for (int step = 1; step <= 3; step++) {
      Thread.sleep(1);
      if (study.report(trial.number(), step, loss + 1.0 / step)) {
        study.prune(trial.number(), Map.of("at", step));
        return;
      }
    }
    study.tell(trial.number(), List.of(loss), List.of(-loss), Map.of("done", true));
  }

  /** Steps from the best so far. */
  private static Sampler until(int trials) {
    return question -> {
      if (question.trials().size() >= trials) {
        return Optional.empty();
      }
      double best = 3;
      double value = Double.POSITIVE_INFINITY;
      for (Trial trial : question.trials()) {
        if (trial.state() == Trial.State.COMPLETE && trial.value() < value) {
          value = trial.value();
          best = trial.parameters().real("x");
        }
      }
      double step = question.random().nextGaussian();
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("kind", step > 0 ? "a" : "b");
      values.put("x", Math.max(-5, Math.min(5, best + step)));
      if (step <= 0) {
        values.put("n", 1 + question.trials().size());
      }
      return Optional.of(new Hyperparameters(values));
    };
  }

  private static Pruner worseThanMost() {
    return (trial, others) -> {
      int step = trial.curve().lastKey();
      double own = trial.curve().values().stream().reduce((a, b) -> b).orElseThrow();
      int better = 0;
      int known = 0;
      for (Trial other : others) {
        Double value = other.curve().get(step);
        if (value != null) {
          known++;
          better += value < own ? 1 : 0;
        }
      }
      return known > 4 && better > 0.7 * known;
    };
  }
}
