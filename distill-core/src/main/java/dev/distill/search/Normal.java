package dev.distill.search;

import java.util.random.RandomGenerator;

/** The normal distribution, the same to the last bit on every machine. */
final class Normal {
  static final double SQRT_2PI = 2.5066282746310002;

  private Normal() {}

  /** The standard normal density. */
  static double density(double z) {
    return StrictMath.exp(-0.5 * z * z) / SQRT_2PI;
  }

  /** The mass below z, to 1e-7 (Abramowitz and Stegun, 1964, 26.2.17). */
  static double below(double z) {
    double t = 1 / (1 + 0.2316419 * Math.abs(z));
    double tail =
        density(z)
            * t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return z >= 0 ? 1 - tail : tail;
  }

  /** A draw cut off at 0 and 1: what falls outside is drawn again. */
  static double within(double mean, double sigma, RandomGenerator random) {
    for (int i = 0; i < 100; i++) {
      double x = mean + sigma * draw(random);
      if (x >= 0 && x <= 1) {
        return x;
      }
    }
    return Math.min(1, Math.max(0, mean));
  }

  /** A standard normal draw (Box and Muller, 1958). */
  static double draw(RandomGenerator random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }
}
