package dev.distill.testkit;

import dev.distill.auto.Ladder;
import dev.distill.data.EncodedFit;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fits students as a sweep does: targets by the ladder, features by the family's encoding, shared
 * forms kept until it is closed. Remembers the reports, and cancels at one of them if told.
 */
final class Sweep implements AutoCloseable {
  private final TestContext context = new TestContext().seed(Task.SEED).threads(2);
  private double temperature = 1;
  private @Nullable FitCancelledException cancelled;

  Sweep seed(long value) {
    context.seed(value);
    return this;
  }

  Sweep threads(int value) {
    context.threads(value);
    return this;
  }

  Sweep temperature(double value) {
    temperature = value;
    return this;
  }

  Sweep validation(Validation value) {
    context.validation(value);
    return this;
  }

  /** Ends the next fit at its n-th report, or none if 0. */
  Sweep cancelAt(int report) {
    context.forget();
    cancelled = null;
    context.onReport(
        () -> {
          if (context.steps().size() == report) {
            cancelled = new FitCancelledException("cancelled by the contract kit");
            throw cancelled;
          }
        });
    return this;
  }

  /** The exception that ended a fit, if one was. */
  @Nullable FitCancelledException cancelled() {
    return cancelled;
  }

  /** The steps reported so far. */
  List<Integer> steps() {
    return context.steps();
  }

  /** Fits; hyperparameters that are not given have their defaults. */
  FittedStudent fit(StudentModel student, Task task, double alpha, Map<String, Object> given) {
    TrainingSet training =
        new TrainingSet(
            task.features(), task.classes(), Ladder.reduce(student, task.loss(temperature, alpha)));
    return fit(student, training, task, given);
  }

  /** Fits on targets of one's own. */
  FittedStudent fit(
      StudentModel student, TrainingSet training, Task task, Map<String, Object> given) {
    return EncodedFit.fit(
        student, training, student.searchSpace(task.shape()).complete(given), context);
  }

  @Override
  public void close() {
    context.close();
  }
}
