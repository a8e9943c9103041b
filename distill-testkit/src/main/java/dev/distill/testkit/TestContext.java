package dev.distill.testkit;

import dev.distill.spi.FitContext;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
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
 * A sweep for tests of one's own: keeps what was reported, and what was shared until it is closed.
 */
public final class TestContext implements FitContext, AutoCloseable {
  private record Key(Matrix matrix, Class<?> form) {}

  private final Map<Key, AutoCloseable> forms = new HashMap<>();
  private final List<Class<?>> made = new ArrayList<>();
  private final List<Integer> steps = Collections.synchronizedList(new ArrayList<>());
  private final List<Double> losses = Collections.synchronizedList(new ArrayList<>());
  private long seed = 1;
  private int threads = 1;
  private @Nullable Validation validation;
  private Runnable onReport = () -> {};

  /** A sweep with seed 1, one thread and no validation rows. */
  public TestContext() {}

  /** Sets the seed of the fits. */
  public TestContext seed(long value) {
    seed = value;
    return this;
  }

  /** Sets how many threads a fit may use. */
  public TestContext threads(int value) {
    threads = value;
    return this;
  }

  /** Gives rows to watch. */
  public TestContext validation(Validation value) {
    validation = value;
    return this;
  }

  /** Does this at each report, such as throw. */
  public TestContext onReport(Runnable value) {
    onReport = value;
    return this;
  }

  /** The steps reported so far; a copy. */
  public List<Integer> steps() {
    synchronized (steps) {
      return List.copyOf(steps);
    }
  }

  /** The losses reported so far; a copy. */
  public List<Double> losses() {
    synchronized (losses) {
      return List.copyOf(losses);
    }
  }

  /** Forgets what was reported. */
  public void forget() {
    steps.clear();
    losses.clear();
  }

  /** The forms that were made, in that order; a copy. */
  public synchronized List<Class<?>> made() {
    return List.copyOf(made);
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
    losses.add(loss);
    onReport.run();
  }

  @Override
  public synchronized <T extends AutoCloseable> T shared(
      Matrix matrix, Class<T> form, Function<Matrix, T> make) {
    Key key = new Key(matrix, form);
    AutoCloseable found = forms.get(key);
    if (found == null) {
      found = make.apply(matrix);
      forms.put(key, found);
      made.add(form);
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
