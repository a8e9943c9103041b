package dev.distill.models.tribuo;

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

/** A sweep of its own, which keeps what was reported and how often rows were converted. */
final class TestContext implements FitContext {
  final List<Integer> steps = new ArrayList<>();
  int converted;
  private final Map<Matrix, AutoCloseable> forms = new HashMap<>();
  private long seed = 1;
  private @Nullable Validation validation;
  private Runnable onReport = () -> {};

  TestContext seed(long value) {
    seed = value;
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
    return 2;
  }

  @Override
  public Optional<Validation> validation() {
    return Optional.ofNullable(validation);
  }

  @Override
  public void report(int step, double loss) {
    steps.add(step);
    onReport.run();
  }

  @Override
  public <T extends AutoCloseable> T shared(
      Matrix matrix, Class<T> form, Function<Matrix, T> make) {
    return form.cast(
        forms.computeIfAbsent(
            matrix,
            key -> {
              converted++;
              return make.apply(key);
            }));
  }
}
