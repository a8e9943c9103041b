package dev.distill.search;

import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One search: ask it for a trial, run that, tell it the value. Thread-safe.
 *
 * <pre>{@code
 * Study study = new Study(space, new RandomSampler(), 1);
 * for (int i = 0; i < 50; i++) {
 *   Trial trial = study.ask().orElseThrow();
 *   study.tell(trial.number(), evaluate(trial.parameters()));
 * }
 * Trial best = study.best().orElseThrow();
 * }</pre>
 */
public final class Study {
  private final SearchSpace space;
  private final Sampler sampler;
  private final long seed;
  private final Deque<Hyperparameters> enqueued = new ArrayDeque<>();
  private final List<Trial> trials = new ArrayList<>();

  /** A study without trials. */
  public Study(SearchSpace space, Sampler sampler, long seed) {
    this.space = space;
    this.sampler = sampler;
    this.seed = seed;
  }

  /** Puts a configuration in front of what the sampler would suggest. */
  public synchronized void enqueue(Hyperparameters parameters) {
    enqueued.add(space.complete(parameters.values()));
  }

  /** The next trial to run, or empty if the sampler has nothing left. */
  public synchronized Optional<Trial> ask() {
    return ask(space, "trial " + trials.size());
  }

  /**
   * The next trial to run within a part of the space, or empty if the sampler has nothing left
   * there. What was enqueued comes first, wherever it lies.
   *
   * @param part the space, or what {@link SearchSpace#where} makes of it
   * @param purpose names the sampler's generator: equal names draw the same
   */
  public synchronized Optional<Trial> ask(SearchSpace part, String purpose) {
    int number = trials.size();
    Hyperparameters queued = enqueued.poll();
    Optional<Hyperparameters> next =
        queued != null
            ? Optional.of(queued)
            : sampler.suggest(part, trials(), Seeds.random(seed, purpose));
    Optional<Trial> trial =
        next.map(p -> new Trial(number, p, Trial.State.RUNNING, Double.NaN, null));
    trial.ifPresent(trials::add);
    return trial;
  }

  /**
   * Tells the value of a running trial; one that is not finite counts as a failure.
   *
   * @param value lower is better
   */
  public synchronized void tell(int number, double value) {
    if (Double.isFinite(value)) {
      end(number, Trial.State.COMPLETE, value, null);
    } else {
      fail(number, new ArithmeticException("the trial's value is " + value));
    }
  }

  /** Tells that a running trial failed. */
  public synchronized void fail(int number, Throwable cause) {
    end(number, Trial.State.FAILED, Double.NaN, cause);
  }

  private void end(int number, Trial.State state, double value, @Nullable Throwable failure) {
    if (number < 0 || number >= trials.size()) {
      throw new IllegalArgumentException(
          "trial %s was never asked for; there are %s".formatted(number, trials.size()));
    }
    Trial trial = trials.get(number);
    if (trial.state() != Trial.State.RUNNING) {
      throw new IllegalStateException("trial " + number + " has ended before: " + trial.state());
    }
    trials.set(number, new Trial(number, trial.parameters(), state, value, failure));
  }

  /** A copy of all trials in the order of asking. */
  public synchronized List<Trial> trials() {
    return List.copyOf(trials);
  }

  /** The complete trial with the lowest value; of equals the first. */
  public synchronized Optional<Trial> best() {
    Trial best = null;
    for (Trial trial : trials) {
      if (trial.state() == Trial.State.COMPLETE && (best == null || trial.value() < best.value())) {
        best = trial;
      }
    }
    return Optional.ofNullable(best);
  }
}
