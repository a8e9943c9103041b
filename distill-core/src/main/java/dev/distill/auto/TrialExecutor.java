package dev.distill.auto;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where trials run: threads of this process, or workers elsewhere that these threads wait for. */
@FunctionalInterface
public interface TrialExecutor {

  /**
   * Runs trials until there are no more, several at once.
   *
   * @param next the next trial, or empty for none now: it is asked again after each outcome that
   *     was told, and when it has none while no trial is running, there are no more; called by one
   *     thread at a time, never while an outcome is told
   * @param run runs a trial and returns its outcome; it throws only {@link Error}s
   * @param tell takes each outcome; called by one thread at a time
   */
  void run(
      Supplier<Optional<TrialSpec>> next,
      Function<TrialSpec, TrialOutcome> run,
      Consumer<TrialOutcome> tell);

  /**
   * Who runs the trials in other processes. By default there is nobody: they run in this one, on
   * the threads that call {@code run}.
   */
  default Optional<TrialWorkers> workers() {
    return Optional.empty();
  }
}
