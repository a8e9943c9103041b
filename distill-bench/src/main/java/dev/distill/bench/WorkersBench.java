package dev.distill.bench;

import dev.distill.search.MemoryStore;
import dev.distill.search.RandomSampler;
import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.TpeSampler;
import dev.distill.search.Trial;
import dev.distill.search.jdbc.JdbcStore;
import dev.distill.spi.Seeds;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A simulation of many workers on one study: how many trials are wasted because the sampler must
 * suggest before it knows (constant liar), and what stragglers cost. Time is simulated: a trial
 * takes about one unit, log-normally, one in twenty ten times that. Then how many trials a second
 * stores take.
 */
final class WorkersBench {
  static final String USAGE = "workers [--workers 1,2,4,8,32,128,1000] [--seeds 9] [--store PLACE]";

  private static final int GOAL_TRIALS = 1_000;
  private static final int GOAL_SEEDS = 9;
  private static final int MOST_TRIALS = 400;
  private static final int TRIALS_A_WORKER = 3;
  private static final double SPREAD = 0.5;
  private static final double STRAGGLERS = 0.05;
  private static final double SLOWER = 10;
  private static final int STORED = 1_000;
  private static final int MEASURED = 200;

  private WorkersBench() {}

  static void run(List<String> words, PrintStream out) throws IOException {
    List<Integer> workers = List.of(1, 2, 4, 8, 32, 128, 1000);
    int seeds = 9;
    String place = null;
    for (int i = 0; i < words.size(); i += 2) {
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException(
            "unknown option, or one without its value: " + words.get(i));
      }
      String value = words.get(i + 1);
      switch (words.get(i)) {
        case "--workers" ->
            workers = Arrays.stream(value.split(",")).map(Integer::parseInt).toList();
        case "--seeds" -> seeds = Integer.parseInt(value);
        case "--store" -> place = value;
        default -> throw new IllegalArgumentException("unknown option " + words.get(i));
      }
    }
    out.printf(
        "To the value of the best of %d random trials; medians of %d seeds; one trial in %.0f takes"
            + " %.0f times as long.%n%n| problem | workers | trials until then | of them wasted | times as"
            + " fast | with --in-flight: trials | times as fast | twice in flight |%n"
            + "|---|---|---|---|---|---|---|---|%n",
        GOAL_TRIALS, seeds, 1 / STRAGGLERS, SLOWER);
    for (SearchProblems.Problem problem : SearchProblems.analytic()) {
      if (problem.name().equals("hartmann6") || problem.name().equals("mixed")) {
        table(problem, workers, seeds, out);
      }
    }
    rates(place, out);
  }

  /**
   * What a simulation came to.
   *
   * @param trials how many had ended when the goal was reached, or in all
   * @param time when that was
   * @param best the lowest value then
   * @param twice suggestions that were in flight already
   */
  record Outcome(int trials, double time, double best, int twice) {}

  private static void table(
      SearchProblems.Problem problem, List<Integer> workers, int seeds, PrintStream out) {
    double goal = goal(problem);
    List<Outcome> alone = new ArrayList<>();
    for (int seed = 0; seed < seeds; seed++) {
      alone.add(simulate(problem, 1, 0, MOST_TRIALS, goal, seed));
    }
    for (int count : workers) {
      int most = Math.max(MOST_TRIALS, TRIALS_A_WORKER * count);
      double[][] trials = new double[2][seeds];
      double[][] faster = new double[2][seeds];
      double[] wasted = new double[seeds];
      int twice = 0;
      for (int seed = 0; seed < seeds; seed++) {
        Outcome one = alone.get(seed);
        for (int way = 0; way < 2; way++) {
          Outcome many = simulate(problem, count, way == 0 ? 0 : count, most, goal, seed);
          trials[way][seed] = many.trials();
          faster[way][seed] = one.time() / many.time();
          twice += way == 0 ? many.twice() : 0;
        }
        wasted[seed] = Math.max(0, 1 - one.trials() / trials[0][seed]);
      }
      out.printf(
          Locale.ROOT,
          "| %s | %d | %.0f | %.0f %% | %.1f | %.0f | %.1f | %d |%n",
          problem.name(),
          count,
          SearchBench.quantile(trials[0], 0.5),
          100 * SearchBench.quantile(wasted, 0.5),
          SearchBench.quantile(faster[0], 0.5),
          SearchBench.quantile(trials[1], 0.5),
          SearchBench.quantile(faster[1], 0.5),
          twice);
    }
  }

  /** The median over seeds of what random search finds. */
  private static double goal(SearchProblems.Problem problem) {
    double[] best = new double[GOAL_SEEDS];
    for (int seed = 0; seed < best.length; seed++) {
      best[seed] =
          SearchBench.search(problem, new RandomSampler(), seed, GOAL_TRIALS, 1)[GOAL_TRIALS - 1];
    }
    return SearchBench.quantile(best, 0.5);
  }

  private record Running(double end, Trial trial) {}

  /**
   * Runs a study by simulated workers: whoever is free asks, at once.
   *
   * @param inFlight as {@link Study.Builder#inFlight}: 0 for suggestions that depend on who ended
   * @param most trials
   * @param goal a value that is low enough to stop
   */
  static Outcome simulate(
      SearchProblems.Problem problem, int workers, int inFlight, int most, double goal, long seed) {
    Study study =
        Study.builder(problem.space())
            .sampler(new TpeSampler())
            .seed(seed)
            .inFlight(inFlight)
            .store(new MemoryStore())
            .create();
    RandomGenerator times = Seeds.random(seed, "times");
    PriorityQueue<Running> running =
        new PriorityQueue<>(
            Comparator.comparingDouble(Running::end).thenComparing(r -> r.trial().number()));
    double best = Double.POSITIVE_INFINITY;
    double now = 0;
    int asked = 0;
    int twice = 0;
    int told = 0;
    while (told < most && best > goal) {
      while (running.size() < workers && asked < most) {
        Optional<Trial> trial = study.ask();
        if (trial.isEmpty()) {
          break;
        }
        twice += running.stream().anyMatch(r -> same(r.trial(), trial.get())) ? 1 : 0;
        double takes = Math.exp(SPREAD * times.nextGaussian());
        takes *= times.nextDouble() < STRAGGLERS ? SLOWER : 1;
        running.add(new Running(now + takes, trial.get()));
        asked++;
      }
      Running next = running.remove();
      now = next.end();
      double loss = problem.loss().apply(next.trial().parameters());
      study.tell(next.trial().number(), loss);
      best = Math.min(best, loss);
      told++;
    }
    return new Outcome(told, now, best, twice);
  }

  private static boolean same(Trial a, Trial b) {
    return a.parameters().equals(b.parameters());
  }

  /** How many trials are asked and told a second, where a thousand are there. */
  private static void rates(@Nullable String place, PrintStream out) throws IOException {
    out.printf("%n| store | asked and told, trials a second | busy workers at 10 s a trial |%n");
    out.printf("|---|---|---|%n");
    rate("memory", new MemoryStore(), out);
    Path folder = Files.createTempDirectory("workers");
    Path file = folder.resolve("study.db");
    try (StudyStore sqlite = JdbcStore.open(file)) {
      rate("SQLite", sqlite, out);
    } finally {
      for (String name : names(folder)) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.delete(folder);
    }
    if (place != null) {
      try (StudyStore given = JdbcStore.open(place)) {
        rate(place.replaceFirst("[?].*", ""), given, out);
      }
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new HashSet<>();
    try (var files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private static void rate(String name, StudyStore store, PrintStream out) {
    SearchProblems.Problem problem = SearchProblems.analytic().get(1);
    Study study =
        Study.builder(problem.space())
            .name("rate " + System.nanoTime())
            .sampler(new TpeSampler())
            .store(store)
            .create();
    long start = 0;
    for (int i = 0; i < STORED + MEASURED; i++) {
      if (i == STORED) {
        start = System.nanoTime();
      }
      Trial trial = study.ask().orElseThrow();
      study.tell(trial.number(), problem.loss().apply(trial.parameters()));
    }
    double rate = MEASURED / ((System.nanoTime() - start) / 1e9);
    out.printf(Locale.ROOT, "| %s | %.0f | %,.0f |%n", name, rate, 10 * rate);
  }
}
