package dev.distill.testkit;

import dev.distill.auto.Ladder;
import dev.distill.data.EncodedFit;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Fits students as a sweep does: targets by the ladder, features by the family's encoding, shared
 * forms kept until it is closed. Remembers the reports, and cancels at one of them if told.
 */
final class Sweep implements FitContext, AutoCloseable {
  private record Key(Matrix matrix, Class<?> form) {}

  private final Map<Key, AutoCloseable> forms = new HashMap<>();
  private final List<Integer> steps = Collections.synchronizedList(new ArrayList<>());
  private long seed = Task.SEED;
  private int threads = 2;
  private double temperature = 1;
  private int cancelAt;
  private @Nullable FitCancelledException cancelled;
  private @Nullable Validation validation;

  Sweep seed(long value) {
    seed = value;
    return this;
  }

  Sweep threads(int value) {
    threads = value;
    return this;
  }

  Sweep temperature(double value) {
    temperature = value;
    return this;
  }

  Sweep validation(Validation value) {
    validation = value;
    return this;
  }

  /** Ends the next fit at its n-th report, or none if 0. */
  Sweep cancelAt(int report) {
    steps.clear();
    cancelAt = report;
    cancelled = null;
    return this;
  }

  /** The exception that ended a fit, if one was. */
  @Nullable FitCancelledException cancelled() {
    return cancelled;
  }

  /** The steps reported so far. */
  List<Integer> steps() {
    synchronized (steps) {
      return List.copyOf(steps);
    }
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
        student, training, student.searchSpace(task.shape()).complete(given), this);
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public RandomGenerator random(String purpose) {
    return Seeds.random(seed, purpose);
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public Optional<Validation> validation() {
    return Optional.ofNullable(validation);
  }

  @Override
  public void report(int step, double loss) {
    steps.add(step);
    if (steps.size() == cancelAt) {
      cancelled = new FitCancelledException("cancelled by the contract kit");
      throw cancelled;
    }
  }

  @Override
  public synchronized <T extends AutoCloseable> T shared(
      Matrix matrix, Class<T> form, Function<Matrix, T> make) {
    Key key = new Key(matrix, form);
    AutoCloseable found = forms.get(key);
    if (found == null) {
      found = make.apply(matrix);
      forms.put(key, found);
    }
    return form.cast(found);
  }

  @Override
  public synchronized void close() {
    for (AutoCloseable form : forms.values()) {
      try {
        form.close();
      } catch (Exception e) {
        throw new IllegalStateException("a shared form could not be closed: " + e, e);
      }
    }
    forms.clear();
  }
}
