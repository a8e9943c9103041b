package dev.distill.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distill.search.QmcSampler;
import dev.distill.search.RandomSampler;
import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.search.TpeSampler;
import dev.distill.search.Trial;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Runs samplers on problems with many seeds, beside figures of Optuna's where there are some. */
final class SearchBench {
  static final String USAGE =
      "search [--problems DIR] [--more] [--seeds 20] [--trials 60] [--sampler tpe|random|qmc]"
          + " [--in-flight N]\n"
          + "       search --overhead [--sampler tpe|random|qmc]";

  private static final String[] THEIRS = {"random", "tpe", "tpe_mv_group"};

  private @Nullable Path problems;
  private boolean more;
  private boolean overhead;
  private int seeds = 20;
  private int trials = 60;
  private int inFlight = 1;
  private String name = "tpe";

  private final PrintStream out;

  private SearchBench(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints a table.
   *
   * @param arguments without the name of the command
   * @throws IllegalArgumentException if they are not as {@link #USAGE} says
   */
  static void run(List<String> arguments, PrintStream out) throws IOException {
    SearchBench bench = new SearchBench(out);
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      if (option.equals("--more")) {
        bench.more = true;
        continue;
      }
      if (option.equals("--overhead")) {
        bench.overhead = true;
        continue;
      }
      if (i + 1 == arguments.size()) {
        throw new IllegalArgumentException("unknown option, or one without its value: " + option);
      }
      String value = arguments.get(++i);
      switch (option) {
        case "--problems" -> bench.problems = Path.of(value);
        case "--seeds" -> bench.seeds = positive(option, value);
        case "--trials" -> bench.trials = positive(option, value);
        case "--in-flight" -> bench.inFlight = positive(option, value);
        case "--sampler" -> {
          sampler(value);
          bench.name = value;
        }
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    if (bench.overhead) {
      SearchOverhead.print(bench.name, sampler(bench.name), out);
    } else {
      bench.print();
    }
  }

  private static int positive(String option, String value) {
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        option + " must be a whole number above 0, got '" + value + "'");
  }

  private static Sampler sampler(String name) {
    return switch (name) {
      case "tpe" -> new TpeSampler();
      case "random" -> new RandomSampler();
      case "qmc" -> new QmcSampler();
      default ->
          throw new IllegalArgumentException(
              "--sampler must be tpe, random or qmc, got '" + name + "'");
    };
  }

  /**
   * What came out of a problem.
   *
   * @param half the best values after half of the trials, one a seed
   * @param all the best values after all trials, one a seed
   */
  record Outcome(double[] half, double[] all, double millis) {}

  private void print() throws IOException {
    out.printf(
        Locale.ROOT,
        "JDK %s; sampler %s, %s seeds, %s trials, %s in flight%n",
        Runtime.version().feature(),
        name,
        seeds,
        trials,
        inFlight);
    if (more) {
      printMore();
    } else if (problems == null) {
      printOurs();
    } else {
      printBeside(problems);
    }
  }

  /** Half of the trials, rounded down but not to nothing. */
  private int half() {
    return Math.max(1, trials / 2);
  }

  private void printOurs() {
    out.printf(
        "%n| problem | best at %s | best at %s | ms a trial |%n|---|---|---|---|%n",
        half(), trials);
    for (SearchProblems.Problem problem : SearchProblems.analytic()) {
      Outcome ours = measure(problem, name);
      out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %.2f |%n",
          problem.name(),
          quartiles(ours.half),
          quartiles(ours.all),
          ours.millis);
    }
  }

  private void printMore() {
    out.printf(
        "%n| problem | best at %s | random's | best at %s | random's | ms a trial |%n"
            + "|---|---|---|---|---|---|%n",
        half(), trials);
    for (SearchProblems.Problem problem : SearchProblems.more()) {
      Outcome ours = measure(problem, name);
      Outcome random = measure(problem, "random");
      out.printf(
          Locale.ROOT,
          "| %s | %.4f | %.4f | %.4f | %.4f | %.2f |%n",
          problem.name(),
          quantile(ours.half, 0.5),
          quantile(random.half, 0.5),
          quantile(ours.all, 0.5),
          quantile(random.all, 0.5),
          ours.millis);
    }
  }

  private void printBeside(Path folder) throws IOException {
    if (trials != 60) {
      throw new IllegalArgumentException("Optuna's figures are at 30 and 60 trials, got " + trials);
    }
    JsonNode baseline =
        new ObjectMapper().readTree(folder.resolve("optuna_baseline.json").toFile());
    List<SearchProblems.Problem> all = new ArrayList<>(SearchProblems.analytic());
    all.addAll(SearchProblems.tables(folder));
    out.printf(
        "%nMedian (quartiles) of ours; Optuna's medians: random / tpe / tpe_mv_group.%n%n"
            + "| problem | ours at 30 | Optuna's at 30 | ours at 60 | Optuna's at 60"
            + " | ≤ both at 30 | ≤ both at 60 | at 30 ≤ tpe at 60 | ms a trial |%n"
            + "|---|---|---|---|---|---|---|---|---|%n");
    int at30 = 0;
    int at60 = 0;
    int early = 0;
    for (SearchProblems.Problem problem : all) {
      double[] their30 = theirs(baseline, problem.name(), 30);
      double[] their60 = theirs(baseline, problem.name(), 60);
      Outcome ours = measure(problem, name);
      double median30 = quantile(ours.half, 0.5);
      double median60 = quantile(ours.all, 0.5);
      boolean good30 = median30 <= Math.min(their30[1], their30[2]);
      boolean good60 = median60 <= Math.min(their60[1], their60[2]);
      boolean goodEarly = median30 <= their60[1];
      at30 += good30 ? 1 : 0;
      at60 += good60 ? 1 : 0;
      early += goodEarly ? 1 : 0;
      out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %s | %s | %s | %s | %s | %.2f |%n",
          problem.name(),
          quartiles(ours.half),
          medians(their30),
          quartiles(ours.all),
          medians(their60),
          yes(good30),
          yes(good60),
          yes(goodEarly),
          ours.millis);
    }
    out.printf(
        "%nAt or below the better TPE at 30 on %s of %s, at 60 on %s; at 30 at or below plain TPE"
            + " at 60 on %s.%n",
        at30, all.size(), at60, early);
  }

