package dev.distill.auto;

import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitException;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The trials of a sweep, run by workers elsewhere. What their curves say is decided here, as if
 * they ran here: a pruned trial is one, though it ran to its end.
 */
final class RemoteTrials implements AutoCloseable {
  private final TrialWorkers workers;
  private final DistillationTask task;
  private final DistillConfig config;
  private @Nullable Cut cut;
  private TrialWorkers.@Nullable Round round;

  RemoteTrials(TrialWorkers workers, DistillationTask task, DistillConfig config) {
    this.workers = workers;
    this.task = task;
    this.config = config;
  }

  /** How many trials may run at once. */
  int atOnce() {
    return workers.atOnce();
  }

  /** Brings the data to workers, unless they have them of the last round. */
  void begin(Cut look, Cut other) {
    Cut last = cut;
    if (last != null && last.folds() == other.folds() && last.shares().equals(other.shares())) {
      return;
    }
    close();
    RoundBytes data =
        new RoundBytes(task.train(), task.trainTeacher(), task.inSample(), config, look, other);
    try {
      round = workers.begin(out -> data.write(new DataOutputStream(new BufferedOutputStream(out))));
    } catch (IOException e) {
      throw new UncheckedIOException("the data can't be brought to workers: " + e.getMessage(), e);
    }
    cut = other;
  }

  /** The outcome of a trial of the round. */
  TrialOutcome run(TrialSpec spec, boolean look, TrialRunner.Watch watch, BooleanSupplier stop) {
    TrialWorkers.Round here = round;
    if (here == null) {
      throw new IllegalStateException("no round has begun");
    }
    long start = System.nanoTime();
    AtomicReference<@Nullable String> tooLong = new AtomicReference<>();
    try {
      Optional<byte[]> answer =
          here.run(
              TrialBytes.of(new TrialBytes.Request(spec, look)),
              () -> {
                watch.tooLong(Duration.ofNanos(System.nanoTime() - start)).ifPresent(tooLong::set);
                return tooLong.get() != null || stop.getAsBoolean();
              });
      if (answer.isPresent()) {
        return replayed(TrialBytes.answer(spec, answer.get()), watch);
      }
      String reason = tooLong.get();
      return TrialOutcome.failed(
          spec,
          TrialRunner.seconds(start),
          reason == null
              ? new FitCancelledException("the sweep was asked to end")
              : new FitException(reason));
    } catch (FitException | UncheckedIOException e) {
      return TrialOutcome.failed(spec, TrialRunner.seconds(start), e);
    }
  }

  private static TrialOutcome replayed(TrialBytes.Answer answer, TrialRunner.Watch watch) {
    TrialOutcome outcome = answer.outcome();
    for (TrialBytes.Point point : answer.curve()) {
      if (watch.prune(point.step(), point.loss())) {
        return TrialOutcome.pruned(outcome.spec(), outcome.seconds());
      }
    }
    return outcome;
  }

  @Override
  public void close() {
    TrialWorkers.Round last = round;
    if (last != null) {
      last.close();
    }
    round = null;
    cut = null;
  }
}
