package dev.distill.bench;

import dev.distill.search.MemoryStore;
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
 * A simulation of many workers on one study: what the sampler loses because it must suggest before
 * it knows (constant liar), and what stragglers cost. Time is simulated: a trial takes about one
 * unit, log-normally, one in twenty ten times that. Then how many trials a second stores take.
 */
final class WorkersBench {
  static final String USAGE = "workers [--workers 1,2,4,8,32,128,1000] [--seeds 3] [--store PLACE]";

  private static final int LEAST_TRIALS = 400;
  private static final int TRIALS_A_WORKER = 3;
  private static final double SPREAD = 0.5;
  private static final double STRAGGLERS = 0.05;
  private static final double SLOWER = 10;
  private static final int STORED = 1_000;
  private static final int MEASURED = 200;

  private WorkersBench() {}

  static void run(List<String> words, PrintStream out) throws IOException {
    List<Integer> workers = List.of(1, 2, 4, 8, 32, 128, 1000);
    int seeds = 3;
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
        "| problem | workers | trials | best (median) | alone | alone it takes | wasted | time / ideal"
            + " | with --in-flight | twice in flight |%n|---|---|---|---|---|---|---|---|---|---|%n");
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
   * @param best the lowest value after each trial that ended
   * @param time when the last one ended
   * @param work the sum of all trials' times
   * @param twice suggestions that were in flight already
   */
  record Outcome(double[] best, double time, double work, int twice) {
    double last() {
      return best[best.length - 1];
    }
  }

  private static void table(
      SearchProblems.Problem problem, List<Integer> workers, int seeds, PrintStream out) {
    int most = workers.stream().mapToInt(WorkersBench::trials).max().orElseThrow();
    List<Outcome> alone = new ArrayList<>();
    for (int seed = 0; seed < seeds; seed++) {
      alone.add(simulate(problem, 1, 0, most, seed));
    }
    for (int count : workers) {
      int trials = trials(count);
      double[] best = new double[seeds];
      double[] reference = new double[seeds];
      double[] needed = new double[seeds];
      double[] time = new double[seeds];
      double[] inOrder = new double[seeds];
      int twice = 0;
      for (int seed = 0; seed < seeds; seed++) {
        Outcome free = simulate(problem, count, 0, trials, seed);
        Outcome ordered = simulate(problem, count, count, trials, seed);
        best[seed] = free.last();
        reference[seed] = alone.get(seed).best()[trials - 1];
        needed[seed] = reached(alone.get(seed).best(), free.last());
        time[seed] = free.time() * count / free.work();
        inOrder[seed] = ordered.time() * count / ordered.work();
        twice += free.twice();
      }
      double took = Math.min(trials, SearchBench.quantile(needed, 0.5));
      out.printf(
          Locale.ROOT,
          "| %s | %d | %d | %.4f | %.4f | %.0f | %.0f %% | %.2f | %.2f | %d |%n",
          problem.name(),
          count,
          trials,
          SearchBench.quantile(best, 0.5),
          SearchBench.quantile(reference, 0.5),
          took,
          100 * (1 - took / trials),
          SearchBench.quantile(time, 0.5),
          SearchBench.quantile(inOrder, 0.5),
          twice);
    }
  }

  private static int trials(int workers) {
    return Math.max(LEAST_TRIALS, TRIALS_A_WORKER * workers);
  }

  /** How many trials it took to a value at most this. */
  private static int reached(double[] best, double value) {
    int trials = 1;
    while (trials < best.length && best[trials - 1] > value) {
      trials++;
    }
    return trials;
  }

  private record Running(double end, Trial trial) {}

  /**
   * Runs a study by simulated workers: whoever is free asks, at once.
   *
   * @param inFlight as {@link Study.Builder#inFlight}: 0 for suggestions that depend on who ended
   */
  static Outcome simulate(
      SearchProblems.Problem problem, int workers, int inFlight, int trials, long seed) {
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
    double[] best = new double[trials];
    double lowest = Double.POSITIVE_INFINITY;
    double now = 0;
    double work = 0;
    int asked = 0;
    int twice = 0;
    for (int told = 0; told < trials; told++) {
      while (running.size() < workers && asked < trials) {
        Optional<Trial> trial = study.ask();
        if (trial.isEmpty()) {
          break;
        }
        twice += running.stream().anyMatch(r -> same(r.trial(), trial.get())) ? 1 : 0;
        double takes = Math.exp(SPREAD * times.nextGaussian());
        takes *= times.nextDouble() < STRAGGLERS ? SLOWER : 1;
        work += takes;
        running.add(new Running(now + takes, trial.get()));
        asked++;
      }
      Running next = running.remove();
      now = next.end();
      double loss = problem.loss().apply(next.trial().parameters());
      study.tell(next.trial().number(), loss);
      lowest = Math.min(lowest, loss);
      best[told] = lowest;
    }
    return new Outcome(best, now, work, twice);
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
