package dev.distill.search;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Independent uniform draws, on a log scale where the space says so (Bergstra and Bengio, 2012).
 * What it suggests depends on the trial's number alone, not on the order in which trials end.
 */
public final class RandomSampler implements Sampler {

  @Override
  public Optional<Hyperparameters> suggest(Question question) {
    RandomGenerator random = question.random();
    Map<String, Object> values = new LinkedHashMap<>();
    for (SearchSpace.Dimension dimension : question.space().dimensions()) {
      if (dimension.active(values)) {
        values.put(dimension.parameter().name(), draw(dimension.parameter(), random));
      }
    }
    return Optional.of(new Hyperparameters(values));
  }

  private static Object draw(Hyperparameter parameter, RandomGenerator random) {
    if (parameter instanceof Hyperparameter.Int p) {
      if (!p.log()) {
        long count = (long) p.high() - p.low() + 1;
        return (int) (p.low() + (long) (random.nextDouble() * count));
      }
      // Each whole number owns the interval of half a unit on either side of it.
      double value = logUniform(p.low() - 0.5, p.high() + 0.5, random);
      return (int) Math.min(p.high(), Math.max(p.low(), Math.round(value)));
    }
    if (parameter instanceof Hyperparameter.Real p) {
      double value =
          p.log()
              ? logUniform(p.low(), p.high(), random)
              : p.low() + random.nextDouble() * (p.high() - p.low());
      return Math.min(p.high(), Math.max(p.low(), value));
    }
    List<String> options = ((Hyperparameter.Choice) parameter).options();
    return options.get(random.nextInt(options.size()));
  }

  private static double logUniform(double low, double high, RandomGenerator random) {
    double logLow = StrictMath.log(low);
    return StrictMath.exp(logLow + random.nextDouble() * (StrictMath.log(high) - logLow));
  }
}
