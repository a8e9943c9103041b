package dev.distill.bench;

import dev.distill.search.RandomSampler;
import dev.distill.search.Sampler;
import dev.distill.search.Study;
import dev.distill.search.Trial;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a study takes for itself: the time of an ask and a tell where many trials have ended, in a
 * space of 20 parameters. {@code scripts/optuna_overhead.py} does the same with Optuna.
 */
final class SearchOverhead {
  private static final int[] FINISHED = {100, 1000};
  private static final int WARM_UP = 200;
  private static final int MEASURED = 20;

  private SearchOverhead() {}

  static void print(String name, Sampler sampler, PrintStream out) {
    out.printf(
        "| sampler | finished trials | ms an ask and tell, mean | median | slowest |%n"
            + "|---|---|---|---|---|%n");
    for (int finished : FINISHED) {
      times(sampler, finished, WARM_UP);
      double[] times = times(sampler, finished, MEASURED);
      Arrays.sort(times);
      out.printf(
          Locale.ROOT,
          "| %s | %s | %.4f | %.4f | %.4f |%n",
          name,
          finished,
          Arrays.stream(times).average().orElse(Double.NaN),
          SearchBench.quantile(times, 0.5),
          times[times.length - 1]);
    }
  }

  /** Milliseconds of each ask and tell after so many trials, drawn evenly, have ended. */
  static double[] times(Sampler sampler, int finished, int measured) {
    SearchSpace space = space();
    Study study = Study.builder(space).sampler(sampler).create();
    for (int i = 0; i < finished; i++) {
      Sampler.Question question = new Sampler.Question(space, List.of(), i, 1, "before " + i);
      study.enqueue(new RandomSampler().suggest(question).orElseThrow());
      Trial trial = study.ask().orElseThrow();
      study.tell(trial.number(), loss(trial.parameters()));
    }
    double[] times = new double[measured];
    for (int i = 0; i < measured; i++) {
      long start = System.nanoTime();
      Trial trial = study.ask().orElseThrow();
      long asked = System.nanoTime();
      double loss = loss(trial.parameters());
      long evaluated = System.nanoTime();
      study.tell(trial.number(), loss);
      times[i] = (System.nanoTime() - evaluated + asked - start) / 1e6;
    }
    return times;
  }

  /** Eight numbers, four on a log scale, four whole ones, two on a log scale, and two choices. */
  static SearchSpace space() {
    SearchSpace.Builder space = SearchSpace.builder();
    for (int i = 0; i < 8; i++) {
      space.add(SearchProblems.real("real" + i, 0, 1, false));
    }
    for (int i = 0; i < 4; i++) {
      space.add(SearchProblems.real("log" + i, 1e-5, 1, true));
    }
    for (int i = 0; i < 4; i++) {
      space.add(SearchProblems.whole("int" + i, 0, 20, false));
    }
    for (int i = 0; i < 2; i++) {
      space.add(SearchProblems.whole("logint" + i, 1, 1024, true));
    }
    for (int i = 0; i < 2; i++) {
      space.add(SearchProblems.choice("choice" + i, "a", "b", "c", "d"));
    }
    return space.build();
  }

  static double loss(Hyperparameters p) {
    double sum = 0;
    for (Map.Entry<String, Object> entry : p.values().entrySet()) {
      String name = entry.getKey();
      double u;
      if (entry.getValue() instanceof Number number) {
        double x = number.doubleValue();
        if (name.startsWith("logint")) {
          u = Math.log(x) / Math.log(1024);
        } else if (name.startsWith("log")) {
          u = 1 + Math.log10(x) / 5;
        } else {
          u = name.startsWith("int") ? x / 20 : x;
        }
      } else {
        u = entry.getValue().equals("b") ? 0.3 : 0.8;
      }
      sum += (u - 0.3) * (u - 0.3);
    }
    return sum;
  }
}