  private static double[] theirs(JsonNode baseline, String problem, int trials) throws IOException {
    double[] medians = new double[THEIRS.length];
    for (int i = 0; i < THEIRS.length; i++) {
      JsonNode median =
          baseline.at("/" + problem + "/" + THEIRS[i] + "/best@" + trials + "/median");
      if (!median.isNumber()) {
        throw new IOException(
            "optuna_baseline.json: no best@%s of %s on %s".formatted(trials, THEIRS[i], problem));
      }
      medians[i] = median.doubleValue();
    }
    return medians;
  }

  private Outcome measure(SearchProblems.Problem problem, String sampler) {
    double[] half = new double[seeds];
    double[] all = new double[seeds];
    long start = System.nanoTime();
    for (int seed = 0; seed < seeds; seed++) {
      double[] best = search(problem, sampler(sampler), seed, trials, inFlight);
      half[seed] = best[half() - 1];
      all[seed] = best[trials - 1];
    }
    double millis = (System.nanoTime() - start) / 1e6 / seeds / trials;
    return new Outcome(half, all, millis);
  }

  /**
   * The best value after each trial.
   *
   * @param inFlight so many trials run at a time; the first asked is the first told
   */
  static double[] search(
      SearchProblems.Problem problem, Sampler sampler, long seed, int trials, int inFlight) {
    Study study =
        Study.builder(problem.space()).sampler(sampler).seed(seed).inFlight(inFlight).create();
    double[] best = new double[trials];
    double lowest = Double.POSITIVE_INFINITY;
    Queue<Trial> running = new ArrayDeque<>();
    int asked = 0;
    for (int told = 0; told < trials; told++) {
      while (running.size() < inFlight && asked < trials) {
        Optional<Trial> trial = study.ask();
        if (trial.isEmpty()) {
          break;
        }
        running.add(trial.get());
        asked++;
      }
      Trial trial = running.poll();
      if (trial == null) {
        // Nothing is left to try.
        Arrays.fill(best, told, trials, lowest);
        return best;
      }
      double loss = problem.loss().apply(trial.parameters());
      study.tell(trial.number(), loss);
      lowest = Math.min(lowest, loss);
      best[told] = lowest;
    }
    return best;
  }

  /** As NumPy does it: linear between the two values on either side. */
  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  private static String quartiles(double[] values) {
    return String.format(
        Locale.ROOT,
        "%.4f (%.4f–%.4f)",
        quantile(values, 0.5),
        quantile(values, 0.25),
        quantile(values, 0.75));
  }

  private static String medians(double[] medians) {
    return String.format(Locale.ROOT, "%.4f / %.4f / %.4f", medians[0], medians[1], medians[2]);
  }

  private static String yes(boolean is) {
    return is ? "yes" : "no";
  }
}
