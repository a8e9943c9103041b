package dev.distill.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a few values tell of the others: a Gaussian process with a Matérn 5/2 kernel and a length
 * scale for each dimension (Rasmussen and Williams, 2006), all at their most probable values under
 * a prior that expects long scales where dimensions are many (Hvarfner et al., 2024).
 */
final class GaussianProcess {
  private static final double SQRT_5 = StrictMath.sqrt(5);
  private static final int STEPS = 40;

  /** Scales are fitted to so many points at most. */
  private static final int FITTED = 64;

  /** Squared distance between a dimension that exists and one that does not. */
  private static final double ABSENT = 0.5;

  /** Squared distance between two options of a choice. */
  private static final double OTHER_OPTION = 0.5;

  private static final double NOISE_MEAN = StrictMath.log(1e-3);
  private static final double NOISE_SPREAD = 2;
  private static final double SCALE_SPREAD = StrictMath.sqrt(3);
  private static final double LEAST_NOISE = 1e-6;

  private final Axes axes;
  private final int dimensions;
  private final boolean[] isNumber;
  private final double[][] points;
  private final int count;
  // Logarithms of the length scales, then of the noise's variance; the signal's variance is 1.
  private final double[] theta;
  private final double[] prior;
  // By dimension: what squared distances are multiplied by.
  private double[] inverse = {};
  private double[] alpha = {};
  private double[][] factor = {};

  /**
   * Fits a process.
   *
   * @param points where values are known
   * @param values the values, with a mean of 0 and a variance of 1
   */
  GaussianProcess(Axes axes, List<double[]> points, double[] values) {
    this.axes = axes;
    this.points = points.toArray(new double[0][]);
    count = values.length;
    dimensions = axes.count();
    isNumber = new boolean[dimensions];
    for (int d = 0; d < dimensions; d++) {
      isNumber[d] = axes.options(d) == 0;
    }
    double existing = 0;
    for (double[] point : this.points) {
      for (double x : point) {
        existing += Double.isNaN(x) ? 0 : 1.0 / count;
      }
    }
    prior = new double[dimensions + 1];
    Arrays.fill(prior, StrictMath.sqrt(2) + 0.5 * StrictMath.log(Math.max(1, existing)) - 1.5);
    prior[dimensions] = NOISE_MEAN;
    if (count > FITTED) {
      theta = onSome(values).theta;
    } else {
      theta = prior.clone();
      fit(values);
    }
    condition(values);
  }

  private GaussianProcess(GaussianProcess fitted, List<double[]> points, double[] values) {
    axes = fitted.axes;
    dimensions = fitted.dimensions;
    isNumber = fitted.isNumber;
    prior = fitted.prior;
    theta = fitted.theta;
    this.points = points.toArray(new double[0][]);
    count = values.length;
    condition(values);
  }

  /** A process fitted to evenly many of the points: scales need no more, and cost their cube. */
  private GaussianProcess onSome(double[] values) {
    List<double[]> some = new ArrayList<>();
    double[] told = new double[FITTED];
    for (int i = 0; i < FITTED; i++) {
      int from = i * count / FITTED;
      some.add(points[from]);
      told[i] = values[from];
    }
    return new GaussianProcess(axes, some, told);
  }

  /** The same process, told other values. */
  GaussianProcess with(List<double[]> otherPoints, double[] values) {
    return new GaussianProcess(this, otherPoints, values);
  }

  /** Climbs to the most probable scales by the signs of the slopes (iRprop-; Igel, 2000). */
  private void fit(double[] values) {
    int size = theta.length;
    double[][][] squares = squares();
    double[] step = new double[size];
    Arrays.fill(step, 0.3);
    double[] before = new double[size];
    double[] best = theta.clone();
    double highest = Double.NEGATIVE_INFINITY;
    double[] slope = new double[size];
    for (int s = 0; s < STEPS; s++) {
      double now = slope(values, squares, slope);
      if (now > highest) {
        highest = now;
        System.arraycopy(theta, 0, best, 0, size);
      }
      for (int p = 0; p < size; p++) {
        double turn = slope[p] * before[p];
        step[p] = turn > 0 ? Math.min(1, step[p] * 1.2) : turn < 0 ? step[p] * 0.5 : step[p];
        before[p] = turn < 0 ? 0 : slope[p];
        theta[p] += Math.signum(before[p]) * step[p];
        theta[p] = Math.max(-7, Math.min(7, theta[p]));
      }
      theta[dimensions] = Math.max(StrictMath.log(LEAST_NOISE), Math.min(1, theta[dimensions]));
    }
    System.arraycopy(best, 0, theta, 0, size);
  }

  /** By pair of points: the squared distance in each dimension. */
  private double[][][] squares() {
    double[][][] squares = new double[count][][];
    for (int i = 0; i < count; i++) {
      squares[i] = new double[i][dimensions];
      for (int j = 0; j < i; j++) {
        for (int d = 0; d < dimensions; d++) {
          squares[i][j][d] = square(d, points[i][d], points[j][d]);
        }
      }
    }
    return squares;
  }

  private double square(int d, double a, double b) {
    boolean noA = Double.isNaN(a);
    boolean noB = Double.isNaN(b);
    if (noA || noB) {
      return noA && noB ? 0 : ABSENT;
    }
    if (axes.options(d) > 0) {
      return a == b ? 0 : OTHER_OPTION;
    }
    return (a - b) * (a - b);
  }

