package dev.distill.models.xgboost;

import dev.distill.spi.FitContext;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.Validation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A sweep of its own: shares forms until it is closed, and keeps what was reported. */
final class TestContext implements FitContext, AutoCloseable {
  final List<Integer> steps = new ArrayList<>();
  final List<Double> losses = new ArrayList<>();
  private final Map<Matrix, MatrixPool> pools = new HashMap<>();
  private long seed = 1;
  private int threads = 1;
  private @Nullable Validation validation;
  private Runnable onReport = () -> {};

  TestContext seed(long value) {
    seed = value;
    return this;
  }

  TestContext threads(int value) {
    threads = value;
    return this;
  }

  TestContext validation(Validation value) {
    validation = value;
    return this;
  }

  TestContext onReport(Runnable value) {
    onReport = value;
    return this;
  }

  MatrixPool pool(Matrix matrix) {
    return shared(matrix, MatrixPool.class, MatrixPool::new);
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
    MatrixPool pool = pools.computeIfAbsent(matrix, key -> MatrixPool.class.cast(make.apply(key)));
    return form.cast(pool);
  }

  @Override
  public void close() {
    pools.values().forEach(MatrixPool::close);
  }
}
