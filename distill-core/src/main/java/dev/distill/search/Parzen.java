package dev.distill.search;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A density over a search space: a mean of kernels, one around each of some points and one that is
 * even (the prior), as in Bergstra et al. (2011). A kernel is a product over the dimensions that
 * exist (multivariate: Falkner et al., 2018): a normal density cut off at the bounds for numbers,
 * for whole ones its mass over their interval, and for a choice most of the mass on its option.
 * Where a dimension exists at a point but not at the kernel's, the kernel is even.
 */
final class Parzen {
  /** The standard deviation of a kernel around one point, as a share of the range. */
  private static final double SPREAD = 0.25;

  /** No kernel is narrower than this. */
  private static final double NARROWEST = 0.02;

  /** The mass that a choice's kernel leaves to all options, as of so many points. */
  private static final double SMOOTHING = 1;

  private final Axes axes;
  private final List<double[]> points;
  private final double sigma;
  private final double smoothing;
  // By kernel and dimension: the logarithm of the mass of a normal density within the bounds.
  private final double[][] logMass;

  Parzen(Axes axes, List<double[]> points) {
    this.axes = axes;
    this.points = points;
    int numbers = 0;
    for (int d = 0; d < axes.count(); d++) {
      numbers += axes.options(d) == 0 ? 1 : 0;
    }
    double count = Math.max(1, points.size());
    sigma = Math.max(NARROWEST, SPREAD * StrictMath.pow(count, -1.0 / (4 + Math.min(numbers, 8))));
    smoothing = SMOOTHING / (SMOOTHING + count);
    logMass = new double[points.size()][axes.count()];
    for (int i = 0; i < points.size(); i++) {
      for (int d = 0; d < axes.count(); d++) {
        double mean = points.get(i)[d];
        if (axes.options(d) == 0 && !Double.isNaN(mean)) {
          logMass[i][d] =
              StrictMath.log(
                  sigma
                      * Normal.SQRT_2PI
                      * (Normal.below((1 - mean) / sigma) - Normal.below(-mean / sigma)));
        }
      }
    }
  }

  /** A point drawn from the density. */
  double[] draw(RandomGenerator random) {
    int kernel = random.nextInt(points.size() + 1);
    if (kernel == points.size()) {
      return axes.draw(random);
    }
    double[] centre = points.get(kernel);
    double[] point = new double[axes.count()];
    for (int d = 0; d < point.length; d++) {
      if (!axes.exists(d, point)) {
        point[d] = Double.NaN;
      } else if (Double.isNaN(centre[d])
          || (axes.options(d) > 0 && random.nextDouble() < smoothing)) {
        point[d] = axes.draw(d, random);
      } else if (axes.options(d) > 0) {
        point[d] = centre[d];
      } else {
        point[d] = Normal.within(centre[d], sigma, random);
      }
    }
    return point;
  }

  /** The logarithm of the density at a point. */
  double log(double[] point) {
    int count = points.size();
    double[] widths = new double[point.length];
    for (int d = 0; d < point.length; d++) {
      double width = axes.options(d) > 0 || Double.isNaN(point[d]) ? 0 : axes.width(d, point[d]);
      // Where a kernel is much wider than a whole number, its density is as good as its mass.
      widths[d] = width > sigma / 4 ? width : 0;
    }
    double[] terms = new double[count];
    double most = 0;
    for (int i = 0; i < count; i++) {
      terms[i] = log(point, widths, i);
      most = Math.max(most, terms[i]);
    }
    double sum = StrictMath.exp(-most);
    for (double term : terms) {
      double below = term - most;
      sum += below > -40 ? StrictMath.exp(below) : 0;
    }
    return most + StrictMath.log(sum / (count + 1));
  }

  private double log(double[] point, double[] widths, int kernel) {
    double[] centre = points.get(kernel);
    double[] mass = logMass[kernel];
    double log = 0;
    for (int d = 0; d < point.length; d++) {
      double x = point[d];
      double mean = centre[d];
      // Even where either does not exist.
      if (Double.isNaN(x) || Double.isNaN(mean)) {
        continue;
      }
      int options = axes.options(d);
      if (options > 0) {
        double even = smoothing / options;
        // Relative to the even density, as numbers are.
        log += StrictMath.log(options * (x == mean ? 1 - smoothing + even : even));
      } else if (widths[d] > 0) {
        double half = widths[d] / 2;
        double share =
            Normal.below((x + half - mean) / sigma) - Normal.below((x - half - mean) / sigma);
        log +=
            StrictMath.log(Math.max(1e-12, share) * sigma * Normal.SQRT_2PI / widths[d]) - mass[d];
      } else {
        double z = (x - mean) / sigma;
        log -= 0.5 * z * z + mass[d];
      }
    }
    return log;
  }
}