  /** The logarithm of the posterior of theta, and its slope. */
  private double slope(double[] values, double[][][] squares, double[] slope) {
    scale();
    double noise = noise();
    double[][] kernel = new double[count][count];
    double[][] outer = new double[count][count];
    for (int i = 0; i < count; i++) {
      kernel[i][i] = 1 + noise + LEAST_NOISE;
      for (int j = 0; j < i; j++) {
        double r = SQRT_5 * StrictMath.sqrt(dot(squares[i][j], inverse, 0, dimensions));
        double e = StrictMath.exp(-r);
        kernel[i][j] = (1 + r + r * r / 3) * e;
        outer[i][j] = 5.0 / 3 * (1 + r) * e;
      }
    }
    Arrays.fill(slope, 0);
    if (!decompose(kernel)) {
      slope[dimensions] = 1;
      return Double.NEGATIVE_INFINITY;
    }
    double[] weights = solve(kernel, values);
    double[][] inverted = invert(kernel);
    double log = 0;
    for (int i = 0; i < count; i++) {
      log -= 0.5 * values[i] * weights[i] + StrictMath.log(kernel[i][i]);
      slope[dimensions] += 0.5 * noise * (weights[i] * weights[i] - inverted[i][i]);
      for (int j = 0; j < i; j++) {
        double pull = (weights[i] * weights[j] - inverted[i][j]) * outer[i][j];
        double[] square = squares[i][j];
        for (int d = 0; d < dimensions; d++) {
          slope[d] += pull * square[d];
        }
      }
    }
    for (int d = 0; d < dimensions; d++) {
      slope[d] *= inverse[d];
    }
    for (int p = 0; p < theta.length; p++) {
      double spread = p == dimensions ? NOISE_SPREAD : SCALE_SPREAD;
      double off = (theta[p] - prior[p]) / spread;
      log -= 0.5 * off * off;
      slope[p] -= off / spread;
    }
    return log;
  }

  private void scale() {
    inverse = new double[dimensions];
    for (int d = 0; d < dimensions; d++) {
      inverse[d] = StrictMath.exp(-2 * theta[d]);
    }
  }

  private void condition(double[] values) {
    scale();
    factor = new double[count][count];
    double noise = noise();
    for (double jitter = LEAST_NOISE; ; jitter *= 10) {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
          factor[i][j] = kernel(points[i], points[j]);
        }
        factor[i][i] = 1 + noise + jitter;
      }
      if (decompose(factor)) {
        break;
      }
    }
    alpha = solve(factor, values);
  }

  private double kernel(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < dimensions; d++) {
      double off = a[d] - b[d];
      sum += (isNumber[d] && !Double.isNaN(off) ? off * off : square(d, a[d], b[d])) * inverse[d];
    }
    double r = SQRT_5 * StrictMath.sqrt(sum);
    return (1 + r + r * r / 3) * StrictMath.exp(-r);
  }

  /** The variance of the noise. */
  double noise() {
    return StrictMath.exp(theta[dimensions]);
  }

  /** The mean and the standard deviation, without noise, at a point. */
  void predict(double[] point, double[] meanAndDeviation) {
    double[] k = new double[count];
    double mean = 0;
    for (int i = 0; i < count; i++) {
      k[i] = kernel(point, points[i]);
      mean += k[i] * alpha[i];
    }
    double variance = 1;
    for (int i = 0; i < count; i++) {
      k[i] = (k[i] - dot(factor[i], k, 0, i)) / factor[i][i];
      variance -= k[i] * k[i];
    }
    meanAndDeviation[0] = mean;
    meanAndDeviation[1] = StrictMath.sqrt(Math.max(1e-10, variance));
  }

  /** In place, the lower triangle; false if the matrix is not positive definite. */
  private static boolean decompose(double[][] a) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j] - dot(a[i], a[j], 0, j);
        if (i == j) {
          if (!(sum > 1e-12)) {
            return false;
          }
          a[i][i] = StrictMath.sqrt(sum);
        } else {
          a[i][j] = sum / a[j][j];
        }
      }
    }
    return true;
  }

  /** Of two rows' parts; in four sums, which a processor can work at together. */
  private static double dot(double[] a, double[] b, int from, int to) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      first += a[i] * b[i];
      second += a[i + 1] * b[i + 1];
      third += a[i + 2] * b[i + 2];
      fourth += a[i + 3] * b[i + 3];
    }
    for (; i < to; i++) {
      first += a[i] * b[i];
    }
    return (first + second) + (third + fourth);
  }

  private static double[] solve(double[][] factor, double[] values) {
    int n = values.length;
    double[] x = values.clone();
    for (int i = 0; i < n; i++) {
      x[i] = (x[i] - dot(factor[i], x, 0, i)) / factor[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      x[i] /= factor[i][i];
      for (int j = 0; j < i; j++) {
        x[j] -= factor[i][j] * x[i];
      }
    }
    return x;
  }

  /** The lower triangle of the inverse of what was decomposed. */
  private static double[][] invert(double[][] factor) {
    int n = factor.length;
    // Columns of the inverse of the factor, as rows.
    double[][] columns = new double[n][n];
    for (int c = 0; c < n; c++) {
      double[] column = columns[c];
      column[c] = 1 / factor[c][c];
      for (int i = c + 1; i < n; i++) {
        column[i] = -dot(factor[i], column, c, i) / factor[i][i];
      }
    }
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        inverse[i][j] = dot(columns[i], columns[j], i, n);
      }
    }
    return inverse;
  }
}
